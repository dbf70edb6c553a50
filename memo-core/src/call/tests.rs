//! Tests of calls with a level behind the store: a level in memory that can refuse.

mod backed_runs;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;

use super::{Call, ExpiresIn, Forget, MapValue as _, Operation, Peek, Put, Refresh, Writing, as_is, plan};
use crate::cacheable::OkSharedErr;
use crate::config::Config;
use crate::engine::{Answer, RetryState};
use crate::home::{SharedStore, StaticCache};
use crate::key::{Adapted, ByKey, Query, Single, StoredKey, adapt, query};
use crate::level::{Filled, Level, Loaded, Meta, Which};

type Args<'a> = Query<(), (Adapted<'a, ByKey, u32>,), Single>;
type Stored = StoredKey<(), (u32,), Single>;
type Outcome = Result<u32, String>;

/// A level in memory.
struct Memory {
    entries: Mutex<HashMap<u32, u32>>,
    answer: Filled,
    loads: AtomicUsize,
    claims: AtomicUsize,
    fills: AtomicUsize,
    open_claims: AtomicUsize,
    /// Runs in the middle of a fill.
    meanwhile: Box<dyn Fn() + Send + Sync>,
}

impl Memory {
    fn new(answer: Filled) -> Self {
        Self::with_meanwhile(answer, || ())
    }

    fn with_meanwhile(answer: Filled, meanwhile: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            entries: Mutex::default(),
            answer,
            loads: AtomicUsize::new(0),
            claims: AtomicUsize::new(0),
            fills: AtomicUsize::new(0),
            open_claims: AtomicUsize::new(0),
            meanwhile: Box::new(meanwhile),
        }
    }

    fn leaked(self) -> &'static Self {
        Box::leak(Box::new(self))
    }

    fn counts(&self) -> (usize, usize, usize) {
        (self.loads.load(SeqCst), self.claims.load(SeqCst), self.fills.load(SeqCst))
    }
}

/// A claim; dropping it gives it up.
#[derive(Default)]
struct Lease(Option<&'static AtomicUsize>);

impl Lease {
    fn new(of: &'static Memory) -> Self {
        of.open_claims.fetch_add(1, SeqCst);
        Self(Some(&of.open_claims))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(open) = self.0 {
            open.fetch_sub(1, SeqCst);
        }
    }
}

fn key_of(key: &Stored) -> u32 {
    *crate::key::StoredArgs::view(key)
}

impl Level<Stored, Outcome> for &'static Memory {
    const ON: bool = true;
    type Claim = Lease;

    fn load(self, key: &Stored) -> Loaded<Outcome, Lease> {
        self.loads.fetch_add(1, SeqCst);
        match self.entries.lock().unwrap().get(&key_of(key)) {
            Some(&value) => Loaded::Value(Ok(value), Meta { ttl: Some(Duration::from_secs(60)) }),
            None => Loaded::Compute(Lease::new(self)),
        }
    }

    async fn load_async(self, key: &Stored) -> Loaded<Outcome, Lease> {
        self.load(key)
    }

    fn claim(self, _: &Stored) -> Lease {
        self.claims.fetch_add(1, SeqCst);
        Lease::new(self)
    }

    async fn claim_async(self, key: &Stored) -> Lease {
        self.claim(key)
    }

    fn fill(self, claim: Lease, key: &Stored, value: &Outcome, _: Meta) -> Filled {
        assert!(claim.0.is_some(), "a fill has a claim");
        self.fills.fetch_add(1, SeqCst);
        (self.meanwhile)();
        if self.answer == Filled::Accepted {
            self.entries.lock().unwrap().insert(key_of(key), *value.as_ref().unwrap());
        }
        self.answer
    }

    async fn fill_async(self, claim: Lease, key: &Stored, value: &Outcome, meta: Meta) -> Filled {
        self.fill(claim, key, value, meta)
    }

    fn invalidate(self, which: Which<'_, Stored>) {
        match which {
            Which::One(key) => drop(self.entries.lock().unwrap().remove(&key_of(key))),
            Which::All => self.entries.lock().unwrap().clear(),
        }
    }

    async fn invalidate_async(self, which: Which<'_, Stored>) {
        self.invalidate(which);
    }
}

fn args(key: &u32) -> Args<'_> {
    query((), (adapt(ByKey, key),), Single)
}

/// Runs an operation as an expansion does.
fn operate<Op: Operation<Outcome>>(
    store: SharedStore,
    level: impl Level<Stored, Outcome>,
    key: u32,
    op: Op,
    body: impl FnOnce() -> Outcome,
) -> Op::Mapped {
    operate_by(as_is, store, level, key, op, body)
}

