//! Systems without the signals, `fork` and loader of Unix.

pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    spawn()
}

pub(crate) fn on_fork(_before: extern "C" fn(), _in_parent: extern "C" fn(), _in_child: extern "C" fn()) {}

pub(crate) fn keep_loaded() {}

pub(crate) fn let_unload() {}
