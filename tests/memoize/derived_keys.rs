//! Tests of types with `#[derive(Key)]` as arguments, as `self`, and in the type of a field's
//! cache.

use super::tally;
use futures::executor::block_on;
use memokit::{Key, Memo, memoize};

#[derive(Clone, Copy, Key)]
struct Point {
    x: f32,
    y: f32,
}

#[test]
fn a_struct_of_floats_is_an_argument() {
    #[memoize]
    fn length(point: Point, others: &[Point], more: Option<&Point>) -> f32 {
        point.x.hypot(point.y) + others.iter().map(|other| other.x).sum::<f32>() + more.map_or(0.0, |more| more.y)
    }
    let (a, b) = (Point { x: 3.0, y: 4.0 }, Point { x: 0.0, y: -0.0 });
    assert!((length(a, &[b], Some(&a)) - 9.0).abs() < 1e-6);
    assert!((length(a, &[b], Some(&a)) - 9.0).abs() < 1e-6);
    assert!((length(a, &[Point { x: 0.0, y: 0.0 }], Some(&a)) - 9.0).abs() < 1e-6);
    assert!((length(a, &[], None) - 5.0).abs() < 1e-6);
    assert_eq!(tally(length::cache_info()), (1, 3, 3));
}

#[test]
fn a_struct_that_borrows_is_self() {
    #[derive(Key)]
    struct View<'a> {
        text: &'a str,
        scale: f64,
    }
    impl<'a> View<'a> {
        #[memoize]
        fn width(&self, extra: usize) -> usize {
            self.text.len() * (self.scale as usize) + extra
        }
        #[memoize]
        async fn width_later(&self) -> usize {
            self.text.len()
        }
        #[memoize]
        fn of(text: &'a str) -> usize {
            Self { text, scale: 2.0 }.width(0)
        }
    }
    let local = String::from("abc");
    let (here, there) = (View { text: &local, scale: 1.0 }, View { text: "abc", scale: 1.0 });
    assert_eq!((here.width(1), there.width(1), View { scale: 2.0, ..there }.width(1)), (4, 4, 7));
    assert_eq!(tally(View::width_cache_info()), (1, 2, 2));
    assert_eq!(block_on(async { (here.width_later().await, there.width_later().await) }), (3, 3));
    assert_eq!((View::of(&local), View::of("abc"), tally(View::of_cache_info())), (6, 6, (1, 1, 1)));
}

#[test]
fn a_fields_cache_names_the_type_itself() {
    #[derive(Default)]
    struct Holder {
        sums: Memo<(Point, Vec<String>), usize>,
        lengths: Memo<(Option<String>,), usize>,
    }
    impl Holder {
        #[memoize(in = self.sums)]
        fn sum(&self, point: Point, texts: &[&str]) -> usize {
            point.x as usize + texts.len()
        }
        #[memoize(in = self.lengths)]
        fn length(&self, text: Option<&str>) -> usize {
            text.map_or(0, str::len)
        }
    }
    let (holder, point) = (Holder::default(), Point { x: 1.0, y: f32::NAN });
    assert_eq!((holder.sum(point, &["a"]), holder.sum(point, &["a"]), holder.sum(point, &["b"])), (2, 2, 2));
    assert_eq!((holder.length(Some("ab")), holder.length(None), holder.length(Some("ab"))), (2, 0, 2));
    assert_eq!((tally(holder.sums.info()), tally(holder.lengths.info())), ((1, 2, 2), (1, 2, 2)));
}
