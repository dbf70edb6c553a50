//! `with_outcome`: how each call got its value.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use memokit::{Cache, LocalCache, Outcome, memoize};

static COMPUTED: AtomicU32 = AtomicU32::new(0);

#[memoize]
fn page(n: u32) -> u32 {
    COMPUTED.fetch_add(1, SeqCst);
    thread::sleep(Duration::from_millis(20));
    n
}

#[test]
fn each_call_is_told_how_it_got_its_value() {
    let (start, computed, coalesced) = (Barrier::new(8), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                match page::with_outcome(1) {
                    (1, Outcome::Computed) => computed.fetch_add(1, SeqCst),
                    (1, Outcome::Coalesced) => coalesced.fetch_add(1, SeqCst),
                    (value, outcome) => {
                        assert_eq!((value, outcome), (1, Outcome::Hit));
                        0
                    }
                };
            });
        }
    });
    let info = page::cache_info();
    assert_eq!((computed.load(SeqCst), COMPUTED.load(SeqCst)), (1, 1));
    assert_eq!(u64::from(coalesced.load(SeqCst)), info.coalesced);
    assert_eq!(page::with_outcome(1), (1, Outcome::Hit));
}

#[memoize(when = n > 0)]
fn positive(n: i32) -> i32 {
    if n > 10 { positive::with_outcome(n).0 } else { n }
}

#[test]
fn a_bypass_is_told() {
    assert_eq!(positive::with_outcome(-1), (-1, Outcome::Bypassed));
    assert_eq!(positive::with_outcome(1), (1, Outcome::Computed));
    assert_eq!(positive::with_outcome(1), (1, Outcome::Hit));
}

#[memoize]
fn inner(depth: u32) -> (u32, Option<Outcome>) {
    if depth == 0 { (0, None) } else { (depth, Some(outcome_inside())) }
}

fn outcome_inside() -> Outcome {
    thread_local!(static NESTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    if NESTED.replace(true) { Outcome::Hit } else { inner::with_outcome(1).1 }
}

#[test]
fn a_call_inside_its_own_run_bypasses() {
    assert_eq!(inner(1), (1, Some(Outcome::Bypassed)));
}

#[memoize]
async fn fetch(n: u32) -> Result<u32, String> {
    tokio::task::yield_now().await;
    if n == 0 { Err("zero".into()) } else { Ok(n) }
}

#[test]
fn tasks_are_told_too() {
    block_on(async {
        let both = futures::join!(fetch::with_outcome(7), fetch::with_outcome(7));
        assert_eq!(both, ((Ok(7), Outcome::Computed), (Ok(7), Outcome::Coalesced)));
        assert_eq!(fetch::with_outcome(7).await, (Ok(7), Outcome::Hit));
        let failed = futures::join!(fetch::with_outcome(0), fetch::with_outcome(0));
        assert_eq!(failed.0, (Err("zero".into()), Outcome::Computed));
        assert_eq!(failed.1, (Err("zero".into()), Outcome::Coalesced));
    });
}

struct Shop {
    rate: u32,
}

impl Shop {
    #[memoize]
    fn price(&self, n: u32) -> u32 {
        n * self.rate
    }
}

impl memokit::Key for Shop {
    type Stored = u32;

    fn hash_key<H: std::hash::Hasher>(&self, state: &mut H) {
        self.rate.hash_key(state);
    }

    fn matches(&self, stored: &u32) -> bool {
        self.rate == *stored
    }

    fn to_stored(&self) -> u32 {
        self.rate
    }
}

#[test]
fn methods_and_local_functions_have_it() {
    #[memoize(local)]
    fn local(n: u32) -> std::rc::Rc<u32> {
        n.into()
    }
    assert_eq!(local::with_outcome(3), (3.into(), Outcome::Computed));
    assert_eq!(local::with_outcome(3), (3.into(), Outcome::Hit));
    let shop = Shop { rate: 2 };
    assert_eq!(shop.price_with_outcome(3), (6, Outcome::Computed));
}

#[test]
fn caches_tell_it_in_every_form() {
    let cache: Cache<u32, u32> = Cache::default();
    assert_eq!(cache.entry(1).with_outcome().or_insert_with(|| 1), (1, Outcome::Computed));
    assert_eq!(cache.entry(1).with_outcome().or_insert_with(|| 2), (1, Outcome::Hit));
    let own = cache.get_or_insert_with(2, || {
        let (value, outcome) = cache.entry(2).with_outcome().or_insert_with(|| 20);
        assert_eq!((value, outcome), (20, Outcome::Bypassed));
        value
    });
    assert_eq!(own, 20);
    block_on(async {
        let load = || async {
            tokio::task::yield_now().await;
            3
        };
        let (first, second) = futures::join!(
            cache.entry(3).with_outcome().or_insert_async(load()),
            cache.entry(3).with_outcome().or_insert_async(load())
        );
        assert_eq!((first, second), ((3, Outcome::Computed), (3, Outcome::Coalesced)));
    });
    let local: LocalCache<u32, u32> = LocalCache::default();
    let told = local.entry(1).with_outcome().or_try_insert_with(|| Ok::<_, String>(1));
    assert_eq!(told, Ok((1, Outcome::Computed)));
}
