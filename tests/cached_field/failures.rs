//! Tests of computations that fail, panic, or re-enter their own field.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use memokit::{Lazy, cached_field};

use crate::flight::watchdog;

fn message(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => (*other.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[derive(Default)]
struct Moody {
    runs: AtomicU32,
    value: Lazy<u32>,
    circular: Lazy<u32>,
    twice: Lazy<u32>,
}

impl Moody {
    #[cached_field]
    fn value(&self) -> u32 {
        let run = self.runs.fetch_add(1, Relaxed);
        assert!(run > 0, "not in the mood");
        run
    }

    #[cached_field]
    fn circular(&self) -> u32 {
        self.circular() + 1
    }

    #[cached_field]
    fn twice(&self) -> u32 {
        if self.runs.fetch_add(1, Relaxed) == 0 { self.twice() } else { 7 }
    }
}

#[test]
fn a_panic_leaves_the_field_empty() {
    let moody = Moody::default();
    let panic = catch_unwind(AssertUnwindSafe(|| moody.value())).unwrap_err();
    assert_eq!((message(panic).as_str(), moody.value_cached()), ("not in the mood", None));
    assert_eq!((moody.value(), moody.value()), (1, 1));
}

#[test]
fn a_computation_that_needs_its_own_result_panics_and_says_so() {
    watchdog(|| {
        let moody = Moody::default();
        let panic = catch_unwind(AssertUnwindSafe(|| moody.circular())).unwrap_err();
        let message = message(panic);
        assert!(
            message.contains("the computation of a `Lazy<u32>` field needs the field that it computes"),
            "{message}"
        );
        assert_eq!(moody.circular_cached(), None);
    });
}

#[test]
fn a_computation_may_re_enter_its_field_if_it_ends() {
    watchdog(|| {
        let moody = Moody::default();
        assert_eq!((moody.twice(), moody.twice()), (7, 7));
        assert_eq!(moody.runs.load(Relaxed), 2);
    });
}

#[test]
fn the_first_stored_value_wins() {
    let lazy: Lazy<u32> = Lazy::new();
    let outer = *lazy.get_or_init(|| {
        assert_eq!(*lazy.get_or_init(|| 1), 1);
        2
    });
    assert_eq!((outer, lazy.get()), (1, Some(&1)));
}

#[test]
fn after_a_panic_of_the_leader_a_waiter_computes() {
    watchdog(|| {
        let (moody, barrier) = (Arc::new(Moody::default()), Arc::new(Barrier::new(8)));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (moody, barrier) = (Arc::clone(&moody), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    *moody.value.get_or_init(|| {
                        let run = moody.runs.fetch_add(1, Relaxed);
                        thread::sleep(Duration::from_millis(20));
                        assert!(run > 0, "the first fails");
                        run
                    })
                })
            })
            .collect();
        let results: Vec<_> = threads.into_iter().map(thread::JoinHandle::join).collect();
        assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
        assert_eq!(moody.runs.load(Relaxed), 2);
    });
}

#[test]
fn failures_are_not_waited_for_one_after_another() {
    watchdog(|| {
        let (lazy, barrier) = (Arc::new(Lazy::<u32>::new()), Arc::new(Barrier::new(16)));
        let began = std::time::Instant::now();
        let threads: Vec<_> = (0..16)
            .map(|_| {
                let (lazy, barrier) = (Arc::clone(&lazy), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    let result = lazy.get_or_try_init(|| {
                        thread::sleep(Duration::from_millis(50));
                        Err::<u32, ()>(())
                    });
                    result.is_err()
                })
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        // One after the other, 16 runs would take 800 ms; each caller waits for two at most, then
        // computes itself.
        assert!(began.elapsed() < Duration::from_millis(600), "{:?}", began.elapsed());
    });
}

#[test]
fn the_drop_of_a_value_may_use_lazy_fields() {
    #[derive(Clone)]
    struct Guest<'l>(&'l Lazy<u32>, u32);
    impl Drop for Guest<'_> {
        fn drop(&mut self) {
            self.0.get_or_init(|| 9);
        }
    }
    watchdog(|| {
        let inner = Lazy::new();
        let outer: Lazy<Guest<'_>, (u32,)> = Lazy::new();
        for key in 0..3 {
            assert_eq!(outer.get_or_init_with((key,), || Guest(&inner, key)).1, key);
        }
        assert_eq!(inner.get(), Some(&9));
    });
}
