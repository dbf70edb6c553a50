//! Wakers are user code: they may use the cache whose run has ended, or panic.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use memokit::{Cache, Lazy};

use super::watchdog;

/// Does this when it wakes its task.
struct WakesWith<F>(F);

impl<F: Fn()> Wake for WakesWith<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn waker(wake: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(WakesWith(wake)))
}

type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

fn poll<T>(task: &mut Task<'_, T>, waker: &Waker) -> Poll<T> {
    task.as_mut().poll(&mut Context::from_waker(waker))
}

/// How the leader ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Value,
    Failure,
    Dropped,
}

const ENDS: [End; 3] = [End::Value, End::Failure, End::Dropped];

fn lead<'a>(cache: &'a Cache<u32, u32>, end: End, ready: &'a AtomicU32) -> Task<'a, Result<u32, String>> {
    Box::pin(cache.try_get_or_insert_async(1, async move {
        std::future::poll_fn(|_| if ready.load(SeqCst) == 0 { Poll::Pending } else { Poll::Ready(()) }).await;
        match end {
            End::Value => Ok(7),
            End::Failure => Err(String::from("refused")),
            End::Dropped => pending().await,
        }
    }))
}

/// Lets two tasks wait for a run that ends in this way. The first has `wake` for its waker. Says
/// how often the second was woken.
fn end_with(cache: &Cache<u32, u32>, end: End, wake: impl Fn() + Send + Sync + 'static) -> u32 {
    let ready = AtomicU32::new(0);
    let woken = Arc::new(AtomicU32::new(0));
    let first = waker(wake);
    let second = waker({
        let woken = woken.clone();
        move || drop(woken.fetch_add(1, SeqCst))
    });
    let mut leader = lead(cache, end, &ready);
    assert!(poll(&mut leader, Waker::noop()).is_pending());
    let wait = || -> Task<'_, Result<u32, String>> { Box::pin(cache.try_get_or_insert_async(1, async { Ok(8) })) };
    let (mut one, mut other) = (wait(), wait());
    assert!(poll(&mut one, &first).is_pending());
    assert!(poll(&mut other, &second).is_pending());
    ready.store(1, SeqCst);
    match end {
        End::Value => assert_eq!(poll(&mut leader, Waker::noop()), Poll::Ready(Ok(7))),
        End::Failure => assert_eq!(poll(&mut leader, Waker::noop()), Poll::Ready(Err(String::from("refused")))),
        End::Dropped => drop(leader),
    }
    let expected = match end {
        End::Value => Ok(7),
        End::Failure => Err(String::from("refused")),
        End::Dropped => Ok(8),
    };
    assert_eq!(poll(&mut one, Waker::noop()), Poll::Ready(expected.clone()), "{end:?}");
    assert_eq!(poll(&mut other, Waker::noop()), Poll::Ready(expected), "{end:?}");
    woken.load(SeqCst)
}

#[test]
fn a_waker_may_use_the_cache_however_the_run_ends() {
    for end in ENDS {
        watchdog(move || {
            let cache: Cache<u32, u32> = Cache::builder().lru(8).build();
            let used = cache.clone();
            let woken = end_with(&cache, end, move || {
                used.insert(2, 2);
                used.remove(&1);
                assert_eq!(used.get_or_insert_with(3, || 3), 3);
            });
            assert_eq!((woken, cache.get(&2), cache.get(&3)), (1, Some(2), Some(3)), "{end:?}");
        });
    }
}

#[test]
fn a_waker_that_panics_harms_neither_the_leader_nor_other_waiters() {
    for end in ENDS {
        watchdog(move || {
            let cache: Cache<u32, u32> = Cache::builder().lru(8).build();
            assert_eq!(end_with(&cache, end, || panic!("a waker")), 1, "{end:?}");
        });
    }
}

#[test]
fn a_waker_may_read_the_field_that_it_waited_for() {
    watchdog(|| {
        let field: Arc<Lazy<u32>> = Arc::default();
        let read = field.clone();
        let mut leader: Task<'_, u32> = Box::pin(async { *field.get_or_init_async(async || pending().await).await });
        let mut waiter: Task<'_, u32> = Box::pin(async { *field.get_or_init_async(async || 5).await });
        assert!(poll(&mut leader, Waker::noop()).is_pending());
        let wakes = waker(move || assert_eq!(read.get(), None));
        assert!(poll(&mut waiter, &wakes).is_pending());
        drop(leader);
        assert_eq!(poll(&mut waiter, Waker::noop()), Poll::Ready(5));
    });
}
