//! What a miss costs: fresh keys, a body that does next to nothing, a full cache from which one entry leaves for each that comes.
//!
//! Fresh keys, because keys that come round again flatter caches that remember what they evicted.

use crate::body::counted;
use crate::functions::of_numbers;
use crate::keys::{Key, number};
use crate::peers::{self, OurLocal, Store, Visit};
use crate::race::{ROUND, Race};
use crate::report::standings;
use crate::{ROUNDS, python};

of_numbers!(size_16, 16);
of_numbers!(size_128, 128);
of_numbers!(size_1024, 1024);
of_numbers!(size_10_000, 10_000);
of_numbers!(size_1_000_000, 1_000_000);

type Functions = fn(&mut Race<u64>);

const SIZES: [(usize, Functions); 5] = [
    (16, size_16::everybody),
    (128, size_128::everybody),
    (1024, size_1024::everybody),
    (10_000, size_10_000::everybody),
    (1_000_000, size_1_000_000::everybody),
];

pub(crate) fn answer() {
    println!("# misses: ns per miss, fresh keys, trivial body, the cache full, one thread");
    for (entries, functions) in SIZES {
        let mut race = Race::new();
        functions(&mut race);
        let mut stores = Stores { race: &mut race, bound: entries };
        peers::ours(&mut stores);
        stores.enter::<OurLocal<u64, u64>>();
        peers::bounded(&mut stores);

        let mut next = 0;
        let mut fresh = |count: usize| -> Vec<u64> {
            next += count;
            (next - count..next).map(number).collect()
        };
        // More than fit: every shard is full.
        race.warm_up(&fresh(entries + entries / 4 + ROUND));
        let times = race.run(ROUNDS, || fresh(ROUND));
        let others = python::misses(entries);
        standings("misses", &times, &others).key(u64::NAME).entries(entries).print();
    }
}

struct Stores<'a> {
    race: &'a mut Race<u64>,
    bound: usize,
}

impl Stores<'_> {
    fn enter<S: Store<u64>>(&mut self) {
        let store = S::new(self.bound);
        let call = move |key: u64| store.get_or_insert_with(key, || counted(key.value()));
        self.race.enter_local(S::ROLE, S::NAME, call);
    }
}

impl Visit<u64> for Stores<'_> {
    fn store<S: Store<u64> + Send + Sync>(&mut self) {
        self.enter::<S>();
    }
}
