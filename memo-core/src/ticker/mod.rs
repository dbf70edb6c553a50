//! One background thread for the whole process: it advances the coarse clock that hits read, sweeps
//! expired entries out of idle caches, and wakes tasks whose longest wait is over.
//!
//! It has a list of jobs by the time at which they are due ([`schedule`]), and sleeps until the
//! first of them: a store is in the list while it has entries that can expire, so a cache without
//! such entries costs nothing, however many there are. The coarse clock ticks only while hits read
//! it.
//!
//! The first entry that can expire starts the thread ([`thread`]). Nothing depends on it for being
//! right: where it does not run (no thread can be started, [`shutdown`], a child of `fork`), hits
//! read the precise clock, misses remove expired entries, and a task whose wait must end does not
//! wait at all. The next need starts it again.

mod schedule;
mod system;
mod thread;

pub(crate) use schedule::{
    SHIFTED_FROM, Sweep, Sweeps, keep_ticking, last_tick, last_tick_if_any, notice, shift_for, tick_for,
};
pub use thread::shutdown;
pub(crate) use thread::{AlarmId, cancel, ensure_started, wake_at};
