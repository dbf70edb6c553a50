//! A store whose entries are all of one type, as a [`Cache`](crate::Cache) has it, with typed
//! removal observers, a typed weigher and typed walks over all entries.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::{mem, ptr};

use super::face::Face;
use super::local::Local;
use super::owned::OwnedStore;
use super::shared::Shared;
use super::sharing::Sharing;
use super::typed::{Sole, Typed};
use super::whole_face::WholeFace;
use super::write_rules::{Replaced, WriteRules};
use super::write_terms::WriteTerms;
use crate::config::{Config, Error};
use crate::info::RemovalCause;
use crate::table::{Attachment, EntryRef, EntryVtable};

/// What a store of one type is made of, while its types are known: one pointer, since each method
/// of a builder moves it.
pub(crate) struct Setup<S: Sharing, K, V> {
    erased: Box<ErasedSetup<S>>,
    _entries: PhantomData<fn(&K, &V)>,
}

/// A [`Setup`] without its types: the code that builds a store is compiled once for all of them.
pub(crate) struct ErasedSetup<S: Sharing> {
    config: Config,
    vtable: &'static EntryVtable,
    rules: Option<Box<WriteRules<S>>>,
    observers: Vec<S::Observer>,
}

impl<S: Sharing, K, V> Setup<S, K, V> {
    /// Returns a set-up without a bound, a weigher and observers.
    #[inline]
    pub(crate) fn new() -> Self {
        Self { erased: ErasedSetup::new(const { &EntryVtable::new::<K, V>() }), _entries: PhantomData }
    }

    pub(crate) fn erase(self) -> Box<ErasedSetup<S>> {
        self.erased
    }

    /// Sets one option of the configuration.
    #[inline]
    pub(crate) fn set<T>(&mut self, set: fn(Config, T) -> Config, option: T) {
        self.erased.set(set, option);
    }
}

impl<S: Sharing> ErasedSetup<S> {
    #[inline(never)]
    fn new(vtable: &'static EntryVtable) -> Box<Self> {
        Box::new(Self { config: Config::new(), vtable, rules: None, observers: Vec::new() })
    }

    #[inline(never)]
    fn set<T>(&mut self, set: fn(Config, T) -> Config, option: T) {
        self.config = set(mem::take(&mut self.config), option);
    }

    fn rules(&mut self) -> &mut WriteRules<S> {
        self.rules.get_or_insert_default()
    }

    /// Checks the options, each by itself and together.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.config.check()?;
        let weighs = self.rules.as_ref().is_some_and(|rules| rules.weigher.is_some());
        if self.config.max_weight.is_some() != weighs {
            return Err(Error::new(
                "`max_weight` and `weight` need each other: one is the bound, the other says what an entry weighs",
            ));
        }
        Ok(())
    }
}

macro_rules! erase_callbacks {
    ($($Sharing:ty: $Pointer:ident [$($bounds:tt)*];)*) => { $(
        impl<K, V> Typed<'_, $Sharing, K, V, Sole> {
            /// Removes the entries for which `forget` returns `true`; runs in flight answer to it
            /// when they end. Returns the number of removed entries.
            pub(crate) fn forget_if(self, forget: impl Fn(&K, &V) -> bool $($bounds)* + 'static) -> usize {
                let predicate = $Pointer::new(move |entry: EntryRef<'_>, _: Attachment| {
                    // SAFETY: an entry of this store, so it is of these types; predicates are shown
                    // protected entries that have their values.
                    let (key, value) = unsafe { entry.key_and_value::<K, V>() };
                    forget(key, value)
                });
                <$Sharing>::forget_if(self.store, &(predicate as _))
            }
        }

        impl<K, V> Setup<$Sharing, K, V> {
            pub(crate) fn observe(&mut self, hear: impl Fn(&K, &V, RemovalCause) $($bounds)* + 'static) {
                self.erased.observers.push(Box::new(move |entry, cause| {
                    // SAFETY: an entry of the store that this set-up makes, so it is of these
                    // types; observers are shown entries that were live.
                    let (key, value) = unsafe { entry.key_and_value::<K, V>() };
                    hear(key, value, cause);
                }));
            }

            pub(crate) fn ttl_by<R: Into<Option<Duration>>>(
                &mut self,
                rule: impl Fn(&K, &V) -> R $($bounds)* + 'static,
            ) {
                self.erased.rules().ttl = Some(Box::new(move |key, value, _| {
                    // SAFETY: [`SoleTyped::apply_rules`] shows it references of these types.
                    unsafe { rule(&*key.cast(), &*value.cast()) }.into()
                }));
            }

            pub(crate) fn ttl_after_update<R: Into<Option<Duration>>>(
                &mut self,
                rule: impl Fn(&K, &V, Option<Duration>) -> R $($bounds)* + 'static,
            ) {
                self.erased.rules().ttl_after_update = Some(Box::new(move |key, value, left| {
                    // SAFETY: as above.
                    unsafe { rule(&*key.cast(), &*value.cast(), left) }.into()
                }));
            }

            pub(crate) fn weigh(&mut self, weigher: impl Fn(&K, &V) -> u64 $($bounds)* + 'static) {
                self.erased.rules().weigher = Some(Box::new(move |key, value| {
                    // SAFETY: as above.
                    unsafe { weigher(&*key.cast(), &*value.cast()) }
                }));
            }
        }
    )* };
}
erase_callbacks! {
    Shared: Arc [+ Send + Sync];
    Local: Rc [];
}

