//! What threads share, as a model: shuttle chooses who goes on at each access, [`memory`] chooses which of the values that the language allows
//! a load sees.
//!
//! Shuttle alone takes every access for sequentially consistent, and loom's atomics can neither stand in zeroed memory nor in a `static`,
//! which is where a table's are. So these atomics look in memory like std's, and what is known of each is kept beside them by address.

pub(crate) mod atomic;
mod lock;
mod memory;

pub(crate) use lock::{Condvar, Mutex, MutexGuard};
pub(crate) use memory::{alloc, alloc_zeroed, dealloc, reads, writes};
pub(crate) use shuttle::thread::yield_now;
pub(crate) use shuttle::thread_local;
pub(crate) use std::sync::PoisonError;

/// Begins one run of a model, and forgets the last.
#[cfg(test)]
pub(crate) fn begin() {
    memory::begin();
}

pub(crate) fn spin_loop() {
    yield_now();
}

pub(crate) fn sleep(_: std::time::Duration) {
    yield_now();
}

/// A thread of a model. What happened before it began it knows, and who joins it knows what it did.
#[cfg(test)]
pub(crate) struct Thread<T>(
    shuttle::thread::JoinHandle<T>,
    std::sync::Arc<std::sync::OnceLock<shuttle::current::TaskId>>,
);

#[cfg(test)]
pub(crate) fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Thread<T> {
    let begun = memory::now();
    let task = std::sync::Arc::<std::sync::OnceLock<_>>::default();
    let its = std::sync::Arc::clone(&task);
    let thread = shuttle::thread::spawn(move || {
        its.set(shuttle::current::me()).expect("a thread begins once");
        memory::learn(&begun);
        work()
    });
    Thread(thread, task)
}

#[cfg(test)]
impl<T> Thread<T> {
    pub(crate) fn join(self) -> T {
        let value = self.0.join().expect("a thread of a model ends well");
        memory::learn(&memory::of_task(*self.1.get().expect("it began")));
        value
    }
}

/// Nothing that a model could tell.
pub(crate) fn prefetch<T>(_: *const T) {}
