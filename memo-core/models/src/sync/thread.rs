//! Threads of a model.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use shuttle::current::TaskId;
pub(crate) use shuttle::thread::yield_now;
pub(crate) use shuttle::thread_local;

use super::memory;

pub(crate) fn spin_loop() {
    yield_now();
}

pub(crate) fn sleep(_: Duration) {
    yield_now();
}

/// A thread that was started.
pub(crate) struct ModelThread<T> {
    handle: shuttle::thread::JoinHandle<T>,
    task: Arc<OnceLock<TaskId>>,
}

/// Starts a thread, which knows all that happened before.
pub(crate) fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> ModelThread<T> {
    let known = memory::current_view();
    let task = Arc::<OnceLock<_>>::default();
    let own = Arc::clone(&task);
    let handle = shuttle::thread::spawn(move || {
        own.set(shuttle::current::me()).expect("a thread starts once");
        memory::learn(&known);
        work()
    });
    ModelThread { handle, task }
}

impl<T> ModelThread<T> {
    /// Waits for the end of the thread, and knows then what it did.
    pub(crate) fn join(self) -> T {
        let value = self.handle.join().expect("no thread of a model panics");
        memory::learn(&memory::view_of(*self.task.get().expect("it has started")));
        value
    }
}
