//! Which callers compute, and which wait.

use std::future::pending;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Waker};
use std::thread;

use super::{
    AWAITED, FLIGHTS, FailedRuns, InitLock, InitRun, InitStart, InitWait, MAX_DEPTH, MAX_FAILED_RUNS, WaitMode,
};
use crate::flight::RunOutcome;
use crate::lazy::last_polled::TrackedFuture;

fn claim<'l>(lock: &'l InitLock, mode: WaitMode, failed: &FailedRuns) -> InitStart<'l> {
    lock.claim(mode, failed, || "test")
}

/// The claim of a thread that computes.
fn run(lock: &InitLock) -> InitRun<'_> {
    let InitStart::Compute(run) = claim(lock, WaitMode::Park, &FailedRuns::default()) else {
        panic!("the lock is taken")
    };
    run
}

/// The claim of a thread that waits.
fn wait(lock: &InitLock) -> InitWait {
    let InitStart::Wait(wait) = claim(lock, WaitMode::Park, &FailedRuns::default()) else {
        panic!("nothing to wait for")
    };
    wait
}

#[test]
fn one_run_at_a_time_has_the_lock_and_all_waiters_are_woken() {
    let (lock, inside, runs) = (InitLock::new(), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    match claim(&lock, WaitMode::Park, &FailedRuns::default()) {
                        InitStart::Wait(wait) => drop(wait.park()),
                        InitStart::Compute(run) => {
                            assert!(run.is_shared());
                            assert_eq!(inside.fetch_add(1, Relaxed), 0);
                            runs.fetch_add(1, Relaxed);
                            assert_eq!(inside.fetch_sub(1, Relaxed), 1);
                            drop(run);
                        }
                    }
                }
            });
        }
    });
    assert!(runs.into_inner() > 0);
}

#[test]
fn only_failures_and_panics_are_failures_for_the_waiters() {
    let lock = InitLock::new();
    let outcome = |end: fn(InitRun<'_>)| {
        let (run, wait) = (run(&lock), wait(&lock));
        let _ = catch_unwind(AssertUnwindSafe(|| end(run)));
        wait.park().unwrap()
    };
    assert!(matches!(outcome(|run| run.finish(true)), RunOutcome::Nothing));
    assert!(matches!(outcome(|run| run.finish(false)), RunOutcome::Failure(_)));
    assert!(matches!(outcome(|_cancelled| ()), RunOutcome::Nothing));
    assert!(matches!(outcome(|_run| panic!("the computation fails")), RunOutcome::Failure(_)));
}

#[test]
fn a_flight_exists_only_while_there_are_waiters() {
    let lock = InitLock::new();
    let unnoticed = run(&lock);
    assert!(!FLIGHTS.contains_key(&unnoticed.id()));
    assert_eq!(lock.0.load(Relaxed) & AWAITED, 0);
    drop(unnoticed);
    let (awaited, first, second) = (run(&lock), wait(&lock), wait(&lock));
    let id = awaited.id();
    assert!(FLIGHTS.contains_key(&id));
    awaited.finish(true);
    assert!(!FLIGHTS.contains_key(&id));
    assert!(first.park().is_some() && second.park().is_some());
}

#[test]
fn a_caller_that_has_waited_for_several_failures_computes_without_the_lock() {
    let (lock, mut failed) = (InitLock::new(), FailedRuns::default());
    for _ in 0..MAX_FAILED_RUNS {
        let run = run(&lock);
        let InitStart::Wait(wait) = claim(&lock, WaitMode::Park, &failed) else { panic!("not yet") };
        run.finish(false);
        failed.note(wait.park().as_ref());
    }
    let run = run(&lock);
    let InitStart::Compute(unshared) = claim(&lock, WaitMode::Park, &failed) else { panic!("waits once more") };
    assert!(run.is_shared() && !unshared.is_shared());
}

#[test]
fn a_run_does_not_wait_for_itself_and_does_not_recurse_for_ever() {
    let lock = InitLock::new();
    let outer = run(&lock);
    let mut entered = vec![outer.enter()];
    while entered.len() < MAX_DEPTH {
        let inner = run(&lock);
        assert!(!inner.is_shared());
        entered.push(inner.enter());
    }
    let panic = catch_unwind(AssertUnwindSafe(|| drop(run(&lock)))).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("a `Lazy<test>` field needs the field that it computes"));
}

#[test]
fn a_wait_that_would_close_a_cycle_is_a_run_without_the_lock() {
    let (a, b) = (InitLock::new(), InitLock::new());
    let (run_of_a, run_of_b) = (run(&a), run(&b));
    let entered = run_of_a.enter();
    let a_waits_for_b = wait(&b);
    drop(entered);
    let entered = run_of_b.enter();
    assert!(!run(&a).is_shared());
    drop(a_waits_for_b);
    drop(wait(&a));
    drop(entered);
}

#[test]
fn a_thread_does_not_block_for_a_task_that_was_last_polled_on_it() {
    let lock = InitLock::new();
    let run_of_task = run(&lock);
    let mut task = pin!(TrackedFuture::new(run_of_task.id(), true, pending::<()>()));
    assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(!run(&lock).is_shared());
    assert!(matches!(claim(&lock, WaitMode::Suspend, &FailedRuns::default()), InitStart::Wait(_)));
    thread::scope(|scope| {
        scope.spawn(|| drop(wait(&lock)));
    });
}

#[test]
fn a_leaked_run_is_forgotten_by_reset() {
    let mut lock = InitLock::new();
    mem::forget(run(&lock));
    lock.reset();
    assert!(run(&lock).is_shared());
}
