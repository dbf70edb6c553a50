//! A hit: find the entry, look at its value, record the use. No lock, no read-modify-write, no line written that another thread writes.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::kinds::Kind;
use super::scope::{Quick, Reading, Scope};
use super::state::TAG_BITS;
use super::{Engine, NEVER};
use crate::policy::Touch;
use crate::table::tally::Tally;
use crate::table::{Due, Hash, Head, KindOf, Look, Near, Node};

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

    /// Looks at the entry as what it is.
    ///
    /// # Safety
    ///
    /// It was looked for as an entry of this kind.
    pub(crate) unsafe fn with<K, V, T>(self, _: Kind<K, V>, then: impl FnOnce(&Hit<'_, K, V, S>) -> T) -> T {
        let tally = self.engine.stats.tally(&self.reading);
        then(&Hit { engine: self.engine, head: self.head, tally, _of: PhantomData })
    }
}

/// An entry with the right hash that stays as it is until this is dropped.
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

    /// Records a hit.
    #[inline(always)]
    pub(crate) fn touch(&self) {
        match self.engine.stats.tally_quickly(&self.reading) {
            Some(tally) => self.engine.touch(self.head, tally),
            None => self.touch_first(),
        }
    }

    /// The first hit of this thread in this store, or the first since it hit another one.
    #[cold]
    #[inline(never)]
    fn touch_first(&self) {
        self.engine.touch(self.head, self.engine.stats.tally_anyway(&self.reading));
    }
}

/// An entry that stays as it is, its types known.
pub(crate) struct Hit<'a, K, V, S: Scope> {
    engine: &'a Engine<S>,
    head: &'a Head,
    tally: &'a Tally,
    _of: PhantomData<fn() -> (K, V)>,
}

impl<K, V, S: Scope> Hit<'_, K, V, S> {
    #[inline(always)]
    pub(crate) fn value(&self) -> &V {
        // SAFETY: an entry of this kind, held by whoever made this hit; it was found alive, and is published with its value.
        unsafe { (*std::ptr::from_ref(self.head).cast::<Node<K, V>>()).value() }
    }

    /// Records a hit.
    #[inline(always)]
    pub(crate) fn touch(&self) {
        self.engine.touch(self.head, self.tally);
    }

    /// How long the entry still has. `None` for ever.
    pub(crate) fn expires_in(&self) -> Option<Duration> {
        self.engine.expires_in(self.head)
    }
}

impl<S: Scope> Engine<S> {
    /// Records a hit.
    #[inline(always)]
    fn touch(&self, head: &Head, tally: &Tally) {
        let tick = tally.hit();
        let touching = self.touching.0.load(Relaxed);
        if touching == TICK {
            // Of the threads that hit an entry only the one that touched it last always writes; see `touch_anothers`.
            let mark = head.mark.load(Relaxed);
            if mark & TAG == tally.tag() && tick > self.table.clock() {
                head.mark.store(tick << TAG_BITS | tally.tag(), Relaxed);
            } else {
                self.touch_anothers(head, mark, tally);
            }
        } else if (COUNT..IDLE).contains(&touching) {
            let mark = head.mark.load(Relaxed);
            if mark < touching - COUNT {
                head.mark.store(mark + 1, Relaxed);
            }
        } else if touching != NOTHING {
            self.touch_otherwise(head, touching, tally);
        }
    }

    /// How long an entry still has. `None` for ever.
    fn expires_in(&self, head: &Head) -> Option<Duration> {
        let due = self.dating.due(&self.table, head);
        (due != NEVER).then(|| Duration::from_nanos(due.saturating_sub(self.precise())))
    }

