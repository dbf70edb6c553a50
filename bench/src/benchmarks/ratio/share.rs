//! Counts as floating-point numbers.

pub(super) fn share(some: usize, all: usize) -> f64 {
    count(some) / count(all)
}

#[expect(clippy::cast_precision_loss, reason = "52 bits are enough to count calls")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
