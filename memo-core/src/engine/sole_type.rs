//! A store whose entries are all of one type, as a [`Cache`](crate::Cache) has it, with typed
//! removal observers, a typed weigher and typed walks over all entries.

use std::marker::PhantomData;
use std::ptr;

use super::face::Face;
use super::local::Local;
use super::owned::OwnedStore;
use super::shared::Shared;
use super::sharing::Sharing;
use super::typed::{Sole, Typed};
use crate::config::Config;
use crate::info::RemovalCause;
use crate::table::{EntryRef, EntryVtable};

/// An observer of entries of these types, in the form that an untyped store keeps.
pub(crate) struct ObserverOf<S: Sharing, K, V>(S::Observer, PhantomData<fn(&K, &V)>);

/// A weigher of these types, in the form that an untyped store keeps.
pub(crate) struct WeigherOf<S: Sharing, K, V>(S::Weigher, PhantomData<fn(&K, &V)>);

/// # Safety
///
/// The entry is of these types, and its value is there.
unsafe fn observe<K, V>(entry: EntryRef<'_>, cause: RemovalCause, hear: &impl Fn(&K, &V, RemovalCause)) {
    // SAFETY: by contract.
    let (node, value) = unsafe { (entry.node::<K, V>(), entry.node::<K, V>().value()) };
    hear(node.key(), value, cause);
}

/// # Safety
///
/// The pointers are to a key and a value of these types.
unsafe fn weigh<K, V>(key: *const (), value: *const (), weigher: &impl Fn(&K, &V) -> u64) -> u64 {
    // SAFETY: by contract.
    unsafe { weigher(&*key.cast(), &*value.cast()) }
}

macro_rules! erased {
    ($($Sharing:ty: [$($bounds:tt)*];)*) => { $(
        impl<K, V> ObserverOf<$Sharing, K, V> {
            pub(crate) fn new(hear: impl Fn(&K, &V, RemovalCause) $($bounds)* + 'static) -> Self {
                // SAFETY: it goes into a store of these types ([`SoleTypeStore::new`]), and
                // observers are shown entries that were live.
                Self(Box::new(move |entry, cause| unsafe { observe(entry, cause, &hear) }), PhantomData)
            }
        }

        impl<K, V> WeigherOf<$Sharing, K, V> {
            pub(crate) fn new(weigher: impl Fn(&K, &V) -> u64 $($bounds)* + 'static) -> Self {
                // SAFETY: it goes into a store of these types, and [`SoleTypeStore::weigh`] shows
                // it references of these types.
                Self(Box::new(move |key, value| unsafe { weigh(key, value, &weigher) }), PhantomData)
            }
        }
    )* };
}
erased! {
    Shared: [+ Send + Sync];
    Local: [];
}

/// A store whose entries are all of one type, which its owner knows.
pub(crate) struct SoleTypeStore<S: Face> {
    store: OwnedStore<S>,
    weigher: Option<S::Weigher>,
}

impl<S: Face> SoleTypeStore<S> {
    /// Makes the store. The configuration must have been checked.
    pub(crate) fn new<K, V>(
        config: Config,
        observers: Vec<ObserverOf<S, K, V>>,
        weigher: Option<WeigherOf<S, K, V>>,
    ) -> Self {
        let observers = observers.into_iter().map(|observer| observer.0).collect();
        let store = OwnedStore::new(config, Some(const { &EntryVtable::new::<K, V>() }), observers);
        Self { store, weigher: weigher.map(|weigher| weigher.0) }
    }

    #[inline(always)]
    pub(crate) fn store(&self) -> &OwnedStore<S> {
        &self.store
    }

    /// # Safety
    ///
    /// The store was made with these types.
    #[inline(always)]
    pub(crate) unsafe fn typed<K, V>(&self) -> Typed<'_, S, K, V, Sole> {
        Typed { store: &self.store, entry_type: self.store.sole_type(), _node: PhantomData }
    }

    /// Returns the weight of an entry; 0 without a weigher.
    ///
    /// # Safety
    ///
    /// The store was made with these types.
    pub(crate) unsafe fn weigh<K, V>(&self, key: &K, value: &V) -> u64 {
        let pointers = (ptr::from_ref(key).cast(), ptr::from_ref(value).cast());
        self.weigher.as_ref().map_or(0, |weigher| weigher(pointers.0, pointers.1))
    }
}

impl<S: Face, K, V> Typed<'_, S, K, V, Sole> {
    /// Calls `see` for each entry that has not expired.
    pub(crate) fn each(self, mut see: impl FnMut(&K, &V)) {
        S::each(self.store, &mut |entry, _| {
            // SAFETY: a live entry of a store whose entries are all of this type; it is pinned
            // while `see` looks at it.
            let node = unsafe { entry.node::<K, V>() };
            // SAFETY: as above; it was published with its value.
            see(node.key(), unsafe { node.value() });
        });
    }

    /// Keeps only the entries for which `keep` returns `true`.
    pub(crate) fn retain(self, mut keep: impl FnMut(&K, &V) -> bool) -> usize {
        S::retain(self.store, &mut |entry, _| {
            // SAFETY: as in `each`.
            let node = unsafe { entry.node::<K, V>() };
            // SAFETY: as in `each`.
            keep(node.key(), unsafe { node.value() })
        })
    }
}
