//! A hit: find the entry, look at its value, record the use. No lock, no read-modify-write, no line written that another thread writes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::sharing::{FastGuard, ReadGuard, Sharing};
use super::state::TAG_BITS;
use super::{Engine, NEVER};
use crate::policy::OnHit;
use crate::table::thread_counters::ThreadCounters;
use crate::table::{Deadline, EntryType, FastLookup, FullLookup, Head, ShortHash};
use crate::ticker;

/// The tag of a mark that several threads have written since the last entry came: then it is recent enough for all of them.
const SHARED: u64 = 0;
const TAG: u64 = (1 << TAG_BITS) - 1;

/// What a hit writes, as it is now: [`OnHit`] in one word, and whether it moves a date.
pub(super) struct HitAction(AtomicU64);

const NOTHING: u64 = 0;
const TICK: u64 = 1;
const COUNT_THEN_TICK: u64 = 2;
/// [`OnHit::Count`] up to the number that this is taken from.
const COUNT: u64 = 3;
/// The highest bit: besides, the hit moves the end of a time to idle on.
const IDLE: u64 = 1 << 63;

impl HitAction {
    pub(super) fn new(on_hit: OnHit, idle: bool) -> Self {
        let touching = Self(AtomicU64::new(if idle { IDLE } else { NOTHING }));
        touching.set(on_hit);
        touching
    }

    pub(super) fn set(&self, on_hit: OnHit) {
        let word = match on_hit {
            OnHit::Nothing => NOTHING,
            OnHit::Stamp => TICK,
            OnHit::CountThenStamp => COUNT_THEN_TICK,
            OnHit::Count(most) => most + COUNT,
        };
        self.0.store(word | self.0.load(Relaxed) & IDLE, Relaxed);
    }
}

/// An entry that stays as it is until this is dropped.
pub(crate) struct Found<'a, S: Sharing> {
    engine: &'a Engine<S>,
    reading: S::ReadGuard<'a>,
    head: &'a Head,
}

impl<'a, S: Sharing> Found<'a, S> {
    pub(super) fn new(engine: &'a Engine<S>, reading: S::ReadGuard<'a>, head: &'a Head) -> Self {
        Self { engine, reading, head }
    }

    /// The entry, which is alive.
    pub(crate) fn head(&self) -> &Head {
        self.head
    }

    /// Records a hit.
    pub(crate) fn record_hit(&self) {
        self.engine.record_hit(self.head, self.engine.stats.counters(&self.reading));
    }

    /// How long the entry still has. `None` for ever.
    pub(crate) fn expires_in(&self) -> Option<Duration> {
        self.engine.expires_in(self.head)
    }
}

/// An entry with the right hash that stays as it is until this is dropped: a hit, if it is the one.
pub(crate) struct FastHit<'a, S: Sharing> {
    engine: &'a Engine<S>,
    reading: S::FastGuard<'a>,
    head: &'a Head,
}

impl<S: Sharing> FastHit<'_, S> {
    /// The entry, which is alive.
    #[inline(always)]
    pub(crate) fn head(&self) -> &Head {
        self.head
    }

    /// Records a hit, if that takes no call. If not, nothing was recorded.
    #[inline(always)]
    #[must_use]
    pub(crate) fn record_hit(&self) -> bool {
        match self.engine.stats.counters_fast(self.engine.serial, &self.reading) {
            Some(counters) => self.engine.touch_fast(self.head, counters),
            // The first hit of this thread in this store, or the first since it hit another one.
            None => false,
        }
    }
}

impl<S: Sharing> Engine<S> {
    /// Records a hit, if it is one of the usual ones: no call, so that whoever has this in line needs few registers.
    #[inline(always)]
    fn touch_fast(&self, head: &Head, counters: &ThreadCounters) -> bool {
        let touching = self.touching.0.load(Relaxed);
        if touching == TICK {
            let (rank, version, next_stamp) = (head.rank.load(Relaxed), self.table.version(), counters.stamp() + 1);
            // Of the threads that hit an entry only the one that touched it last always writes; see `touch_shared`.
            if rank & TAG == counters.tag() && next_stamp > version {
                head.rank.store(next_stamp << TAG_BITS | counters.tag(), Relaxed);
            } else if rank & TAG != SHARED || rank >> TAG_BITS <= version {
                return false;
            }
        } else if (COUNT..IDLE).contains(&touching) {
            count_up_to(touching - COUNT, head);
        } else if touching != NOTHING {
            return false;
        }
        counters.hit();
        true
    }

    /// Records a hit.
    fn record_hit(&self, head: &Head, counters: &ThreadCounters) {
        if !self.touch_fast(head, counters) {
            counters.hit();
            self.touch_slow(head, self.touching.0.load(Relaxed), counters);
        }
    }

    /// How long an entry still has. `None` for ever.
    fn expires_in(&self, head: &Head) -> Option<Duration> {
        let deadline = self.deadlines.deadline(&self.table, head);
        (deadline != NEVER).then(|| Duration::from_nanos(deadline.saturating_sub(self.precise())))
    }

