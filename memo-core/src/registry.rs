//! All caches of the process: functions once called, caches with a name.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use dashmap::DashMap;
use once_cell::sync::Lazy;

use crate::info::{CacheInfo, CacheParameters};

mod report;

pub use report::{Report, report};

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
