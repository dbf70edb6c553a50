//! The hit path: finds the entry, compares its key and records the use. No lock, and but for a time
//! to idle no read-modify-write. With `lru` and `fifo` no write to a cache line that another thread
//! writes; `lfu`, `max` and a time to idle write the entry's.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::common::TAG_BITS;
use super::expiry::NEVER;
use super::hit_action::{COUNT, COUNT_THEN_STAMP, IDLE, NOTHING, STAMP};
use super::sharing::{FastReader, Reader, Sharing};
use super::store::Store;
use super::stripe::Stripe;
use crate::policy::used_again;
use crate::table::thread_counters::ThreadCounters;
use crate::table::{Deadline, EntryRef, EntryType, FastLookup, FullLookup, Head, ShortHash};
use crate::ticker;

/// The tag of a rank that several threads have written since the last insert: it is recent enough
/// for all of them.
const SHARED: u64 = 0;
const TAG: u64 = (1 << TAG_BITS) - 1;

/// A protected entry, alive when it was found: not reclaimed or reused until this is dropped.
pub(super) struct Found<'a, S: Sharing> {
    store: &'a Store<S>,
    stripe: &'a Stripe<S>,
    reading: S::ReadGuard<'a>,
    entry: EntryRef<'a>,
}

impl<'a, S: Sharing> Found<'a, S> {
    pub(super) fn new(
        store: &'a Store<S>,
        stripe: &'a Stripe<S>,
        reading: S::ReadGuard<'a>,
        entry: EntryRef<'a>,
    ) -> Self {
        Self { store, stripe, reading, entry }
    }

    pub(super) fn entry(&self) -> EntryRef<'_> {
        self.entry
    }

    /// Records a hit.
    pub(super) fn record_hit(&self) {
        self.store.record_hit(self.stripe, &self.entry, self.store.common.stats.counters(&self.reading));
    }

    /// Returns the time until the entry expires; `None` if it never does.
    pub(super) fn expires_in(&self) -> Option<Duration> {
        let deadline = self.store.common.deadlines.deadline(&self.stripe.table, &self.entry);
        (deadline != NEVER).then(|| Duration::from_nanos(deadline.saturating_sub(self.store.common.precise())))
    }
}

/// A protected entry with the right hash, whose key the caller has still to compare.
pub(crate) struct FastHit<'a, S: Sharing> {
    store: &'a Store<S>,
    stripe: &'a Stripe<S>,
    reading: S::FastGuard<'a>,
    entry: EntryRef<'a>,
}

impl<S: Sharing> FastHit<'_, S> {
    /// The entry, found alive.
    #[inline(always)]
    pub(super) fn entry(&self) -> EntryRef<'_> {
        self.entry
    }

    /// Records a hit if that needs no function call. Returns whether it was recorded.
    #[inline(always)]
    #[must_use]
    pub(super) fn record_hit(&self) -> bool {
        let common = &self.store.common;
        match common.stats.counters_fast(common.serial, &self.reading) {
            Some(counters) => record_hit_fast(self.stripe, &self.entry, counters),
            // The first hit of this thread in this store, or the first since it hit another one.
            None => false,
        }
    }
}

/// Records a hit in the common cases: no function call, so that the caller needs few registers.
#[inline(always)]
fn record_hit_fast<S: Sharing>(stripe: &Stripe<S>, head: &Head, counters: &ThreadCounters) -> bool {
    let action = stripe.hit_action.load();
    if action == STAMP {
        let (rank, version, stamp) = (head.rank.load(Relaxed), stripe.table.version(), counters.stamp() + 1);
        // Of the threads that hit an entry, only the one that stamped it last always writes: see
        // `record_shared_hit`.
        if rank & TAG == counters.tag() && stamp > version {
            head.rank.store(stamp << TAG_BITS | counters.tag(), Relaxed);
        } else if rank & TAG != SHARED || rank >> TAG_BITS <= version {
            return false;
        }
    } else if (COUNT..IDLE).contains(&action) {
        count_up_to(action - COUNT, head);
    } else if action != NOTHING {
        return false;
    }
    counters.hit();
    true
}

/// Counts a hit in the rank, up to a maximum.
#[inline(always)]
fn count_up_to(most: u64, head: &Head) {
    let rank = head.rank.load(Relaxed);
    if rank < most {
        head.rank.store(rank + 1, Relaxed);
    }
}

