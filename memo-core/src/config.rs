//! The configuration of a store, which the options of the attributes and the methods of the builder
//! set.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Time};
use crate::policy::PolicyKind;
use crate::system_clock;

/// Whether concurrent calls for one missing key are coalesced into one run.
///
/// A builder takes a `bool` or a [`Duration`] above zero for it.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, SingleFlight};
/// use std::time::Duration;
///
/// assert_eq!(SingleFlight::from(false), SingleFlight::Off);
/// let cache: Cache<u32, u32> = Cache::builder().single_flight(Duration::from_secs(5)).build();
/// assert_eq!(cache.get_or_insert_with(1, || 2), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SingleFlight {
    /// Later callers wait for the run in flight and share its value.
    On,
    /// Every call that misses computes for itself.
    Off,
    /// A waiter gives up after this long and computes for itself. Zero is refused when the cache is
    /// built: see [`Off`](Self::Off).
    Within(Duration),
}

impl From<bool> for SingleFlight {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

impl From<Duration> for SingleFlight {
    fn from(longest_wait: Duration) -> Self {
        Self::Within(longest_wait)
    }
}

/// The configuration of one store.
#[derive(Clone)]
pub struct Config {
    pub(crate) policy: Option<PolicyKind>,
    /// Whether bounds with different policies were set.
    policies_differ: bool,
    pub(crate) max_entries: Option<usize>,
    pub(crate) max_weight: Option<u64>,
    pub(crate) ttl: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) jitter: f64,
    pub(crate) single_flight: SingleFlight,
    pub(crate) time: Time,
    pub(crate) seed: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            policy: None,
            policies_differ: false,
            max_entries: None,
            max_weight: None,
            ttl: None,
            idle: None,
            jitter: 0.0,
            single_flight: SingleFlight::On,
            time: Time::System,
            seed: None,
        }
    }
}

#[expect(missing_docs, reason = "the options of the attribute, documented there")]
impl Config {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn bounded(mut self, policy: PolicyKind, max_entries: usize) -> Self {
        self.policies_differ |= self.policy.is_some_and(|earlier| earlier.name() != policy.name());
        (self.policy, self.max_entries) = (Some(policy), Some(no_bound_if_large(max_entries)));
        self
    }

    /// The policy of a store that evicts, by weight or after a `resize` too.
    pub(crate) fn policy_or_lru(&self) -> PolicyKind {
        self.policy.unwrap_or(PolicyKind::Lru)
    }

    #[must_use]
    pub fn lru(self, max_entries: usize) -> Self {
        self.bounded(PolicyKind::Lru, max_entries)
    }

    #[must_use]
    pub fn lfu(self, max_entries: usize) -> Self {
        self.bounded(PolicyKind::Lfu, max_entries)
    }

    #[must_use]
    pub fn fifo(self, max_entries: usize) -> Self {
        self.bounded(PolicyKind::Fifo, max_entries)
    }

    #[must_use]
    pub fn random(self, max_entries: usize) -> Self {
        let seed = self.seed.unwrap_or_else(crate::hash::fresh_seed);
        self.bounded(PolicyKind::Random { seed }, max_entries)
    }

    #[must_use]
    pub fn max(self, max_entries: usize) -> Self {
        self.bounded(PolicyKind::Max, max_entries)
    }

    #[must_use]
    pub fn max_weight(mut self, max_weight: u64) -> Self {
        self.max_weight = Some(max_weight);
        self
    }

    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    #[must_use]
    pub fn jitter(mut self, jitter: f64) -> Self {
        self.jitter = jitter;
        self
    }

    #[must_use]
    pub fn single_flight(mut self, single_flight: SingleFlight) -> Self {
        self.single_flight = single_flight;
        self
    }

    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.time = Time::Custom(Arc::new(clock));
        self
    }

    /// Fixes the seed of the victims of `random` and of the jitter.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        if let Some(PolicyKind::Random { seed: old }) = &mut self.policy {
            *old = seed;
        }
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// If it cannot work. The error names the first reason.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let invalid = |message| Err(Error::new(message));
        if self.policies_differ {
            return invalid(
                "two of `lru`, `lfu`, `fifo`, `random` and `max` are set: a cache evicts by one policy; keep one of the bounds",
            );
        }
        let needs_clock = self.time.is_system() && (self.ttl.is_some() || self.idle.is_some());
        if !system_clock::EXISTS && (needs_clock || matches!(self.single_flight, SingleFlight::Within(_))) {
            return invalid(
                "there is no clock on this target, and `ttl`, `idle` and a longest wait need one: enable the feature `web-time` of memokit, or, for `ttl` and `idle`, set `clock`",
            );
        }
        if self.idle == Some(Duration::ZERO) {
            return invalid(
                "`idle` is zero: every entry would expire at once; leave it out so that unused entries do not expire",
            );
        }
        if self.single_flight == SingleFlight::Within(Duration::ZERO) {
            return invalid(
                "`single_flight` is a wait of zero: use `false` so that every call that misses computes for itself, or a longer time",
            );
        }
        if !(0.0..=1.0).contains(&self.jitter) {
            return invalid(
                "`jitter` is the greatest fraction of the time to live that is subtracted at random: give a number from 0.0 to 1.0",
            );
        }
        Ok(())
    }
}

/// Slots are `u32`, and two of their values have a special meaning.
pub(crate) const MOST_ENTRIES: usize = u32::MAX as usize - 1;

/// A bound that no store can reach is none: `usize::MAX`.
pub(crate) fn no_bound_if_large(max_entries: usize) -> usize {
    if max_entries > MOST_ENTRIES { usize::MAX } else { max_entries }
}

/// A configuration that cannot work. The message says what is wrong and what to write instead.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
/// use std::time::Duration;
///
/// let error = Cache::<u32, u32>::builder().idle(Duration::ZERO).try_build().unwrap_err();
/// assert!(error.to_string().starts_with("`idle` is zero"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: &'static str,
}

impl Error {
    pub(crate) const fn new(message: &'static str) -> Self {
        Self { message }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Error {}
