//! What the timer thread has to do and when, and the time of its last tick.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Waker;
use std::thread::{JoinHandle, Thread};

use crate::system_clock::system_now;

/// A store with a cache around it, as the timer thread sees it.
pub(crate) trait Sweep: Send + Sync {
    fn sweeps(&self) -> &Sweeps;
    /// Frees expired entries.
    fn sweep(&self);
    /// Returns when there is something to sweep, `now` if there is still something,
    /// [`NEVER`](Sweeps::NEVER) if no entry can expire.
    fn next_sweep(&self, now: u64) -> u64;
}

/// The bounds of a tick, which is a 64th of the shortest time to live: 40 wake-ups per second for
/// times to live of seconds and more, while hits read the clock.
const SHORTEST_TICK: u64 = 1_000_000;
pub(super) const LONGEST_TICK: u64 = 25_000_000;
/// Shorter times to live are measured by the precise clock.
pub(crate) const SHIFTED_FROM: u64 = 64_000_000;
/// Deadlines are rounded down by less than this.
const ROUNDING: u64 = 1 << 18;
/// How long the clock goes on ticking after a hit has asked for it.
const KEEP_TICKING: u64 = 2_000_000_000;

/// The time of the last tick; [`STOPPED`] while the thread does not keep it fresh.
static LAST_TICK: AtomicU64 = AtomicU64::new(STOPPED);
const STOPPED: u64 = u64::MAX;
/// Whether a hit has found the clock stopped since the thread last looked.
static TICKS_WANTED: AtomicBool = AtomicBool::new(false);
static SCHEDULE: Mutex<Schedule> = Mutex::new(Schedule {
    jobs: BTreeMap::new(),
    ticks: BTreeMap::new(),
    jobs_set: 0,
    sleeps_until: 0,
    phase: Phase::Idle,
    generation: 0,
    thread: None,
    handle: None,
    retry_at: 0,
});

/// The jobs, and the thread that does them. No user code runs while this is locked.
pub(super) struct Schedule {
    jobs: BTreeMap<JobId, Job>,
    /// The ticks of all stores in `jobs`, and of those that only read the clock, and how many of
    /// these have each.
    ticks: BTreeMap<u64, usize>,
    jobs_set: u64,
    /// The thread sleeps until then, or a store or a hit needs it sooner. 0 while it is awake, and
    /// while there is none.
    pub(super) sleeps_until: u64,
    pub(super) phase: Phase,
    /// Of the thread: a thread of an earlier generation ends.
    pub(super) generation: u64,
    pub(super) thread: Option<Thread>,
    /// Of the thread, or of the last one, which may still be ending.
    pub(super) handle: Option<JoinHandle<()>>,
    /// When to try again to start the thread, after a failure.
    pub(super) retry_at: u64,
}

/// Whether there is a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    Starting,
    Running,
    Stopping,
}

/// The time at which a job is due, and its number.
pub(super) type JobId = (u64, u64);

pub(super) enum Job {
    Sweep { cache: Weak<dyn Sweep>, tick: u64 },
    Wake(Waker),
}

pub(super) fn lock() -> MutexGuard<'static, Schedule> {
    SCHEDULE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the coarse time, or the precise time if the clock does not tick. Then it will.
pub(crate) fn last_tick() -> u64 {
    match last_tick_if_any() {
        STOPPED => {
            if !TICKS_WANTED.load(Relaxed) && !TICKS_WANTED.swap(true, Relaxed) {
                lock().start_ticking();
            }
            system_now()
        }
        tick => tick,
    }
}

/// Lets the clock go on ticking, if it does: it is read.
pub(crate) fn keep_ticking() {
    if last_tick_if_any() != STOPPED && !TICKS_WANTED.load(Relaxed) {
        TICKS_WANTED.store(true, Relaxed);
    }
}

/// Returns the coarse time; [`u64::MAX`] if the clock does not tick.
#[inline(always)]
pub(crate) fn last_tick_if_any() -> u64 {
    // Relaxed: it is only a time, and orders no other memory access.
    LAST_TICK.load(Relaxed)
}

/// Returns the tick period for this time to live.
pub(crate) fn tick_for(time: u64) -> u64 {
    (time / 64).clamp(SHORTEST_TICK, LONGEST_TICK)
}

/// Returns by how much the deadline of an entry comes before the end of its time to live: more than
/// a tick, because the coarse clock is late by that and by what the thread needs to wake up; with
/// rounding not more than a 32nd of the time, and 50 ms.
pub(crate) fn shift_for(ttl: u64) -> u64 {
    (ttl / 32).min(2 * LONGEST_TICK) - ROUNDING
}

/// Moves the coarse clock to this time of the precise one if it is late: the thread may have got no
/// processor for some time.
#[inline]
pub(crate) fn notice(now: u64) {
    let last = last_tick_if_any();
    // Once in a while, because the line that it writes is one that all hits read.
    if now.saturating_sub(last) > SHORTEST_TICK {
        // Not over a later time, nor over a clock that has been stopped.
        let _ = LAST_TICK.compare_exchange(last, now, Relaxed, Relaxed);
    }
}

