//! The memory of a table: allocated here, and freed once the table was emptied and no reader uses
//! it.

use std::alloc::{Layout, handle_alloc_error};
use std::ops::Range;
use std::ptr::NonNull;

use crate::sync::{alloc, alloc_zeroed, dealloc};

/// An allocation of a table. Leaks unless it is freed with a [`Detached`] one.
pub(super) struct Memory {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: plain memory, which this owns.
unsafe impl Send for Memory {}

impl Memory {
    pub(super) fn uninit(layout: Layout) -> Self {
        Self::allocate(layout, alloc)
    }

    pub(super) fn zeroed(layout: Layout) -> Self {
        Self::allocate(layout, alloc_zeroed)
    }

    fn allocate(layout: Layout, allocate: unsafe fn(Layout) -> *mut u8) -> Self {
        assert_ne!(layout.size(), 0);
        // SAFETY: the layout is not empty.
        let start = unsafe { allocate(layout) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(layout) };
        Self { start, layout }
    }

    /// The address of what it begins with.
    #[inline(always)]
    pub(super) fn first<T>(&self) -> *mut T {
        self.start.cast().as_ptr()
    }

    pub(super) fn size(&self) -> usize {
        self.layout.size()
    }

    /// Its addresses.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.start.addr().get();
        start..start + self.size()
    }
}

/// The memory of a table that was emptied. Leaks unless [freed](Self::free).
pub(crate) struct Detached {
    memory: Vec<Memory>,
    /// The addresses of its chunks.
    ranges: Vec<Range<usize>>,
}

impl Detached {
    pub(super) fn new(memory: Vec<Memory>, ranges: Vec<Range<usize>>) -> Self {
        Self { memory, ranges }
    }

    /// The addresses of its chunks.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = &Range<usize>> {
        self.ranges.iter()
    }

    /// Frees the memory.
    ///
    /// # Safety
    ///
    /// No reader uses it any more.
    pub(crate) unsafe fn free(self) {
        for Memory { start, layout } in self.memory {
            // SAFETY: allocated with this layout, and by contract not in use.
            unsafe { dealloc(start.as_ptr(), layout) };
        }
    }
}
