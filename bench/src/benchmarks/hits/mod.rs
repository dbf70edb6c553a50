//! The time of a hit: Zipf 0.99, every call hits, one thread.
//!
//! Bounds are twice the number of entries for all contenders: sharded stores do not hold their
//! bound exactly, and would miss with a lower one.

mod functions;

use crate::floor::{self, FloorKey};
use crate::harness::{AddContender, ROUND, Role, SingleThread};
use crate::keys::Key;
use crate::python;
use crate::report::{self, comparison, note_misses};
use crate::settings::ROUNDS;
use crate::stores::{self, AddGetThenInsert, OurLocal, OurUnbounded, Store, StoreVisitor, get_then_insert};
use crate::workload::zipf;
use functions::Functions;
pub(super) use functions::numbers_100;

pub(super) const EXPONENT: f64 = 0.99;

pub(super) fn run() {
    println!("# hits: ns per hit, Zipf {EXPONENT}, every call hits, one thread");
    compare(&functions::NUMBERS, Some("int"));
    compare(&functions::PAIRS, None);
    compare(&functions::SHORT_TEXTS, Some("str"));
    compare(&functions::LONG_TEXTS, None);
    compare(&functions::FOURS, None);
}

fn compare<K: FloorKey>(sizes: &[Functions<K>], python: Option<&str>) {
    for size in sizes {
        let contenders = contenders(size);
        let all: Vec<K> = (0..size.entries).map(K::make).collect();
        let calls: Vec<K> = zipf(size.entries, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
        contenders.warm_up(&all);
        contenders.warm_up(&calls);
        let timings = contenders.run(ROUNDS, || calls.clone());
        note_misses(&timings);
        let external = python.map_or_else(Vec::new, |key| python::hits(key, size.entries));
        report::print(&comparison("hits", &timings, &external).key(K::NAME).entries(size.entries));
    }
}

fn contenders<K: FloorKey>(size: &Functions<K>) -> SingleThread<K> {
    let mut contenders = SingleThread::new();
    contenders.add(Role::Floor, floor::NAME, floor::of());
    (size.add_ours)(&mut contenders);
    (size.add_our_unbounded)(&mut contenders);
    let mut stores = AddGetThenInsert { to: &mut contenders, bound: size.bound };
    stores::visit_ours(&mut stores);
    stores.visit::<OurUnbounded<K, u64>>();
    add_local(stores.to, size.bound);
    (size.add_peers)(stores.to);
    stores::visit_bounded_peers(&mut stores);
    stores::visit_maps(&mut stores);
    contenders
}

fn add_local<K: Key>(to: &mut SingleThread<K>, bound: usize) {
    type Local<K> = OurLocal<K, u64>;
    to.add_local(Local::<K>::ROLE, Local::<K>::NAME, get_then_insert(Local::<K>::new(bound)));
}
