//! What look-up-or-compute costs when some calls hit and some do not: `get_or_insert_with` and the like, on one thread and on two.
//!
//! Keys are drawn uniformly from a range that is larger than the cache by just so much that the wanted part hits: under uniform draws every
//! policy hits alike, so nobody is faster for hitting more. How often each did hit stands beside.

use crate::body::counted;
use crate::crowd::Crowd;
use crate::draw::uniform;
use crate::functions::of_numbers;
use crate::keys::Key;
use crate::peers::{self, Store, Visit};
use crate::race::{Enter, ROUND};
use crate::report::{Column, standings};
use crate::{Arguments, ROUNDS, TURN};

of_numbers!(hundred, 100);
of_numbers!(ten_thousand, 10_000);

pub(crate) fn answer(arguments: &Arguments) {
    println!("# mix: ns per call of all threads together, u64, look up or compute, uniform draws, trivial body");
    for percent in [95, 50] {
        let enter = [hundred::everybody, ten_thousand::everybody];
        for (entries, functions) in [100, 10_000].into_iter().zip(enter) {
            let mut crowd = Crowd::new();
            functions(&mut crowd);
            let mut stores = Stores { crowd: &mut crowd, bound: entries };
            peers::ours(&mut stores);
            peers::bounded(&mut stores);
            run(arguments, &crowd, entries, percent);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn run(arguments: &Arguments, crowd: &Crowd<u64>, entries: usize, percent: usize) {
    let threads = arguments.threads(2);
    let range = entries * 100 / percent;
    let draw = |length, seed| -> Vec<u64> { uniform(range, length, seed).into_iter().map(u64::make).collect() };
    // Enough that a cache of this size is full and has forgotten how it was filled.
    let warm_up = draw((4 * range).min(ROUND), 1);
    let keys = draw(ROUND, 2);
    let standing = crowd.run(ROUNDS, TURN, &threads, &warm_up, &keys);
    for (count, times) in threads.iter().zip(&standing) {
        let table = standings("mix", times, &[]).key(u64::NAME).entries(entries).threads(*count);
        let mut table = table.fact("wanted_percent_hits", percent, format!("{percent} % hits"));
        let hits = times.iter().map(|times| Some(100.0 - 100.0 * times.misses as f64 / ROUND as f64));
        table.column(Column("% hits", "percent_hits", 1), hits);
        table.print();
    }
}

struct Stores<'a> {
    crowd: &'a mut Crowd<u64>,
    bound: usize,
}

impl Visit<u64> for Stores<'_> {
    fn store<S: Store<u64> + Send + Sync>(&mut self) {
        let store = S::new(self.bound);
        let call = move |key: u64| store.get_or_insert_with(key, || counted(key.value()));
        self.crowd.enter(S::ROLE, S::NAME, call);
    }
}
