//! All that a call does but find its value: misses, waits, landings, and what a handle does to a whole store.
//!
//! Compiled here, once for each scope. Generic code is compiled again in every crate that uses it, and in a release build nothing of
//! that is shared; so what expansions call beside the hit is a function without type parameters, which asks the caller for its key and
//! value through [`Caller`] and [`WriteValue`]. Measured on 100 functions with 100 key types: see `bench/compile.sh`.

#![expect(
    private_interfaces,
    private_bounds,
    reason = "`Store` names `SlowPath`, and so makes it reachable; what it does is this crate's own affair"
)]

use std::any::{Any, TypeId};
use std::mem::ManuallyDrop;
use std::ptr;
use std::time::Duration;

use crate::engine::sharing::{self, Sharing};
use crate::engine::stats::Counter;
use crate::engine::{
    Begin, Begun, Engine, Found, LoadGuard, LoadMode, Request, RetryState, Wait, WaitResult, WriteTerms,
};
use crate::flight::RunId;
use crate::info::{CacheInfo, CacheParameters};
use crate::key::KeyRef;
use crate::table::{EntryType, EntryVtable, Head, ShortHash};

/// One who asks for a value: its key, and what it makes of the value.
pub trait Caller: Request {
    /// Takes a copy of the value.
    ///
    /// # Safety
    ///
    /// The entry is of the kind that was asked for, it is held, and its value is there.
    unsafe fn take(&mut self, head: &Head);

    /// Takes what a run without a value left for those who wait. Says whether it could.
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool;
}

/// A value that was computed.
pub trait WriteValue {
    /// Writes what is to be kept of it into the entry-to-be, and what is said of it into `terms`.
    ///
    /// # Safety
    ///
    /// It is an entry-to-be of this kind, its key is there, and nobody else writes or reads its value.
    unsafe fn land(&mut self, head: *mut Head, terms: &mut WriteTerms) -> Computed;
}

/// What is there of a value.
pub enum Computed {
    /// It is written.
    Value,
    /// There is nothing to keep.
    Nothing {
        /// What those who wait get.
        failure: Option<Box<dyn Any + Send + Sync>>,
        /// Whether the value is an error.
        failed: bool,
    },
}

/// The right and duty to make one entry. Dropping it lets those who wait look again.
pub struct Duty<'a, S: SlowPath>(ManuallyDrop<LoadGuard<'a, S>>);

impl<'a, S: SlowPath> Duty<'a, S> {
    /// Of a run that has [begun](Cold::miss).
    #[inline(always)]
    pub(super) fn of(engine: &'a Engine<S>, begun: Begun<'a>) -> Self {
        Self::new(LoadGuard::of_begun(engine, begun))
    }

    #[inline(always)]
    fn new(guard: LoadGuard<'a, S>) -> Self {
        Self(ManuallyDrop::new(guard))
    }

    fn into_ticket(mut self) -> LoadGuard<'a, S> {
        // SAFETY: it is not used again.
        let guard = unsafe { ManuallyDrop::take(&mut self.0) };
        std::mem::forget(self);
        guard
    }

    /// The run.
    pub(super) fn id(&self) -> RunId {
        self.0.id()
    }
}

impl<S: SlowPath> Drop for Duty<'_, S> {
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        S::give_up(unsafe { ManuallyDrop::take(&mut self.0) });
    }
}

