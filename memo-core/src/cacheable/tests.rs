//! Which rule a result type gets, what it stores, and what reaches the waiters.

use super::choose::{AutoCacheable1 as _, AutoCacheable2 as _, AutoCacheable3 as _, Returns};
use super::fit::{AutoFit1 as _, check_cacheable};
use super::results::{OkOnly, OkSharedErr};
use super::rule::Cacheable;
use super::skip_none::{AutoSkipNone1 as _, AutoSkipNone2 as _, AutoSkipNone3 as _, OkSome, ReturnsOption};
use super::values::{All, SomeOnly};
use crate::cacheable::CachedView;
use crate::shareable::{AcrossThreads, OneThread};
use std::any::{Any, TypeId};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// An error that is neither `Clone` nor anything else.
#[derive(Debug, PartialEq)]
struct Bare;

type Fallible<T> = Result<T, String>;

macro_rules! chosen {
    ($Return:ty) => {{
        let rule = (&&&Returns::<$Return>::new()).__memokit_cacheable();
        rule.type_id()
    }};
}

#[test]
fn results_are_recognised_by_type() {
    assert_eq!(chosen!(Result<u8, String>), TypeId::of::<OkSharedErr>());
    assert_eq!(chosen!(Fallible<u8>), TypeId::of::<OkSharedErr>());
    assert_eq!(chosen!(std::fmt::Result), TypeId::of::<OkSharedErr>());
    assert_eq!(chosen!(std::io::Result<u8>), TypeId::of::<OkOnly>());
    assert_eq!(chosen!(Result<u8, Bare>), TypeId::of::<OkOnly>());
    assert_eq!(chosen!(Result<u8, Rc<str>>), TypeId::of::<OkOnly>());
    assert_eq!(chosen!(Result<u8, Box<dyn std::error::Error>>), TypeId::of::<OkOnly>());
    assert_eq!(chosen!(Option<u8>), TypeId::of::<All>());
    assert_eq!(chosen!(u8), TypeId::of::<All>());
    assert_eq!(chosen!(Vec<Result<u8, String>>), TypeId::of::<All>());
}

#[test]
fn every_value_of_a_type_parameter_is_cached() {
    fn of_any<T: Clone>() -> TypeId {
        chosen!(T)
    }
    fn of_result<T: Clone, E>() -> TypeId {
        chosen!(Result<T, E>)
    }
    assert_eq!(of_any::<u8>(), TypeId::of::<All>());
    assert_eq!(of_result::<u8, String>(), TypeId::of::<OkOnly>());
}

#[test]
fn a_rule_that_fits_passes_the_check() {
    assert_eq!(
        (&&check_cacheable::<Result<u8, Rc<u8>>, AcrossThreads, _>(OkOnly)).__memokit_fit().type_id(),
        TypeId::of::<OkOnly>()
    );
    assert_eq!((&&check_cacheable::<Rc<u8>, OneThread, _>(All)).__memokit_fit().type_id(), TypeId::of::<All>());
    assert_eq!(
        (&&check_cacheable::<Option<u8>, AcrossThreads, _>(SomeOnly)).__memokit_fit().type_id(),
        TypeId::of::<SomeOnly>()
    );
}

#[test]
fn ok_is_cached_and_err_is_not() {
    let good: Result<u8, Bare> = Ok(7);
    let stored = OkOnly.stored(&good).unwrap();
    assert!(OkOnly.admits(&good) && !Cacheable::<Result<u8, Bare>>::failed(OkOnly, &good));
    assert_eq!(OkOnly.give(&stored), good);
    assert_eq!(<OkOnly as CachedView<Result<u8, Bare>>>::view(&stored), &good);

    let bad: Result<u8, Bare> = Err(Bare);
    assert!(!OkOnly.admits(&bad) && OkOnly.failed(&bad) && OkOnly.stored(&bad).is_none());
    assert!(OkOnly.shared_failure(&bad).is_none());
}

#[test]
fn a_cloneable_error_reaches_the_waiters() {
    let bad: Fallible<u8> = Err("down".into());
    assert!(OkSharedErr.failed(&bad) && OkSharedErr.stored(&bad).is_none());
    let failure = OkSharedErr.shared_failure(&bad).unwrap();
    assert_eq!(OkSharedErr.from_failure(&*failure), Some(bad));
    assert_eq!(Cacheable::<Fallible<u8>>::from_failure(OkSharedErr, &7_u8), None);
    assert!(OkSharedErr.shared_failure(&Fallible::Ok(1)).is_none());
}

