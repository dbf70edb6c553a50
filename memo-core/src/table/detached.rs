//! The memory of an emptied table, until no reader uses it.

use std::alloc::Layout;
use std::ops::Range;

use crate::sync::dealloc;

/// The memory of a table that was emptied. Leaks unless [freed](Self::free).
pub(crate) struct Detached {
    memory: Vec<(*mut u8, Layout)>,
    /// The addresses of its chunks.
    ranges: Vec<Range<usize>>,
}

// SAFETY: plain memory, which this owns.
unsafe impl Send for Detached {}

impl Detached {
    pub(super) fn new(memory: Vec<(*mut u8, Layout)>, ranges: Vec<Range<usize>>) -> Self {
        Self { memory, ranges }
    }

    /// Whether the address is that of a cell in here.
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.ranges.iter().any(|range| range.contains(&address))
    }

    /// Frees the memory.
    ///
    /// # Safety
    ///
    /// No reader uses it any more.
    pub(crate) unsafe fn free(self) {
        for (pointer, layout) in self.memory {
            // SAFETY: allocated with this layout, and by contract not in use.
            unsafe { dealloc(pointer, layout) };
        }
    }
}
