//! Async functions, on any runtime: concurrent calls with the same key are coalesced into one run.
//!
//! Here three calls want the same user's profile while the first still waits for the database.

use futures::executor::block_on;
use futures::future::join_all;
use memokit::memoize;

/// Stands for a database query: it suspends once, as a query that waits for a socket does.
#[memoize(lru = 1000, ttl = "1m")]
async fn profile(user: u32) -> Result<String, String> {
    println!("    (querying the database for user {user})");
    suspend_once().await;
    if user == 0 { Err("there is no user 0".to_owned()) } else { Ok(format!("user number {user}")) }
}

/// A recursive `async fn`, without boxing by hand.
#[memoize]
async fn ways_up(stairs: u64) -> u64 {
    if stairs < 2 { 1 } else { ways_up(stairs - 1).await + ways_up(stairs - 2).await }
}

async fn suspend_once() {
    let mut first = true;
    std::future::poll_fn(|context| {
        if std::mem::take(&mut first) {
            context.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}

fn main() {
    let answers = block_on(join_all([profile(7), profile(7), profile(8), profile(7)]));
    for answer in answers.into_iter().flatten() {
        println!("{answer}");
    }
    let info = profile::cache_info();
    println!("{} runs, {} coalesced calls", info.misses, info.coalesced);

    println!("{:?}", block_on(profile(7)));
    println!("{:?}", block_on(profile(0)));
    println!("{}", profile::cache_info());
    println!("80 stairs can be climbed in {} ways", block_on(ways_up(80)));
}
