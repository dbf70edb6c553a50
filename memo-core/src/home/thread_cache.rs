//! [`ThreadCache`]: the cache of a `local` function, one per thread.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::hash::BuildHasher;
use std::marker::PhantomData;
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::instance::{check, set_up};
use super::interface::{Holds, Home, Registered};
use crate::config::Config;
use crate::engine::{Local, OwnedStore, Stats, Store, WholeFace};
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::key::StoredArgs;
use crate::registry::{self, AnyCache, CacheRef, Identity};

type OwnedLocal = OwnedStore<Local>;

/// The caches of one function, one per thread. Each is made at its thread's first use, and dropped
/// when the thread ends.
pub struct ThreadCache {
    identity: Identity,
    typed: bool,
    /// The index of this function's cache in each thread's list; [`NONE`] before the first use.
    index: AtomicUsize,
    listed: AtomicBool,
    threads: Mutex<ThreadStats>,
}

/// The statistics of all threads.
struct ThreadStats {
    living: Vec<Arc<Stats<Local>>>,
    /// The sum over the threads that have ended.
    ended: Option<CacheInfo>,
    parameters: Option<CacheParameters>,
}

const NONE: usize = usize::MAX;

thread_local! {
    /// This thread's caches.
    static CACHES: ThreadCaches = const { ThreadCaches(RefCell::new(Vec::new())) };
    /// The address of this thread's caches. It has no destructor, so reading it costs no more than
    /// a load.
    static CACHES_PTR: Cell<*const [Option<Rc<ThreadInstance>>]> = const { Cell::new(ptr::slice_from_raw_parts(ptr::null(), 0)) };
}

/// The caches of a thread, by the functions' indices.
struct ThreadCaches(RefCell<Vec<Option<Rc<ThreadInstance>>>>);

impl Drop for ThreadCaches {
    /// Values dropped here may call the function, which then computes without the cache.
    fn drop(&mut self) {
        CACHES_PTR.set(ptr::slice_from_raw_parts(ptr::null(), 0));
    }
}

struct ThreadInstance {
    store: OwnedLocal,
    hasher: DefaultHashBuilder,
    /// The hasher that `hasher = ..` names.
    named_hasher: Option<Box<dyn Any>>,
    site: &'static ThreadCache,
}

impl ThreadInstance {
    #[inline(always)]
    fn hasher<H: 'static>(&self) -> &H {
        // Known at compile time: no test is left of it.
        let default: &dyn Any = &self.hasher;
        default.downcast_ref().unwrap_or_else(|| {
            let named = self.named_hasher.as_ref().and_then(|hasher| hasher.downcast_ref());
            named.expect("one cache has one hasher")
        })
    }
}

/// The thread ends; its counts are added to the sum.
impl Drop for ThreadInstance {
    fn drop(&mut self) {
        let stats = self.store.stats();
        let left = CacheInfo { currsize: 0, weight: 0, ..stats.info() };
        let mut threads = self.site.threads();
        threads.living.retain(|other| !Arc::ptr_eq(other, stats));
        threads.ended = Some(threads.ended.map_or(left, |ended| ended.plus(left)));
    }
}

