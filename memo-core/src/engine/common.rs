//! The parts of a store that all its stripes share: configuration, statistics, clock and observers.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::Wake;
use std::time::Duration;

use super::entry_types::EntryTypes;
use super::expiry::{DeadlineLayout, NEVER};
use super::sharing::Sharing;
use super::stats::Stats;
use super::write_terms::WriteTerms;
use crate::config::Config;
use crate::hash::fresh_seed;
use crate::random::Random;
use crate::sync::TIMER;
use crate::system_clock::{nanos, system_now};
use crate::table::hazard;
use crate::table::thread_counters::ThreadCounters;
use crate::table::{EntryType, PrefixWords, Table};
use crate::ticker::{self, Sweep, Sweeps};

/// A rank that is a stamp has the thread's tag in its lowest bits.
pub(super) const TAG_BITS: u32 = 8;

/// The shared parts. Hits read the first fields.
#[repr(C)]
pub(super) struct Common<S: Sharing> {
    pub(super) deadlines: DeadlineLayout,
    pub(super) entry_types: EntryTypes,
    /// The entry type of a store that was made for only one: see
    /// [`Store::sole_type`](super::store::Store::sole_type).
    pub(super) sole_type: EntryType,
    /// The serial number of the counters: [`Stats::serial`].
    pub(super) serial: u64,
    pub(super) readers: S::Readers,
    pub(super) stats: Arc<Stats<S>>,
    /// The prefix word of an entry's weight.
    pub(super) weight_word: Option<u8>,
    pub(super) config: Config,
    /// The time to live, which may change; [`NEVER`] if there is none.
    ttl: AtomicU64,
    pub(super) observers: Vec<S::Observer>,
    /// What messages call the store; set in debug builds only, which alone print such messages.
    label: OnceLock<Box<str>>,
    /// When the timer thread visits this store.
    pub(super) sweeps: Sweeps,
    /// Whether any entry ever had a deadline. If not, the clock need not be read.
    has_deadlines: AtomicBool,
    /// Whether an alarm is set for [`look_again_later`](Self::look_again_later).
    looks_again: AtomicBool,
    random: Mutex<Random>,
}

