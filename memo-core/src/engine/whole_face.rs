//! The part of the [interface](super::face) of a store that concerns it as a whole: walks,
//! statistics, configuration.

#![expect(
    private_interfaces,
    reason = "public types name `Face` as a bound, and so make it reachable; what it does is this crate's own affair"
)]

use std::time::Duration;

use super::local::Local;
use super::shared::Shared;
use super::sharing::Sharing;
use super::store::Store;
use crate::info::{CacheInfo, CacheParameters};
use crate::system_clock::nanos;
use crate::table::EntryRef;
use crate::ticker::Sweeps;

/// The functions of a whole store for the generic code above it.
pub trait WholeFace: Sharing {
    /// Removes every entry for which `keep` returns `false`. Returns their number.
    fn retain(store: &Store<Self>, keep: &mut dyn FnMut(EntryRef<'_>, u32) -> bool) -> usize;

    fn each(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>, u32));

    /// Shows each entry with what is left of its time to live, if it has one.
    fn each_dated(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>, Option<Duration>));

    /// Removes every entry, and shows each to `see` before it is dropped.
    fn drain(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>));

    /// Removes the next victim, and shows it to `see` before it is dropped. Returns whether there
    /// was one.
    fn pop(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>)) -> bool;

    /// Removes the expired entries, and shows each to `see` before it is dropped.
    fn expire(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>));

    fn reset_info(store: &Store<Self>);

    /// Changes the time to live of the entries that are written from now on.
    fn set_ttl(store: &Store<Self>, ttl: Option<Duration>);

    /// Changes the time to idle from the next use of each entry on. Returns whether the store has
    /// one.
    fn set_idle(store: &Store<Self>, idle: Duration) -> bool;

    /// Removes every entry for which the predicate returns `true`; runs in flight answer to it when
    /// they end. Returns their number.
    fn forget_if(store: &Store<Self>, predicate: &Self::Predicate) -> usize;

    /// Frees expired entries. Returns their number.
    fn sweep(store: &Store<Self>) -> usize;

    fn sweeps(store: &Store<Self>) -> &Sweeps;

    /// Returns when there is something to sweep, `now` if there is still something.
    fn next_sweep(store: &Store<Self>, now: u64) -> u64;

    fn len(store: &Store<Self>) -> usize;

    fn weight(store: &Store<Self>) -> u64;

    fn info(store: &Store<Self>) -> CacheInfo;

    fn clear(store: &Store<Self>);

    fn parameters(store: &Store<Self>, typed: bool) -> CacheParameters;

    fn resize(store: &Store<Self>, max_entries: usize);

    #[cfg(any(test, feature = "validate"))]
    fn validate(store: &Store<Self>);
}

/// Compiled in this crate and in no other, as the functions of [`Face`](super::face::Face).
macro_rules! compiled_here {
    ($($Sharing:ty),*) => { $(
        impl WholeFace for $Sharing {
            #[inline(never)]
            fn retain(store: &Store<Self>, keep: &mut dyn FnMut(EntryRef<'_>, u32) -> bool) -> usize {
                store.retain(keep)
            }

            #[inline(never)]
            fn each(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>, u32)) {
                store.each(see);
            }

            #[inline(never)]
            fn each_dated(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>, Option<Duration>)) {
                store.each_dated(see);
            }

            #[inline(never)]
            fn drain(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>)) {
                store.drain(see);
            }

            #[inline(never)]
            fn pop(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>)) -> bool {
                store.pop(see)
            }

            #[inline(never)]
            fn expire(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>)) {
                store.expire(see);
            }

            #[inline(never)]
            fn set_ttl(store: &Store<Self>, ttl: Option<Duration>) {
                store.common.set_ttl(ttl);
            }

            #[inline(never)]
            fn set_idle(store: &Store<Self>, idle: Duration) -> bool {
                store.common.deadlines.set_idle(nanos(idle))
            }

            #[inline(never)]
            fn reset_info(store: &Store<Self>) {
                store.stats().clear();
            }

            #[inline(never)]
            fn forget_if(store: &Store<Self>, predicate: &Self::Predicate) -> usize {
                store.forget_if(predicate)
            }

            #[inline(never)]
            fn sweep(store: &Store<Self>) -> usize {
                store.sweep()
            }

            #[inline(never)]
            fn sweeps(store: &Store<Self>) -> &Sweeps {
                &store.common.sweeps
            }

            #[inline(never)]
            fn next_sweep(store: &Store<Self>, now: u64) -> u64 {
                store.next_sweep(now)
            }

            #[inline(never)]
            fn len(store: &Store<Self>) -> usize {
                store.len()
            }

            #[inline(never)]
            fn weight(store: &Store<Self>) -> u64 {
                store.weight()
            }

            #[inline(never)]
            fn info(store: &Store<Self>) -> CacheInfo {
                store.info()
            }

            #[inline(never)]
            fn clear(store: &Store<Self>) {
                store.clear();
            }

            #[inline(never)]
            fn parameters(store: &Store<Self>, typed: bool) -> CacheParameters {
                store.parameters(typed)
            }

            #[inline(never)]
            fn resize(store: &Store<Self>, max_entries: usize) {
                store.resize(max_entries);
            }

            #[cfg(any(test, feature = "validate"))]
            fn validate(store: &Store<Self>) {
                store.validate();
            }
        }
    )* };
}
compiled_here!(Shared, Local);
