//! What later features build on: how a run ends, loads in two phases, observers, snapshots, walks
//! in batches, statistics that only read, and shared failures.
#![allow(clippy::all, clippy::pedantic, dropping_copy_types, reason = "tests spell out what users may write")]

mod atomic_entries;
mod begin;
mod begin_tasks;
mod contents;
mod forms_of_keys;
mod listening_tasks;
mod observers;
mod removal_causes;
mod saved;
mod settled;
mod shared_failures;
mod snapshots;
mod statistics;
mod walks;
mod weightless;

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Runs the test on a thread of its own, and fails if it does not end.
fn watchdog(test: impl FnOnce() + Send + 'static) {
    let (done, wait) = channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    assert_ne!(wait.recv_timeout(Duration::from_secs(60)), Err(RecvTimeoutError::Timeout), "the test hangs");
    thread.join().unwrap_or_else(|panic| resume_unwind(panic));
}

/// Begins a load that must be this caller's to do.
macro_rules! load {
    ($cache:expr, $key:expr) => {
        match $cache.begin($key) {
            ::memokit::Answer::Load(guard) => guard,
            ::memokit::Answer::Ready(_) => panic!("the key is cached"),
            ::memokit::Answer::Wait(_) => panic!("the key is being loaded"),
        }
    };
}

/// Begins a load that another caller must be doing.
macro_rules! wait {
    ($cache:expr, $key:expr) => {
        match $cache.begin($key) {
            ::memokit::Answer::Wait(wait) => wait,
            ::memokit::Answer::Ready(_) => panic!("the key is cached"),
            ::memokit::Answer::Load(_) => panic!("the key is not being loaded"),
        }
    };
}

use {load, wait};
