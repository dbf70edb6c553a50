//! Memory as C++ describes it, by views (Kang, Hur, Lahav, Vafeiadis and Dreyer, "A promising semantics for relaxed-memory concurrency", POPL
//! 2017, without promises): every place keeps all values it ever had, and a thread may read any of them that is not older than what
//! it knows of. What a thread knows it passes on with its releases.
//!
//! Races are found by vector clocks, as data races and as accesses to memory that is not there any more or was not handed over. Not modelled,
//! as in other checkers: a load that sees a store which its own thread has not come to yet.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use shuttle::rand::Rng;

use super::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

/// What somebody knows.
#[derive(Clone, Default)]
pub(crate) struct View {
    /// The newest value known of each place, by the time of its store.
    seen: HashMap<usize, u64>,
    /// How far each thread had come: what it did until then happened before.
    clock: Vec<u64>,
}

impl View {
    fn see(&mut self, other: &HashMap<usize, u64>) {
        for (&place, &time) in other {
            let seen = self.seen.entry(place).or_default();
            *seen = time.max(*seen);
        }
    }

    fn join(&mut self, other: &Self) {
        self.see(&other.seen);
        if self.clock.len() < other.clock.len() {
            self.clock.resize(other.clock.len(), 0);
        }
        for (ours, theirs) in self.clock.iter_mut().zip(&other.clock) {
            *ours = (*theirs).max(*ours);
        }
    }

    fn knows(&self, (thread, moment): Event) -> bool {
        self.clock.get(thread).is_some_and(|&clock| clock >= moment)
    }
}

/// A thread's step.
type Event = (usize, u64);

#[derive(Clone, Default)]
struct Thread {
    now: View,
    /// What relaxed loads have seen of releases: an acquiring fence makes it known.
    heard: View,
    /// What the last releasing fence covers: relaxed stores pass it on.
    covered: View,
}

struct Message {
    time: u64,
    value: u64,
    view: View,
}

#[derive(Default)]
struct Plain {
    written: Option<Event>,
    read: HashMap<usize, u64>,
}

struct Block {
    layout: Layout,
    born: Event,
    used: HashMap<usize, u64>,
    freed: bool,
}

#[derive(Default)]
struct Memory {
    threads: Vec<Thread>,
    places: HashMap<usize, Vec<Message>>,
    plain: HashMap<usize, Plain>,
    blocks: BTreeMap<usize, Block>,
    /// What the last sequentially consistent fence saw.
    order: HashMap<usize, u64>,
    time: u64,
}

std::thread_local! { static MEMORY: RefCell<Memory> = RefCell::default(); }

/// A step of this thread, after others may have made theirs. Without a model: `None`.
fn step<T>(act: impl FnOnce(&mut Memory, usize) -> T) -> Option<T> {
    let task = usize::from(shuttle::current::get_current_task()?);
    if !std::thread::panicking() {
        // A point where shuttle may go on with another thread.
        shuttle::sync::atomic::AtomicBool::new(false).load(SeqCst);
    }
    MEMORY.with_borrow_mut(|memory| {
        memory.step(task);
        Some(act(memory, task))
    })
}

fn choose(count: usize) -> usize {
    let mut random = shuttle::rand::thread_rng();
    // Half the time the newest, so that who waits for something sees it.
    if count == 1 || random.r#gen::<bool>() { count - 1 } else { random.gen_range(0..count) }
}

impl Memory {
    fn step(&mut self, thread: usize) {
        if self.threads.len() <= thread {
            self.threads.resize(thread + 1, Thread::default());
        }
        let clock = &mut self.threads[thread].now.clock;
        if clock.len() <= thread {
            clock.resize(thread + 1, 0);
        }
        clock[thread] += 1;
    }

    fn event(&self, thread: usize) -> Event {
        (thread, self.threads[thread].now.clock[thread])
    }

