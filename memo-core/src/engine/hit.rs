//! A hit: find the entry, look at its value, record the use. No lock, no read-modify-write, no line written that another thread writes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::scope::{Quick, Reading, Scope};
use super::state::TAG_BITS;
use super::{Engine, NEVER};
use crate::policy::Touch;
use crate::table::tally::Tally;
use crate::table::{Due, Hash, Head, KindOf, Look, Near};
use crate::ticker;

/// The tag of a mark that several threads have written since the last entry came: then it is recent enough for all of them.
const SHARED: u64 = 0;
const TAG: u64 = (1 << TAG_BITS) - 1;

/// What a hit writes, as it is now: [`Touch`] in one word, and whether it moves a date.
pub(super) struct Touching(AtomicU64);

const NOTHING: u64 = 0;
const TICK: u64 = 1;
const COUNT_THEN_TICK: u64 = 2;
/// [`Touch::Count`] up to the number that this is taken from.
const COUNT: u64 = 3;
/// The highest bit: besides, the hit moves the end of a time to idle on.
const IDLE: u64 = 1 << 63;

impl Touching {
    pub(super) fn new(touch: Touch, idle: bool) -> Self {
        let touching = Self(AtomicU64::new(if idle { IDLE } else { NOTHING }));
        touching.set(touch);
        touching
    }

    pub(super) fn set(&self, touch: Touch) {
        let word = match touch {
            Touch::Nothing => NOTHING,
            Touch::Tick => TICK,
            Touch::CountThenTick => COUNT_THEN_TICK,
            Touch::Count(most) => most + COUNT,
        };
        self.0.store(word | self.0.load(Relaxed) & IDLE, Relaxed);
    }
}

/// An entry that stays as it is until this is dropped.
pub(crate) struct Found<'a, S: Scope> {
    engine: &'a Engine<S>,
    reading: S::Reading<'a>,
    head: &'a Head,
}

impl<'a, S: Scope> Found<'a, S> {
    pub(super) fn new(engine: &'a Engine<S>, reading: S::Reading<'a>, head: &'a Head) -> Self {
        Self { engine, reading, head }
    }

    /// The entry, which is alive.
    pub(crate) fn head(&self) -> &Head {
        self.head
    }

    /// Records a hit.
    pub(crate) fn touch(&self) {
        self.engine.touch(self.head, self.engine.stats.tally(&self.reading));
    }

    /// How long the entry still has. `None` for ever.
    pub(crate) fn expires_in(&self) -> Option<Duration> {
        self.engine.expires_in(self.head)
    }
}

/// An entry with the right hash that stays as it is until this is dropped: a hit, if it is the one.
pub(crate) struct Nearby<'a, S: Scope> {
    engine: &'a Engine<S>,
    reading: S::Quick<'a>,
    head: &'a Head,
}

impl<S: Scope> Nearby<'_, S> {
    /// The entry, which is alive.
    #[inline(always)]
    pub(crate) fn head(&self) -> &Head {
        self.head
    }

    /// Records a hit, if that takes no call. If not, nothing was recorded.
    #[inline(always)]
    #[must_use]
    pub(crate) fn touch(&self) -> bool {
        match self.engine.stats.tally_quickly(self.engine.serial, &self.reading) {
            Some(tally) => self.engine.touch_quickly(self.head, tally),
            // The first hit of this thread in this store, or the first since it hit another one.
            None => false,
        }
    }
}

impl<S: Scope> Engine<S> {
    /// Records a hit, if it is one of the usual ones: no call, so that whoever has this in line needs few registers.
    #[inline(always)]
    fn touch_quickly(&self, head: &Head, tally: &Tally) -> bool {
        let touching = self.touching.0.load(Relaxed);
        if touching == TICK {
            let (mark, clock, tick) = (head.mark.load(Relaxed), self.table.clock(), tally.tick() + 1);
            // Of the threads that hit an entry only the one that touched it last always writes; see `touch_anothers`.
            if mark & TAG == tally.tag() && tick > clock {
                head.mark.store(tick << TAG_BITS | tally.tag(), Relaxed);
            } else if mark & TAG != SHARED || mark >> TAG_BITS <= clock {
                return false;
            }
        } else if (COUNT..IDLE).contains(&touching) {
            count_up_to(touching - COUNT, head);
        } else if touching != NOTHING {
            return false;
        }
        tally.hit();
        true
    }

    /// Records a hit.
    fn touch(&self, head: &Head, tally: &Tally) {
        if !self.touch_quickly(head, tally) {
            tally.hit();
            self.touch_otherwise(head, self.touching.0.load(Relaxed), tally);
        }
    }

    /// How long an entry still has. `None` for ever.
    fn expires_in(&self, head: &Head) -> Option<Duration> {
        let due = self.dating.due(&self.table, head);
        (due != NEVER).then(|| Duration::from_nanos(due.saturating_sub(self.precise())))
    }

