//! The walks in progress, as the writers of a stripe see them.
//!
//! A walk visits the slots in batches and releases the lock in between. Meanwhile an entry may be
//! replaced, which moves its key to another slot: ahead of the walk or behind it. So writers report
//! each replacement to every walk, and a walk keeps two small sets: slots behind it that it still
//! has to visit, and slots ahead of it that it must skip. Therefore a key that is in the store
//! during the whole walk, and is only ever replaced, is visited exactly once.

use super::slot_set::SlotSet;

/// The walks of one stripe; nearly always there is none.
#[derive(Default)]
pub(super) struct Walks {
    active: Vec<WalkState>,
    started: u64,
}

struct WalkState {
    id: u64,
    /// The next slot to visit.
    cursor: u32,
    /// Above every slot that was in use when the walk began.
    end: u32,
    /// Slots behind the cursor, or from `end` on, whose keys have not been visited.
    behind: SlotSet,
    /// Slots ahead whose keys have been visited.
    skip: SlotSet,
}

impl WalkState {
    fn is_ahead(&self, slot: u32) -> bool {
        (self.cursor..self.end).contains(&slot)
    }

    fn will_visit(&self, slot: u32) -> bool {
        if self.is_ahead(slot) { !self.skip.contains(slot) } else { self.behind.contains(slot) }
    }

    fn forget(&mut self, slot: u32) {
        self.behind.remove(slot);
        self.skip.remove(slot);
    }
}

impl Walks {
    /// Begins a walk over the slots below `end`. Returns its number.
    pub(super) fn begin(&mut self, end: u32) -> u64 {
        self.started += 1;
        let id = self.started;
        self.active.push(WalkState { id, cursor: 0, end, behind: SlotSet::default(), skip: SlotSet::default() });
        id
    }

    pub(super) fn end(&mut self, id: u64) {
        self.active.retain(|walk| walk.id != id);
    }

    /// Moves a walk forward by up to `most` slots. Calls `visit` for each slot to visit now,
    /// whether it has a live entry or not. Returns whether there may be more.
    pub(super) fn advance(&mut self, id: u64, most: u32, mut visit: impl FnMut(u32)) -> bool {
        let Some(walk) = self.active.iter_mut().find(|walk| walk.id == id) else { return false };
        if walk.cursor < walk.end {
            let stop = walk.end.min(walk.cursor + most);
            for slot in std::mem::replace(&mut walk.cursor, stop)..stop {
                if !walk.skip.remove(slot) {
                    visit(slot);
                }
            }
        } else {
            walk.behind.take(most, visit);
        }
        walk.cursor < walk.end || !walk.behind.is_empty()
    }

    /// Records that the entry of a key moved from the slot `old` to the slot `new`.
    #[inline]
    pub(super) fn replaced(&mut self, old: u32, new: u32) {
        if !self.active.is_empty() {
            self.replaced_in_walks(old, new);
        }
    }

    #[cold]
    #[inline(never)]
    fn replaced_in_walks(&mut self, old: u32, new: u32) {
        for walk in &mut self.active {
            let due = walk.will_visit(old);
            walk.forget(old);
            match (due, walk.is_ahead(new)) {
                (true, false) => walk.behind.insert(new),
                (false, true) => walk.skip.insert(new),
                (true, true) | (false, false) => {}
            }
        }
    }

    /// Records that the entry in this slot was removed. Another key may take the slot.
    #[inline]
    pub(super) fn removed(&mut self, slot: u32) {
        if !self.active.is_empty() {
            self.active.iter_mut().for_each(|walk| walk.forget(slot));
        }
    }

    /// Ends all walks: the store has been emptied, and its slots are new.
    pub(super) fn emptied(&mut self) {
        self.active.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Walks;
    use crate::random::Random;
    use std::collections::HashMap;

    /// Keys that stay during the whole walk, while they are replaced and others come and go at
    /// random: each is visited exactly once.
    #[test]
    fn a_key_that_is_only_replaced_is_visited_exactly_once() {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let mut below = |n: usize| usize::try_from(random.below(n as u64)).unwrap();
            let slots = 64 + below(64);
            // Some slots are free; those from `end` on come into use during the walk.
            let mut of_slot: HashMap<u32, u32> = HashMap::new();
            let end = 64;
            for key in 0..40 {
                let slot = (0..end).filter(|slot| !of_slot.contains_key(slot)).nth(below(end as usize - key as usize));
                of_slot.insert(slot.unwrap(), key);
            }
            let stable = 20;
            let mut walks = Walks::default();
            let id = walks.begin(end);
            let (mut visits, mut next_key) = (HashMap::<u32, u32>::new(), 40);
            loop {
                let more = walks.advance(id, 7, |slot| {
                    if let Some(key) = of_slot.get(&slot) {
                        *visits.entry(*key).or_default() += 1;
                    }
                });
                if !more {
                    break;
                }
                for _ in 0..below(12) {
                    let free = |of_slot: &HashMap<u32, u32>, at: usize| {
                        let free: Vec<u32> =
                            (0..u32::try_from(slots).unwrap()).filter(|slot| !of_slot.contains_key(slot)).collect();
                        free[at % free.len()]
                    };
                    let mut used: Vec<u32> = of_slot.keys().copied().collect();
                    used.sort_unstable();
                    let old = used[below(used.len())];
                    let new = free(&of_slot, below(1 << 20));
                    match below(3) {
                        0 if of_slot[&old] >= stable => {
                            of_slot.remove(&old);
                            walks.removed(old);
                        }
                        1 if of_slot.len() < 60 => {
                            of_slot.insert(new, next_key);
                            next_key += 1;
                        }
                        _ => {
                            let key = of_slot.remove(&old).unwrap();
                            of_slot.insert(new, key);
                            walks.replaced(old, new);
                            walks.removed(old);
                        }
                    }
                }
            }
            assert!((0..stable).all(|key| visits.get(&key) == Some(&1)), "seed {seed}: {visits:?}");
            assert!(visits.values().all(|&visits| visits == 1), "seed {seed}: a key is visited once at most");
        }
    }
}
