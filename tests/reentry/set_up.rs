//! Tests of set-ups that use the cache that they set up: an option's expression, the `default` of a
//! hasher, a clock. Where the call ends there is an answer; where it would never end, a panic that
//! says why.

use std::cell::Cell;
use std::hash::{BuildHasher, DefaultHasher};
use std::panic::catch_unwind;
use std::time::Duration;

use memokit::{Cache, Clock, Memo, memoize};

use crate::flight::watchdog;

thread_local! {
    /// How often the user code of this thread's test still calls.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// Calls, unless it has called often enough.
fn calls<T>(call: impl FnOnce() -> T) {
    if CALLS.get() > 0 {
        CALLS.set(CALLS.get() - 1);
        call();
    }
}

/// The message of the panic.
fn panics<T>(run: impl FnOnce() -> T + std::panic::UnwindSafe) -> String {
    match catch_unwind(run) {
        Ok(_) => String::from("no panic"),
        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

/// Declares a hasher whose `default` calls this function.
macro_rules! hasher_that_calls {
    ($Hasher:ident, $call:expr) => {
        #[derive(Clone)]
        struct $Hasher;

        impl Default for $Hasher {
            fn default() -> Self {
                calls($call);
                Self
            }
        }

        impl BuildHasher for $Hasher {
            type Hasher = DefaultHasher;

            fn build_hasher(&self) -> DefaultHasher {
                DefaultHasher::new()
            }
        }
    };
}

#[test]
fn a_hasher_s_default_may_call_the_function() {
    hasher_that_calls!(Calls, || next(3));
    #[memoize(hasher = Calls)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    hasher_that_calls!(CallsLocal, || local_next(3));
    #[memoize(local, hasher = CallsLocal)]
    fn local_next(n: u32) -> u32 {
        n + 1
    }
    watchdog(|| {
        CALLS.set(2);
        assert_eq!((next(1), next(1), local_next(1), local_next(1)), (2, 2, 2, 2));
        assert_eq!(next::cache_info().misses, 2);
    });
}

#[test]
fn an_option_s_expression_may_call_the_function() {
    fn capacity<T>(call: impl FnOnce() -> T) -> usize {
        calls(call);
        10
    }
    #[memoize(lru = capacity(|| next(3)))]
    fn next(n: u32) -> u32 {
        n + 1
    }
    #[memoize(local, lru = capacity(|| local_next(3)))]
    fn local_next(n: u32) -> u32 {
        n + 1
    }
    struct Counter(Memo<(u32,), u32>);
    static COUNTER: Counter = Counter(Memo::new());
    impl Counter {
        #[memoize(in = self.0, lru = capacity(|| COUNTER.next(3)))]
        fn next(&self, n: u32) -> u32 {
            n + 1
        }
    }
    watchdog(|| {
        for call in [next, local_next, |n| COUNTER.next(n)] {
            CALLS.set(1);
            assert_eq!((call(1), call(1)), (2, 2));
        }
    });
}

#[test]
fn a_set_up_that_always_calls_the_function_panics_with_the_reason() {
    hasher_that_calls!(Calls, || next(3));
    #[memoize(hasher = Calls)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    watchdog(|| {
        CALLS.set(usize::MAX);
        let message = panics(|| next(1));
        assert!(message.contains("next") && message.contains("calls the function"), "{message}");
        CALLS.set(0);
        assert_eq!((next(1), next(1)), (2, 2), "a set-up that failed is tried again");
    });
}

#[test]
fn threads_that_set_up_one_cache_at_the_same_time_share_it() {
    hasher_that_calls!(Slow, || std::thread::sleep(Duration::from_millis(20)));
    #[memoize(hasher = Slow)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    watchdog(|| {
        std::thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || {
                    CALLS.set(1);
                    assert_eq!(next(n), n + 1);
                });
            }
        });
        let info = next::cache_info();
        assert_eq!((info.misses, info.currsize), (8, 8));
    });
}

#[test]
fn a_clock_may_use_its_cache_but_not_for_ever() {
    struct Calling;

    impl Clock for Calling {
        fn now(&self) -> Duration {
            calls(|| CACHE.with(|cache| cache.insert(2, 2)));
            Duration::from_secs(1)
        }
    }
    thread_local! {
        static CACHE: Cache<u32, u32> = Cache::builder().ttl(Duration::from_secs(9)).clock(Calling).build();
    }
    watchdog(|| {
        CALLS.set(1);
        CACHE.with(|cache| {
            cache.insert(1, 1);
            assert_eq!((cache.get(&1), cache.get(&2)), (Some(1), Some(2)));
        });
        CALLS.set(usize::MAX);
        let message = panics(|| CACHE.with(|cache| cache.insert(3, 3)));
        assert!(message.contains("own clock"), "{message}");
        CALLS.set(0);
        CACHE.with(|cache| assert_eq!(cache.get_or_insert_with(3, || 3), 3));
    });
}
