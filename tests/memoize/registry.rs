//! Tests of the registry: `caches()` and `report()`.

use super::tally;
use memokit::{Cache, CacheRef, Memo, caches, memoize, report};

fn named(name: &str) -> Vec<CacheRef> {
    caches().into_iter().filter(|cache| cache.name() == name).collect()
}

#[test]
fn a_function_is_listed_once_it_was_called() {
    #[memoize(name = "registry::late")]
    fn late(n: u32) -> u32 {
        n + 1
    }
    assert!(named("registry::late").is_empty());
    (late(1), late(1), late(2));
    let found = named("registry::late");
    assert_eq!((found.len(), tally(found[0].info())), (1, (1, 2, 2)));
}

#[test]
fn without_a_name_a_function_is_listed_by_its_path() {
    #[memoize]
    fn unnamed(n: u32) -> u32 {
        n + 1
    }
    unnamed(1);
    assert_eq!(named("suite::memoize::registry::unnamed").len(), 1);
}

#[test]
fn the_location_is_that_of_the_function() {
    #[memoize(name = "registry::here")]
    fn here(n: u32) -> u32 {
        n + 1
    }
    let line = line!() - 4;
    here(1);
    let location = named("registry::here")[0].location();
    let (file, number) = location.rsplit_once(':').unwrap();
    assert!(file.ends_with("registry.rs"), "{location}");
    let number: u32 = number.parse().unwrap();
    assert!((line..line + 2).contains(&number), "{location} is not about line {line}");
}

#[test]
fn a_name_may_be_shared_and_both_are_listed() {
    #[memoize(name = "registry::twins")]
    fn one(n: u32) -> u32 {
        n + 1
    }
    #[memoize(name = "registry::twins")]
    fn two(n: u32) -> u32 {
        n + 2
    }
    assert_eq!((one(1), two(1), one(1)), (2, 3, 2));
    let hits: u64 = named("registry::twins").iter().map(|cache| cache.info().hits).sum();
    assert_eq!((named("registry::twins").len(), hits), (2, 1));
}

#[test]
fn a_generic_function_is_one_cache() {
    #[memoize(name = "registry::generic")]
    fn size<T>() -> usize {
        size_of::<T>()
    }
    (size::<u8>(), size::<u16>(), size::<u8>());
    let found = named("registry::generic");
    assert_eq!((found.len(), tally(found[0].info())), (1, (1, 2, 2)));
}

#[test]
fn a_listed_cache_can_be_cleared_and_resized() {
    #[memoize(name = "registry::managed", lru = 9)]
    fn managed(n: u32) -> u32 {
        n + 1
    }
    (0..9).for_each(|n| _ = managed(n));
    let cache = &named("registry::managed")[0];
    cache.resize(4);
    assert_eq!((managed::cache_info().currsize, cache.parameters().maxsize), (4, Some(4)));
    cache.clear();
    assert_eq!(tally(managed::cache_info()), (0, 0, 0));
    assert!(format!("{cache:?}").contains("registry::managed"));
}

#[test]
fn methods_and_async_functions_are_listed_too() {
    struct Unit;
    impl Unit {
        #[memoize(assoc, name = "registry::method")]
        fn method(n: u32) -> u32 {
            n + 1
        }
    }
    #[memoize(name = "registry::later", local)]
    async fn later(n: u32) -> u32 {
        n + 1
    }
    Unit::method(1);
    futures::executor::block_on(later(1));
    assert_eq!((named("registry::method").len(), named("registry::later").len()), (1, 1));
}

#[test]
fn a_cache_in_a_field_is_not_listed() {
    #[derive(Default)]
    struct Holder {
        unlisted: Memo<(u32,), u32>,
    }
    impl Holder {
        #[memoize(in = self.unlisted)]
        fn unlisted(&self, n: u32) -> u32 {
            n + 1
        }
    }
    let holder = Holder::default();
    assert_eq!(holder.unlisted(1), 2);
    assert!(caches().iter().all(|cache| !cache.name().contains("unlisted")));
}

#[test]
fn a_named_value_is_listed_as_long_as_it_lives() {
    let cache: Cache<u32, u32> = Cache::builder().name("registry::value").build();
    let clone = cache.clone();
    cache.insert(1, 1);
    assert_eq!(named("registry::value")[0].info().currsize, 1);
    drop(cache);
    assert_eq!(named("registry::value").len(), 1);
    drop(clone);
    // Another test that lists all caches at this moment holds each of them for a short time.
    let mut looks = 0;
    while !named("registry::value").is_empty() {
        looks += 1;
        assert!(looks < 10_000, "gone with its last clone");
        std::thread::yield_now();
    }
}

#[test]
fn the_list_is_in_the_order_of_names() {
    #[memoize(name = "registry::z")]
    fn z(n: u32) -> u32 {
        n
    }
    #[memoize(name = "registry::a")]
    fn a(n: u32) -> u32 {
        n
    }
    (z(1), a(1));
    let names: Vec<String> = caches().iter().map(|cache| cache.name().to_owned()).collect();
    let place = |name| names.iter().position(|other| other == name).unwrap();
    assert!(names.is_sorted() && place("registry::a") < place("registry::z"));
}

#[test]
fn the_report_has_a_line_for_each_cache() {
    #[memoize(name = "registry::reported", lru = 8)]
    fn reported(n: u32) -> u32 {
        n + 1
    }
    (reported(1), reported(1), reported(1), reported(2));
    let report = report().to_string();
    let line = report.lines().find(|line| line.split(' ').next().unwrap().ends_with("::reported")).unwrap();
    let columns: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(&columns[1..5], ["2", "2", "50.0", "2/8"], "hits, misses, rate, size: {line}");
    assert!(columns.last().unwrap().ends_with('s'), "the time saved comes last: {line}");
    let head = report.lines().next().unwrap();
    assert!(["cache", "hits", "misses", "size", "saved"].iter().all(|title| head.contains(title)), "{head}");
    assert!(line.chars().count() <= 80 && head.chars().count() <= 80, "{head}\n{line}");
}
