//! Accesses of atomics, and fences, in modelled [memory](super::memory).

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::memory::{Memory, Store, step, step_after_others};
use super::view::MemoryView;

fn acquires(order: Ordering) -> bool {
    matches!(order, Acquire | AcqRel | SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Release | AcqRel | SeqCst)
}

impl Memory {
    /// Which of so many stores a load reads.
    #[expect(clippy::cast_possible_truncation, reason = "less than the count")]
    fn choose(&mut self, count: usize) -> usize {
        // Half of the time the newest, so that a thread that waits for something sees it soon.
        if count == 1 || self.random.below(2) == 0 { count - 1 } else { self.random.below(count as u64) as usize }
    }

    /// The stores at this address, where this value is now.
    fn stores_at(&mut self, address: usize, value: u64) -> &mut Vec<Store> {
        let stores = self.stores.entry(address).or_default();
        // A new atomic: its first value was stored by no thread of the run.
        if stores.last().is_none_or(|last| last.value != value) {
            self.time += 1;
            stores.clear();
            stores.push(Store { time: self.time, value, view: MemoryView::default() });
        }
        stores
    }

    fn read(&mut self, thread: usize, address: usize, at: usize, order: Ordering) -> u64 {
        let store = &self.stores[&address][at];
        let thread = &mut self.threads[thread];
        thread.now.newest.insert(address, store.time);
        thread.unacquired.join(&store.view);
        if acquires(order) {
            thread.now.join(&store.view);
        }
        store.value
    }

    /// `replaced` is the view of the store that a read-modify-write replaces: it is part of the
    /// same release sequence. A plain store ends the sequence, as in C++20.
    fn write(&mut self, thread: usize, address: usize, value: u64, order: Ordering, replaced: Option<MemoryView>) {
        self.time += 1;
        let time = self.time;
        let thread = &mut self.threads[thread];
        thread.now.newest.insert(address, time);
        let mut view = if releases(order) { thread.now.clone() } else { thread.fenced.clone() };
        if let Some(replaced) = replaced {
            view.join(&replaced);
        }
        view.newest.insert(address, time);
        self.stores.get_mut(&address).expect("looked up before").push(Store { time, value, view });
    }

    fn fence(&mut self, thread: usize, order: Ordering) {
        let thread = &mut self.threads[thread];
        if acquires(order) {
            let unacquired = std::mem::take(&mut thread.unacquired);
            thread.now.join(&unacquired);
        }
        if order == SeqCst {
            // Of two such fences, the thread of the later one sees the stores that the thread of
            // the earlier one had seen. That makes no happens-before.
            thread.now.see(&self.at_fence);
            self.at_fence.clone_from(&thread.now.newest);
        }
        if releases(order) {
            thread.fenced = thread.now.clone();
        }
    }
}

/// `access` reads the newest value, after it has written the given one.
pub(super) fn load(address: usize, mut access: impl FnMut(Option<u64>) -> u64, order: Ordering) -> u64 {
    let loaded = step_after_others(|memory, thread| {
        memory.use_memory(thread, address);
        memory.stores_at(address, access(None));
        let known = memory.threads[thread].now.newest.get(&address).copied().unwrap_or(0);
        let stores = &memory.stores[&address];
        let first = stores.partition_point(|store| store.time < known).min(stores.len() - 1);
        let count = stores.len() - first;
        let at = first + memory.choose(count);
        memory.read(thread, address, at, order)
    });
    loaded.unwrap_or_else(|| access(None))
}

pub(super) fn store(address: usize, mut access: impl FnMut(Option<u64>) -> u64, value: u64, order: Ordering) {
    let stored = step_after_others(|memory, thread| {
        memory.use_memory(thread, address);
        memory.stores_at(address, access(None));
        memory.write(thread, address, value, order, None);
        access(Some(value));
    });
    if stored.is_none() {
        access(Some(value));
    }
}

/// Reads the newest value and replaces it if `new` returns another. `Err` if not, and then the read
/// is ordered as `failure` says.
pub(super) fn update(
    address: usize,
    mut access: impl FnMut(Option<u64>) -> u64,
    order: Ordering,
    failure: Ordering,
    new: impl FnOnce(u64) -> Option<u64>,
) -> Result<u64, u64> {
    let mut new = Some(new);
    let mut change = |old| new.take().and_then(|new| new(old));
    let updated = step_after_others(|memory, thread| {
        memory.use_memory(thread, address);
        let old = access(None);
        let last = memory.stores_at(address, old).len() - 1;
        let Some(value) = change(old) else { return Err(memory.read(thread, address, last, failure)) };
        memory.read(thread, address, last, order);
        let replaced = memory.stores[&address][last].view.clone();
        memory.write(thread, address, value, order, Some(replaced));
        access(Some(value));
        Ok(old)
    });
    updated.unwrap_or_else(|| {
        let old = access(None);
        change(old).map(|value| access(Some(value))).map(|_| old).ok_or(old)
    })
}

/// A fence of this thread.
pub(crate) fn fence(order: Ordering) {
    debug_assert_ne!(order, Relaxed);
    step_after_others(|memory, thread| memory.fence(thread, order));
}

/// A fence that only the compiler keeps to: with [`barrier_everywhere`] it orders this thread's
/// accesses, without it does nothing.
pub(crate) fn compiler_fence(order: Ordering) {
    debug_assert_eq!(order, SeqCst);
    step(|memory, thread| {
        let thread = &mut memory.threads[thread];
        thread.now.see(&memory.at_membarrier);
        thread.at_compiler_fence.clone_from(&thread.now.newest);
    });
}

/// As membarrier(2), by what is certain of it (Goldblatt, "P1202: Asymmetric fences", WG21 2018):
/// of a compiler fence and this one comes first, and then the thread of the other sees the stores
/// that the first one's had seen. Two compiler fences do nothing for each other.
pub(crate) fn barrier_everywhere() {
    step_after_others(|memory, thread| {
        for other in &memory.threads {
            for (&address, &time) in &other.at_compiler_fence {
                let known = memory.at_membarrier.entry(address).or_default();
                *known = time.max(*known);
            }
        }
        let now = &mut memory.threads[thread].now;
        now.see(&memory.at_membarrier);
        memory.at_membarrier.clone_from(&now.newest);
    });
}
