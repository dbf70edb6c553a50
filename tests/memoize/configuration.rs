//! Tests of configurations that cannot work: the first call panics with a clear message.

use memokit::{Cache, LocalCache, Memo, memoize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Returns the message of a call's panic.
fn complaint<R>(call: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(call)) else { panic!("it worked") };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
    }
}

const NO_TIME: Duration = Duration::ZERO;

/// As a configuration may have it: nothing is kept.
#[test]
fn a_computed_ttl_of_zero_keeps_nothing() {
    #[memoize(ttl = NO_TIME)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    #[memoize(ttl = NO_TIME, local)]
    fn local(n: u32) -> u32 {
        n + 1
    }
    #[memoize(ttl = NO_TIME)]
    async fn task(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1), next::cache_info().misses, next::cache_info().currsize), (2, 2, 2, 0));
    assert_eq!((local(1), local(1), local::cache_info().misses, local::cache_info().currsize), (2, 2, 2, 0));
    let twice = async { (task(1).await, task(1).await) };
    assert_eq!((futures::executor::block_on(twice), task::cache_info().misses), ((2, 2), 2));
    next::put(1, 5);
    assert_eq!((next::peek(1), next::cache_parameters().ttl), (None, Some(NO_TIME)));
}

#[test]
fn an_async_call_refuses_as_well() {
    #[memoize(idle = NO_TIME)]
    async fn next(n: u32) -> u32 {
        n + 1
    }
    assert!(complaint(|| futures::executor::block_on(next(1))).contains("`idle` is zero"));
}

#[test]
fn a_computed_idle_time_of_zero_is_refused() {
    #[memoize(idle = NO_TIME, local)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    let text = complaint(|| next(1));
    assert!(text.contains("configuration::next") && text.contains("`idle` is zero"), "{text}");
}

#[test]
fn a_computed_wait_of_zero_is_refused() {
    #[memoize(single_flight = NO_TIME)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    let text = complaint(|| next(1));
    assert!(text.contains("configuration::next") && text.contains("`single_flight` is a wait of zero"), "{text}");
    let error = Cache::<u32, u32>::builder().single_flight(NO_TIME).try_build().unwrap_err();
    assert!(error.to_string().contains("use `false`"), "{error}");
}

#[test]
fn a_builder_refuses_a_second_policy_and_takes_a_second_bound() {
    let error = Cache::<u32, u32>::builder().lru(1).lfu(2).try_build().unwrap_err();
    assert!(error.to_string().contains("one policy"), "{error}");
    let error = LocalCache::<u32, u32>::builder().random(1).max(2).random(3).try_build().unwrap_err();
    assert!(error.to_string().contains("one policy"), "{error}");
    let text = complaint(|| Cache::<u32, u32>::builder().fifo(0).max(10).build());
    assert!(text.contains("one policy"), "{text}");

    for cache in [Cache::builder().lru(1).lru(2), Cache::builder().seed(1).random(1).seed(2).random(2)] {
        let cache: Cache<u32, u32> = cache.build();
        assert_eq!(cache.parameters().maxsize, Some(2));
    }
}

#[test]
fn a_computed_jitter_beyond_one_is_refused() {
    const TOO_MUCH: f64 = 1.5;
    const NOT_A_SHARE: f64 = f64::NAN;
    #[memoize(ttl = "1s", jitter = TOO_MUCH)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    #[memoize(ttl = "1s", jitter = NOT_A_SHARE)]
    fn other(n: u32) -> u32 {
        n + 1
    }
    assert!(complaint(|| next(1)).contains("from 0.0 to 1.0"));
    assert!(complaint(|| other(1)).contains("from 0.0 to 1.0"));
}

/// `u32::MAX` and more is what programs write for "no bound", as is the largest `usize`.
#[test]
fn a_bound_that_no_cache_can_reach_means_none() {
    #[memoize(lru = u32::MAX as usize)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1), next::cache_info().hits, next::cache_info().maxsize), (2, 2, 1, None));
    let cache: Cache<u32, u32> = Cache::builder().max(usize::MAX - 1).build();
    cache.resize(u32::MAX as usize);
    assert_eq!(cache.info().maxsize, None);
    cache.resize(5);
    assert_eq!(cache.info().maxsize, Some(5));
}

#[test]
fn the_largest_bound_means_none() {
    #[memoize(lru = usize::MAX)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1), next::cache_info().hits), (2, 2, 1));
}

