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

/// The address of a word before this head.
pub(crate) fn prefix_word(head: *const Head, number: u8) -> *const AtomicU64 {
    head.cast::<AtomicU64>().wrapping_sub(number as usize)
}