    /// The block of memory around this address, if it came from [`alloc`]: it must be there, and this thread must know of it.
    fn touch(&mut self, thread: usize, address: usize) {
        let (_, moment) = self.event(thread);
        let Some((&start, block)) = self.blocks.range_mut(..=address).next_back() else { return };
        if address >= start + block.layout.size() {
            return;
        }
        assert!(!block.freed, "memory is used after it was freed");
        assert!(self.threads[thread].now.knows(block.born), "memory is used by who does not know that it is there");
        block.used.insert(thread, moment);
    }

    fn messages(&mut self, address: usize, value: u64) -> &mut Vec<Message> {
        let messages = self.places.entry(address).or_default();
        // Made anew: a value that nobody stored.
        if messages.last().is_none_or(|last| last.value != value) {
            self.time += 1;
            messages.clear();
            messages.push(Message { time: self.time, value, view: View::default() });
        }
        messages
    }

    fn receive(&mut self, thread: usize, address: usize, at: usize, order: Ordering) -> u64 {
        let message = &self.places[&address][at];
        let thread = &mut self.threads[thread];
        thread.now.seen.insert(address, message.time);
        thread.heard.join(&message.view);
        if matches!(order, Acquire | AcqRel | SeqCst) {
            thread.now.join(&message.view);
        }
        message.value
    }

    fn send(&mut self, thread: usize, address: usize, value: u64, order: Ordering, after: Option<View>) {
        self.time += 1;
        let time = self.time;
        let thread = &mut self.threads[thread];
        thread.now.seen.insert(address, time);
        let mut view =
            if matches!(order, Release | AcqRel | SeqCst) { thread.now.clone() } else { thread.covered.clone() };
        if let Some(after) = after {
            // A read-modify-write goes on with the release that it read.
            view.join(&after);
        }
        view.seen.insert(address, time);
        self.places.get_mut(&address).expect("looked at before").push(Message { time, value, view });
    }

    fn fence(&mut self, thread: usize, order: Ordering) {
        let thread = &mut self.threads[thread];
        if matches!(order, Acquire | AcqRel | SeqCst) {
            let heard = std::mem::take(&mut thread.heard);
            thread.now.join(&heard);
        }
        if order == SeqCst {
            // Of two such fences the later one's thread sees what the earlier one's saw; it need not have happened before.
            thread.now.see(&self.order);
            self.order.clone_from(&thread.now.seen);
        }
        if matches!(order, Release | AcqRel | SeqCst) {
            thread.covered = thread.now.clone();
        }
    }
}

pub(super) fn load(address: usize, mut access: impl FnMut(Option<u64>) -> u64, order: Ordering) -> u64 {
    let loaded = step(|memory, thread| {
        memory.touch(thread, address);
        memory.messages(address, access(None));
        let known = memory.threads[thread].now.seen.get(&address).copied().unwrap_or(0);
        let messages = &memory.places[&address];
        let first = messages.partition_point(|message| message.time < known).min(messages.len() - 1);
        let at = first + choose(messages.len() - first);
        memory.receive(thread, address, at, order)
    });
    loaded.unwrap_or_else(|| access(None))
}

pub(super) fn store(address: usize, mut access: impl FnMut(Option<u64>) -> u64, value: u64, order: Ordering) {
    let stored = step(|memory, thread| {
        memory.touch(thread, address);
        memory.messages(address, access(None));
        memory.send(thread, address, value, order, None);
        access(Some(value));
    });
    if stored.is_none() {
        access(Some(value));
    }
}

/// Reads the newest value and puts another in its place, if `new` says so.
pub(super) fn update(
    address: usize,
    mut access: impl FnMut(Option<u64>) -> u64,
    order: Ordering,
    new: impl FnOnce(u64) -> Option<u64>,
) -> Result<u64, u64> {
    let mut new = Some(new);
    let mut change = |old| new.take().and_then(|new| new(old));
    let updated = step(|memory, thread| {
        memory.touch(thread, address);
        let last = memory.messages(address, access(None)).len() - 1;
        let old = memory.receive(thread, address, last, order);
        let Some(value) = change(old) else { return Err(old) };
        let view = memory.places[&address][last].view.clone();
        memory.send(thread, address, value, order, Some(view));
        access(Some(value));
        Ok(old)
    });
    updated.unwrap_or_else(|| {
        let old = access(None);
        change(old).map(|value| access(Some(value))).map(|_| old).ok_or(old)
    })
}

