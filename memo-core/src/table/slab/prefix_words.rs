//! Words before the heads of a store's entries: only some stores need any, for exact deadlines or
//! weights.

use crate::sync::atomic::AtomicU64;
use crate::table::node::Head;

/// The words before each head, counted downwards from it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PrefixWords {
    pub(crate) words: u8,
}

impl PrefixWords {
    /// Reserves one more word, and returns its number.
    pub(crate) fn reserve(&mut self) -> u8 {
        self.words += 1;
        self.words
    }
}

/// A word before this head.
///
/// # Safety
///
/// `head` is in a slab whose [`PrefixWords`] include this number.
pub(crate) unsafe fn prefix_word<'a>(head: *const Head, number: u8) -> &'a AtomicU64 {
    // SAFETY: by contract; words are aligned as heads are, and are initialised with their chunk.
    unsafe { &*head.cast::<AtomicU64>().sub(number as usize) }
}
