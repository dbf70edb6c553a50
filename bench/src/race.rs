//! Interleaved measuring: everybody answers the same calls, round after round, and nobody waits for another's warm-up.
//!
//! A machine that slows down for a second slows all of them down, so ratios are taken within a round, and their median over the rounds.

use std::hint::black_box;
use std::time::Instant;

use crate::body;

/// Calls that are timed together: long beside a clock reading, short beside an interruption.
const CHUNK: usize = 4096;
/// Calls of one round: 16 chunks, the first few of which warm the processor's caches again.
pub(crate) const ROUND: usize = 16 * CHUNK;

/// What a contender is to the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Floor,
    Ours,
    Peer,
    /// A peer that never lets an entry go, and so does less than a cache. It is not who ratios to the best peer are taken against.
    Map,
}

/// Where contenders are entered: each of them is one way to answer calls that threads share.
pub(crate) trait Enter<K> {
    fn enter(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + Send + Sync + 'static);
}

/// Answers a chunk of calls and adds the answers up. The loop is inside, so that the call is inlined as it would be in a program.
pub(crate) fn answers<K: Copy>(keys: &[K], call: impl Fn(K) -> u64) -> u64 {
    keys.iter().fold(0_u64, |sum, key| sum.wrapping_add(call(*key)))
}

/// What a contender's rounds came to, in nanoseconds per call.
pub(crate) struct Times {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) rounds: Vec<f64>,
    /// How many of the calls were misses.
    pub(crate) misses: u64,
}

impl Times {
    pub(crate) fn new(name: &'static str, role: Role) -> Self {
        Self { name, role, rounds: Vec::new(), misses: 0 }
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.rounds.iter().copied())
    }

    /// The median of the ratios of the rounds.
    pub(crate) fn ratio_to(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(ours, theirs)| ours / theirs))
    }

    /// The median of the differences of the rounds.
    pub(crate) fn above(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(ours, theirs)| ours - theirs))
    }
}

/// A race on one thread.
pub(crate) struct Race<K> {
    contenders: Vec<Contender<K>>,
}

struct Contender<K> {
    name: &'static str,
    role: Role,
    answer: Box<Answer<K>>,
}

type Answer<K> = dyn Fn(&[K]) -> u64;

impl<K: Copy + 'static> Enter<K> for Race<K> {
    fn enter(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + Send + Sync + 'static) {
        self.enter_local(role, name, call);
    }
}

impl<K: Copy + 'static> Race<K> {
    pub(crate) fn new() -> Self {
        Self { contenders: Vec::new() }
    }

    /// Enters what stays on its thread.
    pub(crate) fn enter_local(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + 'static) {
        let answer = Box::new(move |keys: &[K]| answers(keys, &call));
        self.contenders.push(Contender { name, role, answer });
    }

    /// Lets everybody answer these calls, not timed.
    pub(crate) fn warm_up(&self, keys: &[K]) {
        for contender in &self.contenders {
            black_box((contender.answer)(black_box(keys)));
        }
    }

    /// Runs the race. `keys` gives the calls of each round.
    ///
    /// # Panics
    ///
    /// If two contenders answer differently.
    pub(crate) fn run(&self, rounds: usize, mut keys: impl FnMut() -> Vec<K>) -> Vec<Times> {
        let times = |contender: &Contender<K>| Times::new(contender.name, contender.role);
        let mut all: Vec<Times> = self.contenders.iter().map(times).collect();
        for round in 0..rounds {
            let keys = keys();
            let mut sums = vec![0; all.len()];
            for who in turns(all.len(), round) {
                let runs = body::runs();
                let (sum, time) = self.contenders[who].timed(&keys);
                all[who].misses += body::runs() - runs;
                sums[who] = sum;
                all[who].rounds.push(time);
            }
            for (sum, times) in sums.iter().zip(&all) {
                assert_eq!(*sum, sums[0], "{} answers differently from {}", times.name, all[0].name);
            }
        }
        all
    }
}

/// Who answers after whom: everybody comes after everybody else in turn, so that what a neighbour leaves in the caches is nobody's fate.
/// Steps of any length that has no divisor in common with the number of contenders reach all of them.
pub(crate) fn turns(contenders: usize, round: usize) -> impl Iterator<Item = usize> {
    let steps: Vec<usize> = (1..=contenders).filter(|step| gcd(*step, contenders) == 1).collect();
    let step = steps[round % steps.len()];
    (0..contenders).map(move |turn| (turn * step + round) % contenders)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl<K> Contender<K> {
    /// The sum of the answers, and the time per call: the lower quartile of the chunks, because an interruption only ever adds.
    #[expect(clippy::cast_precision_loss, reason = "chunks take microseconds")]
    fn timed(&self, keys: &[K]) -> (u64, f64) {
        let mut sum = 0_u64;
        let mut chunks: Vec<f64> = Vec::with_capacity(keys.len() / CHUNK + 1);
        for chunk in keys.chunks(CHUNK) {
            let start = Instant::now();
            let answers = black_box((self.answer)(black_box(chunk)));
            chunks.push(start.elapsed().as_nanos() as f64 / chunk.len() as f64);
            sum = sum.wrapping_add(answers);
        }
        (sum, quantile(&mut chunks, 1, 4))
    }
}

pub(crate) fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(&mut values.collect::<Vec<_>>(), 1, 2)
}

/// The value that `part` of `whole` are below.
pub(crate) fn quantile(values: &mut [f64], part: usize, whole: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * part / whole).copied().unwrap_or(f64::NAN)
}
