//! The sizes, parameters and statistics of a store.

use std::time::Duration;

use super::sharing::Sharing;
use super::store::Store;
use crate::config::SingleFlight;
use crate::info::{CacheInfo, CacheParameters};

impl<S: Sharing> Store<S> {
    /// Returns the number of entries that have not expired. Sweeps first.
    pub(super) fn len(&self) -> usize {
        self.sweep();
        self.stripes().map(|stripe| stripe.lock().live).sum()
    }

    /// Returns the total weight of entries that have not expired. Sweeps first.
    pub(super) fn weight(&self) -> u64 {
        self.sweep();
        self.stripes().map(|stripe| stripe.lock().weight()).sum()
    }

    fn max_entries(&self) -> Option<usize> {
        self.stripes().map(|stripe| stripe.lock().max_entries()).sum()
    }

    /// Returns the statistics. Sweeps nothing, runs no user code, and holds the lock to read one
    /// word.
    pub(super) fn info(&self) -> CacheInfo {
        let config = &self.common.config;
        CacheInfo { maxsize: self.max_entries(), max_weight: config.max_weight, ..self.common.stats.info() }
    }

    pub(super) fn parameters(&self, typed: bool) -> CacheParameters {
        let config = &self.common.config;
        let evicts = self.stripes().any(|stripe| stripe.lock().policy.is_some());
        CacheParameters {
            maxsize: self.max_entries(),
            typed,
            policy: if evicts { config.policy_or_lru().name() } else { "unbounded" },
            max_weight: config.max_weight,
            ttl: self.common.ttl(),
            idle: self.common.deadlines.idle().map(Duration::from_nanos),
            jitter: config.jitter,
            single_flight: config.single_flight != SingleFlight::Off,
        }
    }
}
