//! Loop detection: admission is suspended while a loop that does not fit runs through the cache.
//!
//! A loop over more keys than fit makes every policy that admits all candidates evict each entry
//! just before its next use. Such a loop shows as a cache with hardly any hits although the keys
//! that miss all return, and regularly, only later than the cache can remember. Then admission is
//! suspended, and the entries in the cache get their hits: nearly as many as any order could have
//! on a loop (99.8 % of Belady's on one of 1 011 keys with 64 entries). Admitting a few costs: one
//! candidate in 64 took a fifth of these hits.
//!
//! Admission resumes when rejected keys begin to return soon, within as many misses as there are
//! entries: the loop is over, and a cache that admits would hit now. It also resumes when there are
//! no hits for longer than any loop that can be detected; after such a false alarm the detector
//! waits twice as long as before until it may suspend again.
//!
//! To detect loops many times the cache's size, the keys of misses are remembered, but only of a
//! sample: the hash decides whether a key is in it, so a sampled key is sampled each time. 4 KiB,
//! allocated when a cache is full for the first time, and nothing on a hit.

use crate::random::Random;

/// Cells for sampled keys. A newer key replaces the older one in its cell, so the sample forgets by
/// itself.
const CELLS: u32 = 1 << CELL_BITS;
const CELL_BITS: u32 = 9;
/// The longest loop that is detected, in multiples of the entries: the sample is as sparse as this
/// makes it.
const MAX_LOOP: u32 = 32;
/// Windows of fewer misses are noise. With 64 instead, false alarms cost one recorded program 1.1
/// points of hits at 64 entries and luck gave another 1.2: equal on average, and with 256 the cache
/// does what it promises.
const MIN_WINDOW: u32 = 256;
/// Below this hit ratio there is little to lose by suspending admission.
const LOW_HIT_RATIO: f64 = 0.05;
/// The greatest coefficient of variation (standard deviation by mean) of the reuse times in a loop.
/// Two loops, one twice as long as the other, have 0.35.
const MAX_VARIATION: f64 = 0.5;
/// Windows that a suspension gets to prove itself: a loop of the longest kind comes round at least
/// once.
const TRIAL_WINDOWS: u32 = 2 * MAX_LOOP;
/// The longest wait after false alarms, in windows.
const MAX_BACKOFF: u32 = 256;

/// The detector of one cache. Time is counted in misses and evaluated in windows of as many misses
/// as there are entries.
#[derive(Debug)]
pub(crate) struct LoopDetector {
    sample: Vec<SampledMiss>,
    now: u32,
    window: MissWindow,
    /// The cache's hits when the window began.
    hits_before: u64,
    admission: Admission,
    /// Windows waited after the last false alarm, 1 if there was none. The next one doubles it.
    backoff: u32,
}

/// A sampled key and when it missed.
#[derive(Clone, Copy, Debug, Default)]
struct SampledMiss {
    fingerprint: u32,
    at: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct MissWindow {
    misses: u32,
    /// Misses of sampled keys; how many of these keys had missed before; and how many of those
    /// within as many misses as there are entries.
    sampled: u32,
    returned: u32,
    returned_soon: u32,
    /// The sum of the reuse times of returned keys, in misses, and the sum of their squares.
    reuse_time: f64,
    reuse_time_squared: f64,
}

#[derive(Clone, Copy, Debug)]
enum Admission {
    /// Candidates are admitted, for at least so many more windows.
    Open { windows: u32 },
    /// Candidates are rejected: for so many windows so far, with so many hits and misses; `goal` is
    /// the hit ratio that the trial has to reach.
    Suspended { windows: u32, hits: u64, misses: u64, goal: f64 },
}

impl Default for LoopDetector {
    fn default() -> Self {
        Self {
            sample: Vec::new(),
            now: 0,
            window: MissWindow::default(),
            hits_before: 0,
            admission: Admission::Open { windows: 1 },
            backoff: 1,
        }
    }
}

impl LoopDetector {
    /// Whether a candidate may be admitted to a full cache of this many `entries`. Counting `hits`
    /// is not free, so it is called once per window.
    pub(crate) fn admits(&mut self, hash: u32, entries: u32, hits: impl Fn() -> u64) -> bool {
        self.record_miss(hash, entries);
        self.window.misses += 1;
        if self.window.misses >= entries.max(MIN_WINDOW) {
            let hits = hits();
            self.end_window(hits.saturating_sub(self.hits_before));
            (self.window, self.hits_before) = (MissWindow::default(), hits);
        }
        matches!(self.admission, Admission::Open { .. })
    }