/// The coarse clock does not tick from now on: hits read the precise one.
pub(super) fn stop_ticking() {
    LAST_TICK.store(STOPPED, Relaxed);
}

impl Schedule {
    pub(super) fn unpark(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }

    /// Makes the thread tick from now on. The first tick is this one, so that hits need not wait
    /// for the thread: unless it is awake, and may be running user code.
    fn start_ticking(&self) {
        if self.sleeps_until != 0 && !self.ticks.is_empty() {
            LAST_TICK.store(system_now(), Relaxed);
        }
        self.unpark();
    }

    /// The thread has just been started. What it does first is to look at the jobs.
    pub(super) fn started(&mut self, thread: &Thread) {
        if self.thread.is_none() {
            self.thread = Some(thread.clone());
            self.sleeps_until = u64::MAX;
        }
    }

    fn add(&mut self, due: u64, job: Job) -> JobId {
        self.jobs_set += 1;
        let id = (due, self.jobs_set);
        if let Job::Sweep { tick, .. } = job {
            self.add_tick(tick);
        }
        self.jobs.insert(id, job);
        if due < self.sleeps_until {
            self.unpark();
        }
        id
    }

    /// Removes a job. The caller drops it outside the lock: it may have a waker.
    pub(super) fn remove(&mut self, id: JobId) -> Option<Job> {
        let job = self.jobs.remove(&id)?;
        if let Job::Sweep { tick, .. } = job {
            self.remove_tick(tick);
        }
        Some(job)
    }

    fn add_tick(&mut self, tick: u64) {
        *self.ticks.entry(tick).or_insert(0) += 1;
    }

    fn remove_tick(&mut self, tick: u64) {
        if let Some(count) = self.ticks.get_mut(&tick) {
            *count -= 1;
            if *count == 0 {
                self.ticks.remove(&tick);
            }
        }
    }

    pub(super) fn add_alarm(&mut self, at: u64, waker: Waker) -> JobId {
        self.add(at, Job::Wake(waker))
    }

    /// Removes all alarms, to be woken outside the lock.
    pub(super) fn take_alarms(&mut self) -> Vec<Waker> {
        let alarms: Vec<JobId> =
            self.jobs.iter().filter(|(_, job)| matches!(job, Job::Wake(_))).map(|(id, _)| *id).collect();
        alarms.into_iter().filter_map(|id| self.remove(id)?.waker()).collect()
    }

    /// Takes the jobs that are due. A store is no longer in the list then, and what can expire in
    /// it from now on brings it back.
    pub(super) fn take_due(&mut self) -> Vec<DueJob> {
        self.sleeps_until = 0;
        let now = system_now();
        let mut due = Vec::new();
        while let Some(entry) = self.jobs.first_entry()
            && entry.key().0 <= now
        {
            let id = *entry.key();
            due.extend(self.remove(id).map(|job| match job {
                Job::Wake(waker) => DueJob::Wake(waker),
                Job::Sweep { cache, .. } => match cache.upgrade() {
                    Some(cache) => {
                        cache.sweeps().due.store(Sweeps::NEVER, Relaxed);
                        DueJob::Sweep(cache)
                    }
                    None => DueJob::Dropped { _cache: cache },
                },
            }));
        }
        due
    }

    /// Ticks, and returns how long the thread may sleep then: until the next tick or the first job,
    /// `None` if there is neither. `ticks_until` says how long the clock goes on ticking.
    pub(super) fn tick(&mut self, ticks_until: &mut u64) -> Option<u64> {
        let now = system_now();
        if TICKS_WANTED.swap(false, Relaxed) {
            *ticks_until = now.saturating_add(KEEP_TICKING);
        }
        let tick = self.ticks.first_key_value().map(|(tick, _)| *tick).filter(|_| now < *ticks_until);
        LAST_TICK.store(if tick.is_some() { now } else { STOPPED }, Relaxed);
        let next_tick = tick.map_or(u64::MAX, |tick| now.saturating_add(tick));
        let first_job = self.jobs.first_key_value().map_or(u64::MAX, |(id, _)| id.0);
        self.sleeps_until = next_tick.min(first_job);
        (self.sleeps_until != u64::MAX).then(|| self.sleeps_until.saturating_sub(now))
    }
}

impl Job {
    pub(super) fn waker(self) -> Option<Waker> {
        match self {
            Self::Wake(waker) => Some(waker),
            Self::Sweep { .. } => None,
        }
    }
}

/// A job that is due. Each is done outside the lock: all of this is, or may call, user code.
pub(super) enum DueJob {
    Wake(Waker),
    /// Maybe the last reference to the cache.
    Sweep(Arc<dyn Sweep>),
    /// The cache is gone; its memory goes with this.
    Dropped {
        _cache: Weak<dyn Sweep>,
    },
}

