//! The interface of a store for the generic code above it: functions without type parameters,
//! compiled once for each [`Sharing`].
//!
//! Generic code is compiled again in every crate that uses it, and a release build shares none of
//! it between crates. So everything that calls and caches need besides the hit is a function
//! without type parameters, which asks the caller for its key and value through [`Caller`] and
//! [`WriteValue`]. Measured on 100 functions with 100 key types and on caches of several types: see
//! `bench/compile.sh`.

#![expect(
    private_interfaces,
    reason = "public types name `Face` as a bound, and so make it reachable; what it does is this crate's own affair"
)]

use std::any::{Any, TypeId};
use std::mem::ManuallyDrop;
use std::time::Duration;

use super::answer::Answer;
use super::callbacks::{Caller, Computed, Finder, Matcher, Request, Taker, WriteValue};
use super::hit::Found;
use super::local::Local;
use super::run::{LoadMode, OwnedRun, Run, Started};
use super::shared::Shared;
use super::sharing::Sharing;
use super::store::Store;
use super::wait::{RetryState, Wait, WaitResult};
use super::write_terms::{RunFailure, Settled, WriteTerms};
use crate::config::Config;
use crate::info::{CacheInfo, CacheParameters, Counter};
use crate::table::{EntryRef, EntryType, EntryVtable, ShortHash};
use crate::ticker::Sweeps;