    /// The first live entry with this hash and of this kind, where nearly all are. The caller compares its key. Without an entry: the clock that
    /// proves it, if one does; else it may still be [anywhere](Self::find_anywhere). For `SOLE_TYPE` see [`Table::find_fast`].
    #[inline(always)]
    pub(crate) fn find_fast<const SOLE_TYPE: bool>(
        &self,
        hash: ShortHash,
        entry_type: &EntryType,
    ) -> Result<FastHit<'_, S>, Option<u64>> {
        let Some(reading) = S::read_fast(&self.readers, self.scan_tag()) else { return Err(None) };
        let is_fresh = |deadline: Deadline| deadline.is_after(ticker::last_tick_if_any());
        match self.table.find_fast::<SOLE_TYPE>(hash, entry_type, |head| reading.protect(head), is_fresh) {
            FastLookup::Found(head) => Ok(FastHit { engine: self, reading, head }),
            FastLookup::Absent(version) => Err(Some(version)),
            FastLookup::Unknown => Err(None),
        }
    }

    /// The live entry that `is` recognises, wherever it is. Without one: the clock that proves it, if one does.
    pub(crate) fn find_full(
        &self,
        hash: ShortHash,
        entry_type: EntryType,
        is: &dyn Fn(&Head) -> bool,
    ) -> Result<Found<'_, S>, Option<u64>> {
        let reading = self.read();
        let found = match self.table.find(hash, entry_type, &|head| reading.protect(head), is) {
            FullLookup::Found(head, deadline) => Some((head, deadline)),
            FullLookup::Absent(version) => return Err(Some(version)),
            FullLookup::Unknown => self.find_under_the_lock(hash, entry_type.number, is, &reading),
        };
        match found {
            Some((head, deadline)) if deadline == Deadline::NEVER || self.is_fresh(head, deadline) => {
                Ok(Found::new(self, reading, head))
            }
            _ => Err(None),
        }
    }

    /// Entries come faster than this reader looks.
    fn find_under_the_lock(
        &self,
        hash: ShortHash,
        entry_type: u32,
        is: &dyn Fn(&Head) -> bool,
        reading: &S::ReadGuard<'_>,
    ) -> Option<(&Head, Deadline)> {
        let located = self.locate(hash, entry_type, is);
        let found = located.live.map(|slot| {
            let head = self.table.head(slot);
            // Under the lock, while it lives.
            reading.protect(head);
            (head, head.deadline())
        });
        located.finish(false);
        found
    }

    /// Counts a look-up that found nothing, and computes nothing.
    pub(crate) fn missed(&self) {
        self.stats.counters(&self.read()).miss();
    }

    /// Whether an entry with this date, which was read together with the entry's being alive, is not over. The usual one has none, and reads no
    /// clock.
    pub(super) fn is_fresh(&self, head: &Head, deadline: Deadline) -> bool {
        match deadline {
            Deadline::NEVER => true,
            Deadline::STORED_APART => self.deadlines.deadline(&self.table, head) > self.precise(),
            deadline => !deadline.is_expired(self.config.time.coarse()),
        }
    }

    /// A hit of an entry that another thread touched last, or that this thread's ticks are behind of.
    ///
    /// If nobody has touched it since the last entry came, this thread is the one who touches it from now on. Otherwise it is marked as shared,
    /// and nobody need write it before the next entry comes: all that a mark can tell is whether it was used before or after that.
    fn touch_shared(&self, head: &Head, rank: u64, counters: &ThreadCounters) {
        let (version, owner, next_stamp) = (self.table.version(), rank & TAG, rank >> TAG_BITS);
        if owner == SHARED && next_stamp > version {
            return;
        }
        let owner = if owner == counters.tag() || next_stamp <= version { counters.tag() } else { SHARED };
        head.rank.store(self.later_than_all(counters, next_stamp) << TAG_BITS | owner, Relaxed);
    }

    /// A hit that is not one of the usual ones.
    fn touch_slow(&self, head: &Head, touching: u64, counters: &ThreadCounters) {
        let rank = head.rank.load(Relaxed);
        match touching & !IDLE {
            NOTHING => {}
            TICK => self.touch_shared(head, rank, counters),
            COUNT_THEN_TICK => {
                let next_stamp = self.later_than_all(counters, 0) << TAG_BITS | counters.tag();
                head.rank.store(crate::policy::used_again(rank, next_stamp), Relaxed);
            }
            most => count_up_to(most - COUNT, head),
        }
        if touching & IDLE != 0 {
            self.deadlines.used(&self.table, head, self.precise());
        }
    }

    /// This thread's tick, moved on if it is not later than the last entry that came and this one.
    #[inline]
    fn later_than_all(&self, counters: &ThreadCounters, other: u64) -> u64 {
        let newest = self.table.version().max(other);
        if counters.stamp() > newest { counters.stamp() } else { counters.advance_past(newest) }
    }
}

/// A hit where marks count hits, up to so many.
#[inline(always)]
fn count_up_to(most: u64, head: &Head) {
    let rank = head.rank.load(Relaxed);
    if rank < most {
        head.rank.store(rank + 1, Relaxed);
    }
}
