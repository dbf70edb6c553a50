//! The unsafe code on few entries: a program for Miri, which checks every access against the rules
//! of references and of memory. Without Miri an ordinary test. `proof.sh` runs it under both of
//! Miri's models of references and with several schedules of the threads.

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use memokit::{Cache, Lazy, LocalCache, Memo, cached_field, memoize};

const ROUNDS: u32 = if cfg!(miri) { 20 } else { 20_000 };

#[memoize(lru = 4)]
fn shared(x: u32) -> String {
    x.to_string()
}

#[memoize(local, lru = 4)]
fn local(x: u32) -> Rc<String> {
    Rc::new(x.to_string())
}

#[memoize(local)]
fn second_local(x: u32) -> Rc<String> {
    Rc::new(x.to_string())
}

#[memoize(local, ttl = "1h")]
fn generic_local<T: memokit::Key + ToString>(x: T) -> Rc<String> {
    Rc::new(x.to_string())
}

#[test]
fn functions_of_a_thread_are_called_in_turn() {
    for x in 0..ROUNDS {
        assert_eq!(*local(x % 6), (x % 6).to_string());
        assert_eq!(*second_local(x % 3), (x % 3).to_string());
        assert_eq!(*local(x % 6), (x % 6).to_string());
        assert_eq!(*generic_local(x % 2), (x % 2).to_string());
        assert_eq!(*generic_local(u64::from(x % 2)), (x % 2).to_string());
    }
    local::cache_clear();
    assert_eq!(*local(1), "1");
    let elsewhere = || thread::spawn(|| (local(1).len(), second_local(2).len())).join().unwrap();
    assert_eq!((elsewhere(), elsewhere()), ((1, 1), (1, 1)));
}

#[test]
fn a_function_of_all_threads_is_called() {
    for x in 0..ROUNDS {
        assert_eq!(shared(x % 6), (x % 6).to_string());
        assert_eq!(shared::with(x % 6, String::len), 1);
    }
    shared::forget(1);
    shared::cache_clear();
}

#[test]
fn caches_are_written_read_and_emptied() {
    let (cache, local) = (
        Cache::<u32, String>::builder().lru(4).build(),
        LocalCache::<u32, Rc<u32>>::builder().lru(4).ttl(Duration::from_secs(3600)).build(),
    );
    for k in 0..ROUNDS {
        cache.insert(k % 7, k.to_string());
        cache.get(&(k % 5));
        assert!(!cache.get_or_insert_with(k % 6, || k.to_string()).is_empty());
        local.insert(k % 7, Rc::new(k));
        local.get(&(k % 5));
    }
    assert_eq!((cache.len(), local.len()), (4, 4));
    assert_eq!(cache.iter().count(), 4);
    cache.remove(&3);
    cache.clear();
    local.clear();
    assert_eq!((cache.len(), local.len()), (0, 0));
}

/// More entries than a segment of the index and a chunk of cells have.
#[test]
fn a_cache_grows_and_is_emptied() {
    let cache = Cache::<u32, Box<u32>>::builder().max(60).build();
    for k in 0..ROUNDS * 7 {
        cache.insert(k, Box::new(k));
        cache.get(&(k / 2));
    }
    assert_eq!(cache.len(), 60);
    cache.clear();
    cache.insert(1, Box::new(1));
    assert_eq!(cache.get(&1), Some(Box::new(1)));
}

#[test]
fn threads_share_a_cache() {
    let cache = Cache::<u32, String>::builder().lru(4).build();
    thread::scope(|scope| {
        for t in 0..3 {
            let cache = &cache;
            scope.spawn(move || {
                for k in (0..ROUNDS).map(|k| (k * 7 + t) % 9) {
                    assert_eq!(cache.get_or_insert_with(k, || k.to_string()), k.to_string());
                    if k == 3 {
                        cache.remove(&k);
                    }
                    if let Some(value) = cache.get(&k) {
                        assert_eq!(value, k.to_string());
                    }
                    if k == 5 {
                        cache.iter().for_each(|entry| assert_eq!(entry.key().to_string(), *entry.value()));
                    }
                }
            });
        }
    });
}

#[derive(Default)]
struct Square {
    side: u32,
    area: Lazy<u32, (u32,)>,
    scaled: Memo<(u32,), String>,
}

impl Square {
    #[cached_field(deps(side))]
    fn area(&self) -> u32 {
        self.side * self.side
    }

    #[memoize(in = self.scaled)]
    fn scaled(&self, by: u32) -> String {
        (self.side * by).to_string()
    }
}

#[test]
fn fields_are_computed_by_several_threads() {
    for _ in 0..ROUNDS / 10 {
        let mut square = Square { side: 3, ..Square::default() };
        for side in [3, 4] {
            square.side = side;
            thread::scope(|scope| {
                for by in 1..4 {
                    let square = &square;
                    scope.spawn(move || {
                        assert_eq!(square.area(), side * side);
                        square.scaled(by).len()
                    });
                }
            });
        }
    }
}
