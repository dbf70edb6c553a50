//! A message about a wait that takes suspiciously long, in debug builds.

use std::time::Duration;

use crate::system_clock::{self, nanos};

/// A wait that takes longer is told of.
const LONG: Duration = Duration::from_secs(5);

/// When a wait that begins now is told of. `None` in release builds.
pub(super) fn tell_at(now: impl FnOnce() -> u64) -> Option<u64> {
    (cfg!(debug_assertions) && system_clock::EXISTS).then(|| now().saturating_add(nanos(LONG)))
}

/// Tells of a wait for a run of this cache.
pub(super) fn tell(waiter: &str, cache: &str) {
    eprintln!(
        "memokit: a {waiter} has waited for {} s for a value of {cache} that another thread or task computes. This is \
         right if that takes so long. If that one waits in turn for this {waiter}, it will never end: in a pool whose workers \
         take up other jobs while they wait (rayon), or if the task that computes is polled no more (`buffered`, \
         `select!`). Ways out: memokit's feature `rayon`; `single_flight = \"5s\"` or `single_flight = false`; see \
         `Limits` in the guide. (Only debug builds print this.)",
        LONG.as_secs(),
    );
}
