//! Tests of functions with any number of arguments.

use super::tally;
use futures::executor::block_on;
use memokit::memoize;

#[test]
fn one_argument_is_a_bare_key() {
    #[memoize(weight = |key, _| *key, max_weight = 100)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(5), next(5)), (6, 6));
    assert_eq!(next::cache_info().weight, 5);
}

#[test]
fn two_arguments_are_a_pair() {
    #[memoize(weight = |(a, b), _| a + b, max_weight = 100)]
    fn sum(a: u32, b: u32) -> u32 {
        a + b
    }
    assert_eq!((sum(5, 6), sum(5, 6)), (11, 11));
    assert_eq!(sum::cache_info().weight, 11);
}

#[test]
fn thirteen_arguments_all_count() {
    #[memoize]
    fn sum(
        a0: u32,
        a1: u32,
        a2: u32,
        a3: u32,
        a4: u32,
        a5: u32,
        a6: u32,
        a7: u32,
        a8: u32,
        a9: u32,
        a10: u32,
        a11: u32,
        a12: u32,
    ) -> u32 {
        a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12
    }
    for _ in 0..2 {
        assert_eq!(sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), 78);
        assert_eq!(sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13), 79, "the last one counts");
        assert_eq!(sum(100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), 178, "the first one counts");
    }
    assert_eq!(tally(sum::cache_info()), (3, 3, 3));
    assert_eq!(sum::peek(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13), Some(79));
    assert_eq!(sum::forget_if(|key, _| key.len() == 13 && key.arg::<u32>(12) == Some(&13)), 1);
    assert!(
        !sum::forget(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13) && sum::forget(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    );
}

#[test]
fn sixteen_arguments_all_count() {
    #[memoize]
    fn sum(
        a0: u32,
        a1: u32,
        a2: u32,
        a3: u32,
        a4: u32,
        a5: u32,
        a6: u32,
        a7: u32,
        a8: u32,
        a9: u32,
        a10: u32,
        a11: u32,
        a12: u32,
        a13: u32,
        a14: u32,
        a15: u32,
    ) -> u32 {
        a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15
    }
    for _ in 0..2 {
        assert_eq!(sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), 120);
        assert_eq!(sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16), 121, "the last one counts");
        assert_eq!(sum(100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), 220, "the first one counts");
    }
    assert_eq!(tally(sum::cache_info()), (3, 3, 3));
    assert_eq!(sum::peek(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16), Some(121));
    assert_eq!(sum::forget_if(|key, _| key.len() == 16 && key.arg::<u32>(15) == Some(&16)), 1);
    assert!(
        !sum::forget(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16)
            && sum::forget(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    );
}

#[test]
fn seventeen_arguments_all_count() {
    #[memoize]
    fn sum(
        a0: u32,
        a1: u32,
        a2: u32,
        a3: u32,
        a4: u32,
        a5: u32,
        a6: u32,
        a7: u32,
        a8: u32,
        a9: u32,
        a10: u32,
        a11: u32,
        a12: u32,
        a13: u32,
        a14: u32,
        a15: u32,
        a16: u32,
    ) -> u32 {
        a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16
    }
    for _ in 0..2 {
        assert_eq!(sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 136);
        assert_eq!(sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17), 137, "the last one counts");
        assert_eq!(sum(100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 236, "the first one counts");
    }
    assert_eq!(tally(sum::cache_info()), (3, 3, 3));
    assert_eq!(sum::peek(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17), Some(137));
    assert_eq!(sum::forget_if(|key, _| key.len() == 17 && key.arg::<u32>(16) == Some(&17)), 1);
    assert!(
        !sum::forget(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17)
            && sum::forget(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
    );
}

#[test]
fn thirty_five_arguments_all_count() {
    #[memoize]
    fn sum(
        a0: u32,
        a1: u32,
        a2: u32,
        a3: u32,
        a4: u32,
        a5: u32,
        a6: u32,
        a7: u32,
        a8: u32,
        a9: u32,
        a10: u32,
        a11: u32,
        a12: u32,
        a13: u32,
        a14: u32,
        a15: u32,
        a16: u32,
        a17: u32,
        a18: u32,
        a19: u32,
        a20: u32,
        a21: u32,
        a22: u32,
        a23: u32,
        a24: u32,
        a25: u32,
        a26: u32,
        a27: u32,
        a28: u32,
        a29: u32,
        a30: u32,
        a31: u32,
        a32: u32,
        a33: u32,
        a34: u32,
    ) -> u32 {
        a0 + a1
            + a2
            + a3
            + a4
            + a5
            + a6
            + a7
            + a8
            + a9
            + a10
            + a11
            + a12
            + a13
            + a14
            + a15
            + a16
            + a17
            + a18
            + a19
            + a20
            + a21
            + a22
            + a23
            + a24
            + a25
            + a26
            + a27
            + a28
            + a29
            + a30
            + a31
            + a32
            + a33
            + a34
    }
    for _ in 0..2 {
        assert_eq!(
            sum(
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                28, 29, 30, 31, 32, 33, 34
            ),
            595
        );
        assert_eq!(
            sum(
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                28, 29, 30, 31, 32, 33, 35
            ),
            596,
            "the last one counts"
        );
        assert_eq!(
            sum(
                100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                28, 29, 30, 31, 32, 33, 34
            ),
            695,
            "the first one counts"
        );
    }
    assert_eq!(tally(sum::cache_info()), (3, 3, 3));
    assert_eq!(
        sum::peek(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
            29, 30, 31, 32, 33, 35
        ),
        Some(596)
    );
    assert_eq!(sum::forget_if(|key, _| key.len() == 35 && key.arg::<u32>(34) == Some(&35)), 1);
    assert!(
        !sum::forget(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
            29, 30, 31, 32, 33, 35
        ) && sum::forget(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
            29, 30, 31, 32, 33, 34
        )
    );
}

#[test]
fn many_arguments_of_an_async_method_all_count() {
    struct Numbers;
    impl Numbers {
        #[memoize(ignore(self, a19))]
        async fn sum(
            &self,
            a0: u32,
            a1: u32,
            a2: u32,
            a3: u32,
            a4: u32,
            a5: u32,
            a6: u32,
            a7: u32,
            a8: u32,
            a9: u32,
            a10: u32,
            a11: u32,
            a12: u32,
            a13: u32,
            a14: u32,
            a15: u32,
            a16: u32,
            a17: u32,
            a18: u32,
            a19: u32,
        ) -> u32 {
            a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16 + a17 + a18 + a19
        }
    }
    block_on(async {
        assert_eq!(Numbers.sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19).await, 190);
        assert_eq!(Numbers.sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19).await, 190);
        assert_eq!(
            Numbers.sum(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 1000).await,
            190,
            "the last is ignored"
        );
    });
    assert_eq!(tally(Numbers::sum_cache_info()), (2, 1, 1));
}

#[test]
fn many_arguments_and_a_closure_over_the_key_fit_together() {
    #[memoize(weight = |key, value| (key.0).0 + (key.1).0 + *value, max_weight = 1000)]
    fn sum(
        a0: u32,
        a1: u32,
        a2: u32,
        a3: u32,
        a4: u32,
        a5: u32,
        a6: u32,
        a7: u32,
        a8: u32,
        a9: u32,
        a10: u32,
        a11: u32,
        a12: u32,
        a13: u32,
        a14: u32,
        a15: u32,
        a16: u32,
    ) -> u32 {
        a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16
    }
    assert_eq!(sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17), 153);
    assert_eq!(sum::cache_info().weight, 1 + 17 + 153);
}
