//! Interleaved measuring: everybody answers the same calls, round after round, and nobody waits for another's warm-up.
//!
//! A machine that slows down for a second slows all of them down, so ratios are taken within a round, and their median over the rounds.

use std::hint::black_box;
use std::time::Instant;

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
}

/// One way to answer calls.
pub(crate) struct Contender<K> {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Answers a chunk of calls and adds the answers up. The loop is inside, so that the call is inlined as it would be in a program.
    answer: Box<Answer<K>>,
}

type Answer<K> = dyn Fn(&[K]) -> u64;

/// What a contender's rounds came to, in nanoseconds per call.
pub(crate) struct Times {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) rounds: Vec<f64>,
}

pub(crate) struct Race<K> {
    contenders: Vec<Contender<K>>,
}

impl<K: Copy + 'static> Race<K> {
    pub(crate) fn new() -> Self {
        Self { contenders: Vec::new() }
    }

    pub(crate) fn enter(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + 'static) {
        let answer = move |keys: &[K]| keys.iter().fold(0_u64, |sum, key| sum.wrapping_add(call(*key)));
        self.contenders.push(Contender { name, role, answer: Box::new(answer) });
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
        let times = |contender: &Contender<K>| Times { name: contender.name, role: contender.role, rounds: Vec::new() };
        let mut all: Vec<Times> = self.contenders.iter().map(times).collect();
        for round in 0..rounds {
            let keys = keys();
            let mut sums = vec![0; all.len()];
            for turn in 0..all.len() {
                // Everybody comes after everybody else in turn: what a neighbour leaves in the caches is nobody's fate.
                let who = (turn + round) % all.len();
                let (sum, time) = self.contenders[who].timed(&keys);
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

/// The value that `part` of `whole` are below.
pub(crate) fn quantile(values: &mut [f64], part: usize, whole: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * part / whole).copied().unwrap_or(f64::NAN)
}
