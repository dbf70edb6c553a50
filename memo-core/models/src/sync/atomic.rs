//! Atomics with the interface and the layout of std's, in modelled [memory](super::memory).

#![expect(clippy::cast_possible_truncation, reason = "bits become the type that they were")]

use std::cell::UnsafeCell;
use std::fmt;
pub(crate) use std::sync::atomic::Ordering;

use super::access;
pub(crate) use super::access::{compiler_fence, fence};

/// Atomics of each type: how its values become bits, and bits its values.
macro_rules! atomics {
    ($($Atomic:ident $(<$T:ident>)? of $Value:ty: $to:expr, $from:expr;)*) => { $(
        #[repr(transparent)]
        pub(crate) struct $Atomic $(<$T>)? {
            /// The newest value.
            cell: UnsafeCell<$Value>,
        }

        // SAFETY: the threads of a model run one at a time.
        unsafe impl $(<$T>)? Sync for $Atomic $(<$T>)? {}
        // SAFETY: as above.
        unsafe impl $(<$T>)? Send for $Atomic $(<$T>)? {}

        #[allow(dead_code, reason = "all have the same interface")]
        impl $(<$T>)? $Atomic $(<$T>)? {
            pub(crate) const fn new(value: $Value) -> Self {
                Self { cell: UnsafeCell::new(value) }
            }

            fn bits(value: $Value) -> u64 {
                ($to)(value)
            }

            /// The address, and a function that writes the given bits and reads the newest ones.
            fn cell(&self) -> (usize, impl FnMut(Option<u64>) -> u64) {
                let cell = self.cell.get();
                // SAFETY: the threads of a model run one at a time, and `self` is alive.
                let access = move |new: Option<u64>| unsafe {
                    if let Some(new) = new {
                        cell.write(($from)(new));
                    }
                    Self::bits(cell.read())
                };
                (cell.addr(), access)
            }

            pub(crate) fn load(&self, order: Ordering) -> $Value {
                let (address, access) = self.cell();
                ($from)(access::load(address, access, order))
            }

            pub(crate) fn store(&self, value: $Value, order: Ordering) {
                let (address, access) = self.cell();
                access::store(address, access, Self::bits(value), order);
            }

            pub(crate) fn swap(&self, value: $Value, order: Ordering) -> $Value {
                self.update(order, order, |_| Some(value)).unwrap_or_else(|old| old)
            }

            pub(crate) fn compare_exchange(
                &self,
                old: $Value,
                new: $Value,
                order: Ordering,
                failure: Ordering,
            ) -> Result<$Value, $Value> {
                self.update(order, failure, |current| (current == old).then_some(new))
            }

            fn update(
                &self,
                order: Ordering,
                failure: Ordering,
                new: impl FnOnce($Value) -> Option<$Value>,
            ) -> Result<$Value, $Value> {
                let (address, access) = self.cell();
                let new = |old| new(($from)(old)).map(Self::bits);
                access::update(address, access, order, failure, new).map($from).map_err($from)
            }
        }

        impl $(<$T>)? fmt::Debug for $Atomic $(<$T>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($Atomic))
            }
        }
    )* };
}

atomics! {
    AtomicU64 of u64: |value| value, |bits: u64| bits;
    AtomicU32 of u32: u64::from, |bits: u64| bits as u32;
    AtomicUsize of usize: |value| value as u64, |bits: u64| bits as usize;
    AtomicBool of bool: u64::from, |bits: u64| bits != 0;
    AtomicPtr<T> of *mut T: |value: *mut T| value.expose_provenance() as u64,
        |bits: u64| std::ptr::with_exposed_provenance_mut(bits as usize);
}

impl AtomicU64 {
    pub(crate) fn fetch_add(&self, count: u64, order: Ordering) -> u64 {
        self.update(order, order, |old| Some(old + count)).unwrap_or_else(|old| old)
    }

    pub(crate) fn fetch_max(&self, value: u64, order: Ordering) -> u64 {
        self.update(order, order, |old| Some(old.max(value))).unwrap_or_else(|old| old)
    }
}

impl Default for AtomicU64 {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Default for AtomicBool {
    fn default() -> Self {
        Self::new(false)
    }
}
