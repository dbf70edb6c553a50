//! Deadlines of entries, and an index of the next ones to expire.
//!
//! An entry's deadline is stored in the entry alone. For every 64 slots there is one lower bound of
//! their deadlines, and for every 64 of these bounds another: an eighth of a byte per entry. When a
//! bound is reached, its 64 slots are visited, and the deadlines that remain give the next bound.
//! Deadlines only move later (a hit extends an entry's time to idle) or disappear (the entry is
//! removed), so a bound may be too early, which costs a visit, and is never too late. Each insert
//! can cause at most one such visit. A hit costs nothing here, a write O(1) amortised.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use super::steps;
use crate::config::Config;
use crate::sync::atomic::Ordering::Relaxed;
use crate::system_clock::nanos;
use crate::table::{Deadline, Head, PrefixWords, Table};
use crate::ticker;

/// No deadline: the entry never expires.
pub(super) const NEVER: u64 = u64::MAX;
/// Slots per bound, and bounds per bound of the next level.
const GROUP: usize = 64;

/// Where entries store their deadlines.
///
/// A deadline by the system's clock fits into the entry's head. It is [earlier](ticker::shift_for)
/// than the end of the time to live, by more than the coarse clock is late. Where deadlines must be
/// exact to the nanosecond (a user's clock, a short time to live), or hits move them (time to
/// idle), they are in prefix words before the head.
#[derive(Debug)]
pub(super) struct DeadlineLayout {
    /// The time to idle, in a store that has one.
    idle: Option<AtomicU64>,
    /// The prefix word of the deadline, in nanoseconds.
    exact: Option<u8>,
    /// The prefix word of the end of the time to live, where the deadline is the sooner of two.
    deadline: Option<u8>,
    /// Whether every entry has a deadline, and not only those with a time to live of their own.
    always: AtomicBool,
}

impl DeadlineLayout {
    pub(super) fn new(config: &Config, prefix_words: &mut PrefixWords) -> Self {
        let idle = config.idle.map(|idle| AtomicU64::new(nanos(idle)));
        let is_short = config.ttl.is_some_and(|ttl| nanos(ttl) < ticker::SHIFTED_FROM);
        let exact = (idle.is_some() || is_short || !config.time.is_system()).then(|| prefix_words.reserve());
        let deadline = idle.is_some().then(|| prefix_words.reserve());
        let always = AtomicBool::new(idle.is_some() || config.ttl.is_some());
        Self { idle, exact, deadline, always }
    }

    /// The time to idle, if the store has one.
    pub(super) fn idle(&self) -> Option<u64> {
        self.idle.as_ref().map(|idle| idle.load(Relaxed))
    }

    /// Whether every entry has a deadline.
    #[inline(always)]
    pub(super) fn is_always(&self) -> bool {
        self.always.load(Relaxed)
    }

    /// Changes the time to idle. Returns whether the store has one.
    pub(super) fn set_idle(&self, idle: u64) -> bool {
        self.idle.as_ref().map(|old| old.store(idle, Relaxed)).is_some()
    }

    /// The store has a time to live from now on.
    pub(super) fn set_always(&self) {
        self.always.store(true, Relaxed);
    }

    /// Returns when the entry expires if it is not hit again.
    pub(super) fn deadline(&self, table: &Table, head: &Head) -> u64 {
        match (head.deadline(), self.exact) {
            (Deadline::NEVER, _) | (Deadline::STORED_APART, None) => NEVER,
            (Deadline::STORED_APART, Some(exact)) => table.prefix_word(head, exact).load(Relaxed),
            (deadline, _) => deadline.nanos(),
        }
    }

    /// Returns when the entry's time to live ends, however often it is hit.
    pub(super) fn ttl_end(&self, table: &Table, head: &Head) -> u64 {
        match self.deadline {
            Some(word) if head.deadline() != Deadline::NEVER => table.prefix_word(head, word).load(Relaxed),
            _ => self.deadline(table, head),
        }
    }

    /// Sets the deadline of an entry before it is published. Returns the part that goes into its
    /// head.
    #[inline]
    pub(super) fn write(&self, table: &Table, head: &Head, now: u64, ttl: Option<u64>) -> Deadline {
        if ttl.is_none() && !self.is_always() { Deadline::NEVER } else { self.write_date(table, head, now, ttl) }
    }

