//! The timer thread: its start, its work, its end, and what becomes of it after `fork`.

use std::cell::Cell;
use std::sync::MutexGuard;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::schedule::{DueJob, JobId, Phase, Schedule, lock, stop_ticking};
use super::system;
use crate::system_clock::system_now;
use crate::unwind::contain;

/// Whether there is a thread, or one is being started.
static RUNNING: AtomicBool = AtomicBool::new(false);
/// Whether the thread may hold locks of stores: [`before_fork`] waits until it does not.
static AT_WORK: AtomicBool = AtomicBool::new(false);
/// How long to wait until it is tried again to start the thread.
const RETRY: u64 = 1_000_000_000;

thread_local! {
    /// Whether this is the timer thread.
    static IS_TICKER: Cell<bool> = const { Cell::new(false) };
}

/// An alarm of a task.
pub(crate) type AlarmId = JobId;

/// Wakes the task once [`system_now`] reaches this time. `None` if there is no thread to do it, and
/// none can be started.
pub(crate) fn wake_at(at: u64, waker: Waker) -> Option<AlarmId> {
    if !ensure_started() {
        return None;
    }
    let mut schedule = lock();
    if matches!(schedule.phase, Phase::Starting | Phase::Running) {
        return Some(schedule.add_alarm(at, waker));
    }
    drop(schedule);
    // The waker is the runtime's code, so it is dropped outside the lock.
    drop(waker);
    None
}

/// Cancels an alarm.
pub(crate) fn cancel(alarm: AlarmId) {
    let job = lock().remove(alarm);
    // As above.
    drop(job);
}

/// Starts the thread if there is none. Returns whether there is one now. Called without any lock.
#[inline]
pub(crate) fn ensure_started() -> bool {
    RUNNING.load(Relaxed) || start()
}

#[cold]
#[inline(never)]
fn start() -> bool {
    // Miri reports a thread that outlives `main`.
    if cfg!(miri) {
        return false;
    }
    let (old, generation) = {
        let mut schedule = lock();
        match schedule.phase {
            Phase::Idle if system_now() >= schedule.retry_at => {}
            Phase::Starting | Phase::Running => return true,
            Phase::Idle | Phase::Stopping => return false,
        }
        schedule.phase = Phase::Starting;
        schedule.generation += 1;
        (schedule.handle.take(), schedule.generation)
    };
    // What follows calls the system's loader, so no lock is held: a library that is being unloaded
    // holds the loader's lock, and may call its cache.
    join(old);
    system::on_fork(before_fork, after_fork_in_parent, after_fork_in_child);
    system::keep_loaded();
    let spawned = system::with_signals_blocked(|| {
        thread::Builder::new().name("memokit-ticker".into()).spawn(move || run(generation))
    });
    let mut schedule = lock();
    let is_running = spawned.is_ok();
    if let Ok(handle) = spawned {
        schedule.handle = Some(handle);
        if schedule.phase == Phase::Starting {
            schedule.phase = Phase::Running;
            if let Some(thread) = schedule.handle.as_ref().map(|handle| handle.thread().clone()) {
                schedule.started(&thread);
            }
        }
        RUNNING.store(schedule.phase == Phase::Running, Relaxed);
        return is_running;
    }
    schedule.phase = Phase::Idle;
    schedule.retry_at = system_now().saturating_add(RETRY);
    // Tasks that relied on the thread.
    let alarms = schedule.take_alarms();
    drop(schedule);
    wake(alarms);
    is_running
}

fn join(handle: Option<JoinHandle<()>>) {
    if let Some(handle) = handle {
        // The thread contains all panics; its result is nothing.
        let _ = handle.join();
    }
}

fn wake(wakers: Vec<Waker>) {
    for waker in wakers {
        contain(|| waker.wake());
    }
}

/// Ends the background thread of memokit, if there is one, and returns when it has ended.
///
/// Nothing is lost: entries still expire, since hits read the precise clock and misses remove
/// expired entries; and the next entry with a time to live, or the next task with a longest wait,
/// starts the thread again. So this is worth calling in three cases: before a library that uses
/// memokit is unloaded (the thread's code is part of it, and while the thread runs, the library
/// stays loaded); before a `fork`; and in tests that look for threads left behind. In each, nothing
/// else may use caches with times to live any more.
///
/// It waits for what the thread is doing: a removal listener, a value's destructor, a waker. Called
/// by one of these, it does not wait; the thread then ends after it.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
/// use std::time::Duration;
///
/// let cache = Cache::builder().ttl(Duration::from_secs(60)).build();
/// cache.insert("a", 1); // starts the thread
/// memokit::shutdown();
/// assert_eq!(cache.get("a"), Some(1));
/// ```
pub fn shutdown() {
    let is_ticker = IS_TICKER.try_with(Cell::get).unwrap_or(false);
    let (handle, alarms) = loop {
        let mut schedule = lock();
        match schedule.phase {
            Phase::Running => {
                schedule.phase = Phase::Stopping;
                RUNNING.store(false, Relaxed);
                schedule.unpark();
            }
            Phase::Idle => {}
            Phase::Stopping if is_ticker => return,
            // Another thread starts or ends it, which does not take long.
            Phase::Starting | Phase::Stopping => {
                drop(schedule);
                thread::sleep(Duration::from_micros(100));
                continue;
            }
        }
        if is_ticker {
            return;
        }
        break (schedule.handle.take(), schedule.take_alarms());
    };
    join(handle);
    // Tasks that wait look again, and start the thread again if their wait has not ended.
    wake(alarms);
    system::let_unload();
}

