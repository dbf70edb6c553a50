//! The system's monotonic clock, read in nanoseconds.
//!
//! WebAssembly in a browser has one only through JavaScript, which the feature `web-time` brings.
//! Without it there is none there, and what needs none works.

use std::time::Duration;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::time::Instant;

use once_cell::sync::Lazy;
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "web-time"))]
use web_time::Instant;

#[cfg(all(target_family = "wasm", target_os = "unknown", not(feature = "web-time")))]
use self::no_clock::Instant;

/// Whether there is a clock.
pub(crate) const EXISTS: bool =
    cfg!(any(not(all(target_family = "wasm", target_os = "unknown")), feature = "web-time"));

/// Converts to nanoseconds. Saturates: 2^64 of them are 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The time of the first call of [`system_now`]: four and a half years, so that there are as many
/// earlier times as a process can have later ones. See [`Deadline`](crate::table::Deadline).
pub(crate) const ORIGIN: u64 = 1 << 57;

/// Returns the nanoseconds since the first call in this process, plus [`ORIGIN`].
///
/// # Panics
///
/// If there is no clock.
pub(crate) fn system_now() -> u64 {
    static FIRST_CALL: Lazy<Instant> = Lazy::new(Instant::now);
    nanos(FIRST_CALL.elapsed()).saturating_add(ORIGIN)
}

#[cfg(all(target_family = "wasm", target_os = "unknown", not(feature = "web-time")))]
mod no_clock {
    use std::time::Duration;

    /// What stands for the clock.
    pub(super) struct Instant;

    impl Instant {
        pub(super) fn now() -> Self {
            panic!(
                "there is no clock on this target: enable the feature `web-time` of memokit, or give the cache a `clock`"
            )
        }

        pub(super) fn elapsed(&self) -> Duration {
            unreachable!("never made")
        }
    }
}
