//! A hit: find the entry, look at its value, record the use. No lock, no read-modify-write, no line written that another thread writes.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::kinds::Kind;
use super::scope::{Reading, Scope};
use super::state::TAG_BITS;
use super::{Engine, NEVER};
use crate::policy::Touch;
use crate::table::tally::Tally;
use crate::table::{Due, Hash, Head, Look, Node};

/// The tag of a mark that several threads have written since the last entry came: then it is recent enough for all of them.
const SHARED: u64 = 0;
const TAG: u64 = (1 << TAG_BITS) - 1;

/// What a hit writes, as it is now: [`Touch`] in one word.
pub(super) struct Touching(AtomicU64);

const NOTHING: u64 = 0;
const TICK: u64 = 1;
const COUNT_THEN_TICK: u64 = 2;
/// [`Touch::Count`] up to the number that this is taken from.
const COUNT: u64 = 3;

impl Touching {
    pub(super) fn new(touch: Touch) -> Self {
        let touching = Self(AtomicU64::new(NOTHING));
        touching.set(touch);
        touching
    }

    pub(super) fn set(&self, touch: Touch) {
        let word = match touch {
            Touch::Nothing => NOTHING,
            Touch::Tick => TICK,
            Touch::CountThenTick => COUNT_THEN_TICK,
            Touch::Count(most) => most.saturating_add(COUNT),
        };
        self.0.store(word, Relaxed);
    }
}

/// An entry that stays as it is until this is dropped.
pub(crate) struct Found<'a, S: Scope> {
    engine: &'a Engine<S>,
    reading: S::Reading<'a>,
    pub(super) head: &'a Head,
}

/// The same, its types known.
pub(crate) struct Hit<'a, K, V, S: Scope> {
    found: Found<'a, S>,
    _of: PhantomData<fn() -> (K, V)>,
}

impl<'a, S: Scope> Found<'a, S> {
    pub(super) fn new(engine: &'a Engine<S>, reading: S::Reading<'a>, head: &'a Head) -> Self {
        Self { engine, reading, head }
    }

    /// The entry as what it is.
    ///
    /// # Safety
    ///
    /// It was looked for as an entry of this kind.
    pub(crate) unsafe fn of<K, V>(self, _: Kind<K, V>) -> Hit<'a, K, V, S> {
        Hit { found: self, _of: PhantomData }
    }

    /// Records a hit.
    #[inline(always)]
    fn touch(&self) {
        let (engine, head) = (self.engine, self.head);
        let (tally, tag) = engine.stats.tally(&self.reading);
        let tick = tally.hit();
        let touching = engine.touching.0.load(Relaxed);
        if touching == TICK {
            // Of the threads that hit an entry only the one that touched it last always writes; see `touch_another's`.
            let mark = head.mark.load(Relaxed);
            if mark & TAG == u64::from(tag) && tick > engine.table.clock() {
                head.mark.store(tick << TAG_BITS | u64::from(tag), Relaxed);
            } else {
                engine.touch_anothers(head, mark, tally, tag);
            }
        } else if touching >= COUNT {
            let mark = head.mark.load(Relaxed);
            if mark < touching - COUNT {
                head.mark.store(mark + 1, Relaxed);
            }
        } else if touching == COUNT_THEN_TICK {
            let tick = engine.later_than_all(tally, 0) << TAG_BITS | u64::from(tag);
            head.mark.store(crate::policy::used_again(head.mark.load(Relaxed), tick), Relaxed);
        }
        if engine.dating.idle.is_some() {
            engine.dating.used(&engine.table, head, engine.precise());
        }
    }
}

