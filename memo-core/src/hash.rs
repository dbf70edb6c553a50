//! The default hasher, and where its randomness comes from.

use std::hash::{BuildHasher, Hasher};

/// The hasher of every cache that names no other: fast, and seeded at random once per process.
///
/// Keys that an attacker may choose want a hasher that is hard to attack: `hasher = std::hash::RandomState` is `SipHash`.
#[derive(Clone, Debug)]
pub struct DefaultHashBuilder(seeds::State);

impl Default for DefaultHashBuilder {
    #[inline]
    fn default() -> Self {
        Self(seeds::state())
    }
}

impl BuildHasher for DefaultHashBuilder {
    type Hasher = DefaultHasher;

    #[inline]
    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher(self.0.build_hasher())
    }
}

/// The hasher that [`DefaultHashBuilder`] builds.
#[derive(Clone)]
pub struct DefaultHasher(foldhash::fast::FoldHasher<'static>);

macro_rules! forward {
    ($($write:ident: $t:ty),*) => { $(
        #[inline]
        fn $write(&mut self, value: $t) {
            self.0.$write(value);
        }
    )* };
}

impl Hasher for DefaultHasher {
    forward! { write: &[u8], write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64, write_u128: u128, write_usize: usize }

    #[inline]
    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

pub(crate) use seeds::fresh_seed;

#[cfg(not(memokit_fixed_seeds))]
mod seeds {
    use std::hash::{BuildHasher, Hasher, RandomState};

    pub(super) type State = foldhash::fast::RandomState;

    #[inline]
    pub(super) fn state() -> State {
        State::default()
    }

    /// A number that differs between processes and calls. std's hasher keys are the one source of randomness that std offers.
    pub(crate) fn fresh_seed() -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

/// The same numbers in every process, so that what is counted in one can be compared with what is counted in another.
#[cfg(memokit_fixed_seeds)]
mod seeds {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    pub(super) type State = foldhash::fast::FixedState;

    pub(super) fn state() -> State {
        State::with_seed(fresh_seed())
    }

    pub(crate) fn fresh_seed() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}
