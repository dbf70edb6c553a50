//! The time of a miss: fresh keys, a trivial body, and a full cache, so that each insert evicts an
//! entry.
//!
//! The keys are fresh, because keys that come round again favour caches that remember evicted keys.

use crate::functions::memoized_of_number;
use crate::harness::{ROUND, SingleThread};
use crate::keys::{Key, number};
use crate::python;
use crate::report::{self, comparison};
use crate::settings::ROUNDS;
use crate::stores::{self, AddGetOrInsert, OurLocal, Store, get_or_insert};

memoized_of_number!(bound_16, 16);
memoized_of_number!(bound_128, 128);
memoized_of_number!(bound_1024, 1024);
memoized_of_number!(bound_10_000, 10_000);
memoized_of_number!(bound_1_000_000, 1_000_000);

type Local = OurLocal<u64, u64>;
type AddFunctions = fn(&mut SingleThread<u64>);

const SIZES: [(usize, AddFunctions); 5] = [
    (16, bound_16::add_bounded),
    (128, bound_128::add_bounded),
    (1024, bound_1024::add_bounded),
    (10_000, bound_10_000::add_bounded),
    (1_000_000, bound_1_000_000::add_bounded),
];

pub(super) fn run() {
    println!("# misses: ns per miss, fresh keys, trivial body, full cache, one thread");
    for (entries, add_functions) in SIZES {
        let mut contenders = SingleThread::new();
        add_functions(&mut contenders);
        let mut stores = AddGetOrInsert { to: &mut contenders, bound: entries };
        stores::visit_ours(&mut stores);
        stores.to.add_local(Local::ROLE, Local::NAME, get_or_insert(Local::new(entries)));
        stores::visit_bounded_peers(&mut stores);

        let mut next = 0;
        let mut fresh = |count: usize| -> Vec<u64> {
            next += count;
            (next - count..next).map(number).collect()
        };
        // More than the bound, so that every shard is full.
        contenders.warm_up(&fresh(entries + entries / 4 + ROUND));
        let timings = contenders.run(ROUNDS, || fresh(ROUND));
        let external = python::misses(entries);
        report::print(&comparison("misses", &timings, &external).key(u64::NAME).entries(entries));
    }
}
