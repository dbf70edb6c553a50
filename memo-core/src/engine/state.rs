//! What the store's lock guards: the entries in their slots, the index, the order of leaving, the dates, the bounds, the flights.
//!
//! Nothing here runs code of the user's. Keys are found by hash and compared by the engine, outside the lock; what leaves is handed
//! out as [`Gone`] and dropped by the engine, outside the lock. All book-keeping is on slots, hashes and marks, in [`Book`], which is not
//! generic.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hashbrown::HashTable;
use smallvec::SmallVec;

use super::pending::Flights;
use super::scope::Scope;
use super::stats::{Count, Stats};
use super::timers::{NEVER, Timers};
use crate::config::{Config, MOST_ENTRIES};
use crate::info::RemovalCause;
use crate::policy::{Policy, PolicyKind, Touch, Victim, View};

/// One entry: made when its key is first owned, complete and unchanging once it is in the store, save for what hits write.
pub struct Node<P: ?Sized> {
    pub(crate) hash: u64,
    /// Written by hits, read by the policy.
    pub(super) mark: AtomicU64,
    /// When its time to live is over, and its time to idle; [`NEVER`] without.
    pub(super) deadline: AtomicU64,
    pub(super) idle_at: AtomicU64,
    pub(super) weight: AtomicU64,
    pub(crate) payload: P,
}

impl<P> Node<P> {
    pub(crate) fn new(hash: u64, payload: P) -> Self {
        Self {
            hash,
            mark: AtomicU64::new(0),
            deadline: AtomicU64::new(NEVER),
            idle_at: AtomicU64::new(NEVER),
            weight: AtomicU64::new(0),
            payload,
        }
    }
}

impl<P: ?Sized> Node<P> {
    /// When it is over, if nobody hits it any more.
    pub(super) fn due(&self) -> u64 {
        self.deadline.load(Relaxed).min(self.idle_at.load(Relaxed))
    }
}

/// When something happens: in the clock's time, and in the order of hits and inserts.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) time: u64,
    pub(super) tick: u64,
}

/// Entries on their way out, and why. To be dropped without the lock.
pub(super) type Gone<P, S> = SmallVec<[(<S as Scope>::Ref<Node<P>>, RemovalCause); 1]>;

pub(super) struct State<P: ?Sized, S: Scope> {
    slots: Vec<Option<Resident<P, S>>>,
    book: Book,
    pub(super) flights: Flights<P, S>,
}

struct Resident<P: ?Sized, S: Scope> {
    node: S::Ref<Node<P>>,
    /// Tells this entry from others that lived in the slot.
    birth: u64,
}

struct Book {
    index: HashTable<Link>,
    free: Vec<u32>,
    policy: Option<Box<dyn Policy>>,
    timers: Timers,
    births: u64,
    live: usize,
    weight: u64,
    max_entries: usize,
    max_weight: u64,
}

struct Link {
    hash: u64,
    slot: u32,
}

struct Marks<'a, P: ?Sized, S: Scope> {
    slots: &'a [Option<Resident<P, S>>],
    stats: &'a Stats<S>,
}

impl<P: ?Sized, S: Scope> View for Marks<'_, P, S> {
    fn mark(&self, slot: u32) -> u64 {
        self.slots[slot as usize].as_ref().map_or(0, |resident| resident.node.mark.load(Relaxed))
    }

    fn set_mark(&self, slot: u32, mark: u64) {
        if let Some(resident) = &self.slots[slot as usize] {
            resident.node.mark.store(mark, Relaxed);
        }
    }

    fn hits(&self) -> u64 {
        self.stats.all_hits()
    }
}

impl<P: ?Sized, S: Scope> State<P, S> {
    pub(super) fn new(config: &Config) -> Self {
        let max_entries = config.max_entries.unwrap_or(usize::MAX);
        // A bound by weight alone still needs an order in which entries leave.
        let policy = config.policy.or(config.max_weight.map(|_| PolicyKind::Lru)).map(|kind| kind.build(max_entries));
        Self {
            slots: Vec::new(),
            book: Book {
                index: HashTable::new(),
                free: Vec::new(),
                policy,
                timers: Timers::default(),
                births: 0,
                live: 0,
                weight: 0,
                max_entries,
                max_weight: config.max_weight.unwrap_or(u64::MAX),
            },
            flights: Flights::default(),
        }
    }

    pub(super) fn touch(&self) -> Touch {
        self.book.policy.as_ref().map_or(Touch::Nothing, |policy| policy.touch())
    }

    pub(super) fn len(&self) -> usize {
        self.book.live
    }

    pub(super) fn weight(&self) -> u64 {
        self.book.weight
    }

    pub(super) fn max_entries(&self) -> Option<usize> {
        (self.book.max_entries != usize::MAX).then_some(self.book.max_entries)
    }

    /// The first entry with this hash. A second one is a collision of 64 bits.
    #[inline]
    pub(super) fn first(&self, hash: u64) -> Option<&S::Ref<Node<P>>> {
        let link = self.book.index.find(hash, |link| link.hash == hash)?;
        self.node(link.slot)
    }

