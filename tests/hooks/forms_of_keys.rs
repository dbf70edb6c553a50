//! `Cache::by`: a key asked for in another form.

use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use futures::executor::block_on;
use memokit::{Cache, EquivalentKey, LocalCache};

type Pair = (String, String);

fn pair(a: &str, b: &str) -> Pair {
    (a.to_owned(), b.to_owned())
}

#[test]
fn a_tuple_of_texts_is_asked_by_its_parts() {
    let cache: Cache<Pair, u32> = Cache::builder().build();
    cache.insert(pair("a", "b"), 1);
    cache.insert(pair("ab", ""), 2);
    assert_eq!((cache.by(("a", "b")).get(), cache.by(("ab", "")).get()), (Some(1), Some(2)));
    assert_eq!((cache.by(("", "ab")).get(), cache.by(("b", "a")).peek()), (None, None));
    assert_eq!((cache.info().hits, cache.info().misses), (2, 1));
    assert!(cache.by(("a", "b")).contains());
    assert_eq!((cache.by(("a", "b")).remove(), cache.by(("a", "b")).remove()), (Some(1), None));
    assert_eq!(cache.by(("ab", "")).with(|n| n + 1), Some(3));
    assert_eq!(cache.by(("ab", "")).expires_in(), None);
}

#[test]
fn the_key_is_made_only_on_a_miss() {
    static MADE: AtomicU32 = AtomicU32::new(0);

    #[derive(Hash)]
    struct Form<'a>(&'a str, u32);

    impl EquivalentKey<(String, u32)> for Form<'_> {
        fn equals(&self, key: &(String, u32)) -> bool {
            (self.0, self.1) == (key.0.as_str(), key.1)
        }
    }

    impl memokit::ToKey<(String, u32)> for Form<'_> {
        fn to_key(&self) -> (String, u32) {
            MADE.fetch_add(1, SeqCst);
            (self.0.to_owned(), self.1)
        }
    }

    let cache: LocalCache<(String, u32), u32> = LocalCache::default();
    for _ in 0..3 {
        assert_eq!(cache.by(Form("a", 7)).get_or_insert_with(|| 1), 1);
    }
    assert_eq!(cache.get(&("a".to_owned(), 7)), Some(1));
    block_on(async {
        assert_eq!(cache.by(Form("b", 7)).get_or_insert_async(async { 2 }).await, 2);
        assert_eq!(cache.by(Form("c", 7)).try_get_or_insert_async(async { Err("no") }).await, Err("no"));
    });
    assert_eq!(cache.by(Form("b", 7)).try_get_or_insert_with(|| Err("unused")), Ok(2));
    assert_eq!((MADE.load(SeqCst), cache.len()), (3, 2));
    cache.validate();
}

#[test]
fn parts_of_many_kinds() {
    type Key = (String, Vec<u8>, u64, Option<String>, (char, bool));
    let cache: Cache<Key, u32> = Cache::default();
    let ask = |text: &str, optional: Option<&str>| {
        cache.by((text, &[1_u8, 2][..], 3_u64, optional, ('x', true))).get_or_insert_with(|| 9)
    };
    assert_eq!((ask("a", None), ask("a", Some("b")), ask("a", None)), (9, 9, 9));
    assert_eq!((cache.len(), cache.info().hits), (2, 1));
    let owned: Key = ("a".into(), vec![1, 2], 3, None, ('x', true));
    assert_eq!(cache.get(&owned), Some(9));
    // The whole key by reference is a form of it too.
    assert_eq!(cache.by(&owned).get(), Some(9));
}
