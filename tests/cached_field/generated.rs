//! Tests of the functions that are generated next to a getter.

use memokit::{Lazy, cached_field};

mod shapes {
    use memokit::{Lazy, cached_field};

    pub struct Circle {
        pub radius: f64,
        area: Lazy<f64>,
        counted: Lazy<u32>,
        fallible: Lazy<u32>,
    }

    impl Circle {
        pub fn new(radius: f64) -> Self {
            Self { radius, area: Lazy::new(), counted: Lazy::new(), fallible: Lazy::new() }
        }

        /// The area.
        #[cached_field]
        pub fn area(&self) -> f64 {
            3.0 * self.radius.powi(2)
        }

        #[cached_field(stats)]
        pub fn counted(&self) -> u32 {
            1
        }

        #[cached_field]
        pub fn fallible(&self) -> Result<&u32, String> {
            if self.radius > 0.0 { Ok(1) } else { Err("no radius".to_owned()) }
        }
    }
}
use shapes::Circle;

#[test]
fn cache_clear_makes_the_next_call_compute() {
    let mut circle = Circle::new(1.0);
    assert_eq!(circle.area(), 3.0);
    circle.radius = 2.0;
    assert_eq!(circle.area(), 3.0);
    circle.area_cache_clear();
    assert_eq!(circle.area(), 12.0);
}

#[test]
fn cached_returns_the_value_without_computing() {
    let circle = Circle::new(1.0);
    assert_eq!(circle.area_cached(), None);
    circle.area();
    assert_eq!(circle.area_cached(), Some(&3.0));
}

#[test]
fn uncached_computes_even_if_there_is_a_value() {
    let mut circle = Circle::new(1.0);
    circle.area();
    circle.radius = 2.0;
    assert_eq!((circle.area_uncached(), circle.area()), (12.0, 3.0));
}

#[test]
fn cache_info_counts_computations_and_with_stats_hits() {
    let circle = Circle::new(1.0);
    let (before, counted) = (Circle::area_cache_info(), Circle::counted_cache_info());
    assert_eq!(counted.to_string(), "CacheInfo(hits=0, misses=0, maxsize=None, currsize=0)");
    for _ in 0..4 {
        circle.area();
        circle.counted();
        Circle::new(2.0).counted();
    }
    assert_eq!((Circle::area_cache_info().hits, before.hits), (0, 0));
    let counted = Circle::counted_cache_info();
    assert_eq!((counted.hits, counted.misses, counted.coalesced), (3, 5, 0));
}

#[test]
fn a_failed_computation_is_an_error_in_the_info() {
    let circle = Circle::new(0.0);
    assert!(circle.fallible().is_err());
    assert!(circle.fallible().is_err());
    assert_eq!(Circle::new(1.0).fallible(), Ok(&1));
    let info = Circle::fallible_cache_info();
    assert_eq!((info.misses, info.errors), (3, 2));
}

struct Generic<T> {
    value: T,
    name: Lazy<String>,
}

impl<T: std::fmt::Debug> Generic<T> {
    #[cached_field]
    fn name(&self) -> &str {
        format!("{:?}", self.value)
    }
}

#[test]
fn the_statistics_of_a_generic_type_cover_all_its_instances() {
    assert_eq!(Generic { value: 1, name: Lazy::new() }.name(), "1");
    assert_eq!(Generic { value: 'x', name: Lazy::new() }.name(), "'x'");
    assert_eq!(Generic::<u8>::name_cache_info().misses, 2);
}

trait Named {
    fn name(&self) -> &str;
    fn length(&self) -> usize;
}

struct Thing {
    id: u32,
    name: Lazy<String>,
    length: Lazy<usize>,
}

impl Named for Thing {
    #[cached_field(handle = false)]
    fn name(&self) -> &str {
        format!("thing {}", self.id)
    }

    #[cached_field(handle = false)]
    fn length(&self) -> usize {
        self.name().len()
    }
}

#[test]
fn nothing_is_generated_next_to_a_getter_of_a_trait() {
    let thing = Thing { id: 7, name: Lazy::new(), length: Lazy::new() };
    assert_eq!((thing.name(), thing.length(), thing.name.get().unwrap().as_str()), ("thing 7", 7, "thing 7"));
}