    fn record_miss(&mut self, hash: u32, entries: u32) {
        self.now = self.now.wrapping_add(1);
        // Whether a key is sampled, its cell and its fingerprint are different bits of a hash of
        // the hash.
        let bits = Random::new(hash.into()).next_u64();
        let (high, low) = ((bits >> 32) as u32, ((bits << 32) >> 32) as u32);
        let one_in = (entries / (CELLS / MAX_LOOP)).max(1).next_power_of_two();
        if high & (one_in - 1) != 0 {
            return;
        }
        if self.sample.is_empty() {
            self.sample.resize(CELLS as usize, SampledMiss::default());
        }
        let cell = &mut self.sample[(high >> (32 - CELL_BITS)) as usize];
        let before = std::mem::replace(cell, SampledMiss { fingerprint: low | 1, at: self.now });
        self.window.sampled += 1;
        if before.fingerprint == cell.fingerprint {
            self.window.returned += 1;
            let reuse_time = self.now.wrapping_sub(before.at);
            self.window.returned_soon += u32::from(reuse_time <= entries);
            self.window.reuse_time += f64::from(reuse_time);
            self.window.reuse_time_squared += f64::from(reuse_time).powi(2);
        }
    }

    /// Decides about admission at the end of a window.
    fn end_window(&mut self, new_hits: u64) {
        let MissWindow { misses: new_misses, sampled, returned_soon, .. } = self.window;
        let new_misses = u64::from(new_misses);
        let hit_ratio = ratio(new_hits, new_hits + new_misses);
        self.admission = match self.admission {
            Admission::Open { windows: 0 } if hit_ratio < LOW_HIT_RATIO && self.window.looks_like_a_loop() => {
                Admission::Suspended { windows: 0, hits: 0, misses: 0, goal: (2.0 * hit_ratio).max(0.01) }
            }
            Admission::Open { windows } => Admission::Open { windows: windows.saturating_sub(1) },
            Admission::Suspended { windows, hits, misses, goal } => {
                let (windows, hits, misses) = (windows + 1, hits + new_hits, misses + new_misses);
                let so_far = ratio(hits, hits + misses);
                // An estimate from the sample: so many misses would have been hits with admission.
                let missed_hits = u64::from(returned_soon) * new_misses / u64::from(sampled.max(1));
                if missed_hits > new_hits && 8 * returned_soon > sampled {
                    Admission::Open { windows: 1 }
                } else if windows < TRIAL_WINDOWS {
                    Admission::Suspended { windows, hits, misses, goal }
                } else if so_far >= goal {
                    self.backoff = 1;
                    Admission::Suspended { windows: 0, hits: 0, misses: 0, goal: goal.max(0.6 * so_far) }
                } else {
                    self.backoff = (2 * self.backoff).min(MAX_BACKOFF);
                    Admission::Open { windows: self.backoff }
                }
            }
        };
    }
}

impl MissWindow {
    /// Whether many keys return, and after about the same time, as the keys of a loop do. For keys
    /// drawn at random, or by how recently they were used, the deviation of the reuse times is as
    /// large as their mean; the entries in the cache are then worth no more than these keys, or
    /// less.
    fn looks_like_a_loop(&self) -> bool {
        let returned = f64::from(self.returned);
        returned > 0.3 * f64::from(self.sampled)
            && returned * self.reuse_time_squared < (1.0 + MAX_VARIATION.powi(2)) * self.reuse_time.powi(2)
    }
}

/// Hits and misses of some windows are small numbers: the nearest double is near enough.
#[expect(clippy::cast_precision_loss)]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