    #[inline(never)]
    fn write_date(&self, table: &Table, head: &Head, now: u64, ttl: Option<u64>) -> Deadline {
        let deadline = ttl.map_or(NEVER, |ttl| now.saturating_add(ttl));
        if let Some(word) = self.deadline {
            table.prefix_word(head, word).store(deadline, Relaxed);
        }
        let idle_at = self.idle().map_or(NEVER, |idle| now.saturating_add(idle));
        let deadline = deadline.min(idle_at);
        match self.exact {
            _ if deadline == NEVER => Deadline::NEVER,
            None => match ttl {
                Some(short @ ..ticker::SHIFTED_FROM) => Deadline::precisely_at(now.saturating_add(short)),
                _ => Deadline::at(deadline - ttl.map_or(0, ticker::shift_for)),
            },
            Some(word) => {
                table.prefix_word(head, word).store(deadline, Relaxed);
                Deadline::STORED_APART
            }
        }
    }

    /// Moves the idle deadline of an entry after a hit.
    pub(super) fn used(&self, table: &Table, head: &Head, now: u64) {
        if let (Some(idle), Some(exact), Some(deadline)) = (self.idle(), self.exact, self.deadline)
            && head.deadline() == Deadline::STORED_APART
        {
            let deadline = table.prefix_word(head, deadline).load(Relaxed);
            // Not earlier than another hit has moved it: this one may have been interrupted.
            table.prefix_word(head, exact).fetch_max(deadline.min(now.saturating_add(idle)), Relaxed);
        }
    }

    /// Returns the shorter of a time to live and the time to idle.
    pub(super) fn shortest(&self, ttl: Option<u64>) -> Option<Duration> {
        ttl.into_iter().chain(self.idle()).min().map(Duration::from_nanos)
    }
}

/// Lower bounds of the deadlines.
pub(super) struct ExpiryIndex {
    groups: Vec<u64>,
    blocks: Vec<u64>,
    soonest: u64,
}

impl Default for ExpiryIndex {
    fn default() -> Self {
        Self { groups: Vec::new(), blocks: Vec::new(), soonest: NEVER }
    }
}

impl ExpiryIndex {
    /// Records that the entry in this slot expires at this time or later.
    pub(super) fn note(&mut self, slot: u32, deadline: u64) {
        let group = slot as usize / GROUP;
        if group >= self.groups.len() {
            self.groups.resize(group + 1, NEVER);
            self.blocks.resize(group / GROUP + 1, NEVER);
        }
        for bound in [&mut self.groups[group], &mut self.blocks[group / GROUP], &mut self.soonest] {
            *bound = deadline.min(*bound);
        }
    }

    /// Whether an entry may have expired at `now`. May be true too early, never too late.
    #[inline]
    pub(super) fn is_due(&self, now: u64) -> bool {
        self.soonest <= now
    }

    /// A lower bound of all deadlines, [`NEVER`] if there is none.
    pub(super) fn soonest(&self) -> u64 {
        self.soonest
    }

    /// Returns the slot of an expired entry, if there is one. `deadline` returns the deadline of a
    /// slot's entry, or [`NEVER`] if it has none. Looks into at most so many groups in which none
    /// has expired, and subtracts them from `visits`: hits may have moved the deadlines of all
    /// entries since the bounds were written.
    pub(super) fn next(&mut self, now: u64, visits: &mut usize, deadline: impl Fn(u32) -> u64) -> Option<u32> {
        while self.soonest <= now {
            let Some(block) = self.blocks.iter().position(|&bound| bound <= now) else {
                self.soonest = min_rank(&self.blocks);
                continue;
            };
            let groups = block * GROUP..self.groups.len().min((block + 1) * GROUP);
            let Some(group) = groups.clone().find(|&group| self.groups[group] <= now) else {
                self.blocks[block] = min_rank(&self.groups[groups]);
                continue;
            };
            let left = visits.checked_sub(1)?;
            steps::add(GROUP);
            let mut bound = NEVER;
            for slot in (group * GROUP..(group + 1) * GROUP).map(|slot| u32::try_from(slot).expect("slots are u32")) {
                let deadline = deadline(slot);
                if deadline <= now {
                    return Some(slot);
                }
                bound = bound.min(deadline);
            }
            self.groups[group] = bound;
            *visits = left;
        }
        None
    }

