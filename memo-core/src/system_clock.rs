//! The system's monotonic clock, in nanoseconds.

use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

/// Nanoseconds, saturating: 2^64 of them are 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Nanoseconds since the process first asked.
pub(crate) fn system_now() -> u64 {
    static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);
    nanos(ORIGIN.elapsed())
}
