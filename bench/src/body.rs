//! The bodies of the memoized functions: nearly trivial, and their runs are counted.

use std::cell::Cell;

thread_local! {
    // One per thread, so that the counter is no shared cache line.
    static RUNS: Cell<u64> = const { Cell::new(0) };
}

/// How many counted bodies have run on this thread. The number must not change while hits are
/// measured.
pub(crate) fn runs() -> u64 {
    RUNS.get()
}

/// Counts one run of a body, and returns its value.
#[inline]
pub(crate) fn counted(value: u64) -> u64 {
    RUNS.set(RUNS.get() + 1);
    value
}

#[inline]
pub(crate) fn of_number(key: u64) -> u64 {
    key ^ 1
}

#[inline]
pub(crate) fn of_pair(a: u64, b: u64) -> u64 {
    a ^ b.rotate_left(32)
}

pub(crate) fn of_text(key: &str) -> u64 {
    key.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

pub(crate) fn of_four(name: &str, list: &[u32], rate: u64, tag: Option<&str>) -> u64 {
    let list = list.iter().fold(0_u64, |sum, item| sum.wrapping_add(u64::from(*item)));
    of_text(name) ^ list ^ rate ^ tag.map_or(0, of_text).rotate_left(8)
}
