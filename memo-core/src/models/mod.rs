//! The lock-free parts under a model checker: the real code on [modelled memory](crate::sync), its threads interleaved by shuttle at random, with
//! priorities that change seldom in every second run. Here and not in `tests/`, since what is modelled is private.
//!
//! ```text
//! RUSTFLAGS='--cfg shuttle' cargo test -p memo-core --lib --release models
//! ```
//!
//! `MEMOKIT_MODEL_RUNS` sets the runs of each model; `proof.sh` has the usual numbers. Which change of the code each model catches
//! stands with it, and `proof.sh --mutants` tries them. Readers' barriers are the real fences here, since no checker knows membarrier(2).

mod litmus;
mod store;
mod table;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};

use crate::sync;
use crate::table::hazard;

/// Runs of a model, if the environment does not say.
const RUNS: usize = 400;
/// How often a thread of the highest priority is stopped in a run.
const DEPTH: usize = 3;

/// Runs a model many times, each another way. Threads of a model are [`sync::spawn`]ed and joined.
fn check(model: impl Fn() + Send + Sync + 'static) {
    /// Statics are every model's.
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

    let runs = std::env::var("MEMOKIT_MODEL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS);
    let seed = std::env::var("MEMOKIT_MODEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let model = std::sync::Arc::new(move || {
        sync::begin();
        hazard::begin();
        model();
    });
    let mut config = Config::new();
    config.stack_size = 256 << 10;
    config.silence_warnings = true;
    let alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let at_random = model.clone();
    Runner::new(RandomScheduler::new_from_seed(seed, runs), config.clone()).run(move || at_random());
    Runner::new(PctScheduler::new_from_seed(seed, DEPTH, runs), config).run(move || model());
    drop(alone);
}
