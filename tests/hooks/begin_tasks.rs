//! `Cache::begin` in tasks, polled by hand: what waits is known exactly.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use futures::channel::oneshot;
use memokit::{Answer, Cache, Settled};

use super::{load, wait, watchdog};

#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&Waker::from(wakes.clone())))
}

/// Gives the value, or the one that it computes if it has to lead.
async fn ask(cache: &Cache<u32, u32>, key: u32, compute: impl Future<Output = u32> + Unpin) -> u32 {
    let guard = match cache.begin(&key) {
        Answer::Ready(value) => return value,
        Answer::Load(guard) => guard.into_async(),
        Answer::Wait(wait) => match wait.wait().await {
            Ok(value) => return value,
            Err(guard) => guard,
        },
    };
    let value = guard.drive(compute).await;
    guard.insert(value);
    value
}

fn ready(value: u32) -> impl Future<Output = u32> + Unpin {
    std::future::ready(value)
}

#[test]
fn a_task_waits_for_a_guard_and_gets_its_value() {
    let (cache, wakes) = (Cache::default(), Arc::new(Wakes::default()));
    let guard = load!(cache, &1).into_async();
    let mut tasks = [(); 5].map(|()| Box::pin(ask(&cache, 1, ready(0))));
    assert!(tasks.iter_mut().all(|task| poll(task.as_mut(), &wakes).is_pending()));
    assert_eq!(guard.insert(7), Settled::Kept);
    assert_eq!(wakes.0.load(SeqCst), 5);
    assert!(tasks.iter_mut().all(|task| poll(task.as_mut(), &wakes) == Poll::Ready(7)));
    assert_eq!((cache.info().misses, cache.info().coalesced), (1, 5));
}

#[test]
fn a_future_that_is_cancelled_with_its_guard_lets_one_waiter_lead() {
    let (cache, wakes) = (Cache::default(), Arc::new(Wakes::default()));
    let (_never, gone) = oneshot::channel::<u32>();
    let leads = async {
        let guard = load!(cache, &1).into_async();
        let value = guard.drive(gone).await.unwrap_or_default();
        guard.insert(value);
    };
    let mut leads = Box::pin(leads);
    assert!(poll(leads.as_mut(), &wakes).is_pending());
    let (send, receive) = oneshot::channel::<u32>();
    let mut receive = Some(Box::pin(async { receive.await.unwrap() }));
    let mut tasks = [(); 4].map(|()| {
        let compute: Pin<Box<dyn Future<Output = u32>>> = match receive.take() {
            Some(receive) => receive,
            None => Box::pin(async { panic!("there is a leader") }),
        };
        Box::pin(ask(&cache, 1, compute))
    });
    assert!(tasks.iter_mut().all(|task| poll(task.as_mut(), &wakes).is_pending()));
    assert_eq!(wakes.0.load(SeqCst), 0);
    drop(leads);
    assert_eq!(wakes.0.load(SeqCst), 4, "all waiters are woken");
    // The first one that is polled leads; the others wait for it.
    assert!(tasks.iter_mut().all(|task| poll(task.as_mut(), &wakes).is_pending()));
    send.send(9).unwrap();
    assert!(tasks.iter_mut().all(|task| poll(task.as_mut(), &wakes) == Poll::Ready(9)));
    assert_eq!((cache.get(&1), cache.info().misses, cache.info().errors), (Some(9), 2, 1));
    cache.validate();
}

#[test]
fn a_task_that_stops_waiting_is_not_woken_and_keeps_nobody_waiting() {
    let (cache, wakes) = (Cache::<u32, u32>::default(), Arc::new(Wakes::default()));
    let guard = load!(cache, &1).into_async();
    let mut stays = Box::pin(wait!(cache, &1).wait());
    {
        let mut stops = Box::pin(wait!(cache, &1).wait());
        assert!(poll(stops.as_mut(), &wakes).is_pending());
    }
    // Never polled at all.
    drop(wait!(cache, &1));
    assert!(poll(stays.as_mut(), &wakes).is_pending());
    guard.insert(3);
    assert_eq!(wakes.0.load(SeqCst), 1);
    assert!(matches!(poll(stays.as_mut(), &wakes), Poll::Ready(Ok(3))));
    assert_eq!((cache.info().misses, cache.info().coalesced), (1, 3));
}

#[test]
fn a_look_up_of_the_same_key_inside_a_driven_future_bypasses_the_cache() {
    let (cache, wakes) = (Cache::<u32, u32>::default(), Arc::new(Wakes::default()));
    let guard = load!(cache, &1).into_async();
    let inside = guard.drive(Box::pin(async { ask(&cache, 1, ready(5)).await + 1 }));
    let mut inside = pin!(inside);
    assert_eq!(poll(inside.as_mut(), &wakes), Poll::Ready(6));
    // Outside of it, this thread is a caller like any other.
    let waiter = wait!(cache, &1);
    assert_eq!(guard.insert(6), Settled::Kept);
    assert_eq!(waiter.park().ok(), Some(6));
}

#[test]
fn tasks_that_wait_crosswise_inside_their_loads_go_on() {
    let (cache, wakes) = (Cache::<u32, u32>::default(), Arc::new(Wakes::default()));
    let (one, two) = (load!(cache, &1).into_async(), load!(cache, &2).into_async());
    let mut first = Box::pin(one.drive(Box::pin(ask(&cache, 2, ready(20)))));
    assert!(poll(first.as_mut(), &wakes).is_pending(), "nothing is wrong yet");
    {
        let mut second = Box::pin(two.drive(Box::pin(ask(&cache, 1, ready(10)))));
        assert_eq!(poll(second.as_mut(), &wakes), Poll::Ready(10), "a wait that would never end is refused");
    }
    assert_eq!(two.insert(200), Settled::Kept);
    assert_eq!(poll(first.as_mut(), &wakes), Poll::Ready(200));
    drop(first);
    assert_eq!(one.insert(100), Settled::Kept);
    assert_eq!((cache.info().bypassed, cache.info().coalesced, cache.info().misses), (1, 1, 2));
}

#[test]
fn a_guard_for_async_code_lands_on_another_thread() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let guard = load!(cache, &1).into_async();
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(guard.insert(7), Settled::Kept));
        });
        assert_eq!(cache.get(&1), Some(7));
        let guard = load!(cache, &2).into_async();
        // This thread is not inside that run any more.
        let waiter = wait!(cache, &2);
        thread::scope(|scope| {
            scope.spawn(move || drop(guard));
        });
        assert_eq!(waiter.park().unwrap_err().insert(8), Settled::Kept);
    });
}
