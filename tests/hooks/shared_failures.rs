//! A load that fails runs once for all who wait for it, and shares its error.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use futures::channel::oneshot;
use memokit::{Cache, CacheInfo, Settled};

use super::{load, wait, watchdog};

const CALLERS: u32 = 50;

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn all_calls(info: CacheInfo) -> u64 {
    info.hits + info.misses + info.coalesced + info.bypassed
}

/// A key that counts how often it is compared: a caller that joins a run compares its key with the
/// run's.
#[derive(Clone)]
struct Compared(Arc<AtomicU32>);

impl Hash for Compared {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl PartialEq for Compared {
    fn eq(&self, _: &Self) -> bool {
        self.0.fetch_add(1, SeqCst);
        true
    }
}

impl Eq for Compared {}

/// Fifty threads ask for one key, whose load fails once all of them are there. Gives their errors.
fn fail<E>(error: impl Fn() -> E + Sync) -> Vec<E>
where
    E: Clone + Send + Sync + 'static,
{
    let cache: Cache<Compared, u32> = Cache::default();
    let (compared, runs) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
    let errors = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    cache.try_get_or_insert_with(Compared(compared.clone()), || {
                        runs.fetch_add(1, SeqCst);
                        while compared.load(SeqCst) < CALLERS - 1 {
                            thread::yield_now();
                        }
                        // All have found the run; what is left to them is to take the lock and to
                        // join.
                        thread::sleep(Duration::from_millis(200));
                        Err(error())
                    })
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap().unwrap_err()).collect()
    });
    assert_eq!(runs.load(SeqCst), 1);
    let info = cache.info();
    assert_eq!((info.misses, info.coalesced, info.errors), (1, u64::from(CALLERS) - 1, 1));
    assert_eq!(cache.len(), 0, "an error is not cached");
    cache.validate();
    errors
}

#[test]
fn fifty_threads_share_one_failing_load() {
    watchdog(|| assert!(fail(|| String::from("no")).iter().all(|error| error == "no")));
}

#[test]
fn fifty_threads_share_an_error_that_is_not_clone() {
    watchdog(|| {
        let errors = fail(|| Arc::new(io::Error::other("the disk is gone")));
        assert!(errors.iter().all(|error| Arc::ptr_eq(error, &errors[0])), "one error, shared");
    });
}

/// Fifty tasks, polled by hand, of which one runs and the others wait for it.
fn fail_as_tasks<E>(error: E) -> Vec<E>
where
    E: Clone + Send + Sync + Debug + 'static,
{
    let (cache, runs) = (Cache::<u32, u32>::default(), AtomicU32::new(0));
    let (send, receive) = oneshot::channel::<E>();
    let mut receive = Some(receive);
    let mut tasks: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (receive, runs) = (receive.take(), &runs);
            Box::pin(cache.try_get_or_insert_async(1, async move {
                runs.fetch_add(1, SeqCst);
                Err(receive.expect("the first one leads").await.unwrap())
            }))
        })
        .collect();
    assert!(tasks.iter_mut().all(|task| poll(task.as_mut()).is_pending()));
    send.send(error).unwrap();
    let errors = tasks.iter_mut().map(|task| match poll(task.as_mut()) {
        Poll::Ready(result) => result.unwrap_err(),
        Poll::Pending => panic!("the run is over"),
    });
    let errors = errors.collect();
    assert_eq!(runs.load(SeqCst), 1);
    let info = cache.info();
    assert_eq!((info.misses, info.coalesced, info.errors), (1, u64::from(CALLERS) - 1, 1));
    cache.validate();
    errors
}

#[test]
fn fifty_tasks_share_one_failing_load() {
    assert!(fail_as_tasks(String::from("no")).iter().all(|error| error == "no"));
    let errors = fail_as_tasks(Arc::new(io::Error::other("the disk is gone")));
    assert!(errors.iter().all(|error| Arc::ptr_eq(error, &errors[0])));
}

#[test]
fn a_failure_is_shared_with_those_who_waited_and_with_no_one_later() {
    let cache: Cache<u32, u32> = Cache::default();
    assert_eq!(cache.try_get_or_insert_with(1, || Err("no")), Err("no"));
    assert_eq!(cache.try_get_or_insert_with(1, || Ok::<_, &str>(5)), Ok(5));
    assert_eq!(cache.try_get_or_insert_with(1, || Err("cached")), Ok(5));
}

#[test]
fn waiters_that_cannot_take_the_error_load_for_themselves_and_are_counted_once() {
    let cache: Cache<u32, u32> = Cache::default();
    let (send, receive) = oneshot::channel::<&str>();
    let mut leader = Box::pin(cache.try_get_or_insert_async(1, async { Err(receive.await.unwrap()) }));
    assert!(poll(leader.as_mut()).is_pending());
    let mut same = Box::pin(cache.try_get_or_insert_async(1, async { Err("mine") }));
    let mut other = Box::pin(cache.try_get_or_insert_async(1, async { Err(7_u8) }));
    let mut infallible = Box::pin(cache.get_or_insert_async(1, async { 9 }));
    assert!(poll(same.as_mut()).is_pending() && poll(other.as_mut()).is_pending());
    assert!(poll(infallible.as_mut()).is_pending());
    let begun = wait!(cache, &1);
    send.send("no").unwrap();
    assert_eq!(poll(leader.as_mut()), Poll::Ready(Err("no")));
    assert_eq!(poll(same.as_mut()), Poll::Ready(Err("no")));
    assert_eq!(poll(other.as_mut()), Poll::Ready(Err(7)), "another type of error");
    let guard = begun.park().unwrap_err();
    drop(guard);
    assert_eq!(poll(infallible.as_mut()), Poll::Ready(9));
    assert_eq!(cache.get(&1), Some(9));
    let info = cache.info();
    assert_eq!((info.hits, info.misses, info.coalesced, all_calls(info)), (1, 4, 1, 6), "each call once");
}

#[test]
fn waiters_that_cannot_take_errors_do_not_queue_behind_failures() {
    // After two failures that it could not take, a caller loads for itself, beside the others.
    let cache: Cache<u32, u32> = Cache::default();
    let fails = |send: &mut Option<oneshot::Sender<u8>>| {
        let (sender, receive) = oneshot::channel();
        *send = Some(sender);
        let cache = &cache;
        Box::pin(async move { cache.try_get_or_insert_async(1, async { Err(receive.await.unwrap()) }).await })
    };
    let mut send = None;
    let mut leader = fails(&mut send);
    assert!(poll(leader.as_mut()).is_pending());
    let bodies = AtomicU32::new(0);
    let load = || async {
        bodies.fetch_add(1, SeqCst);
        std::future::pending().await
    };
    let mut loads: Vec<_> = (0..4).map(|_| Box::pin(cache.get_or_insert_async(1, load()))).collect();
    for _ in 0..2 {
        assert!(loads.iter_mut().all(|load| poll(load.as_mut()).is_pending()));
        assert_eq!(bodies.load(SeqCst), 0, "they wait");
        send.take().unwrap().send(0).unwrap();
        assert_eq!(poll(leader.as_mut()), Poll::Ready(Err(0)));
        // Another one that fails is there before them.
        leader = fails(&mut send);
        assert!(poll(leader.as_mut()).is_pending());
    }
    assert!(loads.iter_mut().all(|load| poll(load.as_mut()).is_pending()));
    assert_eq!(bodies.load(SeqCst), 4, "all load at once");
    drop((loads, leader));
    assert_eq!(load!(cache, &1).insert(1), Settled::Kept);
    cache.validate();
}
