//! The policies against plain models, statistics, recordings of Python's caches, and real programs' accesses.

mod adaptive;
mod golden;
mod lifecycle;
mod model;
mod naive;
mod pauses;
mod random;
mod recursion;
mod traces;
