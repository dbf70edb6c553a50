//! Coalescing: a crowd of tasks asks an async function for the same key, and one of them computes.

use crate::book::book;
use crate::screen::{Screen, duration, timed};
use memokit::{CacheInfo, memoize};
use std::io;
use std::time::Duration;
use tokio::task::JoinSet;

const TASKS: usize = 200;
/// How long the remote dictionary takes to answer.
const DELAY: Duration = Duration::from_millis(50);

/// Asks a slow remote dictionary how frequent a word is.
async fn ask(word: &str) -> usize {
    tokio::time::sleep(DELAY).await;
    book().dictionary().iter().find(|entry| *entry.word == *word).map_or(0, |entry| entry.count)
}

#[memoize]
async fn frequency(word: &str) -> usize {
    ask(word).await
}

/// For comparison: each caller that misses computes, also while another one does.
#[memoize(single_flight = false)]
async fn uncoalesced(word: &str) -> usize {
    ask(word).await
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("A crowd of tasks, one computation", "#[memoize] async fn")?;
    screen.line(format_args!(
        "{TASKS} tasks ask for the same word at once; an answer takes {} ms.\n",
        DELAY.as_millis()
    ))?;
    let word = book().frequent_word();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;

    screen.columns("                           computed  coalesced  hits       time")?;
    let ((), time) = timed(|| runtime.block_on(crowd(|| uncoalesced(word))));
    row(screen, "single_flight = false", &uncoalesced::cache_info(), time)?;
    let ((), time) = timed(|| runtime.block_on(crowd(|| frequency(word))));
    row(screen, "the default", &frequency::cache_info(), time)
}

/// Starts the tasks and waits for all of them.
async fn crowd<F: Future<Output = usize> + Send + 'static>(call: impl Fn() -> F) {
    let tasks: JoinSet<usize> = (0..TASKS).map(|_| call()).collect();
    let results = tasks.join_all().await;
    assert!(results.iter().all(|result| *result == results[0]), "all tasks get the same result");
}

fn row(screen: &mut Screen, name: &str, info: &CacheInfo, time: Duration) -> io::Result<()> {
    let CacheInfo { misses, coalesced, hits, .. } = info;
    screen.line(format_args!("  {name:<23}  {misses:>8}  {coalesced:>9}  {hits:>4}  {:>9}", duration(time)))
}
