// The README and the parts of the guide are files, so that this page and the repository show one
// text. Their links lead from file to file. The definitions here come first and so take precedence:
// on this page the links lead to its sections.
//! [options]: #options
//! [behaviour]: #errors-coalescing-async
//! [practice]: #testing-and-monitoring
//! [migrating]: #migrating
//! [limits]: #limits
//! [platforms]: #platforms-and-features
//! [figures]: #figures
//!
#![doc = include_str!("../README.md")]
//!
//! # Guide
//!
//! The reference of each item: [`memoize`](macro@memoize), [`cached_field`](macro@cached_field)
//! with [`Lazy`], [`Memo`], [`Cache`] with [`CacheBuilder`] and [`Cache::begin`], [`LocalCache`],
//! [`Key`](trait@Key), [`CacheInfo`], [`report()`], [`ManualClock`].
//!
#![doc = include_str!("../docs/options.md")]
//!
#![doc = include_str!("../docs/behaviour.md")]
//!
#![doc = include_str!("../docs/practice.md")]
//!
#![doc = include_str!("../docs/migrating.md")]
//!
#![doc = include_str!("../docs/limits.md")]
//!
#![doc = include_str!("../docs/platforms.md")]
//!
#![doc = include_str!("../docs/figures.md")]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use memo_core::{
    Answer, AsyncLoadGuard, AtomicEntry, Cache, CacheBuilder, CacheInfo, CacheParameters, CacheRef, Change, Changed,
    Clock, Component, DefaultHashBuilder, DefaultHasher, Depends, DepsTuple, Entry, EquivalentKey, Error, Float, InRun,
    Key, KeyRef, Lazy, LoadGuard, LoadWait, LocalCache, LookUpBy, ManualClock, Memo, ModifiedEntry, Outcome,
    OutcomeEntry, RemovalCause, Report, Settled, SharedError, SharedKey, SingleFlight, Snapshot, ToKey, Unordered,
    caches, report, shutdown,
};
pub use memo_macros::{Key, cached_field, memoize};
