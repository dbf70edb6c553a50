//! The policies against reference implementations, statistics, recordings of Python's caches, and
//! the accesses of real programs.

mod adaptive;
mod golden;
mod lifecycle;
mod random;
mod recursion;
mod reference;
mod simulator;
mod traces;
mod worst_case;
