//! Tests of `handle = false`: the body moves inside the wrapper, for every form of function.

use super::Runs;
use futures::executor::block_on;
use memokit::{Memo, memoize};
use std::hash::Hash;

#[test]
fn a_recursive_method_hits_its_own_earlier_results() {
    static RUNS: Runs = Runs::new();
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Number(u32);
    impl Number {
        #[memoize(handle = false)]
        fn fib(&self, n: u32) -> u64 {
            RUNS.add();
            if n < 2 {
                return u64::from(n * self.0);
            }
            self.fib(n - 1) + self.fib(n - 2)
        }
        #[memoize(handle = false)]
        async fn fib_later(&self, n: u32) -> u64 {
            RUNS.add();
            if n < 2 {
                return u64::from(n * self.0);
            }
            self.fib_later(n - 1).await + self.fib_later(n - 2).await
        }
    }
    assert_eq!((Number(1).fib(50), RUNS.count()), (12_586_269_025, 51));
    assert_eq!((block_on(Number(1).fib_later(50)), RUNS.count()), (12_586_269_025, 102));
}

#[test]
fn a_method_of_any_result_works() {
    static RUNS: Runs = Runs::new();
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Number(u32);
    impl Number {
        #[memoize(handle = false)]
        fn nothing(&self) {
            RUNS.add();
        }
        #[memoize(handle = false)]
        fn opaque(&self) -> impl Iterator<Item = u32> + Clone + Send + Sync + 'static {
            RUNS.add();
            0..self.0
        }
        #[memoize(handle = false)]
        fn generic<T: Default + ToString>(&self) -> String {
            RUNS.add();
            T::default().to_string()
        }
        #[memoize(handle = false, key = n)]
        fn with_a_mutable_argument(&self, n: u32, out: &mut u32) -> Result<u32, String> {
            *out += 1;
            Ok(n.checked_sub(self.0).ok_or("zero")?)
        }
    }
    Number(1).nothing();
    Number(1).nothing();
    assert_eq!((Number(3).opaque().count(), Number(3).opaque().count(), RUNS.count()), (3, 3, 2));
    assert_eq!(
        (Number(1).generic::<u8>(), Number(1).generic::<String>(), Number(1).generic::<u8>()),
        ("0".into(), String::new(), "0".into())
    );
    assert_eq!(RUNS.count(), 4);
    let mut out = 0;
    for _ in 0..2 {
        assert_eq!(Number(1).with_a_mutable_argument(1, &mut out), Ok(0));
        assert_eq!(Number(1).with_a_mutable_argument(0, &mut out), Err("zero".to_owned()));
    }
    assert_eq!(out, 3, "the Ok once, the Err twice");
}

#[test]
fn a_free_function_of_any_form_works() {
    static RUNS: Runs = Runs::new();
    #[memoize(handle = false)]
    fn copies<T: ToString + Hash + Eq + Clone + Send + Sync + 'static, const N: usize>(value: T) -> [String; N] {
        RUNS.add();
        std::array::from_fn(|_| value.to_string())
    }
    #[memoize(handle = false)]
    async fn count(mut items: Vec<u32>, (a, b): (u32, u32)) -> usize {
        RUNS.add();
        items.push(a + b);
        if items.len() > 3 {
            return 0;
        }
        items.len()
    }
    assert_eq!(
        (copies::<_, 2>(1), copies::<_, 3>(1).len(), copies::<_, 2>(1)),
        (["1".into(), "1".into()], 3, ["1".into(), "1".into()])
    );
    assert_eq!(RUNS.count(), 2);
    assert_eq!(block_on(async { (count(vec![1], (1, 2)).await, count(vec![1], (1, 2)).await) }), (2, 2));
    assert_eq!(RUNS.count(), 3);
}

#[test]
fn a_cache_in_a_field_needs_no_handle_either() {
    #[derive(Default)]
    struct Holder {
        memo: Memo<(u32,), u32>,
    }
    impl Holder {
        #[memoize(in = self.memo, handle = false)]
        fn next(&self, n: u32) -> u32 {
            n + 1
        }
    }
    let holder = Holder::default();
    assert_eq!((holder.next(1), holder.next(1), holder.memo.info().hits), (2, 2, 1));
}
