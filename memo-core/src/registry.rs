//! All caches of the process: functions once called, caches with a name.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use dashmap::DashMap;
use once_cell::sync::Lazy;

use crate::info::{CacheInfo, CacheParameters};

/// Name and place of a cache.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    name: Cow<'static, str>,
    file: &'static str,
    line: u32,
}

impl Identity {
    pub(crate) const fn constant(name: &'static str, file: &'static str, line: u32) -> Self {
        Self { name: Cow::Borrowed(name), file, line }
    }

    pub(crate) fn new(name: Cow<'static, str>, file: &'static str, line: u32) -> Self {
        Self { name, file, line }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// A cache whose types nobody knows.
pub(crate) trait AnyCache: Send + Sync {
    fn identity(&self) -> &Identity;
    fn info(&self) -> CacheInfo;
    fn parameters(&self) -> CacheParameters;
    fn clear(&self);
    fn resize(&self, max_entries: usize);
    fn run_pending(&self);
}

enum Registration {
    /// A function's: as long as the process.
    Function(&'static dyn AnyCache),
    /// A value: as long as somebody holds it.
    Value(Weak<dyn AnyCache>),
}

static CACHES: Lazy<DashMap<u64, Registration>> = Lazy::new(DashMap::new);

fn enter(listed: Registration) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    CACHES.insert(NEXT.fetch_add(1, Relaxed), listed);
}

pub(crate) fn list_function(cache: &'static dyn AnyCache) {
    enter(Registration::Function(cache));
}

pub(crate) fn list(cache: Weak<dyn AnyCache>) {
    // Names of caches that are gone leave when others come.
    CACHES.retain(|_, listed| !matches!(listed, Registration::Value(cache) if cache.strong_count() == 0));
    enter(Registration::Value(cache));
}

/// One cache of the process, its types erased.
#[derive(Clone)]
pub struct CacheRef(Held);

#[derive(Clone)]
enum Held {
    Function(&'static dyn AnyCache),
    Value(Arc<dyn AnyCache>),
}

impl CacheRef {
    pub(crate) fn of(cache: &'static dyn AnyCache) -> Self {
        Self(Held::Function(cache))
    }

    fn get(&self) -> &dyn AnyCache {
        match &self.0 {
            Held::Function(cache) => *cache,
            Held::Value(cache) => &**cache,
        }
    }

    /// The function's path, or the name that was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.get().identity().name()
    }

    /// Where it was made: `file:line`.
    #[must_use]
    pub fn location(&self) -> String {
        let Identity { file, line, .. } = self.get().identity();
        format!("{file}:{line}")
    }

    /// Hits, misses, size and more. Of a `local` cache: the sum over all threads.
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        self.get().info()
    }

    /// How it was set up.
    #[must_use]
    pub fn parameters(&self) -> CacheParameters {
        self.get().parameters()
    }

    /// Empties it. Of a `local` cache: the calling thread's.
    pub fn clear(&self) {
        self.get().clear();
    }

    /// Another bound in entries. Of a `local` cache: the calling thread's.
    pub fn resize(&self, max_entries: usize) {
        self.get().resize(max_entries);
    }

    /// Frees expired entries now. With the system's clock that happens by itself; with a clock of your own it happens here and with each
    /// miss. Of a `local` cache: the calling thread's.
    pub fn run_pending(&self) {
        self.get().run_pending();
    }
}

impl fmt::Debug for CacheRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheRef").field("name", &self.name()).field("info", &self.info()).finish_non_exhaustive()
    }
}

/// Every cache of the process, by name: memoized functions once they have been called, and caches that were given a name, for as long
/// as they live. Lazy fields and caches in fields are not listed.
#[must_use]
pub fn caches() -> Vec<CacheRef> {
    let mut all: Vec<CacheRef> = CACHES
        .iter()
        .filter_map(|listed| match &*listed {
            Registration::Function(cache) => Some(CacheRef(Held::Function(*cache))),
            Registration::Value(cache) => cache.upgrade().map(|cache| CacheRef(Held::Value(cache))),
        })
        .collect();
    all.sort_by_cached_key(|cache| (cache.name().to_owned(), cache.location()));
    all
}

/// A table of every cache of the process, to print.
///
/// ```
/// let primes = memo_core::Cache::builder().lru(100).name("primes").build();
/// primes.get_or_insert_with(4, || 7);
/// primes.get(&4);
/// let report = memo_core::report().to_string();
/// assert!(report.contains("primes"));
/// ```
#[must_use]
pub fn report() -> Report {
    Report(caches().iter().map(|cache| (cache.name().to_owned(), cache.location(), cache.info())).collect())
}

/// What [`report`] gives. Displays as a table, one cache a line.
#[derive(Clone, Debug)]
pub struct Report(Vec<(String, String, CacheInfo)>);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no caches yet");
        }
        let width = self.0.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0).max("cache".len());
        write!(
            f,
            "{:width$}  {:>10}  {:>10}  {:>6}  {:>17}  {:>8}  {:>8}  {:>10}  where",
            "cache", "hits", "misses", "hit %", "size", "evicted", "expired", "saved"
        )?;
        for (name, location, info) in &self.0 {
            let size = match info.maxsize {
                Some(bound) => format!("{}/{bound}", info.currsize),
                None => info.currsize.to_string(),
            };
            write!(
                f,
                "\n{name:width$}  {:>10}  {:>10}  {:>6.1}  {size:>17}  {:>8}  {:>8}  {:>10}  {location}",
                info.hits,
                info.misses,
                info.hit_rate() * 100.0,
                info.evictions,
                info.expirations,
                short(info.time_saved()),
            )?;
        }
        Ok(())
    }
}

/// Three figures and a unit: the time is an estimate.
fn short(time: std::time::Duration) -> String {
    format!("{time:.1?}")
}
