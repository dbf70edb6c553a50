//! Counts the work of this thread, in unit tests only: what bounds the longest wait for a lock must
//! not be measured by a clock.

#[cfg(test)]
use std::cell::Cell;

/// What a thread did.
#[cfg(test)]
#[derive(Clone, Copy, Default)]
pub(super) struct Steps {
    /// Entries, and bounds and addresses of some, looked at or changed.
    pub(super) all: usize,
    /// The most of them during one holding of a lock.
    pub(super) most: usize,
    /// Scans of the hazard pointers.
    pub(super) scans: usize,
    /// Since a lock was last taken.
    recent: usize,
}

#[cfg(test)]
thread_local! {
    static STEPS: Cell<Steps> = const { Cell::new(Steps { all: 0, most: 0, scans: 0, recent: 0 }) };
}

#[cfg(test)]
fn change(change: impl FnOnce(&mut Steps)) {
    let mut steps = STEPS.get();
    change(&mut steps);
    STEPS.set(steps);
}

/// A lock is taken.
#[inline(always)]
pub(super) fn lock() {
    #[cfg(test)]
    change(|steps| steps.recent = 0);
}

/// The hazard pointers are scanned.
#[inline(always)]
pub(super) fn scan() {
    #[cfg(test)]
    change(|steps| steps.scans += 1);
}

/// So many entries, bounds or addresses are looked at or changed.
#[inline(always)]
pub(super) fn add(number: usize) {
    #[cfg(test)]
    change(|steps| {
        steps.all += number;
        steps.recent += number;
        steps.most = steps.most.max(steps.recent);
    });
    let _ = number;
}

/// Returns what this thread does during `work`.
#[cfg(test)]
pub(super) fn steps_of(work: impl FnOnce()) -> Steps {
    STEPS.set(Steps::default());
    work();
    STEPS.get()
}