/// As [`operate`], with rules.
fn operate_by<Op: Operation<Outcome>>(
    rules: impl for<'w> Fn(Writing<'w, Stored, Outcome>) -> Writing<'w, Stored, Outcome>,
    store: SharedStore,
    level: impl Level<Stored, Outcome>,
    key: u32,
    op: Op,
    body: impl FnOnce() -> Outcome,
) -> Op::Mapped {
    let loading = match op.enter(plan::<Outcome, _, _, _, _>(&store, &args(&key), OkSharedErr, &rules).backed_by(level))
    {
        Answer::Ready(answer) => return answer,
        Answer::Load(loading) => loading,
        Answer::Wait(never) => match never {},
    };
    match loading.consult(&rules) {
        Answer::Ready((value, op)) => op.map(value),
        Answer::Load(loading) => loading.finish_with(body(), rules),
        Answer::Wait(never) => match never {},
    }
}

/// Calls as the expansion of an async function does.
async fn call_async(
    store: SharedStore,
    level: impl Level<Stored, Outcome>,
    key: u32,
    body: impl Future<Output = Outcome>,
) -> Outcome {
    let mut retry = RetryState::new();
    let loading = loop {
        let step = Call.enter_async(
            plan::<Outcome, _, _, _, _>(&store, &args(&key), OkSharedErr, as_is).backed_by(level),
            &mut retry,
        );
        match step {
            Answer::Ready(value) => return value,
            Answer::Load(loading) => break loading,
            Answer::Wait(wait) => {
                if let Ok(value) = wait.outcome(&mut retry).await {
                    return value;
                }
            }
        }
    };
    match loading.consult_async(as_is).await {
        Answer::Ready((value, op)) => op.map(value),
        Answer::Load(loading) => {
            let value = loading.drive(Box::pin(body)).await;
            loading.finish_async(value, as_is).await
        }
        Answer::Wait(never) => match never {},
    }
}

macro_rules! store {
    () => {{
        static CACHE: StaticCache = StaticCache::new("a level", file!(), line!(), false);
        CACHE.shared(Config::new)
    }};
}

#[test]
fn a_level_is_asked_before_the_body_and_filled_after_it() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    assert_eq!(operate(store, level, 1, Call, || Ok(10)), Ok(10));
    assert_eq!((level.counts(), level.entries.lock().unwrap().get(&1).copied()), ((1, 0, 1), Some(10)));
    assert_eq!(operate(store, level, 1, Call, || unreachable!("cached")), Ok(10));
    level.entries.lock().unwrap().insert(2, 20);
    assert_eq!(operate(store, level, 2, Call, || unreachable!("the level has it")), Ok(20));
    assert_eq!(operate(store, level, 2, Call, || unreachable!("cached")), Ok(20));
    let info = super::info(&store);
    assert_eq!((level.counts(), level.open_claims.load(SeqCst)), ((2, 0, 1), 0));
    assert_eq!((info.hits, info.misses, info.level_hits), (2, 1, 1));
}

#[test]
fn a_level_s_value_is_cached_by_the_rules_of_the_function() {
    static CACHE: StaticCache = StaticCache::new("rules for a level", file!(), line!(), false);
    let store = CACHE.shared(|| Config::new().max_weight(10).ttl(Duration::from_secs(900)));
    let level = Memory::new(Filled::Accepted).leaked();
    level.entries.lock().unwrap().extend([(1, 4), (2, 400), (3, 5)]);
    let call = |key| {
        let weight = |_: &u32, value: &Outcome| u64::from(*value.as_ref().unwrap());
        let keep = |value: &Outcome| *value != Ok(5);
        let body = || unreachable!("the level has it");
        operate_by(|writing| writing.weight(weight).keep_if(keep), store, level, key, Call, body)
    };
    assert_eq!((call(1), call(2), call(3)), (Ok(4), Ok(400), Ok(5)));
    let info = super::info(&store);
    assert_eq!((info.currsize, info.weight), (1, 4), "one is too heavy, one is not to be kept");
    let left = operate(store, level, 1, ExpiresIn, || unreachable!("nothing runs")).unwrap();
    assert!(left < Duration::from_secs(61), "what the level said is left, not the function's own time");
}

#[test]
fn what_is_not_cached_is_not_sent() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    assert_eq!(operate(store, level, 1, Call, || Err("no".into())), Err("no".into()));
    assert_eq!((level.counts(), level.open_claims.load(SeqCst), super::info(&store).errors), ((1, 0, 0), 0, 1));
}

#[test]
fn a_run_that_was_invalidated_is_not_sent() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    let body = || {
        operate(store, level, 1, Forget, || unreachable!("nothing runs"));
        Ok(10)
    };
    assert_eq!(operate(store, level, 1, Call, body), Ok(10));
    assert_eq!((level.counts(), level.open_claims.load(SeqCst), super::info(&store).currsize), ((1, 0, 0), 0, 0));
}

