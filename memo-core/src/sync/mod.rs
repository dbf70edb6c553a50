//! What threads share, from one place: the real thing, or a model of it that runs its interleavings
//! (`--cfg shuttle`, see `models/`).

#[cfg(shuttle)]
mod model;
#[cfg(not(shuttle))]
mod real;

#[cfg(shuttle)]
pub(crate) use model::*;
#[cfg(not(shuttle))]
pub(crate) use real::*;
