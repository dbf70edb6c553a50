//! Reading statistics only reads: nothing is swept, and no code of the user's runs.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use memokit::{Cache, Clock, LocalCache, ManualClock, caches, memoize, report};

/// What ran of the user's code.
#[derive(Default, Debug)]
struct Ran {
    hash: AtomicU32,
    compare: AtomicU32,
    clone: AtomicU32,
    drop: AtomicU32,
    listen: AtomicU32,
    weigh: AtomicU32,
    clock: AtomicU32,
}

impl Ran {
    /// Hashes, comparisons, clones, drops, calls of the listener and of the weigher, and readings
    /// of the clock.
    fn all(&self) -> [u32; 7] {
        let Self { hash, compare, clone, drop, listen, weigh, clock } = self;
        [hash, compare, clone, drop, listen, weigh, clock].map(|ran| ran.load(SeqCst))
    }
}

struct Nosy(u32, Arc<Ran>);

impl Hash for Nosy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.hash.fetch_add(1, SeqCst);
        self.0.hash(state);
    }
}

impl PartialEq for Nosy {
    fn eq(&self, other: &Self) -> bool {
        self.1.compare.fetch_add(1, SeqCst);
        self.0 == other.0
    }
}

impl Eq for Nosy {}

impl Clone for Nosy {
    fn clone(&self) -> Self {
        self.1.clone.fetch_add(1, SeqCst);
        Self(self.0, self.1.clone())
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        self.1.drop.fetch_add(1, SeqCst);
    }
}

struct NosyClock(ManualClock, Arc<Ran>);

impl Clock for NosyClock {
    fn now(&self) -> Duration {
        self.1.clock.fetch_add(1, SeqCst);
        self.0.now()
    }
}

/// A cache that runs all kinds of code, half of whose entries have expired.
macro_rules! half_expired {
    ($builder:expr, $ran:expr) => {{
        let (clock, ran) = (ManualClock::new(), $ran.clone());
        let (listen, weigh) = (ran.clone(), ran.clone());
        let cache = $builder
            .lru(1000)
            .max_weight(10_000)
            .weight(move |_: &Nosy, value: &Nosy| {
                weigh.weigh.fetch_add(1, SeqCst);
                u64::from(value.0)
            })
            .ttl(Duration::from_secs(10))
            .clock(NosyClock(clock.clone(), ran.clone()))
            .removal_listener(move |_, _, _| drop(listen.listen.fetch_add(1, SeqCst)))
            .build();
        (0..50).for_each(|key| cache.insert(Nosy(key, ran.clone()), Nosy(1, ran.clone())));
        clock.advance(Duration::from_secs(5));
        (50..100).for_each(|key| cache.insert(Nosy(key, ran.clone()), Nosy(2, ran.clone())));
        // Removed entries that wait to be dropped.
        (90..100).for_each(|key| cache.insert(Nosy(key, ran.clone()), Nosy(3, ran.clone())));
        clock.advance(Duration::from_secs(5));
        cache
    }};
}

#[test]
fn reading_statistics_runs_no_code_of_the_users() {
    let ran = Arc::new(Ran::default());
    let cache = half_expired!(Cache::builder().name("statistics that only read"), ran);
    let before = ran.all();
    for _ in 0..3 {
        let info = cache.info();
        assert_eq!((info.currsize, info.weight, info.expirations, info.maxsize), (100, 160, 0, Some(1000)));
        assert_eq!(cache.parameters().maxsize, Some(1000));
        assert_eq!(cache.name(), Some("statistics that only read"));
        let listed = caches().into_iter().find(|listed| listed.name() == "statistics that only read").unwrap();
        assert_eq!(listed.info(), info);
        assert!(report().to_string().contains("statistics that only read"));
        assert!(!info.to_string().is_empty() && !format!("{info:?}").is_empty());
    }
    assert_eq!(ran.all(), before);
    // What has expired is still there for the statistics, and for nothing else.
    assert_eq!(cache.len(), 50);
    assert!(ran.all() != before);
    let info = cache.info();
    assert_eq!((info.currsize, info.weight, info.expirations), (50, 110, 50));
    cache.validate();
}

#[test]
fn the_statistics_of_a_local_cache_only_read_too() {
    let ran = Arc::new(Ran::default());
    let cache = half_expired!(LocalCache::builder(), ran);
    let before = ran.all();
    assert_eq!((cache.info().currsize, cache.info().weight), (100, 160));
    assert_eq!(ran.all(), before);
    cache.run_pending();
    assert_eq!((cache.info().currsize, cache.info().weight, cache.info().expirations), (50, 110, 50));
    assert_eq!(cache.len(), 50);
}

#[test]
fn len_and_weight_count_what_lives_whatever_was_swept() {
    let ran = Arc::new(Ran::default());
    let cache = half_expired!(Cache::builder(), ran);
    assert_eq!((cache.weight(), cache.is_empty()), (110, false));
    let cache = half_expired!(Cache::builder(), ran);
    assert_eq!((cache.iter().count(), cache.info().currsize), (50, 100), "a walk sweeps nothing either");
    assert_eq!((cache.len(), cache.info().currsize), (50, 50));
}

#[test]
fn statistics_of_a_function_only_read() {
    static DROPS: AtomicU32 = AtomicU32::new(0);

    #[derive(Clone)]
    struct Counted;

    impl Drop for Counted {
        fn drop(&mut self) {
            DROPS.fetch_add(1, SeqCst);
        }
    }

    #[memoize(lru = 4)]
    fn counted(_n: u32) -> Arc<Counted> {
        Arc::new(Counted)
    }

    (0..20).for_each(|key| drop(counted(key)));
    let before = DROPS.load(SeqCst);
    for _ in 0..100 {
        let info = counted::cache_info();
        assert_eq!((info.currsize, info.misses, info.evictions), (4, 20, 16));
        assert_eq!(counted::cache_parameters().maxsize, Some(4));
    }
    assert_eq!(DROPS.load(SeqCst), before);
    counted::cache_clear();
    assert_eq!(DROPS.load(SeqCst), 20);
}

#[test]
fn statistics_may_be_read_from_every_callback() {
    let clock = ManualClock::new();
    let own: Arc<OnceLock<Cache<u32, u32>>> = Arc::default();
    let (weigh, listen) = (own.clone(), own.clone());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = heard.clone();
    let read = |own: &OnceLock<Cache<u32, u32>>| own.get().map(|cache| cache.info().currsize);
    let cache: Cache<u32, u32> = Cache::builder()
        .max_weight(3)
        .weight(move |_, _| {
            read(&weigh);
            1
        })
        .clock(clock)
        .removal_listener(move |_, _, _| hear.lock().unwrap().push(read(&listen)))
        .build();
    own.set(cache.clone()).unwrap();
    for key in 0..10 {
        assert_eq!(cache.get_or_insert_with(key, || cache.info().misses as u32), key + 1);
    }
    cache.retain(|_, _| cache.info().currsize == 3);
    assert_eq!(cache.len(), 3);
    assert_eq!(*heard.lock().unwrap(), [Some(3); 7]);
}
