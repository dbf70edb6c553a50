//! The first phase of a miss: [`Store::begin`] starts a run, which [`Store::complete`] or
//! [`Store::abandon`] ends.

use std::ptr;

use super::answer::Answer;
use super::callbacks::Request;
use super::hit::Found;
use super::in_flight::InFlight;
use super::load_timer::{self, LoadTimer};
use super::locate::Located;
use super::sharing::{Reader, Sharing};
use super::state::State;
use super::store::Store;
use super::stripe::Stripe;
use super::wait::{RetryState, Wait};
use super::write_terms::RunFailure;
use crate::config::SingleFlight;
use crate::flight::RunId;
use crate::flight::current_runs;
use crate::info::{Counter, RemovalCause};
use crate::table::hazard::PinnedEntry;
use crate::table::{EntryRef, ShortHash};

/// The maximum number of entries that one miss sweeps, so that no single miss pays for all of them.
pub(super) const SWEEP_WITH_A_MISS: usize = 8;

/// What kind of run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadMode {
    /// Takes an entry that is there.
    Call,
    /// Computes in any case, and replaces an entry that is there.
    Refresh,
    /// Changes the entry by a function of its old value.
    Exclusive,
}

/// A run that has just started, on its way into the caller's frame: two registers. The caller must
/// [make](Run::new) a [`Run`] of it.
pub struct Started<'a> {
    entry: EntryRef<'a>,
    timer: LoadTimer,
}

/// A run in flight. Its owner must end it: [`Store::complete`] or [`Store::abandon`].
///
/// Small, since moving freshly written memory stalls the processor.
pub(super) struct Run<'a> {
    entry: EntryRef<'a>,
    pub(super) timer: LoadTimer,
    pub(super) stage: Stage,
    /// Whether this thread is inside the run. An async run is entered only while it is polled,
    /// begins or completes. A whole word, because moving bytes as parts of words stalls the
    /// processor too.
    entered: u32,
}

/// A run and its store; `None` for a call that computes without the cache.
pub(super) type OwnedRun<'a, S> = Option<(&'a Store<S>, Run<'a>)>;

/// The progress of a run.
#[derive(Clone, Copy, PartialEq)]
#[repr(u32)]
pub(super) enum Stage {
    Running,
    /// The value has been written.
    Full,
    Ended,
}

impl<'a> Run<'a> {
    #[inline(always)]
    pub(super) fn new(Started { entry, timer }: Started<'a>) -> Self {
        Self { entry, timer, stage: Stage::Running, entered: 1 }
    }

    /// Returns the slot of the unpublished entry and its hash. The rank holds them until the entry
    /// is published.
    pub(super) fn slot_and_hash(&self) -> (u32, ShortHash) {
        let rank = self.entry.rank.load(std::sync::atomic::Ordering::Relaxed);
        let (hash, slot) = ((rank >> 32) as u32, ((rank << 32) >> 32) as u32);
        (slot, ShortHash::from_bits(hash))
    }

    /// The unpublished entry. Its key is there.
    pub(super) fn entry(&self) -> EntryRef<'a> {
        self.entry
    }

    pub(super) fn is_ended(&self) -> bool {
        self.stage == Stage::Ended
    }

    /// Enters an async run that completes on this thread: user code on the way must not wait for
    /// it.
    pub(super) fn enter(&mut self) {
        if self.entered == 0 {
            self.entered = 1;
            current_runs::enter(self.id());
        }
    }

    /// Records that this thread is no longer inside the run.
    pub(super) fn leave(&mut self) {
        if self.entered != 0 {
            self.entered = 0;
            current_runs::leave(self.id());
        }
    }

    /// Turns the run into a task's, which may continue on another thread.
    pub(super) fn make_async<S: Sharing>(&mut self, store: &Store<S>) {
        self.leave();
        self.timer.leave_thread(address(store));
    }

    pub(super) fn id(&self) -> RunId {
        id(self.entry)
    }
}

/// Returns the id of the run that makes this entry.
pub(super) fn id(entry: EntryRef<'_>) -> RunId {
    entry.as_ptr().addr()
}