/// What a task's call came to that found nothing.
pub enum AsyncMiss<'a, S: SlowPath> {
    /// The caller has its value.
    Answered,
    /// It has to compute, without the cache if there is no duty.
    Run(Option<Duty<'a, S>>),
    /// Another computes.
    Wait(Wait<'a, S>),
}

/// The functions of [this module](self) for a scope.
pub trait SlowPath: Sharing {
    /// A kind of entries.
    fn entry_type<'a>(engine: &'a Engine<Self>, of: TypeId, vtable: &'static EntryVtable) -> &'a EntryType;

    /// A call that found nothing where nearly all entries are. `version` proves that there is none, as long as it stands still. Gives a run that
    /// has begun, for a duty to be [made of](Duty::of) in the caller's frame: what was just written, moved through memory, makes the processor wait.
    /// Without one, and if the caller has not [taken](Caller::take) its value after this, it has to compute without the cache.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "read there: it takes one register of the caller, and no load"
    )]
    fn miss<'a>(
        engine: &'a Engine<Self>,
        hash: ShortHash,
        entry_type: &EntryType,
        version: Option<u64>,
        caller: &mut dyn Caller,
    ) -> Option<Begun<'a>>;

    /// As [`miss`](Self::miss), for a task.
    fn miss_by_task<'a>(
        engine: &'a Engine<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        version: Option<u64>,
        caller: &mut dyn Caller,
        retry: &RetryState,
    ) -> AsyncMiss<'a, Self>;

    /// A run that replaces what is there, if anything is.
    fn refresh<'a>(
        engine: &'a Engine<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        caller: &mut dyn Caller,
        is_task: bool,
    ) -> Option<Duty<'a, Self>>;

    /// The run is over, if there is one.
    fn finish(duty: Option<Duty<'_, Self>>, landing: &mut dyn WriteValue);

    /// The run will never be over.
    fn give_up(guard: LoadGuard<'_, Self>);

    /// The entry, wherever it is.
    fn find<'a>(
        engine: &'a Engine<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        caller: &dyn Caller,
    ) -> Option<Found<'a, Self>>;

    /// How long an entry still has. `None` for ever.
    fn expires_in(found: &Found<'_, Self>) -> Option<Duration>;

    /// Puts an entry in.
    fn put(
        engine: &Engine<Self>,
        hash: ShortHash,
        entry_type: EntryType,
        request: &mut dyn Request,
        terms: &WriteTerms,
    );

    /// Takes an entry out. Says whether there was one.
    fn forget(engine: &Engine<Self>, hash: ShortHash, entry_type: EntryType, caller: &dyn Caller) -> bool;

    /// Takes out every entry that `cacheable` refuses. Gives their number.
    fn retain(engine: &Engine<Self>, cacheable: &mut dyn FnMut(KeyRef<'_>, &dyn Any) -> bool) -> usize;

    /// A call that `when` kept from the cache.
    fn bypassed(engine: &Engine<Self>);

    /// `cache_info`
    fn info(engine: &Engine<Self>) -> CacheInfo;

    /// `cache_clear`
    fn clear(engine: &Engine<Self>);

    /// `cache_parameters`
    fn parameters(engine: &Engine<Self>, typed: bool) -> CacheParameters;

    /// `resize`
    fn resize(engine: &Engine<Self>, max_entries: usize);
}

/// Without type parameters, so they are compiled here; never inlined, so nowhere else.
macro_rules! compiled_here {
    ($($Scope:ty),*) => { $(
        impl SlowPath for $Scope {
            #[cold]
            #[inline(never)]
            fn entry_type<'a>(engine: &'a Engine<Self>, of: TypeId, vtable: &'static EntryVtable) -> &'a EntryType {
                engine.entry_type(of, vtable)
            }

            #[inline(never)]
            fn miss<'a>(
                engine: &'a Engine<Self>,
                hash: ShortHash,
                entry_type: &EntryType,
                version: Option<u64>,
                caller: &mut dyn Caller,
            ) -> Option<Begun<'a>> {
                if let Some(version) = version
                    && let Some(head) = engine.begin_fast(hash, entry_type.number, version, caller)
                {
                    return Some(Begun::of(head));
                }
                miss_slow(engine, hash, *entry_type, version, caller)
            }

            #[inline(never)]
            fn miss_by_task<'a>(
                engine: &'a Engine<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                version: Option<u64>,
                caller: &mut dyn Caller,
                retry: &RetryState,
            ) -> AsyncMiss<'a, Self> {
                match miss(engine, hash, entry_type, version, caller, retry) {
                    AsyncMiss::Run(Some(duty)) => AsyncMiss::Run(Some(Duty::new(duty.into_ticket().of_a_task()))),
                    missed => missed,
                }
            }

            #[inline(never)]
            fn refresh<'a>(
                engine: &'a Engine<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                caller: &mut dyn Caller,
                is_task: bool,
            ) -> Option<Duty<'a, Self>> {
                match engine.begin(hash, entry_type.number, None, caller, &RetryState::new(), LoadMode::Refresh) {
                    Begin::Lead(guard) => Some(Duty::new(if is_task { guard.of_a_task() } else { guard })),
                    // A refresh takes nobody's value and waits for nobody.
                    Begin::Hit(_) | Begin::Wait(_) | Begin::Bypass => None,
                }
            }

            #[inline(never)]
            fn finish(duty: Option<Duty<'_, Self>>, landing: &mut dyn WriteValue) {
                // If the user's code unwinds in `land`, the duty is given up.
                let Some(mut duty) = duty else { return };
                let guard = &mut *duty.0;
                guard.enter();
                let mut terms = WriteTerms::default();
                // SAFETY: the run began with this kind, its key is there, and its value is this run's alone until it has landed.
                match unsafe { landing.land(ptr::from_ref(guard.head()).cast_mut(), &mut terms) } {
                    Computed::Value => {
                        // What lives for no time is not kept.
                        terms.admit &= terms.ttl != Some(Duration::ZERO);
                        // SAFETY: written just now.
                        unsafe { guard.land(&terms) };
                    }
                    Computed::Nothing { failure, failed } => guard.land_without_value(failure.map(Into::into), failed),
                }
                guard.leave();
                // Landed: there is nothing left to give up.
                std::mem::forget(duty);
            }

            #[cold]
            #[inline(never)]
            fn give_up(guard: LoadGuard<'_, Self>) {
                drop(guard);
            }

            #[inline(never)]
            fn find<'a>(
                engine: &'a Engine<Self>,
                hash: ShortHash,
                entry_type: EntryType,
                caller: &dyn Caller,
            ) -> Option<Found<'a, Self>> {
                engine.find_full(hash, entry_type, &|head| caller.is(head)).ok()
            }

            #[inline(never)]
            fn expires_in(found: &Found<'_, Self>) -> Option<Duration> {
                found.expires_in()
            }

            #[inline(never)]
            fn put(engine: &Engine<Self>, hash: ShortHash, entry_type: EntryType, request: &mut dyn Request, terms: &WriteTerms) {
                let admit = terms.admit && terms.ttl != Some(Duration::ZERO);
                engine.insert(hash, entry_type.number, request, &WriteTerms { admit, ..*terms });
            }

            #[inline(never)]
            fn forget(engine: &Engine<Self>, hash: ShortHash, entry_type: EntryType, caller: &dyn Caller) -> bool {
                engine.remove(hash, entry_type.number, &|head| caller.is(head), &mut |_| ())
            }

            #[inline(never)]
            fn retain(engine: &Engine<Self>, cacheable: &mut dyn FnMut(KeyRef<'_>, &dyn Any) -> bool) -> usize {
                engine.retain(|head, entry_type| {
                    let Some((key, value)) = engine.show(head, entry_type) else { return true };
                    // SAFETY: the entry is held while this looks at it.
                    let (key, value) = unsafe { (&*key, &*value) };
                    cacheable(KeyRef::new(key), value)
                })
            }

            #[inline(never)]
            fn bypassed(engine: &Engine<Self>) {
                engine.stats().count(Counter::Bypassed);
            }

            #[inline(never)]
            fn info(engine: &Engine<Self>) -> CacheInfo {
                engine.info()
            }

            #[inline(never)]
            fn clear(engine: &Engine<Self>) {
                engine.clear();
            }

            #[inline(never)]
            fn parameters(engine: &Engine<Self>, typed: bool) -> CacheParameters {
                engine.parameters(typed)
            }

            #[inline(never)]
            fn resize(engine: &Engine<Self>, max_entries: usize) {
                engine.resize(max_entries);
            }
        }
    )* };
}
compiled_here!(sharing::Shared, sharing::Local);

