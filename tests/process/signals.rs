//! The timer thread takes no signal of the program.

use memokit::memoize;

use crate::Case;

pub const CASES: &[Case] = &[("a_signal_reaches_the_thread_that_waits_for_it", waits_for_a_signal)];

#[memoize(ttl = "60s")]
fn config(n: u32) -> u32 {
    n
}

/// The cache is used before the program blocks its signals: a thread that is started then inherits
/// nothing from the main thread.
fn waits_for_a_signal() {
    config(1);
    std::thread::sleep(std::time::Duration::from_millis(50));
    // SAFETY: a set that is initialized by `sigemptyset`, and a signal to this process.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGUSR1);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        libc::kill(libc::getpid(), libc::SIGUSR1);
        let mut got = 0;
        libc::sigwait(&raw const set, &raw mut got);
        assert_eq!(got, libc::SIGUSR1);
        // The thread that called the cache has the mask that it had.
        let mut mask = std::mem::zeroed();
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &raw mut mask);
        assert_eq!(libc::sigismember(&raw const mask, libc::SIGTERM), 0);
    }
}
