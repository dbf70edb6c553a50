//! The time of a hit while several threads call one small cache: Zipf 0.99 over 100 keys, every
//! call hits.

use std::thread::available_parallelism;

use super::hits::{EXPONENT, numbers_100};
use crate::floor;
use crate::harness::{AddContender, MultiThread, ROUND, Role};
use crate::keys::Key;
use crate::report::{self, Column, comparison, note_misses};
use crate::settings::{ROUNDS, Settings, TIME_SLICE};
use crate::stores::{self, AddGetThenInsert, OurUnbounded, StoreVisitor};
use crate::workload::zipf;

const ENTRIES: usize = 100;
/// Room for sharded stores, as in `hits`.
const BOUND: usize = 2 * ENTRIES;

pub(super) fn run(settings: &Settings) {
    println!("# threads: ns per hit of all threads together, u64, {ENTRIES} entries, Zipf {EXPONENT}, every call hits");
    let mut contenders = MultiThread::new();
    contenders.add(Role::Floor, floor::NAME, floor::of());
    numbers_100::add_ours(&mut contenders);
    numbers_100::add_our_unbounded(&mut contenders);
    let mut stores = AddGetThenInsert { to: &mut contenders, bound: BOUND };
    stores::visit_ours(&mut stores);
    stores.visit::<OurUnbounded<u64, u64>>();
    numbers_100::add_peers(stores.to);
    stores::visit_bounded_peers(&mut stores);
    stores::visit_maps(&mut stores);

    let all: Vec<u64> = (0..ENTRIES).map(u64::make).collect();
    let calls: Vec<u64> = zipf(ENTRIES, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
    let threads = settings.threads(available_parallelism().map_or(2, usize::from));
    let by_threads = contenders.run(ROUNDS, TIME_SLICE, &threads, &all, &calls);
    note_misses(&by_threads[0]);
    for (count, timings) in threads.iter().zip(&by_threads) {
        let mut table = comparison("threads", timings, &[]).key(u64::NAME).entries(ENTRIES).threads(*count);
        let speed_up = timings.iter().zip(&by_threads[0]).map(|(many, one)| Some(one.ratio_to(many)));
        table.column(Column("speed-up", "speed_up", 2), speed_up);
        report::print(&table);
    }
}
