//! Whole caches whose values know whether they live.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use super::runner::check;
use crate::cache::{Cache, CacheBuilder};

/// Keys are their own hashes, so that all runs of a model are alike.
#[derive(Clone, Copy, Default)]
pub(super) struct IdentityHasher(u64);

impl BuildHasher for IdentityHasher {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 << 8 | u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

const CHECK: u64 = 0x5EED_5EED;

/// A value that checks that it is alive and whole, and counts how many are.
pub(super) struct Live {
    number: u64,
    check: u64,
    count: LiveCount,
}

/// How many values live.
#[derive(Clone)]
pub(super) struct LiveCount(Arc<AtomicI64>);

impl LiveCount {
    /// A new value.
    pub(super) fn live(&self, number: u64) -> Live {
        self.0.fetch_add(1, SeqCst);
        Live { number, check: number ^ CHECK, count: self.clone() }
    }
}

impl Live {
    pub(super) fn number(&self) -> u64 {
        assert_eq!(self.check, self.number ^ CHECK, "alive and whole");
        self.number
    }
}

impl Clone for Live {
    fn clone(&self) -> Self {
        self.count.live(self.number())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.number();
        self.check = 0;
        self.count.0.fetch_sub(1, SeqCst);
    }
}

pub(super) type ModelCache<V = Live> = Cache<u64, V, IdentityHasher>;

pub(super) fn builder<V>() -> CacheBuilder<u64, V, IdentityHasher> {
    Cache::builder().seed(1).hasher(IdentityHasher::default())
}

/// Checks that no value lives when the model ends.
pub(super) fn check_live(model: impl Fn(&LiveCount) + Send + Sync + 'static) {
    check(move || {
        let count = LiveCount(Arc::new(AtomicI64::new(0)));
        model(&count);
        assert_eq!(count.0.load(SeqCst), 0, "each value was dropped once");
    });
}