pub(super) fn fence(order: Ordering) {
    debug_assert_ne!(order, Relaxed);
    step(|memory, thread| memory.fence(thread, order));
}

/// See `real.rs`.
pub(crate) fn reads<T>(address: *const T) {
    step(|memory, thread| {
        memory.touch(thread, address.addr());
        let (_, moment) = memory.event(thread);
        let plain = memory.plain.entry(address.addr()).or_default();
        let written = plain.written;
        plain.read.insert(thread, moment);
        let now = &memory.threads[thread].now;
        assert!(written.is_none_or(|written| now.knows(written)), "a read races with a write");
    });
}

/// See `real.rs`.
pub(crate) fn writes<T>(address: *const T) {
    step(|memory, thread| {
        memory.touch(thread, address.addr());
        let event = memory.event(thread);
        let plain = memory.plain.entry(address.addr()).or_default();
        let old = std::mem::replace(plain, Plain { written: Some(event), read: HashMap::new() });
        let now = &memory.threads[thread].now;
        assert!(old.written.is_none_or(|written| now.knows(written)), "a write races with a write");
        assert!(old.read.into_iter().all(|read| now.knows(read)), "a write races with a read");
    });
}

pub(crate) unsafe fn alloc(layout: Layout) -> *mut u8 {
    // Not zeroed: an address of this is one that nothing is at.
    // SAFETY: by contract.
    unsafe { note(System.alloc_zeroed(layout), layout, 0xEE) }
}

pub(crate) unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    // SAFETY: by contract.
    unsafe { note(System.alloc_zeroed(layout), layout, 0) }
}

unsafe fn note(memory: *mut u8, layout: Layout, fill: u8) -> *mut u8 {
    // SAFETY: as large as that.
    unsafe { memory.write_bytes(fill, layout.size()) };
    step(|model, thread| {
        let born = model.event(thread);
        model.blocks.insert(memory.addr(), Block { layout, born, used: HashMap::new(), freed: false });
    });
    memory
}

/// Keeps the memory until the model's run is over, so that no address means two things.
pub(crate) unsafe fn dealloc(memory: *mut u8, layout: Layout) {
    let known = step(|model, thread| {
        let block = model.blocks.get_mut(&memory.expose_provenance()).expect("what is freed was allocated");
        assert!(!block.freed, "memory is freed twice");
        assert_eq!(block.layout, layout, "memory is freed as what it was allocated as");
        block.freed = true;
        let now = &model.threads[thread].now;
        assert!(now.knows(block.born), "memory is freed by who does not know that it is there");
        assert!(
            block.used.iter().all(|(&thread, &moment)| now.knows((thread, moment))),
            "a use of memory races with its end"
        );
    });
    if known.is_none() {
        // SAFETY: by contract; without a model nothing is kept.
        unsafe { System.dealloc(memory, layout) };
    }
}

/// Forgets what was there before.
pub(super) fn begin() {
    let Memory { blocks, .. } = MEMORY.take();
    for (start, block) in blocks.into_iter().filter(|(_, block)| block.freed) {
        // SAFETY: allocated as this, and freed by its owner.
        unsafe { System.dealloc(std::ptr::with_exposed_provenance_mut(start), block.layout) };
    }
}

/// What this thread knows now.
pub(super) fn now() -> View {
    step(|memory, thread| memory.threads[thread].now.clone()).expect("in a model")
}

/// What that thread knows.
pub(super) fn of_task(task: shuttle::current::TaskId) -> View {
    MEMORY.with_borrow(|memory| {
        memory.threads.get(usize::from(task)).map(|thread| thread.now.clone()).unwrap_or_default()
    })
}

pub(super) fn learn(view: &View) {
    step(|memory, thread| memory.threads[thread].now.join(view));
}
