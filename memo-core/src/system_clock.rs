//! The system's monotonic clock, read in nanoseconds.

use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

/// Converts to nanoseconds. Saturates: 2^64 of them are 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns the nanoseconds since the first call in this process.
pub(crate) fn system_now() -> u64 {
    static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);
    nanos(ORIGIN.elapsed())
}