/// Lets two callers ask for one key, so that one joins the other's run while its value is being
/// computed. Returns how often the body ran.
fn joined_runs(store: SharedStore, level: &'static Memory) -> usize {
    let (runs, both) = (AtomicUsize::new(0), Barrier::new(2));
    let body = || {
        if runs.fetch_add(1, SeqCst) == 0 {
            both.wait();
            // Time for the other caller to join: nothing shows from outside when it has.
            thread::sleep(Duration::from_millis(50));
        }
        Ok(10)
    };
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(operate(store, level, 1, Call, body), Ok(10)));
        scope.spawn(|| {
            both.wait();
            assert_eq!(operate(store, level, 1, Call, body), Ok(10));
        });
    });
    runs.load(SeqCst)
}

#[test]
fn waiters_get_a_value_that_was_accepted() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    assert_eq!((joined_runs(store, level), super::info(&store).coalesced), (1, 1));
}

#[test]
fn waiters_get_a_value_if_the_level_does_not_answer() {
    let (store, level) = (store!(), Memory::new(Filled::Unknown).leaked());
    assert_eq!((joined_runs(store, level), super::info(&store).currsize), (1, 1));
}

#[test]
fn waiters_look_again_if_the_value_was_refused() {
    let (store, level) = (store!(), Memory::new(Filled::Refused).leaked());
    assert_eq!((joined_runs(store, level), super::info(&store).coalesced), (2, 0));
    assert_eq!((super::info(&store).currsize, super::info(&store).errors), (0, 0));
}

#[test]
fn a_run_is_closed_to_later_callers_before_its_value_is_sent() {
    static CACHE: StaticCache = StaticCache::new("a closed run", file!(), line!(), false);
    let store = CACHE.shared(Config::new);
    let plain = Memory::new(Filled::Accepted).leaked();
    let level = Memory::with_meanwhile(Filled::Accepted, move || {
        // Another thread asks while the value is being sent to the level: it computes by itself.
        thread::spawn(move || assert_eq!(operate(store, plain, 1, Call, || Ok(11)), Ok(11))).join().unwrap();
    })
    .leaked();
    assert_eq!(operate(store, level, 1, Call, || Ok(10)), Ok(10));
    assert_eq!(super::info(&store).coalesced, 0);
}

#[test]
fn refresh_claims_put_writes_through_and_forget_invalidates() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    level.entries.lock().unwrap().insert(1, 5);
    assert_eq!(operate(store, level, 1, Refresh, || Ok(10)), Ok(10));
    assert_eq!((level.counts(), level.entries.lock().unwrap()[&1]), ((0, 1, 1), 10));
    operate(store, level, 1, Put(Ok(11)), || unreachable!("nothing runs"));
    assert_eq!((level.counts(), level.entries.lock().unwrap()[&1]), ((0, 2, 2), 11));
    assert!(operate(store, level, 1, Forget, || unreachable!("nothing runs")));
    assert!(level.entries.lock().unwrap().is_empty());
}

#[test]
fn a_refused_refresh_or_put_leaves_neither_the_old_value_nor_the_new() {
    let store = store!();
    let (plain, refusing) = (Memory::new(Filled::Accepted).leaked(), Memory::new(Filled::Refused).leaked());
    let cached = || operate(store, plain, 1, Peek, || unreachable!("nothing runs"));
    operate(store, plain, 1, Put(Ok(1)), || unreachable!("nothing runs"));
    assert_eq!(operate(store, refusing, 1, Refresh, || Err("no".into())), Err("no".into()));
    assert_eq!(cached(), Some(Ok(1)), "a failed refresh is sent to no level, and leaves the old value");
    assert_eq!(operate(store, refusing, 1, Refresh, || Ok(2)), Ok(2));
    assert_eq!(cached(), None);
    operate(store, plain, 1, Put(Ok(3)), || unreachable!("nothing runs"));
    operate(store, refusing, 1, Put(Ok(4)), || unreachable!("nothing runs"));
    assert_eq!(cached(), None);
}

#[test]
fn a_body_that_panics_drops_its_claim() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    let run = || operate(store, level, 1, Call, || panic!("as the test wants it"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    assert_eq!((level.open_claims.load(SeqCst), level.counts()), (0, (1, 0, 0)));
    assert_eq!(operate(store, level, 1, Call, || Ok(1)), Ok(1));
}

#[test]
fn tasks_load_from_a_level_and_fill_it_too() {
    let (store, level) = (store!(), Memory::new(Filled::Accepted).leaked());
    level.entries.lock().unwrap().insert(2, 20);
    block_on(async {
        assert_eq!(call_async(store, level, 1, async { Ok(10) }).await, Ok(10));
        assert_eq!(call_async(store, level, 2, async { unreachable!("the level has it") }).await, Ok(20));
        assert_eq!(call_async(store, level, 3, async { Err("no".into()) }).await, Err("no".into()));
    });
    assert_eq!((level.counts(), level.open_claims.load(SeqCst)), ((3, 0, 1), 0));
    let refusing = Memory::new(Filled::Refused).leaked();
    assert_eq!(block_on(call_async(store, refusing, 4, async { Ok(40) })), Ok(40));
    assert_eq!((refusing.counts(), super::info(&store).currsize), ((1, 0, 1), 2));
}
