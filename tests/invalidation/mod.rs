//! Tests of invalidation during a run: the run's callers get its result, the result is not cached,
//! and later callers start another run.

mod functions;
mod predicates;
mod tasks;
