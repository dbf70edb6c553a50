//! The time as a cache sees it: a duration since some fixed origin.
//!
//! Writes read the precise clock. Hits read the [`ticker`]'s last tick, one relaxed load, because a
//! precise reading costs more than the rest of a hit. The tick is behind the precise clock by at
//! most its period, as long as the timer thread gets the processor in time; by more than that an
//! entry's [deadline](crate::table::Deadline) comes before the end of its time to live. So no entry
//! outlives its time to live.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::nesting::nested;
use crate::system_clock::{nanos, system_now};
use crate::ticker;

/// A source of time, for tests that must not sleep and for programs with a time of their own.
///
/// It must never go backwards.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, ManualClock};
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let cache = Cache::builder().ttl(Duration::from_secs(10)).clock(clock.clone()).build();
/// cache.insert("a", 1);
/// clock.advance(Duration::from_secs(10));
/// assert_eq!(cache.get("a"), None);
/// ```
pub trait Clock: Send + Sync {
    /// Returns the time since an origin that stays the same as long as the clock lives.
    fn now(&self) -> Duration;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Duration {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Duration {
        (**self).now()
    }
}

/// A clock that only moves when it is told to. Clones share one time.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Clock, ManualClock};
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let clone = clock.clone();
/// clock.advance(Duration::from_millis(5));
/// assert_eq!(clone.now(), Duration::from_millis(5));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// Makes a clock at its origin.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Clock, ManualClock};
    ///
    /// assert!(ManualClock::new().now().is_zero());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time forward. Saturates after 584 years.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Clock, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// clock.advance(Duration::from_secs(1));
    /// clock.advance(Duration::from_secs(2));
    /// assert_eq!(clock.now(), Duration::from_secs(3));
    /// ```
    pub fn advance(&self, by: Duration) {
        let by = nanos(by);
        let _ = self.0.fetch_update(Relaxed, Relaxed, |now| Some(now.saturating_add(by)));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Relaxed))
    }
}

thread_local! {
    static READING: Cell<usize> = const { Cell::new(0) };
}

/// Reads a user's clock. The greatest number of nanoseconds is never returned: as a deadline it
/// means "never".
///
/// # Panics
///
/// If the clock always uses the cache whose time it tells.
fn reading(clock: &dyn Clock) -> u64 {
    let message =
        || String::from("a cache cannot be used by its own clock: `Clock::now` calls it, which reads the clock");
    nested(&READING, message, || nanos(clock.now()).min(u64::MAX - 1))
}

/// The clock of one cache.
#[derive(Clone)]
pub(crate) enum Time {
    System,
    Custom(Arc<dyn Clock>),
}

impl Time {
    /// The precise time, for writes, in nanoseconds since the clock's origin.
    pub(crate) fn precise(&self) -> u64 {
        match self {
            Self::System => {
                let now = system_now();
                ticker::notice(now);
                now
            }
            Self::Custom(clock) => reading(&**clock),
        }
    }

    /// The coarse time, for hits: at most one tick behind [`precise`](Self::precise), never ahead.
    #[inline]
    pub(crate) fn coarse(&self) -> u64 {
        match self {
            Self::System => ticker::last_tick(),
            Self::Custom(clock) => reading(&**clock),
        }
    }

    pub(crate) fn is_system(&self) -> bool {
        matches!(self, Self::System)
    }
}
