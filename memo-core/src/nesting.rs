//! A bound on user code that calls itself through a cache: it panics with a message before the
//! stack overflows.

use std::cell::Cell;
use std::thread::LocalKey;

/// The maximum depth. That user code calls itself once or twice is legitimate.
pub(crate) const MAX_NESTING: usize = 32;

/// Lets go of one level when it is dropped.
struct NestingGuard(&'static LocalKey<Cell<usize>>);

impl Drop for NestingGuard {
    fn drop(&mut self) {
        let _ = self.0.try_with(|depth| depth.set(depth.get() - 1));
    }
}

/// Runs user code one level deeper. `depth` is this thread's level.
///
/// # Panics
///
/// With this message if the level is [`MAX_NESTING`].
pub(crate) fn nested<T>(
    depth: &'static LocalKey<Cell<usize>>,
    message: impl FnOnce() -> String,
    run: impl FnOnce() -> T,
) -> T {
    // Where the thread's locals are gone there is no bound.
    let entered = depth.try_with(|depth| {
        assert!(depth.get() < MAX_NESTING, "{}", message());
        depth.set(depth.get() + 1);
    });
    let _level = entered.is_ok().then_some(NestingGuard(depth));
    run()
}