#[test]
fn none_is_cached_unless_skipped() {
    assert!(All.admits(&None::<u8>));
    assert_eq!(All.give(&All.stored(&None::<u8>).unwrap()), None);

    assert!(!SomeOnly.admits(&None::<u8>) && SomeOnly.stored(&None::<u8>).is_none());
    assert!(!SomeOnly.failed(&None::<u8>), "`None` is not an error");
    let waited = SomeOnly.shared_failure(&None::<u8>).unwrap();
    assert_eq!(Cacheable::<Option<u8>>::from_failure(SomeOnly, &*waited), Some(None));
    assert_eq!(SomeOnly.give(&SomeOnly.stored(&Some(1_u8)).unwrap()), Some(1));
    assert!(SomeOnly.shared_failure(&Some(1_u8)).is_none());
}

#[test]
fn an_ok_none_is_skipped_and_shared() {
    macro_rules! skipping {
        ($Return:ty) => {
            (&&&ReturnsOption::<$Return>::new()).__memokit_cacheable()
        };
    }
    let (none, some, bad) = (Ok(None), Ok(Some(1_u8)), Err("down".into()));
    let rule = skipping!(Fallible<Option<u8>>);
    assert_eq!(rule.type_id(), TypeId::of::<OkSome<OkSharedErr>>());
    assert_eq!([&none, &some, &bad].map(|result| rule.admits(result)), [false, true, false]);
    assert_eq!([&none, &some, &bad].map(|result: &Fallible<Option<u8>>| rule.failed(result)), [false, false, true]);
    assert_eq!(rule.give(&rule.stored(&some).unwrap()), some);
    assert!(rule.stored(&none).is_none() && rule.stored(&bad).is_none() && rule.shared_failure(&some).is_none());
    for result in [none, bad] {
        let failure = rule.shared_failure(&result).unwrap();
        assert_eq!(rule.from_failure(&*failure), Some(result));
    }

    let rule = skipping!(Result<Option<u8>, Bare>);
    assert_eq!(rule.type_id(), TypeId::of::<OkSome<OkOnly>>());
    assert!(rule.shared_failure(&Err::<Option<u8>, _>(Bare)).is_none(), "an error that is not `Clone` is not shared");
    let failure = rule.shared_failure(&Ok::<Option<u8>, Bare>(None)).unwrap();
    assert_eq!(rule.from_failure(&*failure), Some(Ok::<Option<u8>, Bare>(None)));
    assert_eq!(skipping!(Option<u8>).type_id(), TypeId::of::<SomeOnly>());
}

#[test]
fn the_rule_for_all_values_caches_an_error() {
    let bad: Fallible<u8> = Err("down".into());
    assert!(All.admits(&bad) && !All.failed(&bad));
    assert_eq!(All.give(&All.stored(&bad).unwrap()), bad);
}

/// An error that must stay on its thread.
struct Tied(#[expect(dead_code, reason = "makes the error neither Send nor Sync")] Rc<Cell<u8>>);

#[test]
fn a_stored_result_crosses_threads_whatever_its_error_is() {
    fn shareable<T: Send + Sync>(value: T) -> T {
        value
    }
    let value = Arc::new(5);
    let stored = shareable(OkOnly.stored(&Result::<_, Tied>::Ok(value.clone())).unwrap());
    let sum = std::thread::scope(|scope| {
        let read = || match <OkOnly as CachedView<Result<Arc<i32>, Tied>>>::view(&stored) {
            Ok(value) => **value,
            Err(_) => 0,
        };
        let (one, other) = (scope.spawn(read), scope.spawn(read));
        one.join().unwrap() + other.join().unwrap()
    });
    assert_eq!(sum, 10);
    std::thread::spawn(move || drop(stored)).join().unwrap();
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn values_are_cloned_once_to_store_and_once_per_hit() {
    #[derive(Default)]
    struct CountsClones(Rc<Cell<u32>>);
    impl Clone for CountsClones {
        fn clone(&self) -> Self {
            self.0.set(self.0.get() + 1);
            Self(self.0.clone())
        }
    }
    let value = CountsClones::default();
    let clones = value.0.clone();
    let result: Result<_, Bare> = Ok(value);
    let stored = OkOnly.stored(&result).unwrap();
    assert_eq!(clones.get(), 1);
    assert!(<OkOnly as CachedView<Result<CountsClones, Bare>>>::view(&stored).is_ok());
    assert_eq!(clones.get(), 1);
    drop(OkOnly.give(&stored));
    assert_eq!(clones.get(), 2);
}
