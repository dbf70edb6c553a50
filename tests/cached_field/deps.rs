//! Tests of values that are computed again when a field they depend on has changed.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;

use memokit::{Key, Lazy, cached_field};

#[derive(Clone, Debug, Default, PartialEq)]
struct Size {
    w: f64,
}

#[derive(Clone, Copy, Debug, Default, Key, PartialEq)]
enum Unit {
    #[default]
    Metre,
    Scaled(f64),
}

#[derive(Debug, Default)]
struct Rect {
    size: Size,
    h: f64,
    name: String,
    unit: Unit,
    runs: AtomicU32,
    area: Lazy<f64, (f64, f64)>,
    title: Lazy<String, (String,)>,
    ratio: Lazy<f64, (f64, f64)>,
    scaled: Lazy<f64, (Unit, f64)>,
}

impl Rect {
    #[cached_field(deps(size.w, h), stats)]
    fn area(&self) -> f64 {
        self.runs.fetch_add(1, Relaxed);
        self.size.w * self.h
    }

    #[cached_field(deps(name))]
    fn title(&self) -> String {
        self.runs.fetch_add(1, Relaxed);
        self.name.to_uppercase()
    }

    #[cached_field(deps(size.w, h))]
    fn ratio(&self) -> Result<f64, String> {
        self.runs.fetch_add(1, Relaxed);
        if self.h == 0.0 { Err("flat".to_owned()) } else { Ok(self.size.w / self.h) }
    }

    #[cached_field(deps(unit, h))]
    fn scaled(&self) -> f64 {
        match self.unit {
            Unit::Metre => self.h,
            Unit::Scaled(by) => self.h * by,
        }
    }

    fn runs(&self) -> u32 {
        self.runs.swap(0, Relaxed)
    }
}

#[test]
fn plain_assignment_to_a_dependency_is_noticed() {
    let mut rect = Rect { size: Size { w: 2.0 }, h: 3.0, ..Rect::default() };
    assert_eq!((rect.area(), rect.area(), rect.runs()), (6.0, 6.0, 1));
    rect.size.w = 5.0;
    assert_eq!((rect.area(), rect.area(), rect.runs()), (15.0, 15.0, 1));
    rect.name = "not a dependency".to_owned();
    assert_eq!((rect.area(), rect.runs()), (15.0, 0));
}

#[test]
fn a_string_is_compared_in_place() {
    let mut rect = Rect { name: "a".to_owned(), ..Rect::default() };
    assert_eq!((rect.title(), rect.title(), rect.runs()), ("A".to_owned(), "A".to_owned(), 1));
    rect.name.push('b');
    assert_eq!((rect.title(), rect.runs()), ("AB".to_owned(), 1));
}

#[test]
fn not_a_number_equals_itself_and_zero_has_a_sign() {
    let mut rect = Rect { size: Size { w: f64::NAN }, h: 0.0, ..Rect::default() };
    assert!(rect.area().is_nan());
    rect.size.w = -f64::NAN;
    assert!(rect.area().is_nan());
    assert_eq!(rect.runs(), 1);
    rect.h = -0.0;
    assert!(rect.area().is_nan());
    assert_eq!(rect.runs(), 1);
}

#[test]
fn a_dependency_may_have_a_derived_key() {
    let mut rect = Rect { h: 3.0, ..Rect::default() };
    assert_eq!(rect.scaled(), 3.0);
    rect.unit = Unit::Scaled(2.0);
    assert_eq!((rect.scaled(), rect.scaled_cached()), (6.0, Some(6.0)));
}

#[test]
fn an_error_is_not_stored_and_the_old_value_is_not_returned_instead() {
    let mut rect = Rect { size: Size { w: 4.0 }, h: 2.0, ..Rect::default() };
    assert_eq!(rect.ratio(), Ok(2.0));
    rect.h = 0.0;
    assert!(rect.ratio().is_err());
    assert!(rect.ratio().is_err());
    assert_eq!(rect.runs(), 3);
    rect.h = 2.0;
    assert_eq!((rect.ratio(), rect.runs()), (Ok(2.0), 0));
}

#[test]
fn cached_compares_the_dependencies() {
    let mut rect = Rect { size: Size { w: 2.0 }, h: 3.0, ..Rect::default() };
    assert_eq!(rect.area_cached(), None);
    rect.area();
    assert_eq!(rect.area_cached(), Some(6.0));
    rect.h = 4.0;
    assert_eq!((rect.area_cached(), rect.area_uncached()), (None, 8.0));
    rect.h = 3.0;
    assert_eq!(rect.area_cached(), Some(6.0));
    rect.area_cache_clear();
    assert_eq!(rect.area_cached(), None);
    assert_eq!(format!("{:?}", rect.area), "<not computed>");
}

#[test]
fn a_clone_keeps_the_value_and_is_independent() {
    let area: Lazy<f64, (u32,)> = Lazy::new();
    assert_eq!(area.get_or_init_with((1_u32,), || 1.0), 1.0);
    let clone = area.clone();
    assert_eq!(clone.get_or_init_with((2_u32,), || 2.0), 2.0);
    assert_eq!((area.get_with(&(1_u32,)), clone.get_with(&(1_u32,))), (Some(1.0), None));
}

#[test]
fn a_struct_update_is_noticed() {
    let small = Rect { size: Size { w: 2.0 }, h: 3.0, ..Rect::default() };
    assert_eq!(small.area(), 6.0);
    let large = Rect { h: 5.0, ..small };
    assert_eq!(large.area(), 10.0);
}

#[test]
fn ten_threads_compute_once() {
    let rect = Arc::new(Rect { size: Size { w: 2.0 }, h: 3.0, ..Rect::default() });
    let barrier = Arc::new(Barrier::new(10));
    let threads: Vec<_> = (0..10)
        .map(|_| {
            let (rect, barrier) = (Arc::clone(&rect), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                rect.title()
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), "");
    }
    assert_eq!(rect.runs(), 1);
}
