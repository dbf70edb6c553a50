//! The loop guard: no entry is worth replacing while a loop that does not fit runs through the cache.
//!
//! A loop over more keys than fit makes every policy that admits all newcomers throw out each entry just before its turn. It shows as a
//! cache that hardly ever hits although the keys that miss come back all the time and regularly, only later than the cache can remember. Then
//! the guard closes the door, and what is inside gets its hits: nearly as many as any order could have on a loop (99.8 % of Belady's
//! on one of 1 011 keys with 64 entries). A door left ajar costs: one newcomer in 64 took a fifth of these hits.
//!
//! It opens when refused keys begin to come back soon, within as many misses as there are entries: the loop is over, and whoever
//! admits newcomers would now hit. It also opens when the hits stay away for longer than any loop it could have seen; after
//! such a mistake it waits twice as long before the next.
//!
//! To see loops many times the cache's size it remembers the keys of misses, but only of a sample: a key is in it or not by its
//! hash, so a watched key is watched each time. 4 KiB, allocated when a cache is full for the first time, and nothing on a hit.

use crate::random::Random;

/// Places for watched keys. A newer key takes an older one's place, so it forgets by itself.
const PLACES: u32 = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 9;
/// The longest loop it is to see, in entries: the sample is as sparse as this makes it.
const REACH: u32 = 32;
/// Windows of fewer misses are noise. With 64 instead, false alarms cost one recorded program 1.1 points of hits at 64 entries and
/// luck gave another 1.2: equal on average, and this way the cache does what it says.
const SHORTEST_WINDOW: u32 = 256;
/// Fewer hits than this, and there is little to lose by closing the door.
const HARDLY_ANY: f64 = 0.05;
/// Standard deviation of the times after which the keys of a loop come back, in parts of their mean. Two loops, one twice as long as the other,
/// are at 0.35.
const MOST_SPREAD: f64 = 0.5;
/// Windows that a closed door gets to prove itself: a loop of the longest kind comes round once at least.
const TRIAL: u32 = 2 * REACH;
/// Windows to wait after the worst series of mistakes.
const LONGEST_WAIT: u32 = 256;

/// Watches one cache. Time is counted in misses, and judged in windows of as many as there are entries.
#[derive(Debug)]
pub(super) struct LoopDetector {
    watched: Vec<Watched>,
    now: u32,
    window: Window,
    /// The cache's hits when the window began.
    hits_before: u64,
    door: Door,
    /// How long to wait after the next mistake.
    wait: u32,
}

/// A key of the sample that missed.
#[derive(Clone, Copy, Debug, Default)]
struct Watched {
    fingerprint: u32,
    at: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    misses: u32,
    /// Misses of watched keys; how many of them had missed before; and how many of those as many misses ago as there are entries, or fewer.
    watched: u32,
    returned: u32,
    returned_soon: u32,
    /// How many misses ago these were, and the squares of that.
    away: f64,
    away_squared: f64,
}

#[derive(Clone, Copy, Debug)]
enum Door {
    /// Newcomers come in, for so many windows at least.
    Open(u32),
    /// They do not: for so many windows, in which so many hits and misses came; and the hit ratio that the trial has to reach.
    Closed { windows: u32, hits: u64, misses: u64, goal: f64 },
}

impl Default for LoopDetector {
    fn default() -> Self {
        Self { watched: Vec::new(), now: 0, window: Window::default(), hits_before: 0, door: Door::Open(1), wait: 1 }
    }
}

impl LoopDetector {
    /// Whether a newcomer may come into a full cache of so many `entries`. `hits` is not free, and asked for once a window.
    pub(super) fn admits(&mut self, hash: u32, entries: u32, hits: impl Fn() -> u64) -> bool {
        self.watch(hash, entries);
        self.window.misses += 1;
        if self.window.misses >= entries.max(SHORTEST_WINDOW) {
            let hits = hits();
            self.judge(hits.saturating_sub(self.hits_before));
            (self.window, self.hits_before) = (Window::default(), hits);
        }
        matches!(self.door, Door::Open(_))
    }

    fn watch(&mut self, hash: u32, entries: u32) {
        self.now = self.now.wrapping_add(1);
        // The sample, the place and the fingerprint are different bits of a hash of the hash.
        let bits = Random::new(hash.into()).next_u64();
        let (high, low) = ((bits >> 32) as u32, ((bits << 32) >> 32) as u32);
        let one_in = (entries / (PLACES / REACH)).max(1).next_power_of_two();
        if high & (one_in - 1) != 0 {
            return;
        }
        if self.watched.is_empty() {
            self.watched.resize(PLACES as usize, Watched::default());
        }
        let place = &mut self.watched[(high >> (32 - PLACE_BITS)) as usize];
        let before = std::mem::replace(place, Watched { fingerprint: low | 1, at: self.now });
        self.window.watched += 1;
        if before.fingerprint == place.fingerprint {
            self.window.returned += 1;
            let away = self.now.wrapping_sub(before.at);
            self.window.returned_soon += u32::from(away <= entries);
            self.window.away += f64::from(away);
            self.window.away_squared += f64::from(away).powi(2);
        }
    }

    /// The window ends.
    fn judge(&mut self, hits_now: u64) {
        let Window { misses: misses_now, watched, returned_soon, .. } = self.window;
        let misses_now = u64::from(misses_now);
        let hit_ratio = ratio(hits_now, hits_now + misses_now);
        self.door = match self.door {
            Door::Open(0) if hit_ratio < HARDLY_ANY && self.window.looks_like_a_loop() => {
                Door::Closed { windows: 0, hits: 0, misses: 0, goal: (2.0 * hit_ratio).max(0.01) }
            }
            Door::Open(windows) => Door::Open(windows.saturating_sub(1)),
            Door::Closed { windows, hits, misses, goal } => {
                let (windows, hits, misses) = (windows + 1, hits + hits_now, misses + misses_now);
                let so_far = ratio(hits, hits + misses);
                // What the sample says of all misses: so many would have been hits behind an open door.
                let missed_hits = u64::from(returned_soon) * misses_now / u64::from(watched.max(1));
                if missed_hits > hits_now && 8 * returned_soon > watched {
                    Door::Open(1)
                } else if windows < TRIAL {
                    Door::Closed { windows, hits, misses, goal }
                } else if so_far >= goal {
                    self.wait = 1;
                    Door::Closed { windows: 0, hits: 0, misses: 0, goal: goal.max(0.6 * so_far) }
                } else {
                    self.wait = (2 * self.wait).min(LONGEST_WAIT);
                    Door::Open(self.wait)
                }
            }
        };
    }
}

impl Window {
    /// Many come back, and after about the same time: the keys of a loop do. Keys drawn at random, or by how recently they were used,
    /// come back after times that spread as far as their mean; what is inside is worth no more than they are, or less.
    fn looks_like_a_loop(&self) -> bool {
        let returned = f64::from(self.returned);
        returned > 0.3 * f64::from(self.watched)
            && returned * self.away_squared < (1.0 + MOST_SPREAD.powi(2)) * self.away.powi(2)
    }
}

/// Counts of windows are small numbers: the nearest double is near enough.
#[expect(clippy::cast_precision_loss)]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
