//! What runs on wasm32-unknown-unknown without anything from JavaScript, and what does with a
//! clock.
#![allow(clippy::pedantic, reason = "tests spell out what users may write")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use memokit::{Cache, Lazy, ManualClock, cached_field, memoize};

#[memoize(lru = 10)]
fn plain(n: u32) -> u32 {
    n + 1
}

#[memoize(local)]
fn fibonacci(n: u64) -> u64 {
    if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

#[memoize]
async fn later(n: u32) -> u32 {
    n * 2
}

#[derive(Default)]
struct Square {
    side: u32,
    area: Lazy<u32, (u32,)>,
}

impl Square {
    #[cached_field(deps(side))]
    fn area(&self) -> u32 {
        self.side * self.side
    }
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing to wait for"),
    }
}

/// Everything that needs no clock, or has one of its own.
#[unsafe(no_mangle)]
pub extern "C" fn without_clock() -> u32 {
    assert_eq!((plain(1), plain(1)), (2, 2));
    assert_eq!(plain::cache_info().hits, 1);
    assert_eq!(fibonacci(50), 12_586_269_025);
    assert_eq!((ready(later(4)), ready(later(4))), (8, 8));
    assert_eq!(Square { side: 3, ..Square::default() }.area(), 9);
    let cache = Cache::builder().lru(3).build();
    assert_eq!((0..9).map(|n| cache.get_or_insert_with(n, || n)).sum::<u32>(), 36);
    assert_eq!(cache.len(), 3);
    let clock = ManualClock::new();
    let dated = Cache::builder().ttl(Duration::from_secs(1)).clock(clock.clone()).build();
    dated.insert(1, 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(dated.get(&1), None);
    memokit::shutdown();
    1
}

/// Whether an option that needs a clock is refused by name.
#[unsafe(no_mangle)]
pub extern "C" fn refused() -> u32 {
    let built = Cache::<u32, u32>::builder().ttl(Duration::from_secs(1)).try_build();
    let waits = Cache::<u32, u32>::builder().single_flight(Duration::from_secs(1)).try_build();
    u32::from(
        [built.err(), waits.err()]
            .into_iter()
            .all(|error| error.is_some_and(|error| error.to_string().contains("web-time"))),
    )
}

/// What needs the clock of JavaScript.
#[cfg(feature = "web-time")]
#[unsafe(no_mangle)]
pub extern "C" fn with_clock() -> u32 {
    let cache = Cache::builder().ttl(Duration::from_secs(60)).build();
    cache.insert(1, 1);
    cache.get(&1).unwrap_or_default()
}
