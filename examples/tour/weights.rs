//! Weights: a `Cache` value whose capacity is in bytes, with a removal listener.

use crate::book::book;
use crate::screen::{Screen, how};
use memokit::{Cache, RemovalCause};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

const LINES_PER_PAGE: usize = 20;

static EVICTED: AtomicUsize = AtomicUsize::new(0);

/// Pages by number. The capacity is an eighth of the book.
static PAGES: LazyLock<Cache<usize, Arc<str>>> = LazyLock::new(|| {
    Cache::builder()
        .max_weight(book().text.len() as u64 / 8)
        .weight(|_, page: &Arc<str>| page.len() as u64)
        .removal_listener(|_, _, cause| {
            if cause == RemovalCause::Evicted {
                EVICTED.fetch_add(1, Relaxed);
            }
        })
        .name("pages")
        .build()
});

fn page(number: usize) -> Arc<str> {
    PAGES.get_or_insert_with(number, || {
        let lines: Vec<&str> = book().text.lines().skip((number - 1) * LINES_PER_PAGE).take(LINES_PER_PAGE).collect();
        lines.join("\n").into()
    })
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("A cache bounded by weight", "Cache::builder().max_weight(..)")?;
    let max_weight = PAGES.info().max_weight.unwrap_or(0);
    screen
        .line(format_args!("Pages of {LINES_PER_PAGE} lines; the cache holds at most {max_weight} bytes of them.\n"))?;
    screen.columns("                           entries    bytes  evicted")?;

    let last = book().text.lines().count().div_ceil(LINES_PER_PAGE);
    let row = |screen: &mut Screen, what: &str, note: &str| {
        let (entries, bytes, evicted) = (PAGES.len(), PAGES.weight(), EVICTED.load(Relaxed));
        let line = format!("  {what:<23}  {entries:>7}  {bytes:>7}  {evicted:>7}  {note}");
        screen.line(line.trim_end())
    };
    let few = last.min(10);
    (1..=few).for_each(|number| _ = page(number));
    row(screen, &format!("pages 1 to {few} read"), "")?;
    (few + 1..=last).for_each(|number| _ = page(number));
    row(screen, &format!("all {last} pages read"), "")?;
    for number in [last, 1] {
        let before = PAGES.info().misses;
        page(number);
        row(screen, &format!("page {number} again"), how(before, PAGES.info().misses))?;
    }
    PAGES.insert(0, book().text.into());
    let cached = PAGES.contains(&0);
    row(screen, "the whole book inserted", if cached { "cached" } else { "too heavy: not cached" })
}
