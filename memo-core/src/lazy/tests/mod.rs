//! What cannot be seen from outside: the gate under pressure, and the size of a field.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;

use super::field::Lazy;
use super::init_lock::{Caller, Claim, FailedRuns, InitLock};

#[test]
fn a_gate_lets_one_in_at_a_time_and_wakes_everybody() {
    let (gate, inside, led) = (InitLock::new(), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    let claim = gate.claim(Caller::Thread, &FailedRuns::default(), || "test");
                    if let Claim::Compute(lead) = claim {
                        assert_eq!(inside.fetch_add(1, Relaxed), 0);
                        led.fetch_add(1, Relaxed);
                        assert_eq!(inside.fetch_sub(1, Relaxed), 1);
                        drop(lead);
                    }
                }
            });
        }
    });
    assert!(led.into_inner() > 0);
}

#[test]
fn many_fields_are_computed_once_each_by_threads_that_race() {
    const FIELDS: usize = 500;
    let runs: Arc<[AtomicU32; FIELDS]> = Arc::new([const { AtomicU32::new(0) }; FIELDS]);
    let fields: Arc<[Lazy<usize>; FIELDS]> = Arc::new([const { Lazy::new() }; FIELDS]);
    let start = Arc::new(Barrier::new(4));
    let threads = [(); 4].map(|()| {
        let (runs, fields, start) = (Arc::clone(&runs), Arc::clone(&fields), Arc::clone(&start));
        thread::spawn(move || {
            start.wait();
            for (at, field) in fields.iter().enumerate() {
                let value = field.get_or_init(|| {
                    runs[at].fetch_add(1, Relaxed);
                    thread::yield_now();
                    at
                });
                assert_eq!(*value, at);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(runs.iter().all(|runs| runs.load(Relaxed) == 1));
}

#[test]
fn the_futures_go_wherever_the_value_may_go() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let (plain, with): (Lazy<u32>, Lazy<u32, (u32,)>) = (Lazy::new(), Lazy::new());
    drop(send(plain.get_or_init_async(async || 1)));
    drop(send(plain.get_or_try_init_async(async || Ok::<_, Infallible>(1))));
    drop(send(with.get_or_init_with_async((1_u32,), async || 1)));
}

#[test]
fn a_field_costs_two_words_besides_its_value() {
    let word = size_of::<usize>();
    assert_eq!(size_of::<Lazy<String>>(), size_of::<String>() + 2 * word);
}
