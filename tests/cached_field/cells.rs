//! Tests of the types of fields in which a getter may store its value.

use std::cell;
use std::num::ParseIntError;
use std::sync::OnceLock;

use memokit::{Lazy, cached_field};

#[derive(Clone, Debug, Default, PartialEq)]
struct Cells {
    text: String,
    lazy: Lazy<u32>,
    lock: OnceLock<u32>,
    cell: cell::OnceCell<u32>,
    once: once_cell::sync::OnceCell<u32>,
    local: once_cell::unsync::OnceCell<u32>,
    by_ref: cell::OnceCell<String>,
}

macro_rules! fallible {
    ($($field:ident)*) => { $(
        #[cached_field]
        fn $field(&self) -> Result<&u32, ParseIntError> {
            self.text.parse()
        }
    )* };
}

impl Cells {
    fallible! { lazy lock cell once local }

    #[cached_field]
    fn by_ref(&self) -> &str {
        self.text.clone() + "!"
    }

    #[cached_field(field = lock)]
    fn doubled(&self) -> u32 {
        2 * self.text.parse::<u32>().unwrap()
    }
}

#[test]
fn every_cell_stores_the_ok_and_can_be_cleared() {
    let mut cells = Cells { text: "x".to_owned(), ..Cells::default() };
    for text in ["x", "4"] {
        cells.text = text.to_owned();
        let all = [cells.lazy(), cells.lock(), cells.cell(), cells.once(), cells.local()];
        assert_eq!(all.map(|value| value.ok().copied()), [text.parse().ok(); 5]);
    }
    cells.text = "5".to_owned();
    assert_eq!([cells.lazy(), cells.lock(), cells.cell(), cells.once(), cells.local()], [const { Ok(&4) }; 5]);
    cells.lazy_cache_clear();
    cells.lock_cache_clear();
    cells.cell_cache_clear();
    cells.once_cache_clear();
    cells.local_cache_clear();
    assert_eq!(cells.lock_cached(), None);
    assert_eq!([cells.lazy(), cells.lock(), cells.cell(), cells.once(), cells.local()], [const { Ok(&5) }; 5]);
}

#[test]
fn cells_that_are_not_sync_are_enough_for_one_thread() {
    let cells = Cells { text: "x".to_owned(), ..Cells::default() };
    assert_eq!((cells.by_ref(), cells.by_ref_cached()), ("x!", Some("x!")));
}

#[test]
fn the_field_may_have_another_name() {
    let cells = Cells { text: "3".to_owned(), ..Cells::default() };
    assert_eq!((cells.doubled(), cells.lock.get()), (6, Some(&6)));
}

struct Pair(f64, Lazy<f64>);

impl Pair {
    #[cached_field(field = 1)]
    fn root(&self) -> f64 {
        self.0.sqrt()
    }
}

#[test]
fn the_field_of_a_tuple_struct_is_its_number() {
    let pair = Pair(9.0, Lazy::new());
    assert_eq!((pair.root(), *pair.1.get().unwrap()), (3.0, 3.0));
}
