//! The chunk table as its writer has it.

use std::alloc::Layout;
use std::{ptr, slice};

use super::chunk_table::ChunkInfo;
use crate::sync::writes;
use crate::table::memory::Memory;

/// A chunk table with room for more chunks: a vector whose elements readers use while it gets more.
#[derive(Default)]
pub(super) struct ChunkVec {
    /// `None` if there is no room.
    memory: Option<Memory>,
    len: usize,
    capacity: usize,
}

impl ChunkVec {
    /// With the chunks of this one, and room for twice as many, or for one.
    pub(super) fn doubled(&self) -> Self {
        let capacity = (self.len * 2).max(1);
        let layout = Layout::array::<ChunkInfo>(capacity).expect("a table of chunks is small");
        let mut doubled = Self { memory: Some(Memory::uninit(layout)), len: 0, capacity };
        for &chunk in self.as_slice() {
            doubled.push(chunk);
        }
        doubled
    }

    pub(super) fn has_room(&self) -> bool {
        self.len < self.capacity
    }

    pub(super) fn push(&mut self, chunk: ChunkInfo) {
        assert!(self.has_room());
        let end = self.first().wrapping_add(self.len);
        writes(end);
        // SAFETY: in bounds. No reader loads this element before it finds a slot of this chunk,
        // through an index that orders that after this.
        unsafe { end.write(chunk) };
        self.len += 1;
    }

    /// What readers load.
    pub(super) fn first(&self) -> *mut ChunkInfo {
        self.memory.as_ref().map_or(ptr::dangling_mut(), Memory::first)
    }

    pub(super) fn as_slice(&self) -> &[ChunkInfo] {
        // SAFETY: so many elements have been written, and these never change.
        unsafe { slice::from_raw_parts(self.first(), self.len) }
    }

    pub(super) fn into_memory(self) -> Option<Memory> {
        self.memory
    }
}