impl<K, V, S: Scope> Hit<'_, K, V, S> {
    #[inline(always)]
    fn node(&self) -> &Node<K, V> {
        // SAFETY: an entry of this kind by the contract of `Found::of`, held by `found`.
        unsafe { &*std::ptr::from_ref(self.found.head).cast() }
    }

    #[inline(always)]
    pub(crate) fn value(&self) -> &V {
        // SAFETY: it was found alive, and is published with its value.
        unsafe { self.node().value() }
    }

    /// Records a hit.
    #[inline(always)]
    pub(crate) fn touch(&self) {
        self.found.touch();
    }

    /// How long the entry still has. `None` for ever.
    pub(crate) fn expires_in(&self) -> Option<std::time::Duration> {
        let engine = self.found.engine;
        let due = engine.dating.due(&engine.table, self.found.head);
        (due != NEVER).then(|| std::time::Duration::from_nanos(due.saturating_sub(engine.precise())))
    }
}

impl<S: Scope> Engine<S> {
    /// What `then` makes of the live entry that `is` recognises. By itself this neither counts nor touches. Where there is none: the clock that
    /// proves it, if one does.
    ///
    /// It goes on with `then` instead of giving the entry back because that is the difference between registers and memory on the hottest path.
    #[inline(always)]
    pub(crate) fn find<K, V, T>(
        &self,
        hash: Hash,
        kind: Kind<K, V>,
        is: impl Fn(&K) -> bool,
        then: impl FnOnce(&Hit<'_, K, V, S>) -> T,
    ) -> Result<T, Option<u64>> {
        let reading = self.read();
        match self.table.find_near(hash, kind.number(), |head| reading.hold(head), |head| is_of(kind, &is, head)) {
            Look::Found(head, due) => {
                if due == Due::NEVER || self.is_live_at(head, due) {
                    // SAFETY: found as an entry of this kind.
                    Ok(then(&unsafe { Found::new(self, reading, head).of(kind) }))
                } else {
                    Err(None)
                }
            }
            Look::Nothing(clock) => Err(Some(clock)),
            Look::Unclear => self.find_far(hash, kind, is, reading, then),
        }
    }

    /// Not where nearly all entries are, or entries come just now.
    #[cold]
    #[inline(never)]
    fn find_far<'a, K, V, T>(
        &'a self,
        hash: Hash,
        kind: Kind<K, V>,
        is: impl Fn(&K) -> bool,
        reading: S::Reading<'a>,
        then: impl FnOnce(&Hit<'_, K, V, S>) -> T,
    ) -> Result<T, Option<u64>> {
        let is = |head: &Head| is_of(kind, &is, head);
        let head = match self.table.find(hash, kind.number(), &|head| reading.hold(head), &is) {
            Look::Found(head, _) => Some(head),
            Look::Nothing(clock) => return Err(Some(clock)),
            Look::Unclear => self.find_under_the_lock(hash, kind.number(), &is, &reading),
        };
        match head {
            // SAFETY: found as an entry of this kind.
            Some(head) if self.is_live(head) => Ok(then(&unsafe { Found::new(self, reading, head).of(kind) })),
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
    ) -> Option<&Head> {
        let located = self.locate(hash, kind, is);
        let head = located.live.map(|slot| self.table.head(slot));
        if let Some(head) = head {
            // Under the lock, while it lives.
            reading.hold(head);
        }
        located.finish(false);
        head
    }

    /// Counts a look-up that found nothing, and computes nothing.
    pub(crate) fn missed(&self) {
        self.stats.tally(&self.read()).0.miss();
    }

    pub(super) fn is_live(&self, head: &Head) -> bool {
        self.is_live_at(head, head.due())
    }

    /// Not over. The usual entry has no date, and reads no clock.
    #[inline(always)]
    fn is_live_at(&self, head: &Head, due: Due) -> bool {
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
    fn touch_anothers(&self, head: &Head, mark: u64, tally: &Tally, tag: u8) {
        let (clock, owner, tick) = (self.table.clock(), mark & TAG, mark >> TAG_BITS);
        if owner == SHARED && tick > clock {
            return;
        }
        let owner = if owner == u64::from(tag) || tick <= clock { u64::from(tag) } else { SHARED };
        head.mark.store(self.later_than_all(tally, tick) << TAG_BITS | owner, Relaxed);
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
