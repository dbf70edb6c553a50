//! Tests of free functions, sync and async.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::thread;

#[test]
fn a_repeated_call_does_not_run_the_body_again() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn double(n: u32) -> u32 {
        RUNS.add();
        n * 2
    }
    assert_eq!((double(4), double(4), double(5)), (8, 8, 10));
    assert_eq!(RUNS.count(), 2);
    assert_eq!(tally(double::cache_info()), (1, 2, 2));
}

#[test]
fn a_repeated_async_call_does_not_run_the_body_again() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    async fn double(n: u32) -> u32 {
        RUNS.add();
        n * 2
    }
    block_on(async {
        assert_eq!((double(4).await, double(4).await, double(5).await), (8, 8, 10));
    });
    assert_eq!(RUNS.count(), 2);
    assert_eq!(tally(double::cache_info()), (1, 2, 2));
}

#[test]
fn an_async_call_that_is_never_awaited_is_no_call() {
    #[memoize]
    async fn double(n: u32) -> u32 {
        n * 2
    }
    drop(double(4));
    assert_eq!(tally(double::cache_info()), (0, 0, 0));
}

#[test]
fn recursion_hits_its_own_earlier_results() {
    #[memoize]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(90), 2_880_067_194_370_816_120);
    assert_eq!(tally(fib::cache_info()), (88, 91, 91));
}

#[test]
fn async_recursion_needs_no_box() {
    #[memoize]
    async fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1).await + fib(n - 2).await }
    }
    assert_eq!(block_on(fib(60)), 1_548_008_755_920);
    assert_eq!(tally(fib::cache_info()), (58, 61, 61));
}

#[test]
fn mutual_recursion_has_two_caches() {
    #[memoize]
    fn is_even(n: u32) -> bool {
        n == 0 || is_odd(n - 1)
    }
    #[memoize]
    fn is_odd(n: u32) -> bool {
        n != 0 && is_even(n - 1)
    }
    assert!(is_even(10));
    assert!(is_odd(9));
    assert_eq!(tally(is_even::cache_info()), (0, 6, 6));
    assert_eq!(tally(is_odd::cache_info()), (1, 5, 5));
}

#[test]
fn async_mutual_recursion_needs_no_box() {
    #[memoize]
    async fn is_even(n: u32) -> bool {
        n == 0 || is_odd(n - 1).await
    }
    #[memoize]
    async fn is_odd(n: u32) -> bool {
        n != 0 && is_even(n - 1).await
    }
    assert!(block_on(is_even(10)));
    assert_eq!(tally(is_even::cache_info()), (0, 6, 6));
    assert_eq!(tally(is_odd::cache_info()), (0, 5, 5));
}

#[test]
fn a_function_without_arguments_is_computed_once() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn start() -> u64 {
        RUNS.add()
    }
    assert_eq!((start(), start(), start()), (0, 0, 0));
    assert_eq!(tally(start::cache_info()), (2, 1, 1));
    start::cache_clear();
    assert_eq!(start(), 1);
}

#[test]
fn a_function_without_a_result_runs_once_per_argument() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn announce(_name: &str) {
        RUNS.add();
    }
    announce("a");
    announce("a");
    announce("b");
    assert_eq!(RUNS.count(), 2);
}

#[test]
fn an_async_function_without_arguments_or_result_runs_once() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    async fn initialise() {
        RUNS.add();
    }
    block_on(async {
        initialise().await;
        initialise().await;
    });
    assert_eq!(RUNS.count(), 1);
}

#[test]
fn return_and_the_question_mark_leave_the_body_and_not_the_wrapper() {
    #[memoize]
    fn parse(text: &str) -> Option<u32> {
        if text == "none" {
            return None;
        }
        for (i, c) in text.chars().enumerate() {
            if c == '!' {
                return u32::try_from(i).ok();
            }
        }
        let n: u32 = text.parse().ok()?;
        Some(n + 1)
    }
    assert_eq!((parse("4"), parse("x"), parse("none"), parse("ab!")), (Some(5), None, None, Some(2)));
    assert_eq!((parse("4"), parse("x"), parse("none"), parse("ab!")), (Some(5), None, None, Some(2)));
    assert_eq!(tally(parse::cache_info()), (4, 4, 4));
}

#[test]
fn return_and_the_question_mark_leave_the_async_body_and_not_the_wrapper() {
    #[memoize]
    async fn parse(text: &str) -> Option<u32> {
        if text == "none" {
            return None;
        }
        let n: u32 = text.parse().ok()?;
        Some(n + 1)
    }
    block_on(async {
        for _ in 0..2 {
            assert_eq!((parse("4").await, parse("x").await, parse("none").await), (Some(5), None, None));
        }
    });
    assert_eq!(tally(parse::cache_info()), (3, 3, 3));
}

#[test]
fn the_function_is_still_a_value() {
    #[memoize]
    fn square(n: u64) -> u64 {
        n * n
    }
    let pointer: fn(u64) -> u64 = square;
    assert_eq!((0..4).chain(0..4).map(square).sum::<u64>(), 28);
    assert_eq!(pointer(3), 9);
    assert_eq!(tally(square::cache_info()), (5, 4, 4));
}

