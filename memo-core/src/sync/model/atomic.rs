//! Atomics that look like std's, in a model's [memory](super::memory).

use std::cell::UnsafeCell;
use std::fmt;
pub(crate) use std::sync::atomic::Ordering;

use super::memory;

/// Between accesses of this thread: as strong as it says.
pub(crate) fn fence(order: Ordering) {
    memory::fence(order);
}

/// A type of atomics, from its values' bits and back.
macro_rules! atomics {
    ($($Atomic:ident $(<$T:ident>)? of $Value:ty: $to:expr, $from:expr;)*) => { $(
        #[repr(transparent)]
        pub(crate) struct $Atomic $(<$T>)? {
            /// The newest value.
            cell: UnsafeCell<$Value>,
        }

        // SAFETY: the model's threads take turns.
        unsafe impl $(<$T>)? Sync for $Atomic $(<$T>)? {}
        // SAFETY: as above.
        unsafe impl $(<$T>)? Send for $Atomic $(<$T>)? {}

        #[allow(dead_code, reason = "each has the same face")]
        impl $(<$T>)? $Atomic $(<$T>)? {
            pub(crate) const fn new(value: $Value) -> Self {
                Self { cell: UnsafeCell::new(value) }
            }

            fn bits(value: $Value) -> u64 {
                ($to)(value)
            }

            /// What is there now, and how to put something there.
            fn place(&self) -> (usize, impl FnMut(Option<u64>) -> u64) {
                let cell = self.cell.get();
                // SAFETY: the model's threads take turns, and `self` is alive.
                let access = move |new: Option<u64>| unsafe {
                    if let Some(new) = new {
                        cell.write(($from)(new));
                    }
                    Self::bits(cell.read())
                };
                (cell.addr(), access)
            }

            pub(crate) fn load(&self, order: Ordering) -> $Value {
                let (address, access) = self.place();
                ($from)(memory::load(address, access, order))
            }

            pub(crate) fn store(&self, value: $Value, order: Ordering) {
                let (address, access) = self.place();
                memory::store(address, access, Self::bits(value), order);
            }

            pub(crate) fn swap(&self, value: $Value, order: Ordering) -> $Value {
                self.update(order, |_| Some(value)).unwrap_or_else(|old| old)
            }

            pub(crate) fn compare_exchange(
                &self,
                old: $Value,
                new: $Value,
                order: Ordering,
                _: Ordering,
            ) -> Result<$Value, $Value> {
                self.update(order, |there| (there == old).then_some(new))
            }

            fn update(&self, order: Ordering, new: impl FnOnce($Value) -> Option<$Value>) -> Result<$Value, $Value> {
                let (address, access) = self.place();
                let new = |old| new(($from)(old)).map(Self::bits);
                memory::update(address, access, order, new).map($from).map_err($from)
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
    pub(crate) fn fetch_add(&self, more: u64, order: Ordering) -> u64 {
        self.update(order, |old| Some(old + more)).unwrap_or_else(|old| old)
    }
}

impl AtomicU32 {
    pub(crate) fn fetch_add(&self, more: u32, order: Ordering) -> u32 {
        self.update(order, |old| Some(old + more)).unwrap_or_else(|old| old)
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
