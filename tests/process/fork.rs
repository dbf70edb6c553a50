//! A process with a timer thread forks: the child has no such thread.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use memokit::{Cache, memoize};

use crate::{Case, soon};

pub const CASES: &[Case] = &[
    ("entries_expire_in_a_child", || in_child(entries_expire)),
    ("waits_end_in_a_child", || in_child(waits_end)),
    ("a_child_has_a_timer_thread_of_its_own", || in_child(idle_entries_are_dropped)),
    ("forks_beside_a_busy_timer_thread_do_not_hang", forks_beside_a_busy_thread),
    ("a_removal_listener_may_fork", a_listener_forks),
];

static RUNS: AtomicU32 = AtomicU32::new(0);

#[memoize(ttl = "100ms")]
fn config(_name: &str) -> u32 {
    RUNS.fetch_add(1, SeqCst)
}

#[memoize(single_flight = "100ms", key = n)]
async fn slow(n: u32, stuck: bool) -> u32 {
    if stuck {
        std::future::pending::<()>().await;
    }
    n
}

/// Forks, and returns whether the child ended well.
fn fork(child: impl FnOnce()) -> bool {
    // SAFETY: the child runs on: the program's only other thread is the timer thread, or a thread
    // that calls caches.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child));
        // SAFETY: ends the child.
        unsafe { libc::_exit(i32::from(result.is_err())) };
    }
    let mut status = 0;
    // SAFETY: the child of this process.
    unsafe { libc::waitpid(pid, &raw mut status, 0) };
    libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
}

fn in_child(child: fn()) {
    assert_eq!((config("a"), config("a")), (0, 0));
    assert!(fork(child), "the child failed");
    // The parent has still its own thread.
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(config("a"), 1);
}

fn entries_expire() {
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(config("a"), 1, "an entry of the parent has expired");
    assert_eq!((config("b"), config("b")), (2, 2));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(config("b"), 3, "an entry of the child has expired");
}

fn waits_end() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut leader = Box::pin(slow(1, true));
        assert!(leader.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let start = Instant::now();
        let waited = tokio::time::timeout(Duration::from_secs(20), slow(1, false)).await;
        assert_eq!(waited, Ok(1));
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(100), "the child has a timer thread");
        assert!(took < Duration::from_secs(5), "it waited no longer than its longest wait: {took:?}");
    });
}

struct Counted(&'static AtomicU32);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn idle_entries_are_dropped() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    let cache = Cache::builder().ttl(Duration::from_millis(50)).build();
    cache.insert(1, std::sync::Arc::new(Counted(&DROPPED)));
    assert!(soon(|| DROPPED.load(SeqCst) == 1));
}

/// The thread sweeps one store after the other while this one forks: in no child is a lock held by
/// a thread that the child has not.
fn forks_beside_a_busy_thread() {
    let caches: Vec<Cache<u32, String>> =
        (0..50).map(|_| Cache::builder().ttl(Duration::from_millis(2)).build()).collect();
    for round in 0..100 {
        caches.iter().for_each(|cache| (0..20).for_each(|n| cache.insert(n, n.to_string())));
        let forked = fork(|| {
            // A child that hangs is killed by this.
            // SAFETY: sets a timer.
            unsafe { libc::alarm(20) };
            caches.iter().for_each(|cache| cache.insert(1, String::new()));
            caches.iter().for_each(|cache| assert!(cache.len() <= 20));
        });
        assert!(forked, "in round {round}");
    }
}

/// A fork on the timer thread itself, which is busy then.
fn a_listener_forks() {
    static FORKED: AtomicU32 = AtomicU32::new(0);
    let cache = Cache::builder()
        .ttl(Duration::from_millis(20))
        .removal_listener(|_, _, _| FORKED.store(if fork(|| ()) { 1 } else { 2 }, SeqCst))
        .build();
    cache.insert(1, 1);
    assert!(soon(|| FORKED.load(SeqCst) != 0));
    assert_eq!(FORKED.load(SeqCst), 1);
    FORKED.store(0, SeqCst);
    cache.insert(2, 2);
    assert!(soon(|| FORKED.load(SeqCst) == 1), "the parent's thread goes on");
}