/// The store in the thread's books.
pub(super) fn address<S: Sharing>(store: &Store<S>) -> usize {
    ptr::from_ref(store).addr()
}

/// Abandons a started run that its caller does not own yet, if a user's `drop` panics on the way.
pub(super) struct AbandonOnUnwind<'a, S: Sharing>(&'a Store<S>, Option<EntryRef<'a>>);

impl<'a, S: Sharing> AbandonOnUnwind<'a, S> {
    pub(super) fn new(store: &'a Store<S>, started: Option<EntryRef<'a>>) -> Self {
        Self(store, started)
    }
}

impl<S: Sharing> Drop for AbandonOnUnwind<'_, S> {
    fn drop(&mut self) {
        if let Some(entry) = self.1 {
            let mut run = Run::new(Started { entry, timer: LoadTimer::OFF });
            self.0.abandon(&mut run, RunFailure::abandoned());
            run.leave();
        }
    }
}

impl<S: Sharing> Store<S> {
    /// Handles a call that found no entry. `version` proves that there is none, as long as the
    /// table still has that version. `Load(None)` bypasses the cache: the caller is inside the run
    /// that it would wait for.
    pub(super) fn begin(
        &self,
        hash: ShortHash,
        entry_type: u32,
        version: Option<u64>,
        request: &mut dyn Request,
        retry: &RetryState,
        mode: LoadMode,
    ) -> Answer<Found<'_, S>, Option<Started<'_>>, Wait<'_, S>> {
        loop {
            if mode == LoadMode::Call
                && let Some(version) = version
                && let Some(started) = self.begin_fast(hash, entry_type, version, request)
            {
                return Answer::Load(Some(started));
            }
            let now = self.common.now_if_dated();
            let mut located = self.locate(hash, entry_type, &|entry| request.is(entry));
            let answer = self.decide(&mut located, hash, entry_type, request, retry, mode, now);
            // Releases the lock. The run is registered now, so every path below must end it.
            let started = match &answer {
                Some(Answer::Load(Some(started))) => Some(started.entry),
                _ => None,
            };
            let on_unwind = AbandonOnUnwind::new(self, started);
            located.finish(false);
            std::mem::forget(on_unwind);
            match answer {
                None => request.own(),
                Some(answer) => return answer,
            }
        }
    }

    /// Starts a run in the common case: the table still has the version at which nothing was found,
    /// and no run may have the key. Then there is nothing to compare.
    ///
    /// Returns the started run, or `None` if the slow path must be taken.
    #[inline]
    pub(super) fn begin_fast(
        &self,
        hash: ShortHash,
        entry_type: u32,
        version: u64,
        request: &mut dyn Request,
    ) -> Option<Started<'_>> {
        let stripe = self.stripe(hash);
        if !request.is_owned() {
            // Cloning the key is wasted if this call will join another run, so check that first.
            if stripe.has_runs() && stripe.lock().in_flight.may_have(hash) {
                return None;
            }
            request.own();
        }
        let mut state = stripe.lock();
        if version != stripe.table.version() || state.in_flight.may_have(hash) {
            return None;
        }
        let joinable = self.common.config.single_flight != SingleFlight::Off;
        let (_, entry) = begin_run(stripe, &mut state, hash, entry_type, request, joinable);
        stripe.set_runs_hint(&state);
        let timed = stripe.stats.count_run();
        drop(state);
        self.enter_run(entry);
        Some(Started { entry, timer: if timed { self.start_timer() } else { LoadTimer::OFF } })
    }

    #[cold]
    #[inline(never)]
    fn start_timer(&self) -> LoadTimer {
        LoadTimer::start(address(self))
    }

    #[inline]
    fn enter_run(&self, entry: EntryRef<'_>) {
        load_timer::run_started(address(self));
        current_runs::enter(id(entry));
    }

    /// Decides under the lock what the call does. Returns `None` if the caller has to own its key
    /// first.
    #[expect(clippy::too_many_arguments, reason = "one step of `begin`")]
    fn decide<'a>(
        &'a self,
        located: &mut Located<'a, S>,
        hash: ShortHash,
        entry_type: u32,
        request: &mut dyn Request,
        retry: &RetryState,
        mode: LoadMode,
        now: u64,
    ) -> Option<Answer<Found<'a, S>, Option<Started<'a>>, Wait<'a, S>>> {
        let joinable = self.common.config.single_flight != SingleFlight::Off && !retry.is_exhausted();
        let (stripe, writer) = (self.stripe(hash), &mut located.writer);
        let mut replaces = None;
        if let Some(slot) = located.live {
            let entry = stripe.table.entry(slot);
            if mode == LoadMode::Refresh {
                replaces = Some((slot, PinnedEntry::new(entry.as_ptr())));
            } else if writer.deadline(slot) > now {
                let reading = self.common.read();
                // Protected under the lock, while the entry is alive.
                reading.protect(entry.as_ptr());
                return Some(Answer::Ready(Found::new(self, stripe, reading, entry)));
            } else {
                writer.remove(slot, RemovalCause::Expired);
            }
        }
        if joinable && mode == LoadMode::Call {
            if located.runs.iter().any(|&slot| current_runs::contains(id(stripe.table.entry(slot)))) {
                return Some(self.bypass());
            }
            for &slot in &located.runs {
                if let Some(run) = writer.state.in_flight.get_mut(hash, slot)
                    && run.joinable
                {
                    if retry.is_refused() {
                        return Some(self.bypass());
                    }
                    let entry = stripe.table.entry(slot);
                    return Some(Answer::Wait(Wait::new(self, run.flight_of(entry), entry, id(entry))));
                }
            }
        }
        if !request.is_owned() {
            return None;
        }
        let group = located.runs.first().and_then(|&run| writer.state.in_flight.get_mut(hash, run));
        let group = group.map(|run| run.key_group());
        let (slot, entry) = begin_run(stripe, &mut writer.state, hash, entry_type, request, joinable);
        if (group.is_some() || replaces.is_some())
            && let Some(run) = writer.state.in_flight.get_mut(hash, slot)
        {
            if let Some(group) = group {
                run.set_key_group(group);
            }
            if let Some(replaced) = replaces {
                run.set_replaces(replaced);
            }
        }
        Some(Answer::Load(Some(self.started(stripe, entry, mode))))
    }

    fn bypass<A, W>(&self) -> Answer<A, Option<Started<'_>>, W> {
        self.common.stats.count(Counter::Bypassed);
        Answer::Load(None)
    }

    /// Counts a started run. Called under the lock.
    pub(super) fn started<'a>(&self, stripe: &Stripe<S>, entry: EntryRef<'a>, mode: LoadMode) -> Started<'a> {
        let timed = match mode {
            LoadMode::Call => stripe.stats.count_run(),
            LoadMode::Refresh => {
                stripe.stats.count(Counter::Refresh);
                false
            }
            LoadMode::Exclusive => false,
        };
        self.enter_run(entry);
        Started { entry, timer: if timed { self.start_timer() } else { LoadTimer::OFF } }
    }
}

/// Registers a run. Returns its slot and its unpublished entry, which has the key.
#[inline(always)]
pub(super) fn begin_run<'a, S: Sharing>(
    stripe: &'a Stripe<S>,
    state: &mut State<S>,
    hash: ShortHash,
    entry_type: u32,
    request: &mut dyn Request,
    joinable: bool,
) -> (u32, EntryRef<'a>) {
    let slot = state.table_writer.take(&stripe.table, entry_type);
    let entry = stripe.table.entry(slot);
    // SAFETY: a cell of this type, which no other thread knows yet.
    unsafe { request.write(entry.as_ptr()) };
    // Nothing reads the rank before the entry is published.
    let rank = u64::from(hash.bits()) << 32 | u64::from(slot);
    entry.rank.store(rank, std::sync::atomic::Ordering::Relaxed);
    let started = state.in_flight.next_number();
    state.in_flight.insert(InFlight::new(hash, slot, entry_type, joinable, started));
    (slot, entry)
}
