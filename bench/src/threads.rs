//! What hits cost when several threads ask one small cache at once: Zipf 0.99 over 100 keys, every call a hit.

use std::thread::available_parallelism;

use crate::crowd::Crowd;
use crate::draw::zipf;
use crate::floor;
use crate::hits::{EXPONENT, numbers_100};
use crate::keys::Key;
use crate::peers::{self, OurUnbounded, Store, Visit, filled};
use crate::race::{Enter, ROUND, Role};
use crate::report::{Column, note_misses, standings};
use crate::{Arguments, ROUNDS, TURN};

const ENTRIES: usize = 100;
/// Room for sharded stores, as in `hits`.
const BOUND: usize = 2 * ENTRIES;

pub(crate) fn answer(arguments: &Arguments) {
    println!(
        "# threads: ns per hit of all threads together, u64, {ENTRIES} entries, Zipf {EXPONENT}, every call a hit"
    );
    let mut crowd = Crowd::new();
    crowd.enter(Role::Floor, floor::NAME, floor::of());
    numbers_100::ours(&mut crowd);
    numbers_100::our_unbounded(&mut crowd);
    let mut stores = Stores(&mut crowd);
    peers::ours(&mut stores);
    stores.store::<OurUnbounded<u64, u64>>();
    numbers_100::theirs(stores.0);
    peers::bounded(&mut stores);
    peers::unbounded(&mut stores);

    let all: Vec<u64> = (0..ENTRIES).map(u64::make).collect();
    let calls: Vec<u64> = zipf(ENTRIES, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
    let threads = arguments.threads(available_parallelism().map_or(2, usize::from));
    let standing = crowd.run(ROUNDS, TURN, &threads, &all, &calls);
    note_misses(&standing[0]);
    for (count, times) in threads.iter().zip(&standing) {
        let mut table = standings("threads", times, &[]).key(u64::NAME).entries(ENTRIES).threads(*count);
        let speed_up = times.iter().zip(&standing[0]).map(|(many, one)| Some(one.ratio_to(many)));
        table.column(Column("speed-up", "speed_up", 2), speed_up);
        table.print();
    }
}

struct Stores<'a>(&'a mut Crowd<u64>);

impl Visit<u64> for Stores<'_> {
    fn store<S: Store<u64> + Send + Sync>(&mut self) {
        self.0.enter(S::ROLE, S::NAME, filled(S::new(BOUND)));
    }
}