/// The end of the thread, also by a panic that nothing else contains: the next need starts another.
struct Ended(u64);

impl Drop for Ended {
    fn drop(&mut self) {
        let mut schedule = lock();
        if schedule.generation == self.0 {
            stop_ticking();
            RUNNING.store(false, Relaxed);
            AT_WORK.store(false, Release);
            schedule.phase = Phase::Idle;
            schedule.thread = None;
            schedule.sleeps_until = 0;
        }
    }
}

fn run(generation: u64) {
    let _ended = Ended(generation);
    IS_TICKER.set(true);
    lock().thread = Some(thread::current());
    let mut ticks_until = 0;
    loop {
        while AT_WORK.swap(true, Acquire) {
            // Another thread forks.
            thread::sleep(Duration::from_micros(100));
        }
        let mut schedule = lock();
        if schedule.generation != generation || schedule.phase == Phase::Stopping {
            return;
        }
        let due = schedule.take_due();
        if due.is_empty() {
            let sleep = schedule.tick(&mut ticks_until);
            drop(schedule);
            AT_WORK.store(false, Release);
            match sleep {
                Some(nanos) => thread::park_timeout(Duration::from_nanos(nanos)),
                None => thread::park(),
            }
        } else {
            drop(schedule);
            // User code may run below, for any length of time. Meanwhile hits read the precise
            // clock.
            stop_ticking();
            due.into_iter().for_each(perform);
            AT_WORK.store(false, Release);
        }
    }
}

fn perform(job: DueJob) {
    match job {
        DueJob::Wake(waker) => contain(|| waker.wake()),
        DueJob::Sweep(cache) => {
            contain(|| cache.sweep());
            let (now, sweeps) = (system_now(), cache.sweeps());
            let next = cache.next_sweep(now);
            if next != u64::MAX {
                // Not for each entry that expires, but for all that do within a tick.
                sweeps.schedule(next.max(now.saturating_add(sweeps.tick())));
            }
            contain(|| drop(cache));
        }
        DueJob::Dropped { .. } => {}
    }
}

/// The schedule, locked by the thread that forks.
struct LockedByFork(std::cell::UnsafeCell<Option<MutexGuard<'static, Schedule>>>);

// SAFETY: only the thread that has locked the schedule touches this.
unsafe impl Sync for LockedByFork {}

static LOCKED_BY_FORK: LockedByFork = LockedByFork(std::cell::UnsafeCell::new(None));

/// Before a `fork`: waits until the timer thread holds no lock, since in the child nothing would
/// release it. Not for longer than 20 ms: the thread may run user code, which may wait for the
/// thread that forks; and it holds locks for much less.
extern "C" fn before_fork() {
    if !IS_TICKER.try_with(Cell::get).unwrap_or(false) {
        for _ in 0..200 {
            if !AT_WORK.swap(true, Acquire) {
                break;
            }
            thread::sleep(Duration::from_micros(100));
        }
    }
    let schedule = lock();
    // SAFETY: this thread has locked the schedule.
    unsafe { *LOCKED_BY_FORK.0.get() = Some(schedule) };
}

fn after_fork() -> Option<MutexGuard<'static, Schedule>> {
    // SAFETY: this thread has locked the schedule in `before_fork`.
    unsafe { (*LOCKED_BY_FORK.0.get()).take() }
}

extern "C" fn after_fork_in_parent() {
    if !IS_TICKER.try_with(Cell::get).unwrap_or(false) {
        AT_WORK.store(false, Release);
    }
    drop(after_fork());
}

/// The child has no timer thread. The jobs are still there for its next one.
extern "C" fn after_fork_in_child() {
    AT_WORK.store(false, Release);
    if let Some(mut schedule) = after_fork() {
        stop_ticking();
        RUNNING.store(false, Relaxed);
        schedule.generation += 1;
        schedule.phase = Phase::Idle;
        schedule.retry_at = 0;
        schedule.sleeps_until = 0;
        // Of a thread of the parent: not to be joined or detached here.
        std::mem::forget(schedule.handle.take());
        std::mem::forget(schedule.thread.take());
    }
}
