//! Order statistics of measured values, and a stopwatch.

use std::time::Instant;

pub(crate) fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(&mut values.collect::<Vec<_>>(), 1, 2)
}

/// The value below which `part` of `whole` values are.
pub(crate) fn quantile(values: &mut [f64], part: usize, whole: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * part / whole).copied().unwrap_or(f64::NAN)
}

/// The duration of `work`.
pub(crate) fn milliseconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e3
}
