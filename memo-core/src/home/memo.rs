//! [`Memo`]: a cache in a field, one per instance.

use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::instance::{CacheInstance, NamedHasher, named_hasher};
use super::interface::{Holds, Home};
use crate::config::Config;
use crate::engine::{Shared, Store, WholeFace};
use crate::hash::DefaultHashBuilder;
use crate::info::CacheInfo;
use crate::key::{Key, StoredArgs, StoredKey};
use crate::shareable::Shareable;

/// A cache in a field, for a method with `#[memoize(in = self.field)]`: one cache per instance.
///
/// `A` is the tuple of the method's argument types, also for one argument: `Memo<(u64,), R>`. `R`
/// is its result, and each method has a field of its own. The bounds come from the attribute; the
/// first call allocates the store. A memo does not affect the struct that contains it: a clone
/// starts empty, and comparison and hashing ignore it.
///
/// Two methods of one type that name one field are refused by the compiler. Where it cannot see
/// that, as with `handle = false` or methods of two types that lead to one field, each method has
/// its own entries; statistics, operations on the whole cache, and the bounds, which the first call
/// sets, are common to both.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Memo;
///
/// #[derive(Clone, Default, PartialEq, Debug)]
/// struct Table {
///     rows: Vec<u64>,
///     totals: Memo<(usize,), u64>,
/// }
///
/// let table = Table { rows: vec![1, 2, 3], totals: Memo::new() };
/// assert_eq!(table, table.clone());
/// assert_eq!(table.totals.info().currsize, 0);
/// ```
pub struct Memo<A, R> {
    instance: OnceLock<Box<CacheInstance>>,
    _of: PhantomData<fn(A) -> R>,
}

impl<A, R> Memo<A, R> {
    /// Makes an empty cache. Allocates nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Memo;
    ///
    /// let squares: Memo<(u32,), u32> = Memo::new();
    /// assert_eq!(squares.info().misses, 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { instance: OnceLock::new(), _of: PhantomData }
    }

    /// Returns the statistics: hits, misses, size and more; all zero before the first call.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Memo;
    ///
    /// let squares: Memo<(u32,), u32> = Memo::new();
    /// assert_eq!(squares.info().hit_rate(), 0.0);
    /// ```
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        self.instance.get().map(|instance| Shared::info(&instance.store)).unwrap_or_default()
    }

    /// Removes all entries, resets the statistics, and discards the results of in-flight
    /// computations.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Memo;
    ///
    /// let squares: Memo<(u32,), u32> = Memo::new();
    /// squares.clear();
    /// assert_eq!(squares.info().currsize, 0);
    /// ```
    pub fn clear(&self) {
        if let Some(instance) = self.instance.get() {
            Shared::clear(&instance.store);
        }
    }

    /// Frees expired entries now, and returns their number. With the system's clock a background
    /// thread does that within 50 ms; with a clock of your own it happens here and with each miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Memo;
    ///
    /// let squares: Memo<(u32,), u32> = Memo::new();
    /// assert_eq!(squares.run_pending(), 0);
    /// ```
    pub fn run_pending(&self) -> usize {
        self.instance.get().map_or(0, |instance| Shared::sweep(&instance.store))
    }

    #[inline]
    #[track_caller]
    fn instance(&self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &CacheInstance {
        match self.instance.get() {
            Some(instance) => instance,
            None => make(&self.instance, config, named_hasher),
        }
    }
}

/// Not generic over the memo's types, so it is compiled once.
#[cold]
#[inline(never)]
#[track_caller]
fn make(
    parts: &OnceLock<Box<CacheInstance>>,
    config: fn() -> Config,
    named_hasher: fn() -> NamedHasher,
) -> &CacheInstance {
    let made = Box::new(CacheInstance::new("a field", config, named_hasher));
    parts.get_or_init(|| made)
}

impl<A, R> Default for Memo<A, R> {
    fn default() -> Self {
        Self::new()
    }
}

/// A clone is another instance: it begins empty.
impl<A, R> Clone for Memo<A, R> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<A, R> PartialEq for Memo<A, R> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<A, R> Eq for Memo<A, R> {}

impl<A, R> PartialOrd for Memo<A, R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<A, R> Ord for Memo<A, R> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl<A, R> Hash for Memo<A, R> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<A, R> fmt::Debug for Memo<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memo({})", self.info())
    }
}

/// Returns the store in a field, with the default hasher.
///
/// `R` comes first for the attribute, which names the method's result and leaves the arguments to
/// `Holds`.
#[inline]
#[track_caller]
pub fn field<R, A>(memo: &Memo<A, R>, config: fn() -> Config) -> FieldStore<'_, A, R> {
    let instance = memo.instance(config, || None);
    FieldStore { store: &instance.store, hasher: &instance.hasher, _of: PhantomData }
}

/// Returns the store in a field, with a user's hasher.
#[inline]
#[track_caller]
pub fn field_with<H, R, A>(memo: &Memo<A, R>, config: fn() -> Config) -> FieldStore<'_, A, R, H>
where
    H: BuildHasher + Any + Default + Send + Sync,
{
    let instance = memo.instance(config, named_hasher::<H>);
    FieldStore { store: &instance.store, hasher: instance.named_hasher(), _of: PhantomData }
}

/// A field's store, as the method's calls use it.
pub struct FieldStore<'a, A, R, H = DefaultHashBuilder> {
    store: &'a Store<Shared>,
    hasher: &'a H,
    _of: PhantomData<fn(A) -> R>,
}

impl<A, R, H> Clone for FieldStore<'_, A, R, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R, H> Copy for FieldStore<'_, A, R, H> {}

impl<A, R, H: BuildHasher + 'static> Home for FieldStore<'_, A, R, H> {
    type Sharing = Shared;
    type Hasher = H;

    #[inline]
    fn parts(&self) -> Option<(&Store<Shared>, &H)> {
        Some((self.store, self.hasher))
    }

    fn typed(&self) -> bool {
        false
    }
}

/// The field's type names the argument types, and the method's owned arguments must be exactly
/// those. Its result is the method's, see [`field()`].
impl<A, R, V, Sh, H: BuildHasher + 'static> Holds<StoredKey<(), A::Stored, Sh>, V> for FieldStore<'_, A, R, H>
where
    A: Key,
    StoredKey<(), A::Stored, Sh>: StoredArgs + Shareable + 'static,
    V: Shareable + 'static,
{
}
