//! Where the atomics of the lock-free parts come from: `core`, or a model checker that runs their interleavings
//! (`--cfg shuttle`, see `models/`).

#[cfg(not(shuttle))]
pub(crate) use std::sync::{Mutex, PoisonError, atomic};

#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Mutex, atomic};
#[cfg(shuttle)]
pub(crate) use std::sync::PoisonError;
