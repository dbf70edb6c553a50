//! One background thread for the whole process: it advances the coarse clock that hits read, sweeps
//! expired entries out of idle caches, and wakes tasks whose longest wait is over.
//!
//! The first cache whose entries can expire starts the thread, and it ends when the last such cache
//! has been dropped. If no thread can be started, hits read the precise clock instead, and expired
//! entries are removed by the next call.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Waker;
use std::thread::{self, Thread};
use std::time::Duration;

use crate::system_clock::system_now;
use crate::unwind::contain;

/// A cache that the ticker sweeps.
pub(crate) trait Sweep: Send + Sync {
    /// Whether there is nothing to sweep at that time. Runs no user code.
    fn is_quiet(&self, now: u64) -> bool;
    /// Frees expired entries.
    fn sweep(&self);
}

/// The bounds of a tick, which is a 32nd of the shortest time to live: at most 3 % late, and 20
/// wake-ups per second for times to live of seconds and more.
const SHORTEST_TICK: u64 = 1_000_000;
const LONGEST_TICK: u64 = 50_000_000;

/// The time of the last tick; [`STOPPED`] while the thread does not keep it fresh.
static LAST_TICK: AtomicU64 = AtomicU64::new(STOPPED);
const STOPPED: u64 = u64::MAX;
static SCHEDULE: Mutex<Schedule> =
    Mutex::new(Schedule { caches: Vec::new(), alarms: Vec::new(), alarms_set: 0, thread: None });

struct Schedule {
    caches: Vec<Sweepable>,
    alarms: Vec<Alarm>,
    alarms_set: u64,
    thread: Option<Thread>,
}

#[derive(Clone)]
struct Sweepable {
    cache: Weak<dyn Sweep>,
    /// The longest tick that is short enough for this cache.
    tick: u64,
}

struct Alarm {
    id: u64,
    at: u64,
    tick: u64,
    waker: Waker,
}

/// Returns the coarse time, or the precise time if there is no ticker.
pub(crate) fn last_tick() -> u64 {
    match last_tick_if_any() {
        STOPPED => system_now(),
        tick => tick,
    }
}

/// Returns the coarse time; [`u64::MAX`] if there is no ticker.
#[inline(always)]
pub(crate) fn last_tick_if_any() -> u64 {
    // Relaxed: it is only a time, and orders no other memory access.
    LAST_TICK.load(Relaxed)
}

/// Sweeps this cache from now on, as long as it lives, and at least as often as requested before.
pub(crate) fn register(cache: Weak<dyn Sweep>, tick: u64, again: bool) {
    let mut schedule = lock();
    let known = if again { schedule.caches.iter_mut().find(|known| known.cache.ptr_eq(&cache)) } else { None };
    if let Some(known) = known {
        known.tick = known.tick.min(tick);
    } else {
        schedule.caches.push(Sweepable { cache, tick });
    }
    schedule.ensure_running();
}

/// Wakes the task once [`system_now`] reaches this time. Returns the alarm's number.
pub(crate) fn wake_at(at: u64, waker: Waker) -> u64 {
    let mut schedule = lock();
    schedule.alarms_set += 1;
    let id = schedule.alarms_set;
    schedule.alarms.push(Alarm { id, at, tick: tick_for(at.saturating_sub(system_now())), waker });
    schedule.ensure_running();
    id
}

/// Cancels an alarm.
pub(crate) fn cancel(id: u64) {
    let mut schedule = lock();
    let alarm = schedule.alarms.iter().position(|alarm| alarm.id == id).map(|at| schedule.alarms.swap_remove(at));
    drop(schedule);
    // The waker is the runtime's code, so it is dropped outside the lock.
    drop(alarm);
}

/// Returns the tick period for this time to live.
pub(crate) fn tick_for(time: u64) -> u64 {
    (time / 32).clamp(SHORTEST_TICK, LONGEST_TICK)
}

fn lock() -> std::sync::MutexGuard<'static, Schedule> {
    SCHEDULE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Schedule {
    /// Starts the thread if necessary, and tells it of the new cache or alarm.
    fn ensure_running(&mut self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
            return;
        }
        if let Ok(handle) = thread::Builder::new().name("memokit-ticker".into()).spawn(run) {
            self.thread = Some(handle.thread().clone());
            LAST_TICK.store(system_now(), Relaxed);
        }
    }

    fn tick(&self) -> u64 {
        let ticks =
            self.caches.iter().map(|sweepable| sweepable.tick).chain(self.alarms.iter().map(|alarm| alarm.tick));
        ticks.min().unwrap_or(LONGEST_TICK)
    }
}

fn run() {
    loop {
        let (tick, caches, due) = {
            let mut schedule = lock();
            let now = system_now();
            schedule.caches.retain(|sweepable| sweepable.cache.strong_count() > 0);
            let due: Vec<_> = schedule.alarms.extract_if(.., |alarm| alarm.at <= now).collect();
            if schedule.caches.is_empty() && schedule.alarms.is_empty() && due.is_empty() {
                LAST_TICK.store(STOPPED, Relaxed);
                schedule.thread = None;
                return;
            }
            (schedule.tick(), schedule.caches.clone(), due)
        };
        let caches: Vec<_> = caches.iter().filter_map(|sweepable| sweepable.cache.upgrade()).collect();
        let now = system_now();
        let busy: Vec<_> = caches.iter().filter(|cache| !cache.is_quiet(now)).collect();
        let is_held_here_alone = caches.iter().any(|cache| Arc::strong_count(cache) == 1);
        let may_take_long = !busy.is_empty() || !due.is_empty() || is_held_here_alone;
        // User code may run below, for any length of time. Meanwhile hits read the precise clock.
        LAST_TICK.store(if may_take_long { STOPPED } else { system_now() }, Relaxed);
        for alarm in due {
            contain(|| alarm.waker.wake());
        }
        for cache in busy {
            contain(|| cache.sweep());
        }
        // Each of these may be the last reference to its cache.
        for cache in caches {
            contain(|| drop(cache));
        }
        if may_take_long {
            LAST_TICK.store(system_now(), Relaxed);
        }
        thread::park_timeout(Duration::from_nanos(tick));
    }
}
