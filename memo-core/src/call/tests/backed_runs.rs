//! Runs with a level that refuses, does not answer, panics or asks back. Tasks are polled by hand:
//! so it is known which callers have joined, and how far a run is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use super::{Lease, Outcome, Stored, args, call_async, key_of, operate};
use crate::cacheable::OkSharedErr;
use crate::call::{Call, Forget, Operation, Put, Refresh, as_is, info, plan};
use crate::config::Config;
use crate::engine::{Answer, RetryState};
use crate::home::{SharedStore, StaticCache};
use crate::level::{Filled, Level, Loaded, Meta, Which};

type Script<T> = Box<dyn Fn(u32) -> T + Send + Sync>;
type Task = Pin<Box<dyn Future<Output = Outcome>>>;

/// A level that does as the test says.
struct Scripted {
    load: Script<Option<Outcome>>,
    fill: Script<Filled>,
    loads: AtomicUsize,
    fills: AtomicUsize,
    open_claims: AtomicUsize,
}

impl Scripted {
    fn new(
        load: impl Fn(u32) -> Option<Outcome> + Send + Sync + 'static,
        fill: impl Fn(u32) -> Filled + Send + Sync + 'static,
    ) -> &'static Self {
        let zero = || AtomicUsize::new(0);
        let level =
            Self { load: Box::new(load), fill: Box::new(fill), loads: zero(), fills: zero(), open_claims: zero() };
        Box::leak(Box::new(level))
    }

    /// A level that has nothing, and answers fills in this order; the last answer repeats.
    fn that_answers(answers: &'static [Filled]) -> &'static Self {
        let given = AtomicUsize::new(0);
        Self::new(|_| None, move |_| answers[given.fetch_add(1, SeqCst).min(answers.len() - 1)])
    }

    fn lease(&'static self) -> Lease {
        self.open_claims.fetch_add(1, SeqCst);
        Lease(Some(&self.open_claims))
    }

    /// Loads, fills, and claims that are neither used nor given up.
    fn counts(&self) -> (usize, usize, usize) {
        (self.loads.load(SeqCst), self.fills.load(SeqCst), self.open_claims.load(SeqCst))
    }
}

/// Lets a task be polled once more.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