impl ThreadCache {
    /// Makes an empty cache, with the function's path or name, and the location of its attribute.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32, typed: bool) -> Self {
        let threads = ThreadStats { living: Vec::new(), ended: None, parameters: None };
        Self {
            identity: Identity::constant(name, file, line),
            typed,
            index: AtomicUsize::new(NONE),
            listed: AtomicBool::new(false),
            threads: Mutex::new(threads),
        }
    }

    fn threads(&self) -> MutexGuard<'_, ThreadStats> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        match self.index.load(Relaxed) {
            NONE => {
                let next = NEXT.fetch_add(1, Relaxed);
                self.index.compare_exchange(NONE, next, Relaxed, Relaxed).map_or_else(|other| other, |_| next)
            }
            index => index,
        }
    }

    /// Returns this thread's cache, if there is one.
    #[inline]
    fn known(&self) -> Option<Rc<ThreadInstance>> {
        let (all, index) = (CACHES_PTR.get(), self.index.load(Relaxed));
        // SAFETY: in bounds. `CACHES_PTR` is the content of `CACHES`, taken after its last change:
        // it changes only in `make`, and no user code runs between a change and the next `set`.
        if index < all.len() { unsafe { (*all.cast::<Option<Rc<ThreadInstance>>>().add(index)).clone() } } else { None }
    }

    /// Calls `act` with this thread's cache, if there is one.
    fn here(&self, act: impl FnOnce(&Store<Local>)) {
        if let Some(instance) = self.known() {
            act(&instance.store);
        }
    }

    /// Returns this thread's store, with the default hasher.
    #[inline]
    #[track_caller]
    pub fn local(&'static self, config: fn() -> Config) -> LocalStore {
        self.local_with(config)
    }

    /// Returns this thread's store, with a user's hasher.
    #[inline]
    #[track_caller]
    pub fn local_with<H: BuildHasher + Default + 'static>(&'static self, config: fn() -> Config) -> LocalStore<H> {
        LocalStore { site: self, instance: self.instance(config, || Box::new(H::default())), _hasher: PhantomData }
    }

    #[inline]
    #[track_caller]
    fn instance(&'static self, config: fn() -> Config, hasher: fn() -> Box<dyn Any>) -> Option<Rc<ThreadInstance>> {
        match self.known() {
            Some(instance) => Some(instance),
            None => self.make(config, hasher),
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn make(&'static self, config: fn() -> Config, hasher: fn() -> Box<dyn Any>) -> Option<Rc<ThreadInstance>> {
        // Once the thread's locals are destroyed, nothing can be cached.
        CACHES.try_with(|_| ()).ok()?;
        let index = self.index();
        let (config, hasher) = set_up(self.identity.name(), || (config(), hasher()));
        check(self.identity.name(), &config);
        let instance = Rc::new(ThreadInstance {
            store: OwnedLocal::of_any_type(config),
            hasher: DefaultHashBuilder::default(),
            named_hasher: (!hasher.is::<DefaultHashBuilder>()).then_some(hasher),
            site: self,
        });
        {
            let mut threads = self.threads();
            threads.living.push(instance.store.stats().clone());
            threads.parameters.get_or_insert_with(|| Local::parameters(&instance.store, self.typed));
        }
        if !self.listed.swap(true, Relaxed) {
            registry::list_function(self);
        }
        CACHES
            .try_with(|all| {
                let mut all = all.0.borrow_mut();
                if all.len() <= index {
                    all.resize(index + 1, None);
                }
                // The hasher's `default` may have made the cache meanwhile.
                let made = all[index].get_or_insert_with(|| instance.clone()).clone();
                // Last, and not through a reference: each `&mut` to the content, such as the one
                // above, ends the use of every pointer that was taken before.
                CACHES_PTR.set(ptr::slice_from_raw_parts(all.as_ptr(), all.len()));
                made
            })
            .ok()
    }
}

impl AnyCache for ThreadCache {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn info(&self) -> CacheInfo {
        let threads = self.threads();
        let maxsize = threads.parameters.as_ref().and_then(|parameters| parameters.maxsize);
        let max_weight = threads.parameters.as_ref().and_then(|parameters| parameters.max_weight);
        let ended = threads.ended.unwrap_or_default();
        let sum = threads.living.iter().fold(ended, |sum, stats| sum.plus(stats.info()));
        CacheInfo { maxsize, max_weight, ..sum }
    }

    fn parameters(&self) -> CacheParameters {
        self.threads().parameters.clone().expect("listed when created")
    }

    fn clear(&self) {
        self.here(Local::clear);
    }

    fn resize(&self, max_entries: usize) {
        self.here(|store| Local::resize(store, max_entries));
    }

    fn run_pending(&self) -> usize {
        self.known().map_or(0, |instance| Local::sweep(&instance.store))
    }

    fn reset_info(&self) {
        self.here(Local::reset_info);
    }
}

/// A function's store in this thread, as its calls use it.
pub struct LocalStore<H = DefaultHashBuilder> {
    site: &'static ThreadCache,
    /// `None` once the thread's locals are destroyed.
    instance: Option<Rc<ThreadInstance>>,
    _hasher: PhantomData<fn() -> H>,
}

impl<H> Clone for LocalStore<H> {
    fn clone(&self) -> Self {
        Self { site: self.site, instance: self.instance.clone(), _hasher: PhantomData }
    }
}

impl<H: BuildHasher + 'static> Home for LocalStore<H> {
    type Sharing = Local;
    type Hasher = H;

    #[inline]
    fn parts(&self) -> Option<(&Store<Local>, &H)> {
        let instance = self.instance.as_ref()?;
        Some((&instance.store, instance.hasher()))
    }

    fn typed(&self) -> bool {
        self.site.typed
    }
}

impl<H: BuildHasher + 'static> Registered for LocalStore<H> {
    fn cache(&self) -> CacheRef {
        CacheRef::of(self.site)
    }
}

impl<K, V, H: BuildHasher + 'static> Holds<K, V> for LocalStore<H>
where
    K: StoredArgs + 'static,
    V: 'static,
{
}
