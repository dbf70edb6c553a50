//! Memoization and caching: one attribute on a function, one on a getter, and the answer is remembered.
//!
//! ```
//! use memokit::memoize;
//!
//! #[memoize(lru = 128)]
//! fn fib(n: u64) -> u64 {
//!     if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
//! }
//!
//! assert_eq!(fib(80), 23_416_728_348_467_685);
//! assert_eq!(fib::cache_info().to_string(), "CacheInfo(hits=78, misses=81, maxsize=128, currsize=81)");
//! ```

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use memo_core::{
    Answer, AsyncLoadGuard, Cache, CacheBuilder, CacheInfo, CacheParameters, CacheRef, Clock, DefaultHashBuilder,
    Entry, Error, Float, Key, KeyRef, Lazy, LoadGuard, LoadWait, LocalCache, ManualClock, Memo, RemovalCause, Report,
    Settled, SingleFlight, caches, report,
};
pub use memo_macros::{Key, cached_field, memoize};

/// The examples of the README run too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
