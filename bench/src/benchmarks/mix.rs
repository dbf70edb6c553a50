//! The time of `get_or_insert_with` and the like if some calls hit and some miss, on one thread and
//! on several.
//!
//! Keys are drawn uniformly from a range that is larger than the cache by so much that the wanted
//! share of the calls hits. Under uniform draws all policies have the same hit ratio, so no
//! contender is faster only because it hits more. The measured hit ratio stands beside the times.

use crate::functions::memoized_of_number;
use crate::harness::{MultiThread, ROUND};
use crate::keys::Key;
use crate::report::{self, Column, comparison};
use crate::settings::{ROUNDS, Settings, TIME_SLICE};
use crate::stores::{self, AddGetOrInsert};
use crate::workload::uniform;

memoized_of_number!(bound_100, 100);
memoized_of_number!(bound_10_000, 10_000);

pub(super) fn run(settings: &Settings) {
    println!("# mix: ns per call of all threads together, u64, look up or compute, uniform draws, trivial body");
    for percent in [95, 50] {
        let functions = [bound_100::add_bounded, bound_10_000::add_bounded];
        for (entries, add_functions) in [100, 10_000].into_iter().zip(functions) {
            let mut contenders = MultiThread::new();
            add_functions(&mut contenders);
            let mut stores = AddGetOrInsert { to: &mut contenders, bound: entries };
            stores::visit_ours(&mut stores);
            stores::visit_bounded_peers(&mut stores);
            compare(settings, &contenders, entries, percent);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn compare(settings: &Settings, contenders: &MultiThread<u64>, entries: usize, percent: usize) {
    let threads = settings.threads(2);
    let range = entries * 100 / percent;
    let draw = |length, seed| -> Vec<u64> { uniform(range, length, seed).into_iter().map(u64::make).collect() };
    // Enough to fill a cache of this size, and to replace its first entries.
    let warm_up = draw((4 * range).min(ROUND), 1);
    let keys = draw(ROUND, 2);
    let by_threads = contenders.run(ROUNDS, TIME_SLICE, &threads, &warm_up, &keys);
    for (count, timings) in threads.iter().zip(&by_threads) {
        let table = comparison("mix", timings, &[]).key(u64::NAME).entries(entries).threads(*count);
        let mut table = table.parameter("wanted_percent_hits", percent, format!("{percent} % hits"));
        let hits = timings.iter().map(|timings| Some(100.0 - 100.0 * timings.misses as f64 / ROUND as f64));
        table.column(Column("% hits", "percent_hits", 1), hits);
        report::print(&table);
    }
}
