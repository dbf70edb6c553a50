//! The registry of all caches of the process: memoized functions that have been called, and named
//! caches.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::info::{CacheInfo, CacheParameters};

/// The name of a cache and where it is defined.
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

/// A cache without its types.
pub(crate) trait AnyCache: Send + Sync {
    fn identity(&self) -> &Identity;
    fn info(&self) -> CacheInfo;
    fn parameters(&self) -> CacheParameters;
    fn clear(&self);
    fn resize(&self, max_entries: usize);
    fn run_pending(&self) -> usize;
    fn reset_info(&self);
}

enum Registration {
    /// The cache of a function, which lives as long as the process.
    Function(&'static dyn AnyCache),
    /// A cache that is a value, listed as long as it lives.
    Value(Weak<dyn AnyCache>),
}

impl Registration {
    fn is_over(&self) -> bool {
        matches!(self, Self::Value(cache) if cache.strong_count() == 0)
    }
}

/// How many earlier registrations a new one looks at, to remove those of dropped caches: so these
/// are at most a third as many as those of living ones, soon after the last was dropped.
const LOOKED_AT: usize = 4;

static CACHES: Mutex<Registry> = Mutex::new(Registry { listed: BTreeMap::new(), next: 0, looked_at: 0 });

/// All registrations, by number.
struct Registry {
    listed: BTreeMap<u64, Registration>,
    next: u64,
    /// The last one that was looked at.
    looked_at: u64,
}

impl Registry {
    fn enter(&mut self, listed: Registration) {
        for _ in 0..LOOKED_AT {
            let later = self.listed.range(self.looked_at.saturating_add(1)..).next();
            let Some((&number, found)) = later.or_else(|| self.listed.first_key_value()) else { break };
            self.looked_at = number;
            if found.is_over() {
                self.listed.remove(&number);
            }
        }
        self.listed.insert(self.next, listed);
        self.next += 1;
    }
}

fn registry() -> MutexGuard<'static, Registry> {
    CACHES.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn list_function(cache: &'static dyn AnyCache) {
    registry().enter(Registration::Function(cache));
}

pub(crate) fn list(cache: Weak<dyn AnyCache>) {
    registry().enter(Registration::Value(cache));
}

/// A type-erased handle to a cache, for monitoring and management.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let squares = Cache::builder().lru(10).name("squares").build();
/// squares.insert(4, 16);
/// let handle = memokit::caches().into_iter().find(|cache| cache.name() == "squares").unwrap();
/// assert_eq!(handle.info().currsize, 1);
/// handle.clear();
/// assert_eq!(squares.len(), 0);
/// ```
#[derive(Clone)]
pub struct CacheRef(ErasedCache);

#[derive(Clone)]
enum ErasedCache {
    Function(&'static dyn AnyCache),
    Value(Arc<dyn AnyCache>),
}

impl CacheRef {
    pub(crate) fn of(cache: &'static dyn AnyCache) -> Self {
        Self(ErasedCache::Function(cache))
    }

    fn get(&self) -> &dyn AnyCache {
        match &self.0 {
            ErasedCache::Function(cache) => *cache,
            ErasedCache::Value(cache) => &**cache,
        }
    }

    /// Returns the path of the function, or the name that the cache was given.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().name("named").build();
    /// assert!(memokit::caches().iter().any(|handle| handle.name() == "named"));
    /// # drop(cache);
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        self.get().identity().name()
    }

    /// Returns where the cache is defined: `file:line`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::caches;
    ///
    /// for handle in caches() {
    ///     println!("{} at {}", handle.name(), handle.location());
    /// }
    /// ```
    #[must_use]
    pub fn location(&self) -> String {
        let Identity { file, line, .. } = self.get().identity();
        format!("{file}:{line}")
    }

    /// Returns the statistics. For a `local` cache, the sum over all threads.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::caches;
    ///
    /// let evictions: u64 = caches().iter().map(|handle| handle.info().evictions).sum();
    /// # let _ = evictions;
    /// ```
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        self.get().info()
    }

    /// Returns the configuration. For a `local` cache, the one that its threads start with.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().lfu(10).name("configured").build();
    /// let mut caches = memokit::caches().into_iter();
    /// let handle = caches.find(|handle| handle.name() == "configured").unwrap();
    /// assert_eq!(handle.parameters().maxsize, Some(10));
    /// # drop(cache);
    /// ```
    #[must_use]
    pub fn parameters(&self) -> CacheParameters {
        self.get().parameters()
    }

    /// Removes all entries and resets the statistics. For a `local` cache, those of the calling
    /// thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().name("cleared").build();
    /// cache.insert(1, "one");
    /// for handle in memokit::caches().iter().filter(|handle| handle.name() == "cleared") {
    ///     handle.clear();
    /// }
    /// assert_eq!(cache.get(&1), None);
    /// ```
    pub fn clear(&self) {
        self.get().clear();
    }

