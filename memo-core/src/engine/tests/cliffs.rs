//! The worst single operation: what is done during one holding of the lock is bounded, however many
//! entries a store has, and what waits for reclamation costs nothing until there is enough of it.

use std::time::Duration;

use crate::ManualClock;
use crate::config::Config;
use crate::engine::sharing::Private;
use crate::engine::steps::{Steps, steps_of};
use crate::engine::store::Store;
use crate::engine::writer::Candidate;
use crate::engine::{Local, Shared, Sharing, WriteTerms};
use crate::table::hazard::PinnedEntry;
use crate::table::{EntryVtable, Node, ShortHash};

/// Entries of the large stores: far more than one holding of the lock may handle.
const MANY: u32 = 50_000;
/// A step is worth some nanoseconds.
const BOUND: usize = 10_000;

/// A store of numbers and texts, which have destructors.
struct Texts<S: Sharing>(Store<S>);

impl<S: Sharing> Texts<S> {
    fn new(config: Config) -> Self {
        Self(Store::new(config, Some(const { &EntryVtable::new::<u32, String>() }), Vec::new()))
    }

    fn filled(config: Config) -> Self {
        let store = Self::new(config);
        (0..MANY).for_each(|key| _ = store.insert(key));
        store
    }

    /// Returns the entry's slot.
    fn insert(&self, key: u32) -> u32 {
        let common = &self.0.common;
        let ttl = common.ttl_for(&mut WriteTerms::default());
        let now = common.now_if_dated();
        let hash = ShortHash::of::<()>(u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let stripe = self.0.stripe(hash);
        let mut writer = self.0.writer(stripe);
        let slot = writer.state.table_writer.take(&stripe.table, self.0.sole_type().number);
        let entry = stripe.table.entry(slot);
        // SAFETY: a cell for entries of this type, which no other thread knows yet.
        unsafe {
            Node::<u32, String>::write_key(entry.as_ptr(), key);
            Node::<u32, String>::write_value(entry.as_ptr(), key.to_string());
        }
        let new = Candidate { head: entry.head(), hash, slot, weight: 0, ttl };
        assert!(writer.admit_new(new, now, || ()));
        writer.finish(false);
        slot
    }

    fn pin(&self, slot: u32) -> PinnedEntry {
        let stripe = self.0.stripes().next().unwrap();
        let _state = stripe.lock();
        PinnedEntry::new(stripe.table.entry(slot).as_ptr())
    }

    fn live(&self) -> usize {
        self.0.stripes().map(|stripe| stripe.lock().live).sum()
    }

    fn retired(&self) -> usize {
        self.0.stripes().map(|stripe| stripe.lock().retired.len()).sum()
    }
}

#[test]
fn entries_that_expire_together_are_not_removed_by_one_insert() {
    let clock = ManualClock::new();
    let config = Config::new().lru(MANY as usize).ttl(Duration::from_secs(1)).clock(clock.clone());
    let store = Texts::<Shared>::filled(config);
    clock.advance(Duration::from_secs(2));
    let steps = steps_of(|| _ = store.insert(MANY));
    assert!(steps.most < BOUND, "{} steps", steps.most);
    assert_eq!(store.live(), MANY as usize, "one has gone, and one has come");
    assert_eq!(store.0.info().evictions, 0, "expired entries go before a live one");
    store.0.sweep();
    assert_eq!((store.live(), store.0.info().expirations), (1, u64::from(MANY)));
    store.0.validate();
}

/// Hits move deadlines, so that all bounds of the index are too early at the same time.
#[test]
fn entries_in_use_are_not_all_visited_by_one_insert() {
    let clock = ManualClock::new();
    let config = Config::new().lru(MANY as usize).idle(Duration::from_secs(10)).clock(clock.clone());
    let store = Texts::<Shared>::filled(config);
    clock.advance(Duration::from_secs(9));
    let (stripe, now) = (store.0.stripes().next().unwrap(), store.0.common.precise());
    for slot in stripe.lock().table_writer.alive(&stripe.table) {
        store.0.common.deadlines.used(&stripe.table, stripe.table.head(slot), now);
    }
    clock.advance(Duration::from_secs(2));
    let steps = steps_of(|| _ = store.insert(MANY));
    assert!(steps.most < BOUND, "{} steps", steps.most);
    store.0.sweep();
    assert_eq!((store.live(), store.0.info().expirations), (MANY as usize, 0), "nothing has expired");
    store.0.validate();
}

#[test]
fn a_store_becomes_smaller_in_steps() {
    let many = MANY as usize;
    for config in [Config::new().lru(many), Config::new().max(many), Config::new().random(many)] {
        let store = Texts::<Shared>::filled(config);
        let steps = steps_of(|| store.0.resize(10));
        assert!(steps.most < BOUND, "{} steps", steps.most);
        assert_eq!((store.live(), store.retired()), (10, 0), "at once, and all are dropped");
        store.0.validate();
        store.0.resize(many);
        (0..100).for_each(|key| _ = store.insert(MANY + key));
        store.0.validate();
        assert_eq!(store.live(), 110);
    }
}

/// The parts of a table: an insert that must split a segment looks at all of them.
#[test]
fn a_store_that_became_larger_has_as_many_parts_as_one_that_was_made_so() {
    let parts = |store: &Texts<Shared>| store.0.stripes().next().unwrap().lock().table_writer.parts();
    let made = Texts::<Shared>::filled(Config::new().lru(MANY as usize));
    for entries in [1, 100, 3_000] {
        let resized = Texts::<Shared>::new(Config::new().lru(entries));
        (0..100).for_each(|key| _ = resized.insert(key));
        resized.0.resize(MANY as usize);
        (100..MANY).for_each(|key| _ = resized.insert(key));
        resized.0.validate();
        let (made, resized) = (parts(&made), parts(&resized));
        let is_alike = resized.0 <= 2 * made.0 && resized.1 <= 2 * made.1;
        assert!(is_alike, "from {entries}: {resized:?} segments and allocations, {made:?} if made so large");
    }
}

#[test]
fn a_store_is_cleared_in_steps() {
    let store = Texts::<Shared>::filled(Config::new().lru(MANY as usize));
    let steps = steps_of(|| store.0.clear());
    assert!(steps.most < BOUND, "{} steps", steps.most);
    assert_eq!((store.live(), store.retired()), (0, 0), "at once, and all are dropped");
    store.0.validate();
}

/// As when tasks wait for runs, whose entries are evicted before the tasks are polled.
fn held_entries_cost_nothing<S: Sharing>() {
    let store = Texts::<S>::new(Config::new().lru(8));
    let held = 10_000u32;
    let evictions = |from| steps_of(|| (from..from + 2_000).for_each(|key| _ = store.insert(key)));
    let mut pins = Vec::new();
    let Steps { all, .. } = steps_of(|| {
        for key in 0..held {
            pins.push(store.pin(store.insert(key)));
        }
    });
    assert!(all < 200 * held as usize, "{all} steps for {held} entries that become held");
    let Steps { all, .. } = evictions(held);
    assert!(all < 200 * 2_000, "{all} steps for 2000 evictions beside {held} held entries");
    let waiting = store.retired();
    assert!(waiting < 2 * held as usize, "{waiting} wait");
    // The cost ends with the pins.
    pins.clear();
    store.0.sweep();
    assert_eq!(store.retired(), 0);
    let Steps { all, .. } = evictions(2 * held);
    assert!(all < 20 * 2_000, "{all} steps for 2000 evictions");
}

#[test]
fn held_entries_cost_a_shared_store_nothing() {
    held_entries_cost_nothing::<Shared>();
}

#[test]
fn held_entries_cost_a_local_store_nothing() {
    held_entries_cost_nothing::<Local>();
}

/// A scan makes all threads execute a barrier.
#[test]
fn a_small_store_scans_once_for_as_many_evictions_as_it_has_entries() {
    let (ready, is_ready) = std::sync::mpsc::channel();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        let cache = crate::Cache::builder().build();
        cache.insert(1, 1);
        assert_eq!(cache.get(&1), Some(1));
        ready.send(()).unwrap();
        is_done.recv().unwrap_err();
    });
    is_ready.recv().unwrap();
    // Without membarrier(2) a scan is cheap, and every eviction may have one.
    let entries = if Shared::scans_cheaply() { &[][..] } else { &[1, 8, 16, 64] };
    for &entries in entries {
        let store = Texts::<Shared>::new(Config::new().lru(entries));
        (0..64).for_each(|key| _ = store.insert(key));
        let Steps { scans, .. } = steps_of(|| (64..1_088).for_each(|key| _ = store.insert(key)));
        assert!(scans <= 1_024 / entries.min(16) + 1, "{scans} scans for 1024 evictions from {entries}");
        let waiting = store.retired();
        assert!(waiting <= entries, "{waiting} wait, of {entries}");
    }
    drop(done);
    other.join().unwrap();
}

/// What was removed is shown to the caller first, so a scan before that would be in vain.
#[test]
fn a_removal_scans_once() {
    let cache = crate::Cache::<u32, String>::builder().lru(8).build();
    for key in 0..8 {
        cache.insert(key, String::new());
    }
    for key in 0..8 {
        let Steps { scans, .. } = steps_of(|| assert_eq!(cache.remove(&key), Some(String::new())));
        assert_eq!(scans, 1);
    }
}

/// With the timer thread, for a store that nobody calls.
#[test]
fn a_removed_value_that_was_held_is_dropped_though_nobody_writes() {
    let value = std::sync::Arc::new(());
    let cache = crate::Cache::<u32, std::sync::Arc<()>>::builder().lru(10).build();
    cache.insert(1, value.clone());
    cache.with(&1, |_| assert!(cache.remove(&1).is_some()));
    let begun = std::time::Instant::now();
    while std::sync::Arc::strong_count(&value) > 1 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
}