/// What the usual miss is not: another computes, or has just computed; or nothing proves that there is no entry.
#[cold]
#[inline(never)]
fn miss_slow<'a, S: SlowPath>(
    engine: &'a Engine<S>,
    hash: ShortHash,
    entry_type: EntryType,
    version: Option<u64>,
    caller: &mut dyn Caller,
) -> Option<Begun<'a>> {
    let mut retry = RetryState::new();
    loop {
        match miss(engine, hash, entry_type, version, caller, &retry) {
            AsyncMiss::Answered => return None,
            AsyncMiss::Run(duty) => return Some(duty?.into_ticket().into_begun()),
            AsyncMiss::Wait(wait) => {
                if take(wait.park(&mut retry), caller) {
                    return None;
                }
            }
        }
    }
}

fn miss<'a, S: SlowPath>(
    engine: &'a Engine<S>,
    hash: ShortHash,
    entry_type: EntryType,
    mut version: Option<u64>,
    caller: &mut dyn Caller,
    retry: &RetryState,
) -> AsyncMiss<'a, S> {
    if version.is_none() {
        match engine.find_full(hash, entry_type, &|head| caller.is(head)) {
            Ok(found) => return hit(&found, caller),
            Err(proof) => version = proof,
        }
    }
    match engine.begin(hash, entry_type.number, version, caller, retry, LoadMode::Call) {
        Begin::Hit(found) => hit(&found, caller),
        Begin::Lead(guard) => AsyncMiss::Run(Some(Duty::new(guard))),
        Begin::Bypass => AsyncMiss::Run(None),
        Begin::Wait(wait) => AsyncMiss::Wait(wait),
    }
}

fn hit<'a, S: SlowPath>(found: &Found<'_, S>, caller: &mut dyn Caller) -> AsyncMiss<'a, S> {
    // SAFETY: found as an entry of the caller's kind, alive and held.
    unsafe { caller.take(found.head()) };
    found.record_hit();
    AsyncMiss::Answered
}

/// What another's run leaves for one who waited. Says whether the caller has its value now, or must look again.
pub(super) fn take(outcome: WaitResult<'_>, caller: &mut dyn Caller) -> bool {
    match outcome {
        WaitResult::Value(arrived) => {
            // SAFETY: an entry of the kind that was asked for, held, its value landed before it was told of.
            unsafe { caller.take(arrived.head()) };
            true
        }
        WaitResult::Failure(failure) => caller.take_failure(&*failure),
        WaitResult::Again => false,
    }
}
