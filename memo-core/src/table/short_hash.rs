//! The 31 bits of a hash that a table goes by.
//!
//! From the highest: 16 bits choose the segment, 8 and more the bucket in it, the last 7 are the tag in the bucket; below them is a one, by which
//! a bucket knows a tag from nothing. An entry keeps the first 24 with itself and its bucket the rest, so no key is ever hashed again.

use std::any::TypeId;

use crate::hash::DefaultHashBuilder;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortHash(u32);

/// Of a tag, the one at its end included.
const TAG_BITS: u32 = 8;
const TAG: u32 = (1 << TAG_BITS) - 1;
/// More segments than this are not told apart: 65 536.
pub(super) const MAX_DEPTH: u32 = 16;

impl ShortHash {
    /// Of what a hasher `H` finished with.
    #[expect(clippy::cast_possible_truncation, reason = "32 bits are what is wanted")]
    #[inline(always)]
    pub(crate) fn of<H: 'static>(finished: u64) -> Self {
        // The default hasher spreads over all bits, though with an unlucky seed not over each stretch of them: so both halves. Others may be as bad as
        // the identity, and vary in their lowest bits only: multiplied by an odd constant (Knuth's, 2^64 / golden ratio), these reach the
        // highest ones.
        let folded = finished ^ finished >> 32;
        let spread = if TypeId::of::<H>() == TypeId::of::<DefaultHashBuilder>() {
            folded
        } else {
            folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
        };
        Self(spread as u32 | 1)
    }

    /// From the two parts that are kept.
    #[expect(clippy::cast_possible_truncation, reason = "a byte")]
    pub(super) fn join(fragment: u32, tag: u64) -> Self {
        Self(fragment << TAG_BITS | tag as u32 & TAG | 1)
    }

    /// From [all of it](Self::bits).
    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// All of it.
    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// The part that the entry keeps.
    #[inline(always)]
    pub(super) fn fragment(self) -> u32 {
        self.0 >> TAG_BITS
    }

    /// The part that the bucket keeps: a byte that is odd.
    #[inline(always)]
    pub(super) fn tag(self) -> u64 {
        u64::from(self.0 & TAG)
    }

    /// Which of 2^depth segments, by 32 - depth.
    #[expect(clippy::cast_possible_truncation, reason = "at most 16 bits are left")]
    #[inline(always)]
    pub(super) fn segment(self, others: u32) -> usize {
        (u64::from(self.0) >> (others & 63)) as usize
    }

    /// The bit that splits a segment of this depth.
    pub(super) fn splits(self, depth: u32) -> bool {
        self.0 >> (u32::BITS - 1 - depth) & 1 == 1
    }

    /// Which of `buckets` in the segment, from the bits that no segment is chosen by.
    #[inline(always)]
    pub(super) fn bucket(self, buckets: u32) -> u32 {
        ((u64::from(self.0 << MAX_DEPTH) * u64::from(buckets)) >> 32) as u32
    }
}
