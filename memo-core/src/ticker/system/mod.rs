//! What the timer thread needs of the system beside std.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use other::{keep_loaded, let_unload, on_fork, with_signals_blocked};
#[cfg(unix)]
pub(super) use unix::{keep_loaded, let_unload, on_fork, with_signals_blocked};
