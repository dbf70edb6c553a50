//! Tests of derived keys as arguments, in fields and in caches.

use memokit::{Key, memoize};

#[derive(Clone, Copy, Key)]
struct Point<'a> {
    x: f64,
    y: f64,
    label: Option<&'a str>,
}

#[memoize]
fn describe(point: &Point<'_>, digits: usize) -> String {
    format!("{} at {:.digits$}, {:.digits$}", point.label.unwrap_or("nothing"), point.x, point.y)
}

#[test]
fn a_borrowed_argument_of_a_derived_type_is_found_again() {
    let label = String::from("home");
    let point = Point { x: 1.0, y: f64::NAN, label: Some(&label) };
    assert_eq!(describe(&point, 1), "home at 1.0, NaN");
    assert_eq!(describe(&Point { label: Some("home"), ..point }, 1), "home at 1.0, NaN");
    assert_eq!(describe(&Point { label: None, ..point }, 1), "nothing at 1.0, NaN");
    let info = describe::cache_info();
    assert_eq!((info.hits, info.misses), (1, 2));
}

#[derive(Key)]
struct Request {
    path: String,
    #[key(skip)]
    trace: u64,
}

#[memoize]
fn respond(request: Request) -> u64 {
    request.trace + request.path.len() as u64
}

#[test]
fn an_owned_argument_need_be_neither_clone_nor_eq() {
    let request = |trace| Request { path: "/".to_owned(), trace };
    assert_eq!((respond(request(1)), respond(request(2))), (2, 2));
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Plain {
    id: u32,
}

#[memoize]
fn plain(of: &Plain, by: Plain) -> u32 {
    of.id + by.id
}

#[test]
fn what_is_hash_eq_and_clone_needs_no_derive() {
    assert_eq!((plain(&Plain { id: 1 }, Plain { id: 2 }), plain(&Plain { id: 1 }, Plain { id: 2 })), (3, 3));
    assert_eq!(plain::cache_info().hits, 1);
}
