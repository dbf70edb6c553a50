//! Interleaved measuring with several threads at once: everybody answers for a while, with each number of threads, round after round.

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use crate::body;
use crate::race::{Enter, Role, Times, answers, turns};

/// Calls between two looks at the clock: long beside reading it, short beside a turn.
const CHUNK: usize = 1024;

/// A race on several threads.
pub(crate) struct Crowd<K> {
    contenders: Vec<Contender<K>>,
}

struct Contender<K> {
    name: &'static str,
    role: Role,
    answer: Box<Answer<K>>,
}

type Answer<K> = dyn Fn(&[K]) -> u64 + Send + Sync;

impl<K: Copy + Send + Sync + 'static> Enter<K> for Crowd<K> {
    fn enter(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + Send + Sync + 'static) {
        let answer = Box::new(move |keys: &[K]| answers(keys, &call));
        self.contenders.push(Contender { name, role, answer });
    }
}

impl<K: Copy + Send + Sync + 'static> Crowd<K> {
    pub(crate) fn new() -> Self {
        Self { contenders: Vec::new() }
    }

    /// Runs the race, `turn` long for each contender, round and number of threads. All threads ask for `keys`, each beginning elsewhere, after
    /// they have asked for `warm_up`. Misses are those of one round of all `keys` on this thread, ahead of the race.
    ///
    /// Returns the standings for each number of threads. Their nanoseconds per call are those of all threads together: half as many with two
    /// threads that do not get in each other's way.
    pub(crate) fn run(
        &self,
        rounds: usize,
        turn: Duration,
        threads: &[usize],
        warm_up: &[K],
        keys: &[K],
    ) -> Vec<Vec<Times>> {
        let times = |contender: &Contender<K>| Times::new(contender.name, contender.role);
        let mut all: Vec<Vec<Times>> = threads.iter().map(|_| self.contenders.iter().map(times).collect()).collect();
        for (who, contender) in self.contenders.iter().enumerate() {
            let misses = contender.misses(warm_up, keys);
            for standings in &mut all {
                standings[who].misses = misses;
            }
        }
        for round in 0..rounds {
            for who in turns(self.contenders.len(), round) {
                for (standings, count) in all.iter_mut().zip(threads) {
                    standings[who].rounds.push(self.contenders[who].timed(*count, turn, warm_up, keys));
                }
            }
        }
        all
    }
}

/// Where threads wait for each other without sleeping: one that has to be woken begins when the other is nearly done, and two threads that
/// run one after the other do not get in each other's way.
struct Start {
    missing: AtomicUsize,
}

impl Start {
    fn wait(&self) {
        self.missing.fetch_sub(1, SeqCst);
        let mut looks = 0_u32;
        while self.missing.load(SeqCst) > 0 {
            looks += 1;
            // More threads than cores: somebody has to make room.
            if looks.is_multiple_of(1 << 14) { thread::yield_now() } else { spin_loop() }
        }
    }
}

impl<K: Copy + Send + Sync> Contender<K> {
    fn misses(&self, warm_up: &[K], keys: &[K]) -> u64 {
        black_box((self.answer)(black_box(warm_up)));
        let runs = body::runs();
        black_box((self.answer)(black_box(keys)));
        body::runs() - runs
    }

    /// Nanoseconds per call of all threads together.
    fn timed(&self, threads: usize, turn: Duration, warm_up: &[K], keys: &[K]) -> f64 {
        let start = Start { missing: AtomicUsize::new(threads) };
        let rates: Vec<f64> = thread::scope(|scope| {
            let begin = |at: usize| {
                let start = &start;
                scope.spawn(move || {
                    black_box((self.answer)(black_box(warm_up)));
                    start.wait();
                    self.rate(turn, keys, at * keys.len() / threads)
                })
            };
            let handles: Vec<_> = (0..threads).map(begin).collect();
            handles.into_iter().map(|handle| handle.join().expect("no contender panics")).collect()
        });
        1.0 / rates.iter().sum::<f64>()
    }

    /// Calls per nanosecond of this thread.
    #[expect(clippy::cast_precision_loss, reason = "turns take milliseconds")]
    fn rate(&self, turn: Duration, keys: &[K], from: usize) -> f64 {
        let mut chunks = keys.chunks(CHUNK).cycle().skip(from / CHUNK);
        let mut calls = 0;
        let start = Instant::now();
        loop {
            let chunk = chunks.next().expect("there are keys");
            black_box((self.answer)(black_box(chunk)));
            calls += chunk.len();
            let spent = start.elapsed();
            if spent >= turn {
                return calls as f64 / spent.as_nanos() as f64;
            }
        }
    }
}