    /// Changes the capacity in entries; excess entries are evicted immediately in policy order. For
    /// a `local` cache, the capacity in the calling thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(2).name("resized").build();
    /// cache.insert(1, "one");
    /// cache.insert(2, "two");
    /// for handle in memokit::caches().iter().filter(|handle| handle.name() == "resized") {
    ///     handle.resize(1);
    /// }
    /// assert_eq!((cache.get(&1), cache.get(&2)), (None, Some("two")));
    /// ```
    pub fn resize(&self, max_entries: usize) {
        self.get().resize(max_entries);
    }

    /// Frees expired entries now, and returns their number. With the system's clock a background
    /// thread does that within 50 ms; with a clock of your own it happens here and with each miss.
    /// For a `local` cache, the entries of the calling thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::caches;
    ///
    /// let expired: usize = caches().iter().map(|handle| handle.run_pending()).sum();
    /// # let _ = expired;
    /// ```
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn run_pending(&self) -> usize {
        self.get().run_pending()
    }

    /// Resets the statistics, and keeps the entries.
    ///
    /// # Examples
    ///
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::caches;
    ///
    /// caches().iter().for_each(|handle| handle.reset_info());
    /// ```
    pub fn reset_info(&self) {
        self.get().reset_info();
    }
}

impl fmt::Debug for CacheRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheRef").field("name", &self.name()).field("info", &self.info()).finish_non_exhaustive()
    }
}

/// Lists the caches of the process, sorted by name: memoized functions that have been called, and
/// named caches as long as they live. Lazy fields and caches in fields are not listed.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let cache: Cache<u32, u32> = Cache::builder().name("listed").build();
/// assert_eq!(memokit::caches().iter().filter(|handle| handle.name() == "listed").count(), 1);
/// drop(cache);
/// assert_eq!(memokit::caches().iter().filter(|handle| handle.name() == "listed").count(), 0);
/// ```
#[must_use]
pub fn caches() -> Vec<CacheRef> {
    // What is upgraded may become the last reference to its cache, and is dropped outside the lock.
    let mut all: Vec<CacheRef> = registry()
        .listed
        .values()
        .filter_map(|listed| match listed {
            Registration::Function(cache) => Some(CacheRef(ErasedCache::Function(*cache))),
            Registration::Value(cache) => cache.upgrade().map(|cache| CacheRef(ErasedCache::Value(cache))),
        })
        .collect();
    all.sort_by_cached_key(|cache| (cache.name().to_owned(), cache.location()));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Weak};

    use super::{AnyCache, Identity, LOOKED_AT, Registration, Registry};
    use crate::info::{CacheInfo, CacheParameters};

    struct Nothing(Identity);

    impl AnyCache for Nothing {
        fn identity(&self) -> &Identity {
            &self.0
        }
        fn info(&self) -> CacheInfo {
            unreachable!()
        }
        fn parameters(&self) -> CacheParameters {
            unreachable!()
        }
        fn clear(&self) {}
        fn resize(&self, _: usize) {}
        fn run_pending(&self) -> usize {
            0
        }

        fn reset_info(&self) {}
    }

    fn enter(registry: &mut Registry) -> Arc<dyn AnyCache> {
        let cache: Arc<dyn AnyCache> = Arc::new(Nothing(Identity::constant("nothing", "", 0)));
        registry.enter(Registration::Value(Arc::downgrade(&cache)));
        cache
    }

    /// Each registration removes at most as many as it looks at, and the dropped ones go.
    #[test]
    fn a_registration_looks_at_a_few_others_and_dropped_caches_leave_the_list() {
        let mut registry = Registry { listed: BTreeMap::new(), next: 0, looked_at: 0 };
        let many = 1_000;
        let caches: Vec<_> = (0..many).map(|_| enter(&mut registry)).collect();
        assert_eq!(registry.listed.len(), many);
        let dropped: Weak<dyn AnyCache> = Arc::downgrade(&caches[many / 2]);
        drop(caches);
        assert_eq!(dropped.strong_count(), 0);
        let mut before = registry.listed.len();
        let mut kept = Vec::new();
        for _ in 0..=many / LOOKED_AT {
            kept.push(enter(&mut registry));
            let now = registry.listed.len();
            assert!(now + LOOKED_AT > before, "{before} became {now}");
            before = now;
        }
        // What is kept was looked at in between, at most.
        for _ in 0..many {
            kept.push(enter(&mut registry));
        }
        assert_eq!(registry.listed.len(), kept.len(), "all others have gone");
        // Names that come and go do not pile up.
        for _ in 0..10 * many {
            drop(enter(&mut registry));
        }
        assert!(registry.listed.len() < 2 * kept.len());
    }
}
