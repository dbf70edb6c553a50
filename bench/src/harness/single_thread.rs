//! Interleaved measuring on one thread.

use std::hint::black_box;
use std::time::Instant;

use super::contender::{AddContender, Contender, Role, call_all, order};
use super::stats::quantile;
use super::timings::Timings;
use crate::body;

/// Calls that are timed together: they take long compared with reading the clock, and short
/// compared with the time between two interruptions.
const CHUNK: usize = 4096;
/// Calls of one round: 16 chunks, the first few of which warm the processor's caches again.
pub(crate) const ROUND: usize = 16 * CHUNK;

/// A comparison on one thread.
pub(crate) struct SingleThread<K> {
    contenders: Vec<Contender<CallAll<K>>>,
}

type CallAll<K> = dyn Fn(&[K]) -> u64;

impl<K: Copy + 'static> AddContender<K> for SingleThread<K> {
    fn add(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + Send + Sync + 'static) {
        self.add_local(role, name, call);
    }
}

impl<K: Copy + 'static> SingleThread<K> {
    pub(crate) fn new() -> Self {
        Self { contenders: Vec::new() }
    }

    /// Adds a contender that cannot leave its thread.
    pub(crate) fn add_local(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + 'static) {
        let call_all = Box::new(move |keys: &[K]| call_all(keys, &call));
        self.contenders.push(Contender { name, role, call_all });
    }

    /// Calls every contender with these keys, untimed.
    pub(crate) fn warm_up(&self, keys: &[K]) {
        for contender in &self.contenders {
            black_box((contender.call_all)(black_box(keys)));
        }
    }

    /// Measures all contenders. `keys` gives the calls of each round.
    ///
    /// # Panics
    ///
    /// If two contenders give different results.
    pub(crate) fn run(&self, rounds: usize, mut keys: impl FnMut() -> Vec<K>) -> Vec<Timings> {
        let timings = |contender: &Contender<CallAll<K>>| Timings::new(contender.name, contender.role);
        let mut all: Vec<Timings> = self.contenders.iter().map(timings).collect();
        for round in 0..rounds {
            let keys = keys();
            let mut sums = vec![0; all.len()];
            for index in order(all.len(), round) {
                let runs = body::runs();
                let (sum, time) = self.contenders[index].timed(&keys);
                all[index].misses += body::runs() - runs;
                sums[index] = sum;
                all[index].rounds.push(time);
            }
            for (sum, timings) in sums.iter().zip(&all) {
                assert_eq!(*sum, sums[0], "{} and {} give different results", timings.name, all[0].name);
            }
        }
        all
    }
}

impl<K> Contender<CallAll<K>> {
    /// The sum of the results, and the nanoseconds per call: the lower quartile of the chunks,
    /// because an interruption only ever adds.
    #[expect(clippy::cast_precision_loss, reason = "chunks take microseconds")]
    fn timed(&self, keys: &[K]) -> (u64, f64) {
        let mut sum = 0_u64;
        let mut chunks: Vec<f64> = Vec::with_capacity(keys.len() / CHUNK + 1);
        for chunk in keys.chunks(CHUNK) {
            let start = Instant::now();
            let results = black_box((self.call_all)(black_box(chunk)));
            chunks.push(start.elapsed().as_nanos() as f64 / chunk.len() as f64);
            sum = sum.wrapping_add(results);
        }
        (sum, quantile(&mut chunks, 1, 4))
    }
}
