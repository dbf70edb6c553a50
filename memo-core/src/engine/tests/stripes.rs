//! What one lock guards is one unit: a store could have several of them, and each works by itself.

use std::time::Duration;

use crate::ManualClock;
use crate::config::Config;
use crate::engine::common::Common;
use crate::engine::reclaim::drop_stripe;
use crate::engine::stripe::Stripe;
use crate::engine::writer::{Candidate, Writer};
use crate::engine::{Local, Shared, Sharing, WriteTerms};
use crate::info::{Counter, RemovalCause};
use crate::table::{EntryVtable, Node, ShortHash};

/// Two stripes of one store, each for three entries that live for ten seconds.
struct Two<S: Sharing> {
    common: Common<S>,
    stripes: [Stripe<S>; 2],
    entry_type: u32,
}

impl<S: Sharing> Two<S> {
    fn new(clock: &ManualClock) -> Self {
        let config = Config::new().lru(3).ttl(Duration::from_secs(10)).clock(clock.clone());
        let (common, prefix_words) = Common::new(config, Vec::new(), 2);
        let stripes = [0, 1].map(|number| Stripe::new(&common, prefix_words, number));
        let vtable = const { &EntryVtable::new::<u32, String>() };
        let [one, other] = stripes.each_ref().map(|stripe| stripe.add_entry_type(vtable).number);
        assert_eq!(one, other, "told of all types in one order, stripes give them the same numbers");
        Self { common, stripes, entry_type: one }
    }

    fn writer(&self, number: usize) -> Writer<'_, S> {
        Writer::new(&self.common, &self.stripes[number])
    }

    /// Gives the entry's slot.
    fn insert(&self, number: usize, key: u32) -> u32 {
        let ttl = self.common.ttl_for(&mut WriteTerms::default());
        let now = self.common.now_if_dated();
        let table = &self.stripes[number].table;
        let mut writer = self.writer(number);
        let slot = writer.state.table_writer.take(table, self.entry_type);
        let entry = table.entry(slot);
        // SAFETY: a cell for entries of this type, which no other thread knows yet.
        unsafe {
            Node::<u32, String>::write_key(entry.as_ptr(), key);
            Node::<u32, String>::write_value(entry.as_ptr(), key.to_string());
        }
        let new = Candidate { head: entry.head(), hash: hash(key), slot, weight: 0, ttl };
        assert!(writer.admit_new(new, now, || ()));
        writer.finish(true);
        slot
    }

    fn keys(&self, number: usize) -> Vec<u32> {
        let table = &self.stripes[number].table;
        let writer = self.writer(number);
        writer.validate();
        // SAFETY: alive, of this type, and the lock is held.
        let key = |slot| unsafe { *table.entry(slot).node::<u32, String>().key() };
        let mut keys: Vec<u32> = writer.state.table_writer.alive(table).into_iter().map(key).collect();
        keys.sort_unstable();
        keys
    }
}

impl<S: Sharing> Drop for Two<S> {
    fn drop(&mut self) {
        self.stripes.iter_mut().for_each(drop_stripe);
    }
}

fn hash(key: u32) -> ShortHash {
    ShortHash::of::<()>(u64::from(key))
}

fn stripes_work_side_by_side<S: Sharing>() {
    let clock = ManualClock::new();
    let two = Two::<S>::new(&clock);
    {
        let _held = two.stripes[0].lock();
        // Another lock, another table, other slots: one stripe is written while the other is
        // locked.
        for key in 10..14 {
            two.insert(1, key);
        }
    }
    clock.advance(Duration::from_secs(5));
    let slot = two.insert(0, 1);
    two.insert(0, 2);
    // Each evicts by its own bound and order.
    assert_eq!((two.keys(0), two.keys(1)), (vec![1, 2], vec![11, 12, 13]));
    let info = two.common.stats.info();
    assert_eq!((info.currsize, info.evictions), (5, 1), "statistics are those of all stripes");
    // A removal in one leaves the same slot of the other alone.
    let mut writer = two.writer(0);
    writer.remove(slot, RemovalCause::Removed);
    writer.finish(true);
    assert_eq!((two.keys(0), two.keys(1)), (vec![2], vec![11, 12, 13]));
    // Each knows its own deadlines.
    clock.advance(Duration::from_secs(5));
    let now = two.common.precise();
    assert_eq!([0, 1].map(|number| two.stripes[number].lock().is_due(now)), [false, true]);
    let mut writer = two.writer(1);
    assert!(!writer.expire(now, usize::MAX));
    writer.finish(true);
    assert_eq!((two.keys(0), two.keys(1)), (vec![2], Vec::new()));
    // Counted under different locks, and so not by one counter.
    two.stripes[0].stats.count(Counter::Miss);
    two.stripes[1].stats.count(Counter::Miss);
    let info = two.common.stats.info();
    assert_eq!((info.currsize, info.evictions, info.expirations, info.misses), (1, 1, 3, 2));
    two.common.stats.clear();
    let info = two.common.stats.info();
    assert_eq!((info.currsize, info.evictions, info.expirations, info.misses), (1, 0, 0, 0));
    // Walks are the stripe's: what is replaced in one moves nothing in the other.
    let ends = two.stripes.each_ref().map(|stripe| {
        let mut state = stripe.lock();
        let end = state.table_writer.slot_end(&stripe.table);
        (state.walks.begin(end), end)
    });
    assert!(ends.iter().all(|&(id, end)| id == 1 && end > 0));
    two.stripes[0].lock().walks.emptied();
    assert!(!two.stripes[0].lock().walks.advance(1, 1, |_| unreachable!("that walk is over")));
    let mut visited = 0;
    while two.stripes[1].lock().walks.advance(1, 1, |_| visited += 1) {}
    assert_eq!(visited, ends[1].1);
}

#[test]
fn stripes_of_a_shared_store_work_side_by_side() {
    stripes_work_side_by_side::<Shared>();
}

#[test]
fn stripes_of_a_local_store_work_side_by_side() {
    stripes_work_side_by_side::<Local>();
}
