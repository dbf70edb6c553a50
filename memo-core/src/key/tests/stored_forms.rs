//! Types with the same stored form are one key.

use super::transcript::{assert_apart, assert_same, bytes, writes};
use crate::key::key_trait::Key;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

#[test]
fn text_is_one_key_however_it_is_owned() {
    let text = "Größe";
    assert_same(text, &String::from(text));
    assert_same(text, &text);
    assert_same(text, &Cow::Borrowed(text));
    assert_same(text, &Cow::<str>::Owned(text.into()));
    assert_same(text, &Box::<str>::from(text));
    assert_same(text, &Rc::<str>::from(text));
    assert_same(text, &Arc::<str>::from(text));
    assert_same(text, &&mut String::from(text));
    assert_same(text, &Arc::new(String::from(text)));
    assert_apart("a", &String::from("b"));
}

#[test]
fn paths_and_foreign_text_are_one_key_however_they_are_owned() {
    assert_same(Path::new("/etc/hosts"), &PathBuf::from("/etc/hosts"));
    assert_same(Path::new("/etc/hosts"), &Cow::Borrowed(Path::new("/etc/hosts")));
    for spelling in ["/etc//hosts", "/etc/./hosts", "/etc/hosts/"] {
        assert_apart(Path::new("/etc/hosts"), Path::new(spelling));
    }
    assert_apart(Path::new("/etc/hosts"), &PathBuf::from("/etc/host"));
    assert_same(OsStr::new("name"), &OsString::from("name"));
    assert_same::<Box<CStr>, _, _>(c"name", &CString::from(c"name"));
}

#[test]
fn sequences_are_one_key_whatever_their_type() {
    let items = [3_u32, 1, 2];
    let mut deque = VecDeque::from([2_u32]);
    deque.push_front(1);
    deque.push_front(3);
    assert!(!deque.as_slices().1.is_empty(), "two pieces, or nothing is tested");
    assert_same(&items[..], &items.to_vec());
    assert_same(&items[..], &Cow::Borrowed(&items[..]));
    assert_same(&items[..], &Box::<[u32]>::from(items));
    assert_same(&items[..], &Arc::<[u32]>::from(items));
    assert_same(&items[..], &deque);
    assert_same(&items[..], &LinkedList::from(items));
    assert_same(&items[..], &items.each_ref().to_vec());
    assert_same(&items[..], &items.map(Box::new).to_vec());
    assert_same(&[1_u32, 2, 3][..], &BTreeSet::from(items));
    assert_same(&[(1, "a"), (2, "b")][..], &BTreeMap::from([(2, String::from("b")), (1, String::from("a"))]));
    assert_same(&["a", "bc"][..], &vec![String::from("a"), String::from("bc")]);
}

#[test]
fn long_sequences_make_the_same_writes() {
    for length in [0, 1, 127, 128, 129, 255, 256, 257, 1000, 5000] {
        let numbers: Vec<u64> = (0..length).collect();
        assert_same(&numbers[..], &numbers.iter().collect::<Vec<_>>());
        let small: Vec<u8> = numbers.iter().map(|number| number.to_le_bytes()[0]).collect();
        assert_same(&small[..], &small.iter().map(Rc::new).collect::<Vec<_>>());
        let wide: Vec<i128> = numbers.iter().map(|&number| -i128::from(number)).collect();
        assert_same(&wide[..], &wide.iter().copied().collect::<VecDeque<_>>());
    }
}

#[test]
fn text_and_bytes_are_hashed_in_one_write_and_an_end_mark() {
    let text = "x".repeat(200);
    assert_eq!(writes(&text), [text.as_bytes(), &[0xff]]);
    let raw = vec![7_u8; 200];
    assert_eq!(writes(&raw), [&200_usize.to_ne_bytes()[..], &raw]);
    let numbers = [1_u32, 2, 3];
    assert_eq!(writes(&numbers), [numbers.map(u32::to_ne_bytes).as_flattened()]);
}

#[test]
fn composite_keys_are_prefix_free() {
    assert_apart(&("a", "bc"), &("ab", "c"));
    assert_apart(&["a", "bc"], &["ab", "c"]);
    assert_apart(&(&[1_u8][..], &[2_u8, 3][..]), &(&[1_u8, 2][..], &[3_u8][..]));
    assert_apart(&vec![vec![1_u8], vec![]], &vec![vec![], vec![1_u8]]);
    assert_apart(&(None::<u8>, Some(0_u8)), &(Some(0_u8), None::<u8>));
    assert_apart(&(None::<()>, Some(())), &(Some(()), None::<()>));
    assert_apart(&(OsStr::new("a"), OsStr::new("bc")), &(OsStr::new("ab"), OsStr::new("c")));
    assert_apart(&(Path::new("a"), Path::new("bc")), &(Path::new("ab"), Path::new("c")));
    assert_apart(&(c"a", c"bc"), &(c"ab", c"c"));
    assert_apart(&Ok::<u8, u8>(1), &Err::<u8, u8>(1));
    assert_ne!(bytes(&("", "\u{1}")), bytes(&("\u{1}", "")));
}

/// Even where the hashes of two keys are equal, the comparison decides.
#[test]
fn keys_are_compared_in_full() {
    let stored = ("left", [1.0, f64::NAN], Some(&[1_u8, 2][..])).to_stored();
    assert!(("left", [1.0, f64::NAN], Some(&[1_u8, 2][..])).matches(&stored));
    assert!(!("right", [1.0, f64::NAN], Some(&[1_u8, 2][..])).matches(&stored));
    assert!(!("left", [1.0, 0.0], Some(&[1_u8, 2][..])).matches(&stored));
    assert!(!("left", [1.0, f64::NAN], Some(&[1_u8, 2, 0][..])).matches(&stored));
    assert!(!("left", [1.0, f64::NAN], Some(&[1_u8][..])).matches(&stored));
    assert!(!("left", [1.0, f64::NAN], None::<&[u8]>).matches(&stored));
}
