//! The stores, keys, policies and flights behind `memokit`.
//!
//! Use the `memokit` crate: it re-exports what is public here, together with the attributes. This
//! page is for maintainers: one call from file to file, and the terms of the code.
//!
//! # One call, walked through
//!
//! A call of a memoized function, or of a loading method of a [`Cache`], enters through an
//! operation (`call/operation.rs`) with its plan (`call/plan.rs`). The plan finds the store in its
//! home (`home/`, or `cache/value.rs` for a cache) and hashes the key (`key/query.rs`).
//!
//! - *A hit* passes `call/load.rs`, `engine/typed.rs`, `engine/hit.rs` and `table/reader.rs`. The
//!   thread announces the entry in a hazard pointer (`table/hazard/`), compares the key, records
//!   the use (`engine/hit_action.rs`, `engine/hit_counters.rs`) and clones the value. It takes no
//!   lock.
//! - *A miss* goes on to `engine/face.rs`, where code compiled once takes over, and to
//!   `engine/run.rs`. Under the store's lock it checks that the version has not changed, and
//!   registers a run (`engine/in_flight.rs`) with an unpublished entry that has the key. If another
//!   run may hold the key, or absence is not proved, `engine/locate.rs` compares keys first. The
//!   caller gets a guard (`engine/run_guard.rs`), asks the level if there is one
//!   (`call/backed.rs`), and runs the body. The value comes back through `call/writing.rs` to
//!   `engine/run.rs`, which evicts others if there is no room (`engine/writer.rs`, `policy/`) and
//!   publishes the entry. Removed entries are reported to the observers and reclaimed
//!   (`engine/reclaim.rs`).
//! - *A wait* begins in `engine/run.rs` too, if the key has a run in flight. `engine/wait.rs` adds
//!   the wait to the wait-for graph (`flight/wait_graph.rs`), then parks the thread or registers
//!   the task's waker (`flight/waiters.rs`). When the run ends, the caller takes the value from the
//!   run's entry, or the failure, or looks again.
//!
//! # Glossary
//!
//! **What is stored**
//! - *Entry*: a key and its value, with a head of two words: the first says whether the entry is
//!   alive, the second is the rank.
//! - *Cell* and *slot*: the memory of one entry, and the number by which policies, indices and
//!   writers name it.
//! - *Entry type*: a pair of key and value types; a generic function's store has one per
//!   instantiation.
//! - *Prefix word*: a word before the head of an entry, for an exact deadline or a weight.
//! - *Query*: the borrowed key of one call, for look-ups; the stored key is its owned form.
//! - *Typed*: as an option, the types of the arguments are part of the key; in the engine, code
//!   that knows the Rust types of the entries.
//! - *Cacheable rule*: says which results of a function are cached, in which form, and how a stored
//!   value becomes a result again.
//!
//! **Where it is stored**
//! - *Store*: the entries, policy, runs and statistics of one function or cache.
//! - *Stripe*: the part of a store that one lock guards; today a store has one.
//! - *Table*: the index of a stripe and its cells, which readers search without a lock.
//! - *Home*: the place that a call finds its store in: a static, a thread, or a field.
//! - *Sharing*: whether all threads share a store ([`Cache`]) or one thread owns it
//!   ([`LocalCache`]).
//! - *Face*: the functions of a store without type parameters, compiled once in this crate.
//! - *Registry*: the list of all caches of the process, as [`caches`] returns it.
//! - *Level*: a disk or a server behind a store, which the leader asks before it runs the body.
//!
//! **Finding an entry without a lock**
//! - *Hazard pointer*: a word in which a reader announces the address that it reads, so that no
//!   thread reclaims the entry there.
//! - *Pin*: protection of one entry for as long as needed, on any thread, by a hazard pointer from
//!   a pool.
//! - *Scan*: a look at all hazard pointers, which tells what may be reclaimed.
//! - *Retired*: removed from the index and not yet reclaimed; *detached* is the same for whole
//!   tables.
//! - *Version*: a counter of a table that every insert and every move of an entry increments, as in
//!   a seqlock; if it has not changed, a failed look-up proves absence.
//! - *Fast and full look-up*: the first checks the positions where nearly all entries are; the
//!   second finds an entry at any position, or proves its absence.
//!
//! **Calls**
//! - *Operation*: what is done with one entry: a call, `peek`, `put`, `forget` and others.
//! - *Plan*: everything that an operation needs as one type: store, key, cacheable rule, level.
//! - *Run*: one computation of one key's value, from the miss to its end; it is in flight in
//!   between.
//! - *Leader*: the caller that computes, and holds the guard of the run.
//! - *Waiter*: another caller of the same key, which waits for the run and is coalesced with it.
//! - *Flight*: the waiters of one run, and how the run ended; the first waiter makes it.
//! - *Wait graph*: which run waits for which, in the whole process; a wait that would close a cycle
//!   is refused, and the caller bypasses the cache.
//! - *Bypass*: to compute without the cache, because `when` says so or because waiting could not
//!   end.
//! - *Invalidated*: said of a run whose key was removed or overwritten meanwhile: its callers get
//!   the value, which is not cached.
//! - *Settled*: how a run ended for the cache: its value was kept, not kept, or invalidated.
//!
//! **Entries that leave**
//! - *Policy*: chooses the entry to evict.
//! - *Rank*: the word of an entry by which policies sort; a hit may write it.
//! - *Stamp*: a number that grows with time, as a rank by recency.
//! - *Deadline*: when an entry expires, by its time to live or its time to idle.
//! - *Tick*: the coarse time that hits read, and that a background thread updates.
//! - *Sweep*: the removal of expired entries, by the background thread or with a miss.
//! - *Walk*: a visit of all entries in batches; the lock is held once per batch.
//! - *Observer*: a removal listener in the form that a store has it; it gets each removed entry and
//!   the cause.

mod cache;
mod cacheable;
mod call;
mod clock;
mod config;
mod engine;
mod flight;
mod hash;
mod home;
mod info;
mod key;
mod lazy;
mod level;
mod nesting;
mod policy;
#[doc(hidden)]
pub mod private;
mod random;
mod registry;
mod report;
mod shareable;
mod sync;
mod system_clock;
mod table;
mod ticker;
mod unwind;
mod unwind_safe;

pub use cache::{
    AsyncLoadGuard, AtomicEntry, Cache, CacheBuilder, Change, Changed, Entry, EquivalentKey, LoadGuard, LoadWait,
    LocalCache, LookUpBy, ModifiedEntry, OutcomeEntry, Snapshot, ToKey,
};
pub use clock::{Clock, ManualClock};
pub use config::{Error, SingleFlight};
pub use engine::{Answer, Outcome, Settled};
pub use flight::current_runs::InRun;
pub use hash::{DefaultHashBuilder, DefaultHasher};
pub use home::Memo;
pub use info::{CacheInfo, CacheParameters, RemovalCause};
pub use key::{Component, Float, Key, KeyRef, SharedKey, Unordered};
pub use lazy::{Depends, DepsTuple, Lazy};
pub use registry::{CacheRef, caches};
pub use report::{Report, report};
pub use shareable::SharedError;
pub use ticker::shutdown;
