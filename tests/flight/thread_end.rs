//! Tests of calls after the thread's locals have been destroyed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;

use memokit::memoize;

use super::watchdog;

/// Calls once more when its thread's locals are destroyed: after those of the caches, which were
/// made later.
struct Late(fn() -> u32, mpsc::Sender<Option<u32>>);

impl Drop for Late {
    fn drop(&mut self) {
        let _ = self.1.send(catch_unwind(AssertUnwindSafe(self.0)).ok());
    }
}

thread_local! { static LATE: Cell<Option<Late>> = const { Cell::new(None) } }

/// Returns the result of the call after the thread's locals have been destroyed.
fn at_the_end_of_a_thread(call: fn() -> u32) -> u32 {
    watchdog(move || {
        let (send, receive) = mpsc::channel();
        // Not joined: joining waits for the locals, and would hang if their destructors did.
        thread::spawn(move || {
            LATE.set(Some(Late(call, send)));
            call();
        });
        receive.recv().unwrap().expect("no panic")
    })
}

#[test]
fn at_the_end_of_a_thread_local_functions_run_uncached() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(local)]
    fn mine(n: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        if n == 0 { 0 } else { mine(n - 1) + 1 }
    }

    assert_eq!(at_the_end_of_a_thread(|| mine(3)), 3);
    assert_eq!(RUNS.load(SeqCst), 8);
    assert_eq!(mine::cache_info().currsize, 0);
}

#[test]
fn at_the_end_of_a_thread_shared_functions_still_hit() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(ttl = "1h")]
    fn shared(n: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        n
    }

    assert_eq!(at_the_end_of_a_thread(|| shared(3) + shared(4)), 7);
    assert_eq!(RUNS.load(SeqCst), 2);
}

#[test]
fn at_the_end_of_a_thread_a_function_may_re_enter_its_own_key() {
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[memoize(keep_if = |_value| false)]
    fn circular(n: u32) -> u32 {
        // Every other run calls once more.
        if CALLS.fetch_add(1, SeqCst) % 2 == 0 { circular(n) + 1 } else { n }
    }

    assert_eq!(at_the_end_of_a_thread(|| circular(3)), 4);
}