/// The functions of a store for the generic code above it.
pub trait Face: Sharing {
    fn new_store(config: Config, sole: Option<&'static EntryVtable>, observers: Vec<Self::Observer>) -> Store<Self>;

    fn drop_store(store: &mut ManuallyDrop<Store<Self>>);

    fn entry_type<'a>(store: &'a Store<Self>, of: TypeId, vtable: &'static EntryVtable) -> &'a EntryType;

    /// A call that the fast look-up did not answer. `version` proves that there is no entry, as
    /// long as the table still has that version. Waits for another caller's run if there is one.
    ///
    /// Returns a run that has started; the caller makes a guard of it in its own frame, because
    /// moving freshly written memory stalls the processor. If this returns `None` and the caller
    /// has not [taken](Taker::take) its value, it must compute without the cache.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "read there: it takes one register of the caller, and no load"
    )]
    fn miss<'a>(
        store: &'a Store<Self>,
        hash: ShortHash,
        entry_type: &EntryType,
        version: Option<u64>,
        caller: &mut dyn Caller,
    ) -> Option<Started<'a>>;

    /// One step of [`miss`](Self::miss); does not wait.
    fn begin<'a>(
        store: &'a Store<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        version: Option<u64>,
        caller: &mut dyn Caller,
        retry: &RetryState,
    ) -> Answer<(), Option<Started<'a>>, Wait<'a, Self>>;

    /// Hands the result of the awaited run to the caller. Returns whether the caller has its value,
    /// or must look again.
    fn joined(store: &Store<Self>, result: WaitResult<'_>, taker: &mut dyn Taker) -> bool;

    /// Starts a run that replaces the entry, if there is one.
    fn refresh<'a>(
        store: &'a Store<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        caller: &mut dyn Caller,
    ) -> Option<Started<'a>>;

    /// Ends a run with a value: nothing is left of it that has a destructor, unless user code
    /// unwinds in `write`.
    fn complete(run: &mut OwnedRun<'_, Self>, value: &mut dyn WriteValue) -> Settled;

    /// Closes a run to later callers. Returns whether it has been invalidated.
    fn close(store: &Store<Self>, run: &Run<'_>) -> bool;

    /// Ends a run without a result: after a panic or the cancellation of a future.
    fn abandon(run: &mut OwnedRun<'_, Self>);

    /// Finds the entry by the full look-up. Does not update statistics or recency.
    fn find<'a>(
        store: &'a Store<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        matcher: &dyn Matcher,
    ) -> Option<Found<'a, Self>>;

    /// Finishes a look-up that no load follows, after its fast part found nothing: counts a hit or
    /// a miss. Returns whether the caller has taken the value.
    fn get(
        store: &Store<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        version: Option<u64>,
        finder: &mut dyn Finder,
    ) -> bool;

    /// Returns the time until an entry expires; `None` if it never does.
    fn expires_in(found: &Found<'_, Self>) -> Option<Duration>;

    fn put(
        store: &Store<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        request: &mut dyn Request,
        terms: &mut WriteTerms,
    ) -> bool;

    /// Removes an entry, and shows it to `see` before it is dropped. Returns whether there was one.
    fn remove(
        store: &Store<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        matcher: &dyn Matcher,
        see: &mut dyn FnMut(EntryRef<'_>),
    ) -> bool;

    /// Removes every entry for which `keep` returns `false`. Returns their number.
    fn retain(store: &Store<Self>, keep: &mut dyn FnMut(EntryRef<'_>, u32) -> bool) -> usize;

    fn each(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>, u32));

    /// Returns the attachment of this entry type.
    fn attachment(store: &Store<Self>, entry_type: u32) -> Option<&'static (dyn Any + Send + Sync)>;

    /// Counts a call that `when` kept from the cache.
    fn bypassed(store: &Store<Self>);

    /// Counts a run that the level behind the store answered.
    fn count_level_hit(store: &Store<Self>);

    fn sweep(store: &Store<Self>);

    fn sweeps(store: &Store<Self>) -> &Sweeps;

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

/// The functions have no type parameters, so they are compiled in this crate; they are never
/// inlined, so they are compiled in no other.
macro_rules! compiled_here {
    ($($Sharing:ty),*) => { $(
        impl Face for $Sharing {
            #[inline(never)]
            fn new_store(
                config: Config,
                sole: Option<&'static EntryVtable>,
                observers: Vec<Self::Observer>,
            ) -> Store<Self> {
                Store::new(config, sole, observers)
            }

            #[inline(never)]
            fn drop_store(store: &mut ManuallyDrop<Store<Self>>) {
                // SAFETY: called by the destructor of the owner, once.
                unsafe { ManuallyDrop::drop(store) };
            }

            #[cold]
            #[inline(never)]
            fn entry_type<'a>(store: &'a Store<Self>, of: TypeId, vtable: &'static EntryVtable) -> &'a EntryType {
                store.entry_type(of, vtable)
            }

            #[inline(never)]
            fn miss<'a>(
                store: &'a Store<Self>,
                hash: ShortHash,
                entry_type: &EntryType,
                version: Option<u64>,
                caller: &mut dyn Caller,
            ) -> Option<Started<'a>> {
                if let Some(version) = version
                    && let Some(started) = store.begin_fast(hash, entry_type.number, version, caller)
                {
                    return Some(started);
                }
                miss_slow(store, hash, *entry_type, version, caller)
            }

            #[inline(never)]
            fn begin<'a>(
                store: &'a Store<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                version: Option<u64>,
                caller: &mut dyn Caller,
                retry: &RetryState,
            ) -> Answer<(), Option<Started<'a>>, Wait<'a, Self>> {
                begin(store, hash, entry_type, version, caller, retry)
            }

            #[inline(never)]
            fn joined(store: &Store<Self>, result: WaitResult<'_>, taker: &mut dyn Taker) -> bool {
                joined(store, result, taker)
            }

            #[inline(never)]
            fn refresh<'a>(
                store: &'a Store<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                caller: &mut dyn Caller,
            ) -> Option<Started<'a>> {
                match store.begin(hash, entry_type.number, None, caller, &RetryState::new(), LoadMode::Refresh) {
                    Answer::Load(started) => started,
                    // A refresh takes no other run's value and waits for none.
                    Answer::Ready(_) | Answer::Wait(_) => None,
                }
            }

            #[inline(never)]
            fn complete(owned: &mut OwnedRun<'_, Self>, value: &mut dyn WriteValue) -> Settled {
                let Some((store, run)) = owned else { return Settled::NotKept };
                run.enter();
                let mut terms = WriteTerms::default();
                // SAFETY: the run began with this type, its key is there, and only this run reaches
                // its value until it has completed.
                let settled = match unsafe { value.write(run.entry(), &mut terms) } {
                    Computed::Value(written) => store.complete(run, written, &mut terms),
                    Computed::Nothing => store.complete_without_value(run, value.failure()),
                };
                run.leave();
                settled
            }

            #[inline(never)]
            fn close(store: &Store<Self>, run: &Run<'_>) -> bool {
                store.close(run)
            }

            #[cold]
            #[inline(never)]
            fn abandon(owned: &mut OwnedRun<'_, Self>) {
                if let Some((store, mut run)) = owned.take() {
                    if !run.is_ended() {
                        store.abandon(&mut run, RunFailure::abandoned());
                    }
                    run.leave();
                }
            }

            #[inline(never)]
            fn find<'a>(
                store: &'a Store<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                matcher: &dyn Matcher,
            ) -> Option<Found<'a, Self>> {
                store.find_full(hash, entry_type, &|entry| matcher.is(entry)).ok()
            }

            #[cold]
            #[inline(never)]
            fn get(
                store: &Store<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                version: Option<u64>,
                finder: &mut dyn Finder,
            ) -> bool {
                if version.is_none()
                    && let Ok(found) = store.find_full(hash, entry_type, &|entry| finder.is(entry))
                {
                    hit(&found, finder);
                    return true;
                }
                store.record_miss();
                store.sweep_with_a_miss(hash);
                false
            }

            #[inline(never)]
            fn expires_in(found: &Found<'_, Self>) -> Option<Duration> {
                found.expires_in()
            }

            #[inline(never)]
            fn put(
                store: &Store<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                request: &mut dyn Request,
                terms: &mut WriteTerms,
            ) -> bool {
                store.insert(hash, entry_type.number, request, terms)
            }

            #[inline(never)]
            fn remove(
                store: &Store<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                matcher: &dyn Matcher,
                see: &mut dyn FnMut(EntryRef<'_>),
            ) -> bool {
                store.remove(hash, entry_type.number, &|entry| matcher.is(entry), see)
            }

            #[inline(never)]
            fn retain(store: &Store<Self>, keep: &mut dyn FnMut(EntryRef<'_>, u32) -> bool) -> usize {
                store.retain(keep)
            }

            #[inline(never)]
            fn each(store: &Store<Self>, see: &mut dyn FnMut(EntryRef<'_>, u32)) {
                store.each(see);
            }

            #[inline(never)]
            fn attachment(store: &Store<Self>, entry_type: u32) -> Option<&'static (dyn Any + Send + Sync)> {
                store.attachment(entry_type)
            }

            #[inline(never)]
            fn bypassed(store: &Store<Self>) {
                store.stats().count(Counter::Bypassed);
            }

            #[inline(never)]
            fn count_level_hit(store: &Store<Self>) {
                store.stats().count(Counter::LevelHit);
            }

            #[inline(never)]
            fn sweep(store: &Store<Self>) {
                store.sweep();
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

/// Slow path of a miss: another run may hold the key, or absence could not be proved by the
/// version.
#[cold]
#[inline(never)]
fn miss_slow<'a, S: Face>(
    store: &'a Store<S>,
    hash: ShortHash,
    entry_type: EntryType,
    version: Option<u64>,
    caller: &mut dyn Caller,
) -> Option<Started<'a>> {
    let mut retry = RetryState::new();
    loop {
        match begin(store, hash, entry_type, version, caller, &retry) {
            Answer::Ready(()) => return None,
            Answer::Load(started) => return started,
            Answer::Wait(wait) => {
                if joined(store, wait.park(&mut retry), caller) {
                    return None;
                }
            }
        }
    }
}

fn begin<'a, S: Face>(
    store: &'a Store<S>,
    hash: ShortHash,
    entry_type: EntryType,
    mut version: Option<u64>,
    caller: &mut dyn Caller,
    retry: &RetryState,
) -> Answer<(), Option<Started<'a>>, Wait<'a, S>> {
    if version.is_none() {
        match store.find_full(hash, entry_type, &|entry| caller.is(entry)) {
            Ok(found) => {
                hit(&found, caller);
                return Answer::Ready(());
            }
            Err(proof) => version = proof,
        }
    }
    match store.begin(hash, entry_type.number, version, caller, retry, LoadMode::Call) {
        Answer::Ready(found) => {
            hit(&found, caller);
            Answer::Ready(())
        }
        Answer::Load(started) => Answer::Load(started),
        Answer::Wait(wait) => Answer::Wait(wait),
    }
}

fn hit<S: Sharing>(found: &Found<'_, S>, taker: &mut dyn Taker) {
    // SAFETY: found as an entry of the caller's type, alive and protected.
    unsafe { taker.take(found.entry()) };
    found.record_hit();
}

fn joined<S: Sharing>(store: &Store<S>, result: WaitResult<'_>, taker: &mut dyn Taker) -> bool {
    match result {
        WaitResult::Value(joined) => {
            // SAFETY: an entry of the type that was asked for; it is pinned, and its value was
            // written before the waiters were woken.
            unsafe { taker.take(joined.entry()) };
            true
        }
        WaitResult::Failure(failure) => {
            let taken = taker.take_failure(&*failure);
            // A caller that cannot take this error looks again, and is counted then.
            if taken {
                store.stats().count(Counter::Coalesced);
            }
            taken
        }
        WaitResult::Again => false,
    }
}
