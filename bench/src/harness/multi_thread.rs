//! Interleaved measuring with several threads at once: in each round every contender runs for a
//! time slice with each number of threads.

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use super::contender::{AddContender, Contender, Role, call_all, order};
use super::timings::Timings;
use crate::body;

/// Calls between two readings of the clock: they take long compared with a reading, and short
/// compared with a time slice.
const CHUNK: usize = 1024;

/// A comparison on several threads.
pub(crate) struct MultiThread<K> {
    contenders: Vec<Contender<SharedCallAll<K>>>,
}

type SharedCallAll<K> = dyn Fn(&[K]) -> u64 + Send + Sync;

impl<K: Copy + Send + Sync + 'static> AddContender<K> for MultiThread<K> {
    fn add(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + Send + Sync + 'static) {
        let call_all = Box::new(move |keys: &[K]| call_all(keys, &call));
        self.contenders.push(Contender { name, role, call_all });
    }
}

impl<K: Copy + Send + Sync + 'static> MultiThread<K> {
    pub(crate) fn new() -> Self {
        Self { contenders: Vec::new() }
    }

    /// Measures all contenders, each for one time slice per round and number of threads. First each
    /// thread calls with the keys of `warm_up`; then all threads call with `keys`, each beginning
    /// at another one. The misses are those of one pass over `keys` on this thread, before the
    /// rounds.
    ///
    /// Returns the timings for each number of threads. Nanoseconds per call are those of all
    /// threads together: two threads that do not slow each other down need half as many as one.
    pub(crate) fn run(
        &self,
        rounds: usize,
        time_slice: Duration,
        threads: &[usize],
        warm_up: &[K],
        keys: &[K],
    ) -> Vec<Vec<Timings>> {
        let timings = |contender: &Contender<SharedCallAll<K>>| Timings::new(contender.name, contender.role);
        let mut all: Vec<Vec<Timings>> =
            threads.iter().map(|_| self.contenders.iter().map(timings).collect()).collect();
        for (index, contender) in self.contenders.iter().enumerate() {
            let misses = contender.misses(warm_up, keys);
            for timings in &mut all {
                timings[index].misses = misses;
            }
        }
        for round in 0..rounds {
            for index in order(self.contenders.len(), round) {
                for (timings, count) in all.iter_mut().zip(threads) {
                    timings[index].rounds.push(self.contenders[index].timed(*count, time_slice, warm_up, keys));
                }
            }
        }
        all
    }
}

/// Keeps this thread on one core, if there are enough of them and the system allows it: then two
/// threads run at the same time, and each on the same core in every round.
fn stay_on_core(index: usize) {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    if let Some(core) = cores.get(index) {
        core_affinity::set_for_current(*core);
    }
}

/// A barrier at which threads wait without sleeping. A thread that has to be woken begins when the
/// other one is nearly done, and two threads that run one after the other do not contend.
struct SpinBarrier {
    missing: AtomicUsize,
}

impl SpinBarrier {
    fn wait(&self) {
        self.missing.fetch_sub(1, SeqCst);
        let mut spins = 0_u32;
        while self.missing.load(SeqCst) > 0 {
            spins += 1;
            // With more threads than cores, the waiting threads have to free a core.
            if spins.is_multiple_of(1 << 14) { thread::yield_now() } else { spin_loop() }
        }
    }
}

impl<K: Copy + Send + Sync> Contender<SharedCallAll<K>> {
    fn misses(&self, warm_up: &[K], keys: &[K]) -> u64 {
        black_box((self.call_all)(black_box(warm_up)));
        let runs = body::runs();
        black_box((self.call_all)(black_box(keys)));
        body::runs() - runs
    }

    /// Nanoseconds per call of all threads together.
    fn timed(&self, threads: usize, time_slice: Duration, warm_up: &[K], keys: &[K]) -> f64 {
        let start = SpinBarrier { missing: AtomicUsize::new(threads) };
        let rates: Vec<f64> = thread::scope(|scope| {
            let spawn = |index: usize| {
                let start = &start;
                scope.spawn(move || {
                    stay_on_core(index);
                    black_box((self.call_all)(black_box(warm_up)));
                    start.wait();
                    self.rate(time_slice, keys, index * keys.len() / threads)
                })
            };
            let handles: Vec<_> = (0..threads).map(spawn).collect();
            handles.into_iter().map(|handle| handle.join().expect("no contender panics")).collect()
        });
        1.0 / rates.iter().sum::<f64>()
    }

    /// Calls per nanosecond of this thread.
    #[expect(clippy::cast_precision_loss, reason = "time slices take milliseconds")]
    fn rate(&self, time_slice: Duration, keys: &[K], first: usize) -> f64 {
        let mut chunks = keys.chunks(CHUNK).cycle().skip(first / CHUNK);
        let mut calls = 0;
        let start = Instant::now();
        loop {
            let chunk = chunks.next().expect("there are keys");
            black_box((self.call_all)(black_box(chunk)));
            calls += chunk.len();
            let elapsed = start.elapsed();
            if elapsed >= time_slice {
                return calls as f64 / elapsed.as_nanos() as f64;
            }
        }
    }
}