impl Level<Stored, Outcome> for &'static Scripted {
    const ON: bool = true;
    type Claim = Lease;

    fn load(self, key: &Stored) -> Loaded<Outcome, Lease> {
        self.loads.fetch_add(1, SeqCst);
        let lease = self.lease();
        match (self.load)(key_of(key)) {
            Some(value) => Loaded::Value(value, Meta { ttl: None }),
            None => Loaded::Compute(lease),
        }
    }

    async fn load_async(self, key: &Stored) -> Loaded<Outcome, Lease> {
        pause().await;
        self.load(key)
    }

    fn claim(self, _: &Stored) -> Lease {
        self.lease()
    }

    async fn claim_async(self, key: &Stored) -> Lease {
        pause().await;
        self.claim(key)
    }

    fn fill(self, claim: Lease, key: &Stored, _: &Outcome, _: Meta) -> Filled {
        assert!(claim.0.is_some(), "a fill has a claim");
        self.fills.fetch_add(1, SeqCst);
        (self.fill)(key_of(key))
    }

    async fn fill_async(self, claim: Lease, key: &Stored, value: &Outcome, meta: Meta) -> Filled {
        pause().await;
        self.fill(claim, key, value, meta)
    }

    fn invalidate(self, _: Which<'_, Stored>) {}

    async fn invalidate_async(self, _: Which<'_, Stored>) {}
}

macro_rules! store {
    () => {{
        static CACHE: StaticCache = StaticCache::new("a scripted level", file!(), line!(), false);
        CACHE.shared(Config::new)
    }};
}

fn poll(task: &mut Task) -> Poll<Outcome> {
    task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn call(store: SharedStore, level: &'static Scripted, value: u32) -> Task {
    Box::pin(call_async(store, level, 1, async move { Ok(value) }))
}

fn peek(store: SharedStore) -> Option<Outcome> {
    operate(store, Scripted::that_answers(&[]), 1, crate::call::Peek, || unreachable!("nothing runs"))
}

/// A task that leads a run and is in its consultation, and another that has joined it.
fn leader_and_waiter(store: SharedStore, level: &'static Scripted) -> (Task, Task) {
    let (mut leader, mut waiter) = (call(store, level, 10), call(store, level, 20));
    assert!(poll(&mut leader).is_pending() && poll(&mut waiter).is_pending());
    (leader, waiter)
}

#[test]
fn tasks_that_joined_get_a_value_that_was_accepted_or_not_answered() {
    for (store, answers) in [(store!(), &[Filled::Accepted] as &[_]), (store!(), &[Filled::Unknown])] {
        let level = Scripted::that_answers(answers);
        let (mut leader, mut waiter) = leader_and_waiter(store, level);
        // The level has answered, the body has run, the fill is under way.
        assert!(poll(&mut leader).is_pending() && poll(&mut waiter).is_pending());
        assert_eq!(level.counts(), (1, 0, 1), "the claim is the fill's by now");
        assert_eq!(poll(&mut leader), Poll::Ready(Ok(10)));
        assert_eq!((poll(&mut waiter), peek(store)), (Poll::Ready(Ok(10)), Some(Ok(10))));
        assert_eq!((level.counts(), info(&store).coalesced), ((1, 1, 0), 1));
    }
}

#[test]
fn tasks_that_joined_look_again_where_the_value_was_refused() {
    let (store, level) = (store!(), Scripted::that_answers(&[Filled::Refused, Filled::Accepted]));
    let (mut leader, mut waiter) = leader_and_waiter(store, level);
    assert!(poll(&mut leader).is_pending());
    assert_eq!(poll(&mut leader), Poll::Ready(Ok(10)), "the caller that ran the body gets its value");
    assert_eq!(peek(store), None);
    // In its own consultation, then in its own fill.
    assert!(poll(&mut waiter).is_pending() && poll(&mut waiter).is_pending());
    assert_eq!((poll(&mut waiter), peek(store)), (Poll::Ready(Ok(20)), Some(Ok(20))));
    let info = info(&store);
    assert_eq!((level.counts(), info.misses, info.coalesced, info.errors), ((2, 2, 0), 2, 0, 0));
}

#[test]
fn after_two_refusals_a_waiter_computes_alone() {
    let (store, level) = (store!(), Scripted::that_answers(&[Filled::Refused]));
    let (mut leader, mut waiter) = leader_and_waiter(store, level);
    for _ in 0..2 {
        assert!(poll(&mut waiter).is_pending() && poll(&mut leader).is_pending());
        assert_eq!(poll(&mut leader), Poll::Ready(Ok(10)));
        leader = call(store, level, 10);
        assert!(poll(&mut leader).is_pending());
    }
    let before = level.counts();
    assert!(poll(&mut waiter).is_pending());
    assert!(poll(&mut waiter).is_pending(), "in its fill, beside the leader's run");
    assert_eq!((poll(&mut waiter), level.counts().1), (Poll::Ready(Ok(20)), before.1 + 1));
}

#[test]
fn a_task_that_comes_while_the_value_is_sent_does_not_join() {
    let (store, level) = (store!(), Scripted::that_answers(&[Filled::Accepted]));
    let (mut leader, mut waiter) = leader_and_waiter(store, level);
    assert!(poll(&mut leader).is_pending());
    let mut late = call(store, level, 30);
    // Not waiting: in its own consultation, then in its own fill.
    assert!(poll(&mut late).is_pending() && poll(&mut late).is_pending());
    assert_eq!(poll(&mut late), Poll::Ready(Ok(30)));
    assert_eq!((poll(&mut leader), poll(&mut waiter)), (Poll::Ready(Ok(10)), Poll::Ready(Ok(10))));
    assert_eq!(peek(store), Some(Ok(30)), "the run that began last wins");
}

/// Panics once, then does as the other script.
fn once_panics<T: 'static>(then: impl Fn() -> T + Send + Sync + 'static) -> impl Fn(u32) -> T + Send + Sync + 'static {
    let calls = AtomicUsize::new(0);
    move |_| {
        assert!(calls.fetch_add(1, SeqCst) > 0, "as the test wants it");
        then()
    }
}

#[test]
fn a_level_that_panics_ends_the_run_and_a_waiter_leads() {
    let consult = || Scripted::new(once_panics(|| None), |_| Filled::Accepted);
    let fill = || Scripted::new(|_| None, once_panics(|| Filled::Accepted));
    // By polls of the leader before the one that panics.
    for (polls, store, level) in [(0, store!(), consult()), (1, store!(), fill())] {
        let (mut leader, mut waiter) = leader_and_waiter(store, level);
        (0..polls).for_each(|_| assert!(poll(&mut leader).is_pending()));
        assert!(catch_unwind(AssertUnwindSafe(|| poll(&mut leader))).is_err());
        drop(leader);
        assert_eq!((level.counts().2, peek(store)), (0, None), "its claim is given up");
        assert!(poll(&mut waiter).is_pending() && poll(&mut waiter).is_pending());
        assert_eq!((poll(&mut waiter), peek(store)), (Poll::Ready(Ok(20)), Some(Ok(20))));
        assert_eq!((level.counts().2, info(&store).errors), (0, 1));
    }
    for (store, level) in [(store!(), consult()), (store!(), fill())] {
        let call = |value| operate(store, level, 1, Call, || Ok(value));
        assert!(catch_unwind(AssertUnwindSafe(|| call(10))).is_err());
        assert_eq!((level.counts().2, peek(store), info(&store).errors), (0, None, 1));
        assert_eq!((call(20), peek(store)), (Ok(20), Some(Ok(20))));
    }
}

