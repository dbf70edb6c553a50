//! The atomics, locks and threads that the lock-free parts use: the real ones, or a model of them.
//!
//! With `--cfg shuttle` the model runs the interleavings of threads, for `models/`.

#[cfg(shuttle)]
mod model;
#[cfg(not(shuttle))]
mod real;

#[cfg(shuttle)]
pub(crate) use model::*;
#[cfg(not(shuttle))]
pub(crate) use real::*;
