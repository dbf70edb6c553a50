//! When a reader compares the coarse clock with the precise one.

use std::cell::Cell;

/// Of so many hits on entries that can expire, one reads the precise clock.
const EVERY: u32 = 1024;

/// Counts down to the next check.
pub(crate) struct ClockCheck(Cell<u32>);

impl Default for ClockCheck {
    fn default() -> Self {
        Self::new()
    }
}

impl ClockCheck {
    pub(crate) const fn new() -> Self {
        Self(Cell::new(EVERY))
    }

    /// Counts a hit on the fast path. Returns whether a check is due: then the slow path follows.
    #[inline(always)]
    pub(crate) fn count(&self) -> bool {
        let left = self.0.get().wrapping_sub(1);
        self.0.set(left);
        left == 0
    }

    /// Whether a check is due; then it is not any more.
    pub(crate) fn take(&self) -> bool {
        let is_due = self.0.get().wrapping_sub(1) >= EVERY;
        if is_due {
            self.0.set(EVERY);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::{ClockCheck, EVERY};

    #[test]
    fn one_of_many_hits_checks() {
        let check = ClockCheck::new();
        for _ in 0..3 {
            assert!((1..EVERY).all(|_| !check.count() && !check.take()));
            assert!(check.count());
            assert!(check.take() && !check.take());
        }
        // A check that was missed is made later.
        (0..EVERY + 5).for_each(|_| _ = check.count());
        assert!(check.take());
    }
}
