//! The model of a cache for the grid: a list of entries, searched from end to end.

use std::time::Duration;

use crate::grid::{Expiry, Order};

#[derive(Clone, Debug)]
struct Entry {
    key: u8,
    value: u32,
    born: u64,
    used: u64,
    uses: u64,
    written_at: Duration,
    used_at: Duration,
}

pub struct Model {
    order: Order,
    expiry: Expiry,
    bound: usize,
    entries: Vec<Entry>,
    steps: u64,
    now: Duration,
    pub hits: u64,
    pub misses: u64,
}

impl Model {
    pub fn new(order: Order, expiry: Expiry, bound: usize) -> Self {
        let bound = if order == Order::Unbounded { usize::MAX } else { bound };
        Self { order, expiry, bound, entries: Vec::new(), steps: 0, now: Duration::ZERO, hits: 0, misses: 0 }
    }

    fn is_over(&self, entry: &Entry) -> bool {
        self.expiry.ttl.is_some_and(|ttl| self.now >= entry.written_at + ttl)
            || self.expiry.idle.is_some_and(|idle| self.now >= entry.used_at + idle)
    }

    fn drop_expired(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        self.entries = entries.into_iter().filter(|entry| !self.is_over(entry)).collect();
    }

    pub fn advance(&mut self, by: Duration) {
        self.now += by;
        self.drop_expired();
    }

    pub fn peek(&self, key: u8) -> Option<u32> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value)
    }

    pub fn get(&mut self, key: u8) -> Option<u32> {
        self.steps += 1;
        let (steps, now) = (self.steps, self.now);
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => {
                (entry.used, entry.used_at, entry.uses) = (steps, now, entry.uses + 1);
                self.hits += 1;
                Some(entry.value)
            }
            None => {
                self.misses += 1;
                None
            }
        }
    }

    pub fn insert(&mut self, key: u8, value: u32) {
        self.steps += 1;
        let old = self.entries.iter().position(|entry| entry.key == key).map(|at| self.entries.remove(at));
        if self.bound == 0 {
            return;
        }
        if old.is_none() && self.order.has_known_victims() {
            while self.entries.len() >= self.bound {
                self.evict();
            }
        }
        self.entries.push(Entry {
            key,
            value,
            born: self.steps,
            used: self.steps,
            uses: old.map_or(0, |old| old.uses) + 1,
            written_at: self.now,
            used_at: self.now,
        });
    }

    fn evict(&mut self) {
        let order = self.order;
        let rank = |entry: &Entry| match order {
            Order::Lru => (0, entry.used),
            Order::Lfu => (entry.uses, entry.used),
            Order::Fifo => (0, entry.born),
            Order::Unbounded | Order::Random | Order::Max => unreachable!("no known victims"),
        };
        let victim = (0..self.entries.len()).min_by_key(|&i| rank(&self.entries[i])).expect("not empty");
        self.entries.remove(victim);
    }

    pub fn remove(&mut self, key: u8) -> Option<u32> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).value)
    }

    pub fn retain(&mut self, keep: impl Fn(u8) -> bool) {
        self.entries.retain(|entry| keep(entry.key));
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        (self.hits, self.misses) = (0, 0);
    }

    pub fn resize(&mut self, bound: usize) {
        if self.order == Order::Unbounded {
            // It becomes `lru`, with the present entries by age.
            self.order = Order::Lru;
            for entry in &mut self.entries {
                entry.used = entry.born;
            }
        }
        self.bound = bound;
        if self.order.has_known_victims() {
            while self.entries.len() > bound {
                self.evict();
            }
        }
    }

    /// Copies the cache's choice where the policy leaves it free, after checking it: an entry that
    /// is there has the model's value, and as many are there as fit.
    pub fn follow(&mut self, there: &[(u8, u32)]) {
        for (key, value) in there {
            assert_eq!(self.peek(*key), Some(*value), "key {key}");
        }
        assert_eq!(there.len(), self.entries.len().min(self.bound), "exact fit");
        if self.order.has_known_victims() || self.order == Order::Unbounded {
            assert_eq!(there.len(), self.entries.len());
        } else {
            self.entries.retain(|entry| there.iter().any(|(key, _)| *key == entry.key));
        }
    }
}
