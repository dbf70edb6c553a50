//! The default hasher, and the source of random seeds.

use std::hash::{BuildHasher, Hasher};

/// Builds the hashers of every cache that does not name another one: fast, and seeded at random
/// once per process.
///
/// Keys that an attacker may choose need a hasher that resists crafted collisions, such as
/// [`RandomState`], which is `SipHash` (in the attribute, `hasher = std::hash::RandomState`).
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
/// use std::hash::RandomState;
///
/// let sessions = Cache::builder().lru(1_000).hasher(RandomState::new()).build();
/// sessions.insert("token".to_owned(), 7);
/// assert_eq!(sessions.get("token"), Some(7));
/// ```
///
/// [`RandomState`]: std::hash::RandomState
#[derive(Clone, Debug)]
pub struct DefaultHashBuilder(seeds::SeededState);

impl Default for DefaultHashBuilder {
    #[inline]
    fn default() -> Self {
        Self(seeds::seeded_state())
    }
}

impl BuildHasher for DefaultHashBuilder {
    type Hasher = DefaultHasher;

    #[inline]
    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher(self.0.build_hasher())
    }
}

/// The hasher that [`DefaultHashBuilder`] builds. Not for storage: its hashes differ between
/// processes.
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

pub(crate) use seeds::{fresh_seed, unordered_hasher};

#[cfg(not(memokit_fixed_seeds))]
mod seeds {
    use std::hash::{BuildHasher, Hasher, RandomState};
    use std::sync::OnceLock;

    pub(super) type SeededState = foldhash::fast::RandomState;

    #[inline]
    pub(super) fn seeded_state() -> SeededState {
        SeededState::default()
    }

    /// Returns a hasher for entries whose hashes are added up: `SipHash`, with the same keys
    /// throughout the process.
    pub(crate) fn unordered_hasher() -> impl Hasher {
        static STATE: OnceLock<RandomState> = OnceLock::new();
        STATE.get_or_init(RandomState::new).build_hasher()
    }

    /// Returns a number that differs between processes and between calls. The keys of std's hasher
    /// are the only source of randomness in std.
    pub(crate) fn fresh_seed() -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

/// The same seeds in every process, so that instruction counts of different processes can be
/// compared.
#[cfg(memokit_fixed_seeds)]
mod seeds {
    use std::hash::{DefaultHasher, Hasher};
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    pub(super) type SeededState = foldhash::fast::FixedState;

    pub(super) fn seeded_state() -> SeededState {
        SeededState::with_seed(fresh_seed())
    }

    pub(crate) fn unordered_hasher() -> impl Hasher {
        DefaultHasher::new()
    }

    pub(crate) fn fresh_seed() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}
