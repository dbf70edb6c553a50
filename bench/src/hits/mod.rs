//! What a hit costs: Zipf 0.99, every call a hit, one thread.
//!
//! Bounds are twice the entries for everybody: sharded stores do not fit exactly, and would miss at less.

mod functions;

use crate::draw::zipf;
use crate::floor::{self, Floor};
use crate::keys::Key;
use crate::peers::{self, OurLocal, OurLru, OurMax, OurUnbounded, Store, Visit, filled};
use crate::race::{Enter, ROUND, Race, Role};
use crate::report::{note_misses, standings};
use crate::{ROUNDS, python};
use functions::Size;
pub(crate) use functions::numbers_100;

pub(crate) const EXPONENT: f64 = 0.99;

pub(crate) fn answer() {
    println!("# hits: ns per hit, Zipf {EXPONENT}, every call a hit, one thread");
    ask(&functions::NUMBERS, Some("int"));
    ask(&functions::PAIRS, None);
    ask(&functions::SHORT, Some("str"));
    ask(&functions::LONG, None);
    ask(&functions::FOURS, None);
}

fn ask<K: Floor>(sizes: &[Size<K>], python: Option<&str>) {
    for size in sizes {
        let race = everybody(size);
        let all: Vec<K> = (0..size.entries).map(K::make).collect();
        let calls: Vec<K> = zipf(size.entries, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
        race.warm_up(&all);
        race.warm_up(&calls);
        let times = race.run(ROUNDS, || calls.clone());
        note_misses(&times);
        let others = python.map_or_else(Vec::new, |kind| python::hits(kind, size.entries));
        standings("hits", &times, &others).key(K::NAME).entries(size.entries).print();
    }
}

fn everybody<K: Floor>(size: &Size<K>) -> Race<K> {
    let mut race = Race::new();
    race.enter(Role::Floor, floor::NAME, floor::of());
    (size.ours)(&mut race);
    (size.our_unbounded)(&mut race);
    enter::<K, OurLru<K, u64>>(&mut race, size.bound);
    enter::<K, OurMax<K, u64>>(&mut race, size.bound);
    enter::<K, OurUnbounded<K, u64>>(&mut race, size.bound);
    enter::<K, OurLocal<K, u64>>(&mut race, size.bound);
    (size.theirs)(&mut race);
    let mut stores = Stores { race: &mut race, bound: size.bound };
    peers::bounded(&mut stores);
    peers::unbounded(&mut stores);
    race
}

fn enter<K: Key, S: Store<K>>(race: &mut Race<K>, bound: usize) {
    race.enter_local(S::ROLE, S::NAME, filled(S::new(bound)));
}

struct Stores<'a, K> {
    race: &'a mut Race<K>,
    bound: usize,
}

impl<K: Key> Visit<K> for Stores<'_, K> {
    fn store<S: Store<K> + Send + Sync>(&mut self) {
        enter::<K, S>(self.race, self.bound);
    }
}
