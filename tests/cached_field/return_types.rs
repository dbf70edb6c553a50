//! Tests of the types that a getter may return.

use std::num::ParseIntError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use memokit::{Lazy, cached_field};

#[derive(Default)]
struct Text {
    text: String,
    runs: AtomicU32,
    length: Lazy<usize>,
    words: Lazy<Vec<String>>,
    upper: Lazy<String>,
    shared: Lazy<Arc<str>>,
    number: Lazy<u32>,
    digits: Lazy<Vec<u8>>,
    owned_number: Lazy<u32>,
    aliased: Lazy<u32>,
    first: Lazy<Option<String>>,
    label: Lazy<&'static str>,
    boxed: Lazy<Box<dyn Fn(u32) -> u32 + Send + Sync>>,
}

type Parsed<T> = Result<T, ParseIntError>;

impl Text {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    fn run(&self) {
        self.runs.fetch_add(1, Relaxed);
    }

    fn runs(&self) -> u32 {
        self.runs.swap(0, Relaxed)
    }

    #[cached_field]
    fn length(&self) -> usize {
        self.run();
        self.text.len()
    }

    #[cached_field]
    fn words(&self) -> &[String] {
        self.run();
        self.text.split(' ').map(str::to_owned).collect()
    }

    #[cached_field]
    fn upper(&self) -> &str {
        self.run();
        self.text.to_uppercase()
    }

    #[cached_field]
    fn shared(&self) -> Arc<str> {
        self.run();
        Arc::from(&*self.text)
    }

    #[cached_field]
    fn number<'s>(&'s self) -> Result<&'s u32, ParseIntError> {
        self.run();
        self.text.parse()
    }

    #[cached_field]
    fn digits(&self) -> Result<&[u8], Box<dyn std::error::Error>> {
        self.run();
        let number: u32 = self.text.parse()?;
        if number == 0 {
            return Err("no digits".into());
        }
        Ok(number.to_string().bytes().map(|digit| digit - b'0').collect())
    }

    #[cached_field]
    fn owned_number(&self) -> Result<u32, ParseIntError> {
        self.run();
        let number = self.text.parse()?;
        Ok(number)
    }

    #[cached_field]
    fn first(&self) -> Option<&str> {
        self.run();
        self.text.split(' ').next().filter(|word| !word.is_empty()).map(str::to_owned)
    }

    #[cached_field]
    fn label(&self) -> &'static str {
        self.run();
        if self.text.is_empty() { "empty" } else { "full" }
    }

    #[cached_field]
    fn boxed(&self) -> &(dyn Fn(u32) -> u32 + Send + Sync) {
        self.run();
        let length = u32::try_from(self.text.len()).unwrap();
        Box::new(move |n| n + length)
    }
}

/// Aliases whose names do not end in `Result` are recognized by the getter, by type.
impl Text {
    #[cached_field(handle = false)]
    fn aliased(&self) -> Fallible {
        self.run();
        self.text.parse()
    }
}
type Fallible = Parsed<u32>;

#[test]
fn a_value_is_computed_once_and_cloned_out() {
    let text = Text::new("one two");
    assert_eq!((text.length(), text.length(), text.runs()), (7, 7, 1));
    assert!(Arc::ptr_eq(&text.shared(), &text.shared()));
    assert_eq!(text.runs(), 1);
}

#[test]
fn a_value_by_reference_is_not_cloned() {
    let text = Text::new("one two");
    assert_eq!(text.words(), ["one", "two"]);
    assert!(std::ptr::eq(text.words(), text.words()));
    assert_eq!((text.upper(), text.upper(), text.runs()), ("ONE TWO", "ONE TWO", 2));
}

#[test]
fn a_boxed_unsized_value_is_returned_by_reference() {
    let text = Text::new("four");
    assert_eq!((text.boxed()(1), text.boxed()(2), text.runs()), (5, 6, 1));
}

#[test]
fn of_a_result_by_reference_only_the_ok_is_stored() {
    let mut text = Text::new("x");
    assert!(text.number().is_err());
    assert!(text.number().is_err());
    assert_eq!(text.runs(), 2);
    text.text = "7".to_owned();
    assert_eq!((text.number(), text.number(), text.runs()), (Ok(&7), Ok(&7), 1));
}

#[test]
fn a_fallible_body_may_use_the_question_mark_and_return() {
    assert_eq!(Text::new("0").digits().unwrap_err().to_string(), "no digits");
    assert_eq!(Text::new("x").digits().unwrap_err().to_string(), "invalid digit found in string");
    assert_eq!(Text::new("42").digits().unwrap(), [4, 2]);
}

#[test]
fn of_a_result_by_value_only_the_ok_is_stored() {
    let mut text = Text::new("x");
    assert!(text.owned_number().is_err());
    assert!(text.owned_number().is_err());
    text.text = "7".to_owned();
    assert_eq!((text.owned_number(), text.owned_number(), text.runs()), (Ok(7), Ok(7), 3));
    assert_eq!(text.owned_number_cached(), Some(&7));
}

#[test]
fn an_alias_of_result_is_recognized_by_type() {
    let mut text = Text::new("x");
    assert!(text.aliased().is_err());
    text.text = "7".to_owned();
    assert_eq!((text.aliased(), text.aliased(), text.runs()), (Ok(7), Ok(7), 2));
}

#[test]
fn none_is_a_value_like_any_other() {
    let mut text = Text::new("");
    assert_eq!((text.first(), text.first(), text.runs()), (None, None, 1));
    text.text = "one two".to_owned();
    assert_eq!(text.first(), None);
    text.first_cache_clear();
    assert_eq!((text.first(), text.first_cached()), (Some("one"), Some(Some("one"))));
}

#[test]
fn a_reference_that_does_not_come_from_self_is_a_value() {
    let text = Text::new("x");
    let label: &'static str = text.label();
    assert_eq!((label, text.label(), text.runs()), ("full", "full", 1));
}

struct Viewed<'a, T> {
    text: &'a str,
    extra: T,
    words: Lazy<Vec<&'a str>>,
    longest: Lazy<&'a str>,
    pair: Lazy<(T, usize)>,
}

impl<'a, T: Clone> Viewed<'a, T> {
    #[cached_field]
    fn words(&self) -> &[&'a str] {
        self.text.split(' ').collect()
    }

    #[cached_field]
    fn longest(&self) -> &'a str {
        self.words().iter().max_by_key(|word| word.len()).copied().unwrap_or_default()
    }

    #[cached_field]
    fn pair(&self) -> (T, usize)
    where
        T: Clone,
    {
        (self.extra.clone(), self.words().len())
    }
}

#[test]
fn generic_types_with_lifetimes_have_cached_fields() {
    let text = String::from("a whole sentence");
    let longest = {
        let view = Viewed { text: &text, extra: 1_u8, words: Lazy::new(), longest: Lazy::new(), pair: Lazy::new() };
        assert_eq!((view.words(), view.pair()), (&["a", "whole", "sentence"][..], (1, 3)));
        assert_eq!(view.pair_cached(), Some(&(1, 3)));
        view.longest() // outlives the view, as what it points to does
    };
    assert_eq!(longest, "sentence");
}