/// How long a removed entry that a reader protects waits, if nobody writes, before it is looked at
/// again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl<S: Sharing> Common<S> {
    /// Also returns the prefix words of the entries.
    pub(super) fn new(config: Config, observers: Vec<S::Observer>, stripes: usize) -> (Self, PrefixWords) {
        let mut prefix_words = PrefixWords::default();
        let deadlines = DeadlineLayout::new(&config, &mut prefix_words);
        let weight_word = config.max_weight.is_some().then(|| prefix_words.reserve());
        let stats = Arc::new(Stats::new(stripes));
        let common = Self {
            deadlines,
            entry_types: EntryTypes::default(),
            sole_type: EntryType::default(),
            serial: stats.serial(),
            readers: S::Readers::default(),
            stats,
            weight_word,
            random: Mutex::new(Random::new(config.seed.unwrap_or_else(fresh_seed))),
            ttl: AtomicU64::new(config.ttl.map_or(NEVER, nanos)),
            config,
            observers,
            label: OnceLock::new(),
            sweeps: Sweeps::new(),
            has_deadlines: AtomicBool::new(false),
            looks_again: AtomicBool::new(false),
        };
        (common, prefix_words)
    }

    /// The hazard word of readers that are still searching in this store.
    #[inline(always)]
    pub(super) fn scan_tag(&self) -> usize {
        hazard::scan_tag(ptr::from_ref(self))
    }

    #[inline(always)]
    pub(super) fn read(&self) -> S::ReadGuard<'_> {
        S::read(&self.readers, self.scan_tag())
    }

    /// Whether a hit moves an entry's idle deadline.
    pub(super) fn has_idle(&self) -> bool {
        self.deadlines.idle().is_some()
    }

    pub(super) fn precise(&self) -> u64 {
        self.config.time.precise()
    }

    /// The current time if entries can expire at all, otherwise a time before every deadline.
    #[inline]
    pub(super) fn now_if_dated(&self) -> u64 {
        if self.has_deadlines.load(Relaxed) { self.precise() } else { 0 }
    }

    /// The next stamp of this thread, as a rank: newer than every rank so far.
    #[inline(always)]
    pub(super) fn next_stamp(&self, table: &Table) -> u64 {
        let next = |counters: &ThreadCounters| counters.advance_past(table.version()) << TAG_BITS | counters.tag();
        if let Some(reading) = S::read_fast(&self.readers, self.scan_tag())
            && let Some(counters) = self.stats.counters_fast(self.serial, &reading)
        {
            return next(counters);
        }
        next(self.stats.counters(&self.read()))
    }

    pub(super) fn label(&self) -> &str {
        self.label.get().map_or("a cache", |label| label)
    }

    /// Sets what messages call the store.
    pub(super) fn set_label(&self, label: impl FnOnce() -> String) {
        if cfg!(debug_assertions) {
            let _ = self.label.set(label().into());
        }
    }

    /// Makes the timer thread sweep this store while it has entries that can expire.
    pub(super) fn set_sweeper(&self, sweeper: Weak<dyn Sweep>) {
        // By another clock the thread does not know what is due.
        self.sweeps.set(sweeper, self.config.time.is_system());
    }

    /// Returns the time to live for a write, and starts the timer thread if the entry can expire.
    /// A value with a time to live of zero is not admitted.
    #[inline]
    pub(super) fn ttl_for(&self, terms: &mut WriteTerms) -> Option<u64> {
        if terms.ttl.is_none() && !self.deadlines.is_always() { None } else { self.ttl_of_dated(terms) }
    }

    #[inline(never)]
    fn ttl_of_dated(&self, terms: &mut WriteTerms) -> Option<u64> {
        let ttl = terms.ttl.or_else(|| self.ttl());
        terms.admit &= ttl != Some(Duration::ZERO);
        let ttl = ttl.map(|ttl| self.with_jitter(nanos(ttl)));
        if let Some(shortest) = self.deadlines.shortest(ttl) {
            self.has_deadlines.store(true, Relaxed);
            if self.sweeps.is_set() {
                self.sweeps.shorten_tick(ticker::tick_for(nanos(shortest)));
                // Not where the entry is noted: the store's lock is held there.
                ticker::ensure_started();
            } else if self.config.time.is_system() {
                self.sweeps.hold_tick(ticker::tick_for(nanos(shortest)));
            }
        }
        ttl
    }

    /// The time to live of entries that have none of their own.
    pub(super) fn ttl(&self) -> Option<Duration> {
        let ttl = self.ttl.load(Relaxed);
        (ttl != NEVER).then(|| Duration::from_nanos(ttl))
    }

    /// Changes the time to live of the entries that are written from now on.
    pub(super) fn set_ttl(&self, ttl: Option<Duration>) {
        self.ttl.store(ttl.map_or(NEVER, nanos), Relaxed);
        if ttl.is_some() {
            self.deadlines.set_always();
        }
    }

    /// Subtracts a random part of a time to live, and never adds to it.
    fn with_jitter(&self, ttl: u64) -> u64 {
        if self.config.jitter == 0.0 {
            return ttl;
        }
        let part = self.random.lock().unwrap_or_else(PoisonError::into_inner).fraction() * self.config.jitter;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a random part"
        )]
        let off = (ttl as f64 * part) as u64;
        ttl.saturating_sub(off)
    }

    /// Makes the timer thread drop what readers protect at this moment, unless a later write does
    /// it before. No lock is held.
    pub(super) fn look_again_later(&self) {
        if TIMER
            && !self.looks_again.load(Relaxed)
            && let Some(sweeper) = self.sweeps.cache()
            && !self.looks_again.swap(true, Relaxed)
        {
            let at = system_now().saturating_add(nanos(LOOK_AGAIN));
            let alarm = ticker::wake_at(at, Arc::new(LookAgain(sweeper.clone())).into());
            if alarm.is_none() {
                self.looks_again_now();
            }
        }
    }

    /// The store is swept now.
    pub(super) fn looks_again_now(&self) {
        self.looks_again.store(false, Relaxed);
    }
}

/// Sweeps a store when its alarm goes off.
struct LookAgain(Weak<dyn Sweep>);

impl Wake for LookAgain {
    fn wake(self: Arc<Self>) {
        if let Some(cache) = self.0.upgrade() {
            cache.sweep();
        }
    }
}
