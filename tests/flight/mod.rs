//! Tests of single flight: one run per key at a time, and no caller waits for ever.

mod cache;
mod circles;
mod functions;
mod task_circles;
mod tasks;
mod thread_end;
mod wakers;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs the test on a thread of its own and fails if it does not end: a deadlock must not stop the
/// suite.
pub fn watchdog<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    let thread = thread::spawn(move || {
        let result = test();
        let _ = done.send(());
        result
    });
    if wait.recv_timeout(Duration::from_secs(20)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("the test hangs");
    }
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
