//! Tests of several threads that use one field, or two.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use memokit::{Lazy, cached_field};

use crate::flight::watchdog;

#[derive(Default)]
struct Slow {
    runs: AtomicU32,
    value: Lazy<u32>,
}

impl Slow {
    #[cached_field(stats)]
    fn value(&self) -> u32 {
        thread::sleep(std::time::Duration::from_millis(20));
        self.runs.fetch_add(1, Relaxed) + 1
    }
}

#[test]
fn ten_threads_compute_once_per_instance() {
    watchdog(|| {
        let (slow, barrier) = (Arc::new([Slow::default(), Slow::default()]), Arc::new(Barrier::new(10)));
        let threads: Vec<_> = (0..10)
            .map(|i| {
                let (slow, barrier) = (Arc::clone(&slow), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    slow[i % 2].value()
                })
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 1));
        let info = Slow::value_cache_info();
        assert_eq!((info.misses, info.hits + info.coalesced), (2, 8));
    });
}

#[test]
fn instances_do_not_wait_for_each_other() {
    struct Gated {
        gate: Option<std::sync::Mutex<mpsc::Receiver<()>>>,
        value: Lazy<u32>,
    }
    impl Gated {
        #[cached_field]
        fn value(&self) -> u32 {
            self.gate.as_ref().map_or(0, |gate| {
                gate.lock().unwrap().recv().unwrap();
                1
            })
        }
    }
    watchdog(|| {
        let (open, gate) = mpsc::channel();
        let slow = Gated { gate: Some(std::sync::Mutex::new(gate)), value: Lazy::new() };
        thread::scope(|scope| {
            let waiting = scope.spawn(|| slow.value());
            // While the other instance computes, this instance starts and ends its computation.
            assert_eq!(Gated { gate: None, value: Lazy::new() }.value(), 0);
            open.send(()).unwrap();
            assert_eq!(waiting.join().unwrap(), 1);
        });
    });
}

#[test]
fn threads_that_wait_for_each_other_in_a_cycle_do_not_deadlock() {
    // Each computation needs the other's value once, and computes without it the second time.
    struct Side {
        asked: AtomicU32,
        value: Lazy<u32>,
    }
    fn ask(this: &Side, other: &Side, meet: &Barrier) -> u32 {
        *this.value.get_or_init(|| {
            if this.asked.fetch_add(1, Relaxed) == 0 {
                meet.wait();
                ask(other, this, meet) + 1
            } else {
                0
            }
        })
    }
    watchdog(|| {
        let side = || Side { asked: AtomicU32::new(0), value: Lazy::new() };
        let (a, b, meet) = (side(), side(), Barrier::new(2));
        let (from_a, from_b) = thread::scope(|scope| {
            let a_first = scope.spawn(|| ask(&a, &b, &meet));
            let b_first = scope.spawn(|| ask(&b, &a, &meet));
            (a_first.join().unwrap(), b_first.join().unwrap())
        });
        assert_eq!((Some(&from_a), Some(&from_b)), (a.value.get(), b.value.get()));
    });
}

#[test]
fn an_endless_recursion_over_two_threads_panics() {
    fn ask(this: &Lazy<u32>, other: &Lazy<u32>, meet: Option<&Barrier>) -> u32 {
        *this.get_or_init(|| {
            if let Some(meet) = meet {
                meet.wait();
            }
            ask(other, this, None)
        })
    }
    watchdog(|| {
        let (a, b, meet) = (Lazy::new(), Lazy::new(), Barrier::new(2));
        thread::scope(|scope| {
            let threads = [scope.spawn(|| ask(&a, &b, Some(&meet))), scope.spawn(|| ask(&b, &a, Some(&meet)))];
            assert!(threads.into_iter().all(|thread| thread.join().is_err()));
        });
    });
}
