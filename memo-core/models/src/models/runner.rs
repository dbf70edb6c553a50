//! Runs a model many times, each time with another interleaving and other values read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};

use crate::sync;

/// Runs of a model by each of two schedulers, unless the environment says otherwise.
const RUNS: usize = 400;
/// Runs by one scheduler before the other takes its turn.
const TURN: usize = 100;
/// How many times a run takes the priority from the thread that has the highest.
const PRIORITY_CHANGES: usize = 3;
/// Bytes of a thread's stack.
const STACK: usize = 256 << 10;

/// Statics of the process that are not the run's belong to one model at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the model as often as the environment says, each time another way. The model starts its
/// threads with [`sync::spawn`], and joins them.
pub(super) fn check(model: impl Fn() + Send + Sync + 'static) {
    check_times(variable("MEMOKIT_MODEL_RUNS").unwrap_or(RUNS), model);
}

/// So many runs by a scheduler that chooses threads at random, and as many by one that follows
/// priorities which seldom change (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized
/// scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010). They take turns: most
/// faults are found by one of them soon.
pub(super) fn check_times(runs: usize, model: impl Fn() + Send + Sync + 'static) {
    let seed: u64 = variable("MEMOKIT_MODEL_SEED").unwrap_or(7);
    let model = Arc::new(move || {
        sync::begin_run();
        model();
    });
    let mut config = Config::new();
    config.stack_size = STACK;
    config.silence_warnings = true;
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let turns = runs.div_ceil(TURN);
    for turn in 0..turns {
        let seed = seed.wrapping_add(turn as u64);
        let runs = TURN.min(runs - turn * TURN);
        let (first, second) = (model.clone(), model.clone());
        Runner::new(RandomScheduler::new_from_seed(seed, runs), config.clone()).run(move || first());
        Runner::new(PctScheduler::new_from_seed(seed, PRIORITY_CHANGES, runs), config.clone()).run(move || second());
    }
    drop(alone);
}

/// Runs a model of which some run must panic with this message.
pub(super) fn check_panics(message: &str, model: impl Fn() + Send + Sync + 'static) {
    let panic = catch_unwind(AssertUnwindSafe(|| check(model))).expect_err("some run panics");
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    assert!(text.is_some_and(|text| text.contains(message)), "{text:?} does not contain {message:?}");
}
