//! What callers may do with the public types: across panics, and by name.

use memokit::{
    Cache, CacheBuilder, CacheInfo, CacheParameters, CacheRef, Lazy, LocalCache, ManualClock, Memo, Report,
    SingleFlight,
};
use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind};

const fn survives_panics<T: UnwindSafe + RefUnwindSafe>() {}
const _: () = survives_panics::<Cache<u8, String>>();
const _: () = survives_panics::<LocalCache<u8, String>>();
const _: () = survives_panics::<CacheBuilder<u8, String>>();
const _: () = survives_panics::<Memo<(u8,), String>>();
const _: () = survives_panics::<Lazy<String>>();
const _: () = survives_panics::<Lazy<String, (u8, String)>>();
const _: () = survives_panics::<CacheRef>();
const _: () = survives_panics::<CacheInfo>();
const _: () = survives_panics::<CacheParameters>();
const _: () = survives_panics::<ManualClock>();
const _: () = survives_panics::<Report>();
const _: () = survives_panics::<SingleFlight>();

#[test]
fn a_cache_works_after_a_panic_inside_of_it() {
    let cache = Cache::<u8, String>::default();
    let lazy = Lazy::<String>::new();
    // Without `AssertUnwindSafe`.
    assert!(catch_unwind(|| cache.get_or_insert_with(1, || panic!("in the load"))).is_err());
    assert!(catch_unwind(|| lazy.get_or_init(|| panic!("in the run")).len()).is_err());
    assert_eq!(catch_unwind(|| cache.get_or_insert_with(1, || "one".to_owned())).unwrap(), "one");
    assert_eq!(lazy.get_or_init(|| "one".to_owned()), "one");
}

/// Signatures that need each public name.
#[test]
fn what_generic_code_needs_has_a_public_name() {
    fn argument<T: memokit::Component + Clone>(key: memokit::KeyRef<'_>) -> Option<T> {
        key.arg::<T>(0).cloned()
    }
    fn value<D: memokit::Depends<u8>>(lazy: &Lazy<u8, D>) -> String {
        format!("{lazy:?}")
    }
    fn hash(hasher: memokit::DefaultHasher) -> u64 {
        std::hash::Hasher::finish(&hasher)
    }

    #[memokit::memoize]
    fn next(n: u8) -> u8 {
        n + 1
    }
    assert_eq!((next(1), next(2)), (2, 3));
    assert_eq!(next::forget_if(|key, _| argument::<u8>(key) == Some(1)), 1);
    assert_eq!(value(&Lazy::<u8>::new()), value(&Lazy::<u8, (u8,)>::new()));
    let builder = memokit::DefaultHashBuilder::default();
    let hasher = || std::hash::BuildHasher::build_hasher(&builder);
    assert_eq!(hash(hasher()), hash(hasher()));
}
