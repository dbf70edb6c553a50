//! Single flight: waiting for a run that another caller leads. Threads park, tasks leave a waker.
//! Works on any async runtime, or without one.
//!
//! A [`Flight`] has the [`waiters`] of one run, and tells them how the run ended. [`current_runs`]
//! is the stack of runs that are active on this thread, and [`wait_graph`] says which run waits for
//! which, so that no run waits for itself.

pub(crate) mod current_runs;
mod long_wait;
mod pool_worker;
mod run_id;
mod wait_graph;
mod waiters;

pub(crate) use pool_worker::is_pool_worker;
pub(crate) use run_id::RunId;
pub(crate) use wait_graph::WaitEdges;
pub(crate) use waiters::{Failure, Flight, RunOutcome, WaitFuture};