#[test]
fn all_threads_share_one_cache() {
    #[memoize]
    fn square(n: u64) -> u64 {
        n * n
    }
    square(3);
    let other = thread::spawn(|| square(3)).join().unwrap();
    assert_eq!(other, 9);
    assert_eq!(tally(square::cache_info()), (1, 1, 1));
}

#[test]
fn two_functions_never_share_entries() {
    #[memoize]
    fn plus(n: u32) -> u32 {
        n + 1
    }
    #[memoize]
    fn minus(n: u32) -> u32 {
        n - 1
    }
    assert_eq!((plus(5), minus(5), plus(5), minus(5)), (6, 4, 6, 4));
    plus::cache_clear();
    assert_eq!(tally(plus::cache_info()), (0, 0, 0));
    assert_eq!(tally(minus::cache_info()), (1, 1, 1));
}

#[test]
fn an_unsafe_function_stays_unsafe() {
    #[memoize]
    unsafe fn first(bytes: &[u8]) -> u8 {
        // SAFETY: the caller passes at least one byte.
        unsafe { *bytes.get_unchecked(0) }
    }
    let typed: unsafe fn(&[u8]) -> u8 = first;
    // SAFETY: there is a byte.
    let bytes = unsafe { (typed(b"abc"), first(b"abc"), first::uncached(b"x"), first::refresh(b"abc")) };
    assert_eq!(bytes, (97, 97, 120, 97));
    // SAFETY: as above.
    assert_eq!(unsafe { first::peek(b"abc") }, Some(97));
    assert_eq!(tally(first::cache_info()).0, 1);
}

#[test]
#[expect(clippy::undocumented_unsafe_blocks, reason = "an option has no room for a comment")]
fn the_operations_of_an_unsafe_function_have_its_contract() {
    struct Reader;
    impl Reader {
        #[memoize(key = unsafe { *number })]
        unsafe fn read(&self, number: *const u32) -> u32 {
            // SAFETY: the caller passes a pointer to a number.
            unsafe { *number }
        }
    }
    #[memoize(key = unsafe { *number }, when = unsafe { *number } != 5)]
    unsafe fn read(number: *const u32) -> u32 {
        // SAFETY: the caller passes a pointer to a number.
        unsafe { *number }
    }
    let (four, five, reader) = (&raw const *&4, &raw const *&5, Reader);
    // SAFETY: they point to numbers.
    unsafe {
        assert_eq!((read(four), read(five), reader.read(four)), (4, 5, 4));
        assert_eq!((read::contains(four), read::contains(five), reader.read_contains(four)), (true, false, true));
        read::put(five, 6);
        assert_eq!((read::peek(five), read::with(four, |value| *value), read::expires_in(four)), (Some(6), 4, None));
        assert!(read::forget(four) && reader.read_forget(four) && !read::forget(four));
    }
}

#[test]
fn an_extern_function_keeps_its_calling_convention() {
    #[memoize]
    extern "C" fn triple(n: i32) -> i32 {
        n * 3
    }
    let pointer: extern "C" fn(i32) -> i32 = triple;
    assert_eq!((pointer(2), triple(2)), (6, 6));
    assert_eq!(tally(triple::cache_info()), (1, 1, 1));
}

#[test]
fn an_unsafe_extern_function_is_both() {
    #[memoize]
    unsafe extern "C" fn triple(n: i32) -> i32 {
        n * 3
    }
    let pointer: unsafe extern "C" fn(i32) -> i32 = triple;
    // SAFETY: the function has no requirements.
    assert_eq!(unsafe { (pointer(2), triple(2)) }, (6, 6));
    assert_eq!(tally(triple::cache_info()), (1, 1, 1));
}

#[test]
fn a_panic_reaches_the_caller_and_leaves_no_entry() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn picky(n: u32) -> u32 {
        assert!(RUNS.add() > 0, "the first call fails");
        n
    }
    assert!(std::panic::catch_unwind(|| picky(1)).is_err());
    assert_eq!(picky::cache_info().currsize, 0);
    assert_eq!((picky(1), picky(1)), (1, 1));
    let info = picky::cache_info();
    assert_eq!((calls(info), info.errors), ((1, 2, 0, 0), 1));
}

#[test]
fn an_async_panic_reaches_the_caller_and_leaves_no_entry() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    async fn picky(n: u32) -> u32 {
        assert!(RUNS.add() > 0, "the first call fails");
        n
    }
    assert!(std::panic::catch_unwind(|| block_on(picky(1))).is_err());
    assert_eq!((block_on(picky(1)), block_on(picky(1))), (1, 1));
    let info = picky::cache_info();
    assert_eq!((calls(info), info.errors), ((1, 2, 0, 0), 1));
}

#[test]
fn an_async_function_can_be_spawned_where_futures_must_be_send() {
    #[memoize]
    async fn length(text: String) -> usize {
        tokio::task::yield_now().await;
        text.len()
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let lengths = runtime.block_on(async {
        let first = tokio::spawn(length("four".to_owned())).await.unwrap();
        (first, tokio::spawn(length("four".to_owned())).await.unwrap())
    });
    assert_eq!(lengths, (4, 4));
    assert_eq!(tally(length::cache_info()), (1, 1, 1));
}