#[test]
fn a_large_bound_reserves_nothing_ahead() {
    #[memoize(max = 4_000_000_000)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1), next::cache_info().maxsize), (2, 2, Some(4_000_000_000)));
}

#[test]
fn a_cache_in_a_field_refuses_as_well() {
    #[derive(Default)]
    struct Holder {
        memo: Memo<(u32,), u32>,
    }
    impl Holder {
        #[memoize(in = self.memo, idle = NO_TIME)]
        fn next(&self, n: u32) -> u32 {
            n + 1
        }
    }
    assert!(complaint(|| Holder::default().next(1)).contains("`idle` is zero"));
}

#[test]
fn the_first_caller_gets_the_panic_of_a_clock_and_others_may_retry() {
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    static READY: AtomicBool = AtomicBool::new(false);
    fn clock() -> memokit::ManualClock {
        assert!(READY.load(SeqCst), "no clock yet");
        memokit::ManualClock::new()
    }
    #[memoize(ttl = "1s", clock = clock())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert!(complaint(|| next(1)).contains("no clock yet"));
    READY.store(true, SeqCst);
    assert_eq!((next(1), next(1), next::cache_info().hits), (2, 2, 1));
}

#[test]
fn the_set_up_of_a_field_may_depend_on_the_parameters_of_its_type() {
    #[derive(Default)]
    struct Squares<const N: usize> {
        memo: Memo<(u32,), u32>,
    }
    impl<const N: usize> Squares<N> {
        #[memoize(in = self.memo, lru = N)]
        fn square(&self, n: u32) -> u32 {
            n * n
        }
    }
    let (two, fifty) = (Squares::<2>::default(), Squares::<50>::default());
    (0..100).for_each(|n| _ = (two.square(n), fifty.square(n)));
    assert_eq!((two.memo.info().currsize, fifty.memo.info().currsize), (2, 50));
}

#[test]
fn a_set_up_may_use_the_constants_of_its_type() {
    struct Squares;
    impl Squares {
        const MOST: usize = 2;

        #[memoize(lru = Self::MOST, ignore(self))]
        fn square(&self, n: u32) -> u32 {
            n * n
        }
    }
    (0..100).for_each(|n| _ = Squares.square(n));
    assert_eq!(Squares::square_cache_info().currsize, 2);
}

thread_local! {
    /// Where this thread's last panic was.
    static PANICKED_AT: std::cell::Cell<(&'static str, u32)> = const { std::cell::Cell::new(("", 0)) };
}

/// The place that a panic of the call names.
fn place<R>(call: impl FnOnce() -> R) -> (&'static str, u32) {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let file = if info.location().is_some_and(|at| at.file() == file!()) { file!() } else { "another" };
            PANICKED_AT.set((file, info.location().map_or(0, std::panic::Location::line)));
            before(info);
        }));
    });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    PANICKED_AT.get()
}

#[test]
fn a_panic_of_a_set_up_names_the_line_of_the_caller_or_of_the_attribute() {
    let here = line!();
    let build = || Cache::<u32, u32>::builder().idle(NO_TIME).build();
    assert_eq!(place(build), (file!(), here + 1));
    let build = || LocalCache::<u32, u32>::builder().idle(NO_TIME).build();
    assert_eq!(place(build), (file!(), here + 3));

    let here = line!();
    #[memoize(idle = NO_TIME)]
    fn shared(n: u32) -> u32 {
        n + 1
    }
    #[memoize(idle = NO_TIME, local)]
    fn local(n: u32) -> u32 {
        n + 1
    }
    #[memoize(idle = NO_TIME, hasher = std::hash::RandomState)]
    fn hashed(n: u32) -> u32 {
        n + 1
    }
    let lines = [place(|| shared(1)), place(|| local(1)), place(|| hashed(1))];
    assert_eq!(lines, [(file!(), here + 1), (file!(), here + 5), (file!(), here + 9)]);

    #[derive(Default)]
    struct Table {
        memo: Memo<(u32,), u32>,
    }
    let here = line!();
    impl Table {
        #[memoize(in = self.memo, idle = NO_TIME)]
        fn next(&self, n: u32) -> u32 {
            n + 1
        }
    }
    assert_eq!(place(|| Table::default().next(1)), (file!(), here + 2));
}
