//! Runs that other threads wait for.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::live::{Live, ModelCache, builder, check_live};
use super::runner::check;
use crate::sync::{ModelThread, spawn, yield_now};

/// Of the threads that ask for one missing key one computes it and the others get its value, though
/// the cache is so small that it is evicted before they look.
pub fn waiters_get_the_value_though_it_is_evicted() {
    check_live(|count| {
        let cache: ModelCache = builder().lru(1).build();
        let threads = [1, 1, 2].map(|key| {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || {
                let value = cache.get_or_insert_with(key, || count.live(key));
                assert_eq!(value.number(), key);
            })
        });
        let _ = threads.map(ModelThread::join);
        cache.validate();
        let info = cache.info();
        assert_eq!(info.hits + info.misses + info.coalesced, 3);
    });
}

/// A run fails, or is dropped while it is pending: one of the waiters becomes the leader, and there
/// is one value in the end.
pub fn a_waiter_leads_when_a_run_fails() {
    check_live(|count| {
        let cache: ModelCache = builder().build();
        let failing = {
            let cache = cache.clone();
            spawn(move || match cache.try_get_or_insert_with(1, || Err::<Live, _>("no")) {
                Ok(value) => assert_eq!(value.number(), 1),
                Err(error) => assert_eq!(error, "no"),
            })
        };
        let cancelled = {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || {
                let run = async {
                    std::future::pending::<()>().await;
                    count.live(3)
                };
                let run = pin!(cache.get_or_insert_async(1, run));
                match run.poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(value) => assert_eq!(value.number(), 1),
                    Poll::Pending => {}
                }
            })
        };
        let value = cache.get_or_insert_with(1, || count.live(1));
        assert_eq!(value.number(), 1);
        cancelled.join();
        failing.join();
        drop(value);
        cache.validate();
    });
}

/// A run that is invalidated leaves no entry, though its waiters get its value.
pub fn an_invalidated_run_leaves_no_entry() {
    check_live(|count| {
        let cache: ModelCache = builder().build();
        let computing = {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || {
                let inner = cache.clone();
                let value = cache.get_or_insert_with(1, || {
                    let value = count.live(1);
                    inner.remove(&1);
                    value
                });
                assert_eq!(value.number(), 1);
            })
        };
        let waiting = {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || cache.get_or_insert_with(2, || count.live(2)).number())
        };
        cache.retain(|_, value| value.number() != 2);
        computing.join();
        assert_eq!(waiting.join(), 2);
        assert!(cache.get(&1).is_none());
        cache.validate();
    });
}

/// A cache of plain values is cleared during a run, whose cell must not go with the memory.
pub fn a_run_goes_on_in_a_cache_that_is_cleared() {
    check(|| {
        let cache: ModelCache<[u64; 2]> = builder().build();
        cache.insert(1, [1, !1]);
        let computing = {
            let cache = cache.clone();
            spawn(move || {
                let value = cache.get_or_insert_with(2, || {
                    yield_now();
                    [2, !2]
                });
                assert_eq!(value, [2, !2]);
            })
        };
        cache.clear();
        cache.insert(3, [3, !3]);
        computing.join();
        cache.validate();
        assert!(cache.get(&2).is_none_or(|value| value == [2, !2]));
    });
}
