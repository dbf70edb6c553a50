//! The timer thread goes on whatever the user's code does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use memokit::Cache;

use crate::{Case, soon};

pub const CASES: [Case; 2] = [
    ("the_timer_thread_survives_every_panic", every_panic),
    ("a_cache_that_is_dropped_by_the_timer_thread_may_panic", dropped_by_the_thread),
];

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        std::panic::panic_any(PanicsInTurn);
    }
}

struct PanicsInTurn;

impl Drop for PanicsInTurn {
    fn drop(&mut self) {
        panic!("a payload of a payload");
    }
}

struct Counted(&'static AtomicU32);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Panics that are wanted need no backtrace.
fn be_quiet() {
    std::panic::set_hook(Box::new(|_| ()));
}

/// Panics whose payloads panic when they are dropped: in a listener, and in a value's destructor.
fn every_panic() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    be_quiet();
    let listened = Cache::builder()
        .ttl(Duration::from_millis(5))
        .removal_listener(|_, _: &Arc<()>, _| std::panic::panic_any(PanicsWhenDropped))
        .build();
    let values = Cache::builder().ttl(Duration::from_millis(5)).build();
    let others = Cache::builder().ttl(Duration::from_millis(30)).build();
    for round in 1..=3 {
        listened.insert(round, Arc::new(()));
        values.insert(round, Arc::new(PanicsWhenDropped));
        others.insert(round, Arc::new(Counted(&DROPPED)));
        assert!(soon(|| DROPPED.load(SeqCst) == round), "in round {round}");
    }
}

/// The thread holds a store while it sweeps it; its owner drops it meanwhile.
fn dropped_by_the_thread() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    static LISTENING: AtomicU32 = AtomicU32::new(0);
    be_quiet();
    let cache = Cache::builder()
        .ttl(Duration::from_millis(20))
        .removal_listener(|_, _: &Arc<PanicsWhenDropped>, _| {
            LISTENING.fetch_add(1, SeqCst);
            std::thread::sleep(Duration::from_millis(100));
        })
        .build();
    cache.insert(1, Arc::new(PanicsWhenDropped));
    cache.insert_with_ttl(2, Arc::new(PanicsWhenDropped), Duration::from_secs(60));
    assert!(soon(|| LISTENING.load(SeqCst) > 0));
    drop(cache);
    let others = Cache::builder().ttl(Duration::from_millis(10)).build();
    others.insert(1, Arc::new(Counted(&DROPPED)));
    assert!(soon(|| DROPPED.load(SeqCst) == 1));
}