/// A store's place in the schedule, where the store has it.
pub(crate) struct Sweeps {
    cache: OnceLock<Weak<dyn Sweep>>,
    /// When the timer thread visits the store; [`Self::NEVER`] if the store is not in its list. 0,
    /// before every deadline, if the thread does not know the store at all. Written under the
    /// schedule's lock.
    due: AtomicU64,
    /// The number of the job.
    id: AtomicU64,
    /// The longest tick that is short enough for every entry so far.
    tick: AtomicU64,
    /// The same of a store that the thread does not sweep; [`Self::NEVER`] if it has no such entry.
    held_tick: AtomicU64,
}

impl Sweeps {
    pub(crate) const NEVER: u64 = u64::MAX;

    pub(crate) const fn new() -> Self {
        Self {
            cache: OnceLock::new(),
            due: AtomicU64::new(0),
            id: AtomicU64::new(0),
            tick: AtomicU64::new(LONGEST_TICK),
            held_tick: AtomicU64::new(Self::NEVER),
        }
    }

    /// Makes the cache known. If it `has_timed` entries, whose deadlines are by the system's clock,
    /// the timer thread sweeps it from now on.
    pub(crate) fn set(&self, cache: Weak<dyn Sweep>, has_timed: bool) {
        if self.cache.set(cache).is_ok() && has_timed {
            self.due.store(Self::NEVER, Relaxed);
        }
    }

    /// The cache, if it is known.
    pub(crate) fn cache(&self) -> Option<&Weak<dyn Sweep>> {
        self.cache.get()
    }

    /// Whether the timer thread sweeps this store.
    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        self.due.load(Relaxed) != 0
    }

    /// Makes hits on this store see a clock that is at most this late.
    #[inline]
    pub(crate) fn shorten_tick(&self, tick: u64) {
        if tick < self.tick.load(Relaxed) {
            self.shorten_tick_slow(tick);
        }
    }

    #[cold]
    #[inline(never)]
    fn shorten_tick_slow(&self, tick: u64) {
        let mut schedule = lock();
        if self.tick.fetch_min(tick, Relaxed) > tick {
            let id = (self.due.load(Relaxed), self.id.load(Relaxed));
            let job = schedule.remove(id);
            if job.is_some() {
                self.add_to(&mut schedule, id.0);
                // It may sleep for the length of a longer tick.
                schedule.unpark();
            }
            // The cache lives, so this frees nothing.
            drop(job);
        }
    }

    /// Makes hits on a store that the thread does not sweep see a clock that is at most this late,
    /// if the clock ticks at all.
    #[inline]
    pub(crate) fn hold_tick(&self, tick: u64) {
        if tick < self.held_tick.load(Relaxed) {
            let mut schedule = lock();
            let before = self.held_tick.fetch_min(tick, Relaxed);
            if tick < before {
                schedule.remove_tick(before);
                schedule.add_tick(tick);
                // It may sleep for the length of a longer tick.
                schedule.unpark();
            }
        }
    }

    /// Makes the timer thread visit the store at this time, or sooner. Called under the store's
    /// lock, right after an entry with this deadline was noted there. A visit of the thread takes
    /// the store out of its list first, and looks for the next deadline then, under the store's
    /// lock: so either it finds the entry, or this call finds the store out of the list.
    #[inline(always)]
    pub(crate) fn note(&self, deadline: u64) {
        if deadline < self.due.load(Relaxed) {
            self.schedule(deadline);
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn schedule(&self, due: u64) {
        let mut schedule = lock();
        let before = self.due.load(Relaxed);
        if due < before {
            let job = schedule.remove((before, self.id.load(Relaxed)));
            self.add_to(&mut schedule, due);
            drop(job);
        }
    }

    fn add_to(&self, schedule: &mut Schedule, due: u64) {
        let Some(cache) = self.cache.get() else { return };
        // The entry is about to be hit.
        TICKS_WANTED.store(true, Relaxed);
        let was_alone = schedule.ticks.is_empty();
        let (due, id) = schedule.add(due, Job::Sweep { cache: cache.clone(), tick: self.tick() });
        self.due.store(due, Relaxed);
        self.id.store(id, Relaxed);
        if was_alone {
            schedule.start_ticking();
        }
    }

    pub(super) fn tick(&self) -> u64 {
        self.tick.load(Relaxed)
    }
}

/// Takes the store out of the list.
impl Drop for Sweeps {
    fn drop(&mut self) {
        let (due, id, held) = (*self.due.get_mut(), *self.id.get_mut(), *self.held_tick.get_mut());
        if held != Self::NEVER {
            lock().remove_tick(held);
        }
        if due != 0 && due != Self::NEVER {
            let job = lock().remove((due, id));
            drop(job);
        }
    }
}
