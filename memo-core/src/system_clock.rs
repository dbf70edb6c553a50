//! The system's monotonic clock, read in nanoseconds.

use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

/// Converts to nanoseconds. Saturates: 2^64 of them are 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The time of the first call of [`system_now`]: four and a half years, so that there are as many
/// earlier times as a process can have later ones. See [`Deadline`](crate::table::Deadline).
pub(crate) const ORIGIN: u64 = 1 << 57;

/// Returns the nanoseconds since the first call in this process, plus [`ORIGIN`].
pub(crate) fn system_now() -> u64 {
    static FIRST_CALL: Lazy<Instant> = Lazy::new(Instant::now);
    nanos(FIRST_CALL.elapsed()).saturating_add(ORIGIN)
}