    /// The first live entry with this hash and of this kind, where nearly all are: for functions, which compare its key themselves, so that
    /// nothing else is compiled for each of them. Without an entry: the clock that proves it, if one does; else it may still be
    /// [anywhere](Self::find_anywhere).
    #[inline(always)]
    pub(crate) fn find_near(&self, hash: Hash, kind: KindOf) -> Result<Nearby<'_, S>, Option<u64>> {
        let Some(reading) = S::read_quickly(&self.readers, self.sign()) else { return Err(None) };
        match self.table.find_near(hash, kind, |head| reading.hold(head), |_| true) {
            Near::Found(head, due) if due == Due::NEVER || self.is_in_time(head, due) => {
                Ok(Nearby { engine: self, reading, head })
            }
            Near::Nothing(clock) => Err(Some(clock)),
            Near::Found(..) | Near::Unclear => Err(None),
        }
    }

    /// The live entry that `is` recognises, wherever it is. Without type parameters of its own.
    pub(crate) fn find_anywhere(
        &self,
        hash: Hash,
        kind: KindOf,
        is: &dyn Fn(&Head) -> bool,
    ) -> Result<Found<'_, S>, Option<u64>> {
        self.look_for(hash, kind, is, self.read())
    }

    /// What `then` makes of the live entry that `is` recognises. By itself this neither counts nor touches. Where there is none: the clock that
    /// proves it, if one does.
    ///
    /// The usual hit in line, everything else behind one call. It goes on with `then` instead of giving the entry back because that is
    /// the difference between registers and memory on the hottest path.
    #[inline(always)]
    pub(crate) fn find<K, V, T>(
        &self,
        hash: Hash,
        kind: Kind<K, V>,
        is: impl Fn(&K) -> bool,
        then: impl FnOnce(&Hit<'_, K, V, S>) -> T,
    ) -> Result<T, Option<u64>> {
        let Some(reading) = S::read_quickly(&self.readers, self.sign()) else {
            return self.find_far(hash, kind, is, then, None);
        };
        match self.table.find_near(hash, kind.kind(), |head| reading.hold(head), |head| is_of(kind, &is, head)) {
            Near::Found(head, due) => {
                if (due == Due::NEVER || self.is_in_time(head, due))
                    && let Some(tally) = self.stats.tally_quickly(&reading)
                {
                    return Ok(then(&Hit { engine: self, head, tally, _of: PhantomData }));
                }
            }
            Near::Nothing(clock) => return Err(Some(clock)),
            Near::Unclear => {}
        }
        self.find_far(hash, kind, is, then, Some(reading))
    }

    /// Not where nearly all entries are, not there at all, or the first hit of this thread.
    #[cold]
    #[inline(never)]
    fn find_far<'a, K, V, T>(
        &'a self,
        hash: Hash,
        kind: Kind<K, V>,
        is: impl Fn(&K) -> bool,
        then: impl FnOnce(&Hit<'_, K, V, S>) -> T,
        reading: Option<S::Quick<'a>>,
    ) -> Result<T, Option<u64>> {
        let reading = reading.map_or_else(|| self.read(), Quick::slow_down);
        let is = |head: &Head| is_of(kind, &is, head);
        let found = self.look_for(hash, kind.kind(), &is, reading)?;
        // SAFETY: found as an entry of this kind.
        Ok(unsafe { found.with(kind, then) })
    }

    fn look_for<'a>(
        &'a self,
        hash: Hash,
        kind: KindOf,
        is: &dyn Fn(&Head) -> bool,
        reading: S::Reading<'a>,
    ) -> Result<Found<'a, S>, Option<u64>> {
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
    #[inline(never)]
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
    #[cold]
    #[inline(never)]
    fn touch_anothers(&self, head: &Head, mark: u64, tally: &Tally) {
        let (clock, owner, tick) = (self.table.clock(), mark & TAG, mark >> TAG_BITS);
        if owner == SHARED && tick > clock {
            return;
        }
        let owner = if owner == tally.tag() || tick <= clock { tally.tag() } else { SHARED };
        head.mark.store(self.later_than_all(tally, tick) << TAG_BITS | owner, Relaxed);
    }

    /// A hit where more, or less, than the tick is written.
    #[inline(never)]
    fn touch_otherwise(&self, head: &Head, touching: u64, tally: &Tally) {
        let mark = head.mark.load(Relaxed);
        match touching & !IDLE {
            NOTHING => {}
            TICK => self.touch_anothers(head, mark, tally),
            COUNT_THEN_TICK => {
                let tick = self.later_than_all(tally, 0) << TAG_BITS | tally.tag();
                head.mark.store(crate::policy::used_again(mark, tick), Relaxed);
            }
            most => {
                if mark < most - COUNT {
                    head.mark.store(mark + 1, Relaxed);
                }
            }
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

/// Whether an entry of this kind, held and its key there, is recognised.
#[inline(always)]
fn is_of<K, V>(_: Kind<K, V>, is: &impl Fn(&K) -> bool, head: &Head) -> bool {
    // SAFETY: of this kind, held and alive.
    let node: &Node<K, V> = unsafe { &*std::ptr::from_ref(head).cast() };
    is(node.key())
}