    /// All entries with this hash.
    pub(super) fn each(&self, hash: u64, mut see: impl FnMut(u32, &S::Ref<Node<P>>)) {
        let none = self.book.index.find(hash, |link| {
            if link.hash == hash
                && let Some(node) = self.node(link.slot)
            {
                see(link.slot, node);
            }
            false
        });
        debug_assert!(none.is_none());
    }

    pub(super) fn node(&self, slot: u32) -> Option<&S::Ref<Node<P>>> {
        self.slots[slot as usize].as_ref().map(|resident| &resident.node)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &S::Ref<Node<P>>> {
        self.slots.iter().flatten().map(|resident| &resident.node)
    }

    /// Where this very entry lives, if it does.
    pub(super) fn slot_of(&self, node: &Node<P>) -> Option<u32> {
        let links = self.book.index.find(node.hash, |link| {
            link.hash == node.hash
                && self.slots[link.slot as usize].as_ref().is_some_and(|resident| same(&resident.node, node))
        });
        links.map(|link| link.slot)
    }

    pub(super) fn remove(&mut self, slot: u32, cause: RemovalCause, stats: &Stats<S>, gone: &mut Gone<P, S>) {
        let Some(resident) = self.slots[slot as usize].take() else { return };
        let hash = resident.node.hash;
        let book = &mut self.book;
        if let Ok(link) = book.index.find_entry(hash, |link| link.slot == slot) {
            link.remove();
        }
        book.free.push(slot);
        book.live -= 1;
        book.weight -= resident.node.weight.load(Relaxed);
        if let Some(policy) = &mut book.policy {
            policy.removed(slot, hash, cause == RemovalCause::Evicted);
        }
        match cause {
            RemovalCause::Evicted => stats.count(Count::Eviction),
            RemovalCause::Expired => stats.count(Count::Expiration),
            _ => {}
        }
        stats.set_size(book.live, book.weight);
        gone.push((resident.node, cause));
    }

    /// Keeps the entry if there is room or room can be made; in place of the one in the slot `old`, if that is given. `tick` is the
    /// store's next.
    pub(super) fn admit(
        &mut self,
        node: S::Ref<Node<P>>,
        old: Option<u32>,
        now: Moment,
        stats: &Stats<S>,
        gone: &mut Gone<P, S>,
    ) -> bool {
        let weight = node.weight.load(Relaxed);
        let hopeless = self.book.max_entries == 0 || weight > self.book.max_weight;
        match old {
            Some(slot) if hopeless => {
                self.remove(slot, RemovalCause::Replaced, stats, gone);
                false
            }
            Some(slot) => {
                self.replace(slot, node, now.tick, stats, gone);
                // A heavier value may have to push others out.
                self.make_room(0, 0, None, now.time, stats, gone);
                true
            }
            None if hopeless => false,
            None => {
                let room = self.make_room(1, weight, Some(node.hash), now.time, stats, gone);
                let kept = room && self.book.live < MOST_ENTRIES;
                if kept {
                    self.add(node, now.tick, stats);
                }
                kept
            }
        }
    }

    fn add(&mut self, node: S::Ref<Node<P>>, tick: u64, stats: &Stats<S>) {
        let hash = node.hash;
        let book = &mut self.book;
        let slot = book.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("at most MOST_ENTRIES live at once")
        });
        book.index.insert_unique(hash, Link { hash, slot }, |link| link.hash);
        book.live += 1;
        let mark = book.policy.as_mut().map_or(tick, |policy| policy.inserted(slot, hash, tick));
        self.settle(slot, node, mark, stats);
    }

    /// The same key keeps its slot and its place in the index.
    fn replace(&mut self, slot: u32, node: S::Ref<Node<P>>, tick: u64, stats: &Stats<S>, gone: &mut Gone<P, S>) {
        let Some(old) = self.slots[slot as usize].take() else { return };
        let old_mark = old.node.mark.load(Relaxed);
        let book = &mut self.book;
        book.weight -= old.node.weight.load(Relaxed);
        gone.push((old.node, RemovalCause::Replaced));
        let replaced = |policy: &mut Box<dyn Policy>| policy.replaced(slot, old_mark, slot, node.hash, tick);
        let mark = book.policy.as_mut().map_or(tick, replaced);
        self.settle(slot, node, mark, stats);
    }

    /// What an entry's coming means for everything but the index and the policy.
    fn settle(&mut self, slot: u32, node: S::Ref<Node<P>>, mark: u64, stats: &Stats<S>) {
        let book = &mut self.book;
        book.weight += node.weight.load(Relaxed);
        stats.set_size(book.live, book.weight);
        book.births += 1;
        let birth = book.births;
        node.mark.store(mark, Relaxed);
        let due = node.due();
        self.slots[slot as usize] = Some(Resident { node, birth });
        if due != NEVER {
            let slots = &self.slots;
            book.timers.push(due, slot, birth, book.live, |slot| {
                slots.get(slot as usize)?.as_ref().map(|resident| resident.birth)
            });
        }
    }

    /// Evicts until `entries` more of this weight fit. Expired entries go before any live one.
    fn make_room(
        &mut self,
        entries: usize,
        weight: u64,
        newcomer: Option<u64>,
        now: u64,
        stats: &Stats<S>,
        gone: &mut Gone<P, S>,
    ) -> bool {
        let crowded = |book: &Book| {
            book.live + entries > book.max_entries || book.weight.saturating_add(weight) > book.max_weight
        };
        if crowded(&self.book) {
            self.expire(now, usize::MAX, stats, gone);
        }
        while crowded(&self.book) && self.book.live > 0 {
            let Some(policy) = &mut self.book.policy else { return false };
            match policy.victim(newcomer, &Marks { slots: &self.slots, stats }) {
                Victim::Newcomer => return false,
                Victim::Slot(slot) => self.remove(slot, RemovalCause::Evicted, stats, gone),
            }
        }
        !crowded(&self.book)
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        self.book.timers.is_due(now)
    }

    /// Takes out up to `most` entries that are over. Says whether more may be.
    pub(super) fn expire(&mut self, now: u64, most: usize, stats: &Stats<S>, gone: &mut Gone<P, S>) -> bool {
        for _ in 0..most {
            let slots = &self.slots;
            let over = self.book.timers.pop(now, |slot, birth| {
                let resident = slots.get(slot as usize)?.as_ref()?;
                (resident.birth == birth).then(|| resident.node.due())
            });
            let Some(slot) = over else {
                self.give_back_memory();
                return false;
            };
            self.remove(slot, RemovalCause::Expired, stats, gone);
        }
        true
    }

    /// An emptied store keeps no tables.
    fn give_back_memory(&mut self) {
        if self.book.live == 0 && !self.slots.is_empty() {
            self.slots = Vec::new();
            self.book.free = Vec::new();
            self.book.index = HashTable::new();
            self.book.timers.clear();
            if let Some(policy) = &mut self.book.policy {
                policy.cleared();
            }
        }
    }

    /// Another bound in entries. A store that had none keeps its entries in the order of `lru` from then on.
    pub(super) fn resize(&mut self, max_entries: usize, now: u64, stats: &Stats<S>, gone: &mut Gone<P, S>) {
        let book = &mut self.book;
        book.max_entries = max_entries;
        if let Some(policy) = &mut book.policy {
            policy.resized(max_entries);
        } else {
            let mut policy = PolicyKind::Lru.build(max_entries);
            let mut by_age: Vec<_> = (0u32..).zip(&self.slots).filter_map(|(i, s)| Some((i, s.as_ref()?))).collect();
            by_age.sort_unstable_by_key(|(_, resident)| resident.birth);
            for (slot, resident) in by_age {
                let node = &resident.node;
                node.mark.store(policy.inserted(slot, node.hash, node.mark.load(Relaxed)), Relaxed);
            }
            book.policy = Some(policy);
        }
        self.make_room(0, 0, None, now, stats, gone);
    }

    /// Takes out everything.
    pub(super) fn clear(&mut self, stats: &Stats<S>) -> impl Iterator<Item = S::Ref<Node<P>>> + use<P, S> {
        let book = &mut self.book;
        book.index = HashTable::new();
        book.free = Vec::new();
        book.timers.clear();
        (book.live, book.weight) = (0, 0);
        stats.set_size(0, 0);
        if let Some(policy) = &mut book.policy {
            policy.cleared();
        }
        std::mem::take(&mut self.slots).into_iter().flatten().map(|resident| resident.node)
    }

    /// Checks every invariant. Panics where one is broken.
    #[cfg(any(test, debug_assertions))]
    pub(super) fn validate(&self, stats: &Stats<S>) {
        let book = &self.book;
        let live: Vec<u32> = (0u32..).zip(&self.slots).filter_map(|(i, s)| s.as_ref().map(|_| i)).collect();
        assert_eq!(live.len(), book.live, "live entries are counted");
        assert_eq!(book.index.len(), book.live, "every live entry is in the index once");
        assert_eq!(book.free.len() + book.live, self.slots.len(), "a slot is live or free");
        assert!(book.live <= book.max_entries, "never above the bound");
        let weight: u64 = self.entries().map(|node| node.weight.load(Relaxed)).sum();
        assert_eq!(weight, book.weight, "weights are summed");
        assert!(weight <= book.max_weight, "never above the bound in weight");
        for &slot in &live {
            let resident = self.slots[slot as usize].as_ref().expect("live");
            let hash = resident.node.hash;
            assert!(
                book.index.find(hash, |link| link.slot == slot && link.hash == hash).is_some(),
                "found by its hash"
            );
            let due = resident.node.due();
            assert!(due == NEVER || book.timers.holds(slot, resident.birth, due), "what can expire has a date");
        }
        if let Some(policy) = &book.policy {
            policy.validate(&live, &Marks { slots: &self.slots, stats });
        }
    }
}

/// Whether two references are to one entry. Compares addresses: entries are never zero-sized.
pub(super) fn same<P: ?Sized>(a: &Node<P>, b: &Node<P>) -> bool {
    std::ptr::addr_eq(a, b)
}