impl<S: Sharing> Store<S> {
    /// Returns the first live entry with this hash and of this type among the positions where
    /// nearly all entries are. The caller compares its key. Without an entry, returns the version
    /// that proves its absence, if there is one; otherwise [`find_full`](Self::find_full) may still
    /// find it. For `sole_type` see [`Table::find_fast`](crate::table::Table::find_fast).
    #[inline(always)]
    pub(super) fn find_fast(
        &self,
        hash: ShortHash,
        entry_type: &EntryType,
        sole_type: bool,
    ) -> Result<FastHit<'_, S>, Option<u64>> {
        let Some(reading) = S::read_fast(&self.common.readers, self.common.scan_tag()) else { return Err(None) };
        let is_fresh =
            |deadline: Deadline| deadline.is_after(ticker::last_tick_if_any()) && !reading.count_for_clock_check();
        let stripe = self.stripe(hash);
        match stripe.table.find_fast(hash, entry_type, sole_type, |head| reading.protect(head), is_fresh) {
            FastLookup::Found(entry) => Ok(FastHit { store: self, stripe, reading, entry }),
            FastLookup::Absent(version) => Err(Some(version)),
            FastLookup::Unknown => Err(None),
        }
    }

    /// Returns the live entry that `is` recognises, at any position. Without an entry, returns the
    /// version that proves its absence, if there is one.
    pub(super) fn find_full(
        &self,
        hash: ShortHash,
        entry_type: EntryType,
        is: &dyn Fn(EntryRef<'_>) -> bool,
    ) -> Result<Found<'_, S>, Option<u64>> {
        let (reading, stripe) = (self.common.read(), self.stripe(hash));
        let found = match stripe.table.find_full(hash, entry_type, &|head| reading.protect(head), is) {
            FullLookup::Found(entry, deadline) => Some((entry, deadline)),
            FullLookup::Absent(version) => return Err(Some(version)),
            FullLookup::Unknown => self.find_under_the_lock(hash, entry_type.number, is, &reading),
        };
        match found {
            Some((entry, deadline)) if self.is_fresh(stripe, &entry, deadline, &reading) => {
                Ok(Found::new(self, stripe, reading, entry))
            }
            _ => Err(None),
        }
    }

    /// Finds an entry under the lock, because inserts outran this reader's lock-free search.
    fn find_under_the_lock(
        &self,
        hash: ShortHash,
        entry_type: u32,
        is: &dyn Fn(EntryRef<'_>) -> bool,
        reading: &S::ReadGuard<'_>,
    ) -> Option<(EntryRef<'_>, Deadline)> {
        let located = self.locate(hash, entry_type, is);
        let found = located.live.map(|slot| {
            let entry = self.stripe(hash).table.entry(slot);
            // Protected under the lock, while the entry is alive.
            reading.protect(entry.as_ptr());
            (entry, entry.deadline())
        });
        located.finish(false);
        found
    }

    /// Counts a failed look-up that no load follows.
    pub(super) fn record_miss(&self) {
        self.common.stats.counters(&self.common.read()).miss();
    }

    /// Whether an entry with this deadline has not expired. The deadline was read together with the
    /// proof that the entry is alive. Most entries have no deadline, and read no clock.
    fn is_fresh(&self, stripe: &Stripe<S>, head: &Head, deadline: Deadline, reading: &S::ReadGuard<'_>) -> bool {
        let common = &self.common;
        match deadline {
            Deadline::NEVER => true,
            Deadline::STORED_APART => common.deadlines.deadline(&stripe.table, head) > common.precise(),
            deadline => {
                let is_precise = reading.take_clock_check() || deadline.is_precise();
                ticker::keep_ticking();
                !deadline.is_expired(if is_precise { common.precise() } else { common.config.time.coarse() })
            }
        }
    }

    /// Records a hit.
    fn record_hit(&self, stripe: &Stripe<S>, head: &Head, counters: &ThreadCounters) {
        if !record_hit_fast(stripe, head, counters) {
            counters.hit();
            self.record_hit_slow(stripe, head, counters);
        }
    }

    /// Records a hit that is not one of the common cases.
    fn record_hit_slow(&self, stripe: &Stripe<S>, head: &Head, counters: &ThreadCounters) {
        let (action, rank) = (stripe.hit_action.load(), head.rank.load(Relaxed));
        match action & !IDLE {
            NOTHING => {}
            STAMP => record_shared_hit(stripe, head, rank, counters),
            COUNT_THEN_STAMP => {
                let stamp = later_than_all(stripe, counters, 0) << TAG_BITS | counters.tag();
                head.rank.store(used_again(rank, stamp), Relaxed);
            }
            most => count_up_to(most - COUNT, head),
        }
        if action & IDLE != 0 {
            self.common.deadlines.used(&stripe.table, head, self.common.precise());
        }
    }
}

/// Records a hit of an entry that another thread stamped last, or whose stamp this thread's stamps
/// do not exceed.
///
/// If no thread has stamped the entry since the last insert, this thread stamps it from now on.
/// Otherwise the rank is tagged as shared, and no thread need write it before the next insert: all
/// that a rank can tell is whether the entry was used before or after that insert.
fn record_shared_hit<S: Sharing>(stripe: &Stripe<S>, head: &Head, rank: u64, counters: &ThreadCounters) {
    let (version, owner, stamp) = (stripe.table.version(), rank & TAG, rank >> TAG_BITS);
    if owner == SHARED && stamp > version {
        return;
    }
    let owner = if owner == counters.tag() || stamp <= version { counters.tag() } else { SHARED };
    head.rank.store(later_than_all(stripe, counters, stamp) << TAG_BITS | owner, Relaxed);
}

/// Returns this thread's stamp, advanced if necessary: later than the last insert and than `other`.
#[inline]
fn later_than_all<S: Sharing>(stripe: &Stripe<S>, counters: &ThreadCounters, other: u64) -> u64 {
    let newest = stripe.table.version().max(other);
    if counters.stamp() > newest { counters.stamp() } else { counters.advance_past(newest) }
}