    /// The first live entry with this hash and of this kind, where nearly all are. The caller compares its key. Without an entry: the clock that
    /// proves it, if one does; else it may still be [anywhere](Self::find_anywhere). For `ONE_KIND` see [`Table::find_near`].
    #[inline(always)]
    pub(crate) fn find_near<const ONE_KIND: bool>(
        &self,
        hash: Hash,
        kind: &KindOf,
    ) -> Result<Nearby<'_, S>, Option<u64>> {
        let Some(reading) = S::read_quickly(&self.readers, self.sign()) else { return Err(None) };
        let in_time = |due: Due| due.is_ahead_of(ticker::last_tick_if_any());
        match self.table.find_near::<ONE_KIND>(hash, kind, |head| reading.hold(head), in_time) {
            Near::Found(head) => Ok(Nearby { engine: self, reading, head }),
            Near::Nothing(clock) => Err(Some(clock)),
            Near::Unclear => Err(None),
        }
    }

    /// The live entry that `is` recognises, wherever it is. Without one: the clock that proves it, if one does.
    pub(crate) fn find_anywhere(
        &self,
        hash: Hash,
        kind: KindOf,
        is: &dyn Fn(&Head) -> bool,
    ) -> Result<Found<'_, S>, Option<u64>> {
        let reading = self.read();
        let found = match self.table.find(hash, kind, &|head| reading.hold(head), is) {
            Look::Found(head, due) => Some((head, due)),
            Look::Nothing(clock) => return Err(Some(clock)),
            Look::Unclear => self.find_under_the_lock(hash, kind.number, is, &reading),
        };
        match found {
            Some((head, due)) if due == Due::NEVER || self.is_in_time(head, due) => Ok(Found::new(self, reading, head)),
            _ => Err(None),
        }
    }

    /// Entries come faster than this reader looks.
    fn find_under_the_lock(
        &self,
        hash: Hash,
        kind: u32,
        is: &dyn Fn(&Head) -> bool,
        reading: &S::Reading<'_>,
    ) -> Option<(&Head, Due)> {
        let located = self.locate(hash, kind, is);
        let found = located.live.map(|slot| {
            let head = self.table.head(slot);
            // Under the lock, while it lives.
            reading.hold(head);
            (head, head.due())
        });
        located.finish(false);
        found
    }

    /// Counts a look-up that found nothing, and computes nothing.
    pub(crate) fn missed(&self) {
        self.stats.tally(&self.read()).miss();
    }

    /// Whether an entry with this date, which was read together with the entry's being alive, is not over. The usual one has none, and reads no
    /// clock.
    pub(super) fn is_in_time(&self, head: &Head, due: Due) -> bool {
        match due {
            Due::NEVER => true,
            Due::ELSEWHERE => self.dating.due(&self.table, head) > self.precise(),
            due => !due.is_over(self.config.time.coarse()),
        }
    }

    /// A hit of an entry that another thread touched last, or that this thread's ticks are behind of.
    ///
    /// If nobody has touched it since the last entry came, this thread is the one who touches it from now on. Otherwise it is marked as shared,
    /// and nobody need write it before the next entry comes: all that a mark can tell is whether it was used before or after that.
    fn touch_anothers(&self, head: &Head, mark: u64, tally: &Tally) {
        let (clock, owner, tick) = (self.table.clock(), mark & TAG, mark >> TAG_BITS);
        if owner == SHARED && tick > clock {
            return;
        }
        let owner = if owner == tally.tag() || tick <= clock { tally.tag() } else { SHARED };
        head.mark.store(self.later_than_all(tally, tick) << TAG_BITS | owner, Relaxed);
    }

    /// A hit that is not one of the usual ones.
    fn touch_otherwise(&self, head: &Head, touching: u64, tally: &Tally) {
        let mark = head.mark.load(Relaxed);
        match touching & !IDLE {
            NOTHING => {}
            TICK => self.touch_anothers(head, mark, tally),
            COUNT_THEN_TICK => {
                let tick = self.later_than_all(tally, 0) << TAG_BITS | tally.tag();
                head.mark.store(crate::policy::used_again(mark, tick), Relaxed);
            }
            most => count_up_to(most - COUNT, head),
        }
        if touching & IDLE != 0 {
            self.dating.used(&self.table, head, self.precise());
        }
    }

    /// This thread's tick, moved on if it is not later than the last entry that came and this one.
    #[inline]
    fn later_than_all(&self, tally: &Tally, other: u64) -> u64 {
        let newest = self.table.clock().max(other);
        if tally.tick() > newest { tally.tick() } else { tally.jump_over(newest) }
    }
}

/// A hit where marks count hits, up to so many.
#[inline(always)]
fn count_up_to(most: u64, head: &Head) {
    let mark = head.mark.load(Relaxed);
    if mark < most {
        head.mark.store(mark + 1, Relaxed);
    }
}
