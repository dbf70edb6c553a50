//! Keys that are stored as themselves: numbers and other small values.

use super::key_trait::{Key, stored_as_itself};
use std::any::TypeId;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::NonZero;
use std::time::{Duration, Instant, SystemTime};

/// Slices of integers are hashed in blocks of this many bytes, with one write each. The limit makes
/// it possible to hash integers that are not contiguous (`[&u8]`, a `VecDeque`) with the same
/// writes: they are collected in a block on the stack. A multiple of every integer's size, and so
/// large that most keys are one block.
const BLOCK: usize = 1024;

/// Collects integers into the writes that a slice of them would make.
struct IntegerBlock {
    bytes: [u8; BLOCK],
    used: usize,
}

impl IntegerBlock {
    fn new() -> Self {
        Self { bytes: [0; BLOCK], used: 0 }
    }

    #[inline]
    fn push<const N: usize>(&mut self, bytes: [u8; N], state: &mut impl Hasher) {
        self.bytes[self.used..self.used + N].copy_from_slice(&bytes);
        self.used += N;
        if self.used == BLOCK {
            self.flush(state);
        }
    }

    #[inline]
    fn flush(&mut self, state: &mut impl Hasher) {
        if self.used > 0 {
            state.write(&self.bytes[..self.used]);
            self.used = 0;
        }
    }
}

macro_rules! integers {
    ($($Int:ty)*) => { $(
        impl Key for $Int {
            stored_as_itself!();

            // `Hash::hash_slice` of integers is one write of all their bytes. Std does not
            // guarantee that; a test checks it.
            #[inline]
            fn hash_slice<H: Hasher>(items: &[Self], state: &mut H) {
                for block in items.chunks(BLOCK / size_of::<Self>()) {
                    Hash::hash_slice(block, state);
                }
            }

            #[inline]
            fn hash_items<'a, H: Hasher>(items: impl Iterator<Item = &'a Self>, state: &mut H) {
                let mut block = IntegerBlock::new();
                items.for_each(|item| block.push(item.to_ne_bytes(), state));
                block.flush(state);
            }

            #[inline]
            fn match_slice(items: &[Self], stored: &[Self]) -> bool {
                items == stored
            }

            #[inline]
            fn store_slice(items: &[Self]) -> Box<[Self]> {
                items.into()
            }
        }

        impl Key for NonZero<$Int> {
            stored_as_itself!();
        }
    )* };
}
integers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

macro_rules! scalars {
    ($($Type:ty)*) => { $(
        impl Key for $Type {
            stored_as_itself!();
        }
    )* };
}
scalars! {
    bool char Ordering TypeId Duration Instant SystemTime
    IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6
}

impl Key for () {
    stored_as_itself!();
}
