//! The 31 bits of a hash that a table uses.
//!
//! From the highest: 16 bits choose the segment, 8 and more the bucket in it, the last 7 are the
//! tag in the bucket. Below them is a one, which distinguishes a tag from an empty position. The
//! entry stores the first 24 bits (the *fragment*) and its bucket the rest, so that no key is ever
//! hashed again.

use std::any::TypeId;

use crate::hash::DefaultHashBuilder;

/// The bits of a hash that a table uses, with a one below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortHash(u32);

/// Bits of a tag, including the one at its end.
const TAG_BITS: u32 = 8;
const TAG: u32 = (1 << TAG_BITS) - 1;
/// Bits that choose the segment: there are at most 65 536 segments.
pub(super) const MAX_DEPTH: u32 = 16;

impl ShortHash {
    /// From the result of a hasher `H`.
    #[expect(clippy::cast_possible_truncation, reason = "32 bits are wanted")]
    #[inline(always)]
    pub(crate) fn of<H: 'static>(finished: u64) -> Self {
        // The default hasher varies all 64 bits, though with an unlucky seed not every part of them
        // equally: so both halves are folded. Other hashers may be as weak as the identity and vary
        // only the lowest bits: multiplied by an odd constant (Knuth's, 2^64 / golden ratio), these
        // reach the highest bits.
        let folded = finished ^ finished >> 32;
        let spread = if TypeId::of::<H>() == TypeId::of::<DefaultHashBuilder>() {
            folded
        } else {
            folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
        };
        Self(spread as u32 | 1)
    }

    /// From the two stored parts.
    #[expect(clippy::cast_possible_truncation, reason = "a byte")]
    pub(super) fn join(fragment: u32, tag: u64) -> Self {
        Self(fragment << TAG_BITS | tag as u32 & TAG | 1)
    }

    /// From all of its [bits](Self::bits).
    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// All of its bits.
    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// The part that the entry stores.
    #[inline(always)]
    pub(super) fn fragment(self) -> u32 {
        self.0 >> TAG_BITS
    }

    /// The part that the bucket stores: an odd byte.
    #[inline(always)]
    pub(super) fn tag(self) -> u64 {
        u64::from(self.0 & TAG)
    }

    /// Index among 2^depth segments; `shift` is 32 - depth.
    #[expect(clippy::cast_possible_truncation, reason = "at most 16 bits are left")]
    #[inline(always)]
    pub(super) fn segment(self, shift: u32) -> usize {
        (u64::from(self.0) >> (shift & 63)) as usize
    }

    /// Whether a split of a segment of this depth moves this hash to the new segment: its first bit
    /// after the depth.
    pub(super) fn moves_at_split(self, depth: u32) -> bool {
        self.0 >> (u32::BITS - 1 - depth) & 1 == 1
    }

    /// Index among the `buckets` of a segment, from the bits that do not choose the segment.
    #[inline(always)]
    pub(super) fn bucket(self, buckets: u32) -> u32 {
        ((u64::from(self.0 << MAX_DEPTH) * u64::from(buckets)) >> 32) as u32
    }
}