    #[cfg(any(test, feature = "validate"))]
    pub(super) fn bounds(&self, slot: u32, deadline: u64) -> bool {
        let group = slot as usize / GROUP;
        self.groups[group] <= deadline && self.blocks[group / GROUP] <= deadline && self.soonest <= deadline
    }
}

fn min_rank(bounds: &[u64]) -> u64 {
    bounds.iter().copied().min().unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use super::{DeadlineLayout, NEVER};
    use crate::config::Config;
    use crate::system_clock::{nanos, system_now};
    use crate::table::{PrefixWords, Table};
    use std::time::Duration;

    const MILLISECOND: u64 = 1_000_000;

    /// Writes deadlines of entries with these times to live, in a store with such a configuration.
    fn deadlines(config: &Config, now: u64, ttls: &[u64]) -> Vec<u64> {
        let mut words = PrefixWords::default();
        let layout = DeadlineLayout::new(config, &mut words);
        let (table, mut writer) = Table::new(usize::MAX, words);
        let entry_type = writer.add_entry_type(&table, const { &crate::table::EntryVtable::new::<u32, u32>() });
        let deadline = |ttl: &u64| {
            let slot = writer.take(&table, entry_type.number);
            let head = table.head(slot);
            let deadline = layout.write(&table, head, now, Some(*ttl));
            head.publish(crate::table::ShortHash::from_bits(1), deadline);
            layout.deadline(&table, head)
        };
        let deadlines = ttls.iter().map(deadline).collect();
        // SAFETY: nobody reads in this table.
        unsafe { writer.detach(&table).free() };
        deadlines
    }

    #[test]
    fn a_time_to_live_is_an_upper_bound_and_at_most_a_32nd_too_long() {
        let ttls: Vec<u64> = [1, 2, 5, 20, 31, 32, 33, 63, 64, 65, 100, 999, 1_000, 1_600, 60_000, 86_400_000]
            .iter()
            .flat_map(|ttl| [ttl * MILLISECOND, ttl * MILLISECOND + 17])
            .collect();
        for config in [Config::new(), Config::new().ttl(Duration::from_secs(9))] {
            for now in [system_now(), system_now() + 123_456_789] {
                for (ttl, deadline) in ttls.iter().zip(deadlines(&config, now, &ttls)) {
                    // Of a short one it is known to a quarter of a millisecond.
                    let early = (ttl / 32).clamp(1 << 18, 50 * MILLISECOND);
                    assert!(deadline <= now + ttl && deadline + early >= now + ttl, "{ttl}: {}", now + ttl - deadline);
                }
            }
        }
    }

    #[test]
    fn where_the_cache_s_time_to_live_is_short_deadlines_are_exact() {
        let config = Config::new().ttl(Duration::from_millis(20));
        let ttls = [1, 20 * MILLISECOND, 20 * MILLISECOND + 1, 500 * MILLISECOND];
        let now = system_now();
        assert_eq!(deadlines(&config, now, &ttls), ttls.map(|ttl| now + ttl));
    }

    #[test]
    fn what_lies_beyond_the_clock_never_comes() {
        let far = nanos(Duration::from_secs(86_400 * 365 * 10));
        assert_eq!(deadlines(&Config::new(), system_now(), &[far, NEVER]), [NEVER, NEVER]);
    }

    /// A hit that was interrupted after it had read the clock must not undo a later one.
    #[test]
    fn an_older_hit_does_not_move_an_idle_deadline_back() {
        let mut words = PrefixWords::default();
        let layout = DeadlineLayout::new(&Config::new().idle(Duration::from_secs(10)), &mut words);
        let (table, mut writer) = Table::new(usize::MAX, words);
        let entry_type = writer.add_entry_type(&table, const { &crate::table::EntryVtable::new::<u32, u32>() });
        let slot = writer.take(&table, entry_type.number);
        let (head, now) = (table.head(slot), system_now());
        let deadline = layout.write(&table, head, now, None);
        head.publish(crate::table::ShortHash::from_bits(1), deadline);
        layout.used(&table, head, now + 5 * MILLISECOND);
        layout.used(&table, head, now + 2 * MILLISECOND);
        assert_eq!(layout.deadline(&table, head), now + 5 * MILLISECOND + nanos(Duration::from_secs(10)));
        // SAFETY: as above.
        unsafe { writer.detach(&table).free() };
    }
}