/// A store whose entries are all of one type, which its owner knows.
pub(crate) struct SoleTypeStore<S: Face> {
    store: OwnedStore<S>,
    rules: Option<Box<WriteRules<S>>>,
}

impl<S: Face> SoleTypeStore<S> {
    /// Makes the store, of the types that the set-up was made with. It must have been checked.
    pub(crate) fn new(setup: ErasedSetup<S>) -> Self {
        let ErasedSetup { config, vtable, rules, observers } = setup;
        Self { store: OwnedStore::new(config, Some(vtable), observers), rules }
    }

    #[inline(always)]
    pub(crate) fn store(&self) -> &OwnedStore<S> {
        &self.store
    }

    /// # Safety
    ///
    /// The store was made with these types.
    #[inline(always)]
    pub(crate) unsafe fn with_types<K, V>(&self) -> SoleTyped<'_, S, K, V> {
        SoleTyped { sole: self, _entries: PhantomData }
    }
}

/// A store of one type, and the type.
pub(crate) struct SoleTyped<'a, S: Face, K, V> {
    sole: &'a SoleTypeStore<S>,
    _entries: PhantomData<fn() -> (K, V)>,
}

impl<'a, S: Face, K, V> SoleTyped<'a, S, K, V> {
    #[inline(always)]
    pub(crate) fn typed(self) -> Typed<'a, S, K, V, Sole> {
        let store = &self.sole.store;
        Typed { store, entry_type: store.sole_type(), _node: PhantomData }
    }

    /// Whether there is a rule for the time to live of an entry that replaces one.
    pub(crate) fn has_update_rule(self) -> bool {
        self.sole.rules.as_ref().is_some_and(|rules| rules.ttl_after_update.is_some())
    }

    /// Sets the weight of a value that is written, and its time to live by the rules unless it has
    /// one of its own.
    #[inline(always)]
    pub(crate) fn apply_rules(self, key: &K, value: &V, replaced: Replaced, terms: &mut WriteTerms) {
        if let Some(rules) = &self.sole.rules {
            rules.apply(ptr::from_ref(key).cast(), ptr::from_ref(value).cast(), replaced, terms);
        }
    }
}

impl<S: Face, K, V> Typed<'_, S, K, V, Sole> {
    /// Calls `see` for each entry that has not expired.
    pub(crate) fn each(self, see: impl FnMut(&K, &V)) {
        S::each(self.store, &mut self.seen_by(see));
    }

    /// Calls `see` for each entry that has not expired, with its rank, and what is left of its time
    /// to live, if it has one.
    pub(crate) fn each_dated(self, mut see: impl FnMut(&K, &V, u64, Option<Duration>)) {
        S::each_dated(self.store, &mut |entry, left| {
            let rank = entry.rank.load(Relaxed);
            self.seen_by(|key, value| see(key, value, rank, left))(entry, 0);
        });
    }

    /// Removes every entry, and shows each to `see`.
    pub(crate) fn drain(self, see: impl FnMut(&K, &V)) {
        let mut see = self.seen_by(see);
        S::drain(self.store, &mut |entry| see(entry, 0));
    }

    /// Removes the next victim, and shows it to `see`.
    pub(crate) fn pop(self, see: impl FnMut(&K, &V)) {
        let mut see = self.seen_by(see);
        S::pop(self.store, &mut |entry| see(entry, 0));
    }

    /// Removes the expired entries, and shows each to `see`.
    pub(crate) fn expire(self, see: impl FnMut(&K, &V)) {
        let mut see = self.seen_by(see);
        S::expire(self.store, &mut |entry| see(entry, 0));
    }

    /// Keeps only the entries for which `keep` returns `true`.
    pub(crate) fn retain(self, keep: impl FnMut(&K, &V) -> bool) -> usize {
        S::retain(self.store, &mut self.seen_by(keep))
    }

    /// Turns a visitor into one for a walk over this store.
    #[expect(clippy::unused_self, reason = "proves the types")]
    fn seen_by<R>(self, mut see: impl FnMut(&K, &V) -> R) -> impl FnMut(EntryRef<'_>, u32) -> R {
        move |entry, _| {
            // SAFETY: an entry of a store whose entries are all of this type, with its value; it is
            // protected while `see` looks at it.
            let (key, value) = unsafe { entry.key_and_value() };
            see(key, value)
        }
    }
}
