//! Counting what getters do. Behind a field there is no cache that could count: the counts belong to the getter, over all instances.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::info::CacheInfo;
use crate::striped::stripe;

/// What happens at a getter.
pub trait Tally {
    /// A computation began.
    fn computed(&self);
    /// A computation ended without a value.
    fn failed(&self);
    /// The value was there.
    fn hit(&self);
    /// The value was not there, but somebody else computed it.
    fn waited(&self);
}

/// Counts computations, and nothing where the value is there.
pub struct FieldSite {
    computed: AtomicU64,
    failed: AtomicU64,
}

impl FieldSite {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { computed: AtomicU64::new(0), failed: AtomicU64::new(0) }
    }

    /// Computations are misses. Entries are not counted: they come and go with their instances.
    pub fn info(&self) -> CacheInfo {
        CacheInfo { misses: self.computed.load(Relaxed), errors: self.failed.load(Relaxed), ..CacheInfo::default() }
    }
}

impl Default for FieldSite {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally for FieldSite {
    fn computed(&self) {
        self.computed.fetch_add(1, Relaxed);
    }

    fn failed(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    #[inline]
    fn hit(&self) {}

    fn waited(&self) {}
}

/// As many as a desktop has threads, so that they rarely meet on one line.
const STRIPES: usize = 8;

#[repr(align(64))]
struct Stripe(AtomicU64);

/// Counts every call: the word `stats`.
pub struct FieldStats {
    site: FieldSite,
    waited: AtomicU64,
    hits: [Stripe; STRIPES],
}

impl FieldStats {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { site: FieldSite::new(), waited: AtomicU64::new(0), hits: [const { Stripe(AtomicU64::new(0)) }; STRIPES] }
    }

    /// Every call is exactly one of a hit, a miss and a coalesced one.
    pub fn info(&self) -> CacheInfo {
        let hits = self.hits.iter().map(|stripe| stripe.0.load(Relaxed)).sum();
        CacheInfo { hits, coalesced: self.waited.load(Relaxed), ..self.site.info() }
    }
}

impl Default for FieldStats {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally for FieldStats {
    fn computed(&self) {
        self.site.computed();
    }

    fn failed(&self) {
        self.site.failed();
    }

    #[inline]
    fn hit(&self) {
        self.hits[stripe() % STRIPES].0.fetch_add(1, Relaxed);
    }

    fn waited(&self) {
        self.waited.fetch_add(1, Relaxed);
    }
}

/// Counts nothing: `handle = false`, where nobody could ask.
pub struct NotCounted;

impl Tally for NotCounted {
    fn computed(&self) {}

    fn failed(&self) {}

    #[inline]
    fn hit(&self) {}

    fn waited(&self) {}
}

/// One call that did not find the value.
pub(super) struct Miss<'t, T: Tally> {
    tally: &'t T,
    ran: bool,
    succeeded: bool,
}

impl<'t, T: Tally> Miss<'t, T> {
    pub(super) fn new(tally: &'t T) -> Self {
        Self { tally, ran: false, succeeded: false }
    }

    pub(super) fn begin(&mut self) {
        self.ran = true;
        self.tally.computed();
    }

    /// The call has a result, its own or another's.
    pub(super) fn end<V, E>(mut self, result: &Result<V, E>) {
        self.succeeded = result.is_ok();
    }
}

/// Counted when it is over, by whatever means: a panic and a cancelled future are failures too.
impl<T: Tally> Drop for Miss<'_, T> {
    fn drop(&mut self) {
        match (self.ran, self.succeeded) {
            (true, true) => {}
            (true, false) => self.tally.failed(),
            (false, _) => self.tally.waited(),
        }
    }
}
