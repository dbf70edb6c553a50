//! What threads share, as a model, in place of memo-core's module of that name. Shuttle chooses
//! which thread goes on at each access; [`memory`] chooses which of the values that the language
//! allows a load reads.
//!
//! Shuttle by itself takes every access for sequentially consistent, and loom's atomics can neither
//! be in zeroed memory nor in a `static`, where those of a table are. So these have the layout of
//! std's, and what is known of each is kept beside them, by address.

mod access;
pub(crate) mod atomic;
mod heap;
mod lock;
pub(crate) mod membarrier;
mod memory;
mod plain;
mod statics;
mod thread;
mod view;

pub(crate) use std::sync::PoisonError;

pub(crate) use heap::{alloc, alloc_zeroed, begin_run, dealloc};
pub(crate) use lock::{Condvar, Mutex, MutexGuard};
pub(crate) use memory::random_bool;
pub(crate) use plain::{prefetch, reads, writes};
pub(crate) use statics::{RunStatic, process_static};
pub(crate) use thread::{ModelThread, sleep, spawn, spin_loop, thread_local, yield_now};

/// No time passes in a model.
pub(crate) const TIMER: bool = false;
