//! Memory as C++ describes it, by views (Kang, Hur, Lahav, Vafeiadis and Dreyer, "A promising
//! semantics for relaxed-memory concurrency", POPL 2017, without promises): each address keeps all
//! values that were ever stored there, and a thread may read any of them that is not older than
//! what it knows of. Its releases pass on what it knows.
//!
//! Not modelled, as in other checkers: a load that sees a store which comes later in program order
//! than something that depends on the load.
//!
//! Here is the state; what threads do with it stands in `access` (atomics), `plain` (other memory)
//! and `heap`.

use std::alloc::Layout;
use std::cell::RefCell;
use std::collections::BTreeMap;

use shuttle::current::{TaskId, get_current_task};
use shuttle::rand::{RngCore, thread_rng};

use super::view::{Event, Map, MemoryView, Newest};
use crate::random::Random;

/// What one thread knows.
#[derive(Clone, Default)]
pub(super) struct ThreadView {
    pub(super) now: MemoryView,
    /// What its relaxed loads have read from releases: an acquire fence adds it to `now`.
    pub(super) unacquired: MemoryView,
    /// What it knew at its last release fence: its relaxed stores pass that on.
    pub(super) fenced: MemoryView,
    /// What it had seen at its last compiler fence: `membarrier` shows it to others.
    pub(super) at_compiler_fence: Newest,
}

/// A value that was stored.
pub(super) struct Store {
    pub(super) time: u64,
    pub(super) value: u64,
    /// What it passes on to a thread that acquires it.
    pub(super) view: MemoryView,
}

/// The accesses of memory that is not atomic.
#[derive(Default)]
pub(super) struct PlainAccesses {
    pub(super) write: Option<Event>,
    /// The last read of each thread since then.
    pub(super) reads: Map<u64>,
}

/// An allocation.
pub(super) struct Allocation {
    pub(super) layout: Layout,
    pub(super) allocated: Event,
    /// The last use by each thread.
    pub(super) used: Map<u64>,
    pub(super) freed: bool,
}

pub(super) struct Memory {
    pub(super) threads: Vec<ThreadView>,
    pub(super) stores: Map<Vec<Store>>,
    pub(super) plain: Map<PlainAccesses>,
    pub(super) allocations: BTreeMap<usize, Allocation>,
    /// What the last sequentially consistent fence had seen.
    pub(super) at_fence: Newest,
    /// What the last `membarrier` had seen.
    pub(super) at_membarrier: Newest,
    /// The statics of this run: where each is, by the address of its declaration.
    pub(super) statics: Map<usize>,
    /// The time of the last store.
    pub(super) time: u64,
    /// Chooses what loads read. Shuttle's own random numbers are the ones that its random scheduler
    /// goes by: values would depend on the interleaving, and most combinations never occur.
    pub(super) random: Random,
}

/// No object is at an address below this.
const FIRST_PAGE: usize = 4096;

std::thread_local! { static MEMORY: RefCell<Memory> = RefCell::new(Memory::new(0)); }

/// Begins a run; returns the memory of the last one.
pub(super) fn reset() -> Memory {
    MEMORY.replace(Memory::new(thread_rng().next_u64()))
}

/// True in half of the runs.
pub(crate) fn random_bool() -> bool {
    step(|memory, _| memory.random.below(2) == 1).unwrap_or(false)
}

/// A step of the current thread. `None` outside a run: what it would do happens without a model.
pub(super) fn step<T>(act: impl FnOnce(&mut Memory, usize) -> T) -> Option<T> {
    let task = usize::from(get_current_task()?);
    MEMORY.with_borrow_mut(|memory| {
        memory.count_step(task);
        Some(act(memory, task))
    })
}

/// As [`step`], after other threads may have made theirs.
pub(super) fn step_after_others<T>(act: impl FnOnce(&mut Memory, usize) -> T) -> Option<T> {
    if get_current_task().is_some() && !std::thread::panicking() {
        // An access of shuttle's own is where it may go on with another thread.
        shuttle::sync::atomic::AtomicBool::new(false).load(std::sync::atomic::Ordering::SeqCst);
    }
    step(act)
}

/// What the current thread knows.
pub(super) fn current_view() -> MemoryView {
    step_after_others(|memory, thread| memory.threads[thread].now.clone()).expect("in a run")
}

/// What that thread knows.
pub(super) fn view_of(task: TaskId) -> MemoryView {
    MEMORY.with_borrow(|memory| {
        memory.threads.get(usize::from(task)).map(|thread| thread.now.clone()).unwrap_or_default()
    })
}

/// The current thread learns all this.
pub(super) fn learn(view: &MemoryView) {
    step_after_others(|memory, thread| memory.threads[thread].now.join(view));
}

impl Memory {
    fn new(seed: u64) -> Self {
        Self {
            threads: Vec::new(),
            stores: Map::default(),
            plain: Map::default(),
            allocations: BTreeMap::new(),
            at_fence: Newest::default(),
            at_membarrier: Newest::default(),
            statics: Map::default(),
            time: 0,
            random: Random::new(seed),
        }
    }

    fn count_step(&mut self, thread: usize) {
        if self.threads.len() <= thread {
            self.threads.resize(thread + 1, ThreadView::default());
        }
        let steps = &mut self.threads[thread].now.steps;
        if steps.len() <= thread {
            steps.resize(thread + 1, 0);
        }
        steps[thread] += 1;
    }

    pub(super) fn event(&self, thread: usize) -> Event {
        (thread, self.threads[thread].now.steps[thread])
    }

    /// Checks a use of this address, and of the allocation around it, if there is one: it is not
    /// freed, and the thread knows that it was allocated.
    pub(super) fn use_memory(&mut self, thread: usize, address: usize) {
        assert!(address >= FIRST_PAGE, "a null pointer is followed");
        let (_, step) = self.event(thread);
        let Some((&start, allocation)) = self.allocations.range_mut(..=address).next_back() else { return };
        if address >= start + allocation.layout.size() {
            return;
        }
        assert!(!allocation.freed, "memory is used after it was freed");
        assert!(self.threads[thread].now.knows(allocation.allocated), "a use of memory races with its allocation");
        allocation.used.insert(thread, step);
    }
}
