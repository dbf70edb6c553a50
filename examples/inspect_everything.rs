//! Inspecting and changing caches: `caches()`, `report()`, and the operations on a function's path.

use memokit::{Cache, memoize};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

static EDITION: AtomicU32 = AtomicU32::new(1);

#[memoize(lru = 8)]
fn article(id: u32, language: &str) -> String {
    format!("article {id} in {language}, edition {}", EDITION.load(Relaxed))
}

#[memoize(fifo = 100, name = "squares")]
fn square(n: u64) -> u64 {
    n * n
}

fn main() {
    let sessions = Cache::builder().lru(50).name("sessions").build();
    sessions.insert("anna", 1);
    sessions.get("anna");
    let sum: u64 = (0..10).chain(0..10).map(square).sum();
    println!("sum of squares, twice: {sum}");
    for (id, language) in [(1, "en"), (1, "de"), (2, "en"), (3, "en")] {
        article(id, language);
    }

    println!("-- one function's cache");
    println!("peek:    {:?}", article::peek(1, "en"));
    println!("with:    {} words, not cloned", article::with(1, "en", |text| text.split(' ').count()));
    EDITION.store(2, Relaxed);
    println!("stale:   {}", article(1, "en"));
    println!("refresh: {}", article::refresh(1, "en"));
    article::put(9, "en", "article 9, stored by put".to_owned());
    println!("put:     {}", article(9, "en"));
    println!("forget:  {} {}", article::forget(1, "de"), article::forget(1, "de"));
    let english = article::forget_if(|key, text| key.arg::<str>(1) == Some("en") && text.contains("edition 1"));
    println!("forget_if: {english} English articles of the first edition");
    println!("{}", article::cache_info());
    article::resize(1);
    println!("resize:  {}", article::cache_info());

    println!("-- all caches");
    for cache in memokit::caches() {
        println!("{:<28} {}", cache.name(), cache.parameters());
    }
    println!("{}", memokit::report());

    for cache in memokit::caches() {
        cache.clear();
    }
    println!("-- all cleared: {} entries", memokit::caches().iter().map(|cache| cache.info().currsize).sum::<usize>());
}
