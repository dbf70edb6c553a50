//! Invalidation beats a run that is under way: the run's callers get its result, it is not kept,
//! and later callers start anew.

mod functions;
mod tasks;
