//! A tour of memokit: what each kind of cache does for a spelling corrector over a real book.
//!
//! ```text
//! cargo run --release --example tour              # Alice's Adventures in Wonderland
//! cargo run --release --example tour my-text.txt  # another text; `-` is standard input
//! ```
//!
//! | file | shows |
//! |---|---|
//! | `lookups.rs` | `#[memoize(lru = ..)]`: the same look-ups with and without a cache |
//! | `recursion.rs` | `#[memoize]` on a recursive function |
//! | `expiry.rs` | `#[memoize(ttl = ..)]` on a function that returns a `Result` |
//! | `coalescing.rs` | an async function under a crowd of tasks |
//! | `invalidation.rs` | `forget`, `forget_if`, `cache_clear`, also during a computation |
//! | `lazy_fields.rs` | `#[cached_field]`: properties of a struct, computed on first access |
//! | `instance_memo.rs` | `#[memoize(in = self.field)]`: one cache per instance |
//! | `weights.rs` | `Cache`: a cache as a value, with a capacity in bytes |
//!
//! The other files are what the corrector needs besides: `book.rs`, `distance.rs`, `options.rs`
//! (command line) and `screen.rs` (printing).

mod book;
mod coalescing;
mod distance;
mod expiry;
mod instance_memo;
mod invalidation;
mod lazy_fields;
mod lookups;
mod options;
mod recursion;
mod screen;
mod weights;

use book::Book;
use screen::Screen;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut screen = Screen::new();
    let done = match options::parse(std::env::args_os().skip(1)) {
        Err(wrong) => return complain(&wrong, 2),
        Ok(None) => screen.line(options::HELP),
        Ok(Some(source)) => match source.read() {
            Err(wrong) => return complain(&wrong, 1),
            Ok((title, text)) => tour(&title, book::open(text), &mut screen),
        },
    };
    match done {
        // `tour | head`: the reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => complain(&format!("cannot write: {error}"), 1),
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn complain(wrong: &str, code: u8) -> ExitCode {
    use io::Write;
    let _ = writeln!(io::stderr(), "tour: {wrong}");
    ExitCode::from(code)
}

fn tour(title: &str, book: &'static Book, screen: &mut Screen) -> io::Result<()> {
    screen.title("memokit: what caches do for a spelling corrector")?;
    screen.line(title)?;
    screen.line(format_args!("{} words, {} of them different", book.words().len(), book.dictionary().len()))?;
    if book.words().is_empty() {
        return screen.line("There is nothing to look up in it.");
    }
    lookups::show(screen)?;
    recursion::show(screen)?;
    expiry::show(screen)?;
    coalescing::show(screen)?;
    invalidation::show(screen)?;
    lazy_fields::show(screen)?;
    instance_memo::show(screen)?;
    weights::show(screen)?;

    screen.section("All of the above", "println!(\"{}\", memokit::report())")?;
    screen.line("Every memoized function that was called, and every named cache.")?;
    screen.line("`saved` estimates how long the hits would have taken to compute.\n")?;
    screen.line(memokit::report())?;
    screen.line("\nNext: one feature per file in examples/*.rs; all options in README.md.")
}