#[test]
fn a_task_that_is_cancelled_at_its_level_gives_up_its_run_and_its_claim() {
    for (polls, store) in [(0, store!()), (1, store!())] {
        let level = Scripted::that_answers(&[Filled::Accepted]);
        let (mut leader, mut waiter) = leader_and_waiter(store, level);
        (0..polls).for_each(|_| assert!(poll(&mut leader).is_pending()));
        drop(leader);
        assert_eq!((level.counts().2, peek(store)), (0, None));
        assert!(poll(&mut waiter).is_pending() && poll(&mut waiter).is_pending());
        assert_eq!((poll(&mut waiter), peek(store)), (Poll::Ready(Ok(20)), Some(Ok(20))));
    }
}

#[test]
fn a_level_may_call_the_function_that_asks_it() {
    let store = store!();
    let inner = || Scripted::that_answers(&[Filled::Accepted]);
    let asks = move || operate(store, inner(), 1, Call, || Ok(5)).ok();
    let level = Scripted::new(
        move |_| {
            assert_eq!(asks(), Some(5), "computed without the cache, and without a level");
            None
        },
        move |_| {
            // The run is closed by then, but this is still inside of it.
            assert_eq!(asks(), Some(5));
            Filled::Accepted
        },
    );
    assert_eq!(operate(store, level, 1, Call, || Ok(10)), Ok(10));
    assert_eq!((peek(store), level.counts()), (Some(Ok(10)), (1, 1, 0)));
    operate(store, inner(), 1, Forget, || unreachable!("nothing runs"));
    let mut task = call(store, level, 20);
    assert!(poll(&mut task).is_pending() && poll(&mut task).is_pending());
    assert_eq!((poll(&mut task), peek(store)), (Poll::Ready(Ok(20)), Some(Ok(20))));
}

#[test]
fn what_is_invalidated_while_the_level_answers_is_not_kept() {
    let store = store!();
    let forget = move || {
        operate(store, Scripted::that_answers(&[]), 1, Forget, || unreachable!("nothing runs"));
    };
    let hit = Scripted::new(
        move |_| {
            forget();
            Some(Ok(7))
        },
        |_| unreachable!("nothing is computed"),
    );
    assert_eq!(operate(store, hit, 1, Call, || unreachable!("the level has it")), Ok(7));
    assert_eq!((peek(store), info(&store).level_hits, hit.counts()), (None, 1, (1, 0, 0)));
    let filled = Scripted::new(
        |_| None,
        move |_| {
            forget();
            Filled::Accepted
        },
    );
    assert_eq!(operate(store, filled, 1, Call, || Ok(8)), Ok(8));
    assert_eq!((peek(store), filled.counts()), (None, (1, 1, 0)));
    let (mut leader, mut waiter) = leader_and_waiter(store, filled);
    assert!(poll(&mut leader).is_pending());
    assert_eq!((poll(&mut leader), poll(&mut waiter)), (Poll::Ready(Ok(10)), Poll::Ready(Ok(10))));
    assert_eq!(peek(store), None);
}

#[test]
fn an_async_refresh_claims_without_a_look_up() {
    let (store, level) = (store!(), Scripted::new(|_| unreachable!("no look-up"), |_| Filled::Accepted));
    operate(store, level, 1, Put(Ok(5)), || unreachable!("nothing runs"));
    let mut task: Task = Box::pin(async move {
        let step = Refresh.enter_async(
            plan::<Outcome, _, _, _, _>(&store, &args(&1), OkSharedErr, as_is).backed_by(level),
            &mut RetryState::new(),
        );
        let Answer::Load(loading) = step else { unreachable!("a refresh runs its body") };
        let Answer::Load(loading) = loading.consult_async(as_is).await else { unreachable!("it only claims") };
        let value = loading.drive(Box::pin(async { Ok(6) })).await;
        loading.finish_async(value, as_is).await
    });
    assert!(poll(&mut task).is_pending());
    assert_eq!((level.counts(), peek(store)), ((0, 1, 0), Some(Ok(5))));
    assert!(poll(&mut task).is_pending());
    assert_eq!((poll(&mut task), peek(store)), (Poll::Ready(Ok(6)), Some(Ok(6))));
    assert_eq!((level.counts(), info(&store).refreshes), ((0, 2, 0), 1));
}
