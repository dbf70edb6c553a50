//! A spelling corrector for a real text, and the tour of what memokit does in it:
//!
//! - a recursive function that is hopeless without memory: `distance.rs`, `#[memoize(lru = ..)]`
//! - a look-up with a bound, a time to live and a key of its own: `corrector.rs`, `#[memoize(lru = .., ttl = .., key = ..)]`
//! - facts about a document, each computed once and lent: `document.rs`, `#[cached_field]`
//! - several threads over the same caches: `search.rs`
//! - what the caches did: `memokit::report()`, and the same work with and without them: `compare.rs`
//!
//! ```text
//! cargo run --release --example tour              # Alice's Adventures in Wonderland
//! cargo run --release --example tour my-text.txt  # or `-`, or piped
//! cargo run --release --example tour -- --help
//! ```

mod compare;
mod corrector;
mod distance;
mod document;
mod options;
mod screen;
mod search;
mod source;
mod spelling;
mod typos;
mod words;

use corrector::Finding;
use document::{Document, Entry};
use options::Options;
use screen::{Progress, Screen};
use std::io;
use std::process::ExitCode;
use std::time::Instant;

/// How many findings are shown.
const SHOWN: usize = 12;
/// How many frequent words: one line.
const FREQUENT: usize = 8;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(wrong) => return complain(&wrong, 2),
    };
    let mut screen = Screen::new();
    let done = if options.help {
        screen.line(options::HELP)
    } else {
        let input = match source::read(&options.source) {
            Ok(input) => input,
            Err(wrong) => return complain(&wrong, 1),
        };
        tour(input, &options, &mut screen)
    };
    match done {
        // `tour | head`: whoever read it has seen enough.
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

fn tour(input: source::Input, options: &Options, screen: &mut Screen) -> io::Result<()> {
    let progress = Progress::new();
    screen.line(screen.strong(&input.title).to_string())?;
    if input.cut {
        screen.line("  a long text: this is about its first MiB")?;
    }
    let document = Document::new(input.text);
    if document.running().is_empty() {
        return screen.line("  there is not a single word in it");
    }
    overview(&document, screen)?;

    let start = Instant::now();
    let found = search::misspellings(&document, options.threads, &progress);
    let seconds = start.elapsed().as_secs_f64();
    screen.heading("Words that look out of place")?;
    screen.line(format_args!(
        "  {} of {} words are rare and near to one that would fit better; judged in {seconds:.2} s on {} threads",
        found.len(),
        document.running().len(),
        options.threads
    ))?;
    show(&document, found, screen, |_| true)?;

    let typos = options.typos.unwrap_or((document.running().len() / 100).min(200));
    if typos > 0 {
        measured(&document, typos, options, screen, &progress)?;
    }

    screen.heading("What the caches did")?;
    for line in memokit::report().to_string().lines() {
        screen.line(format_args!("  {line}"))?;
    }
    if options.compare {
        screen.heading("The same work with and without memory")?;
        compare::run(&document, screen, &progress)?;
    }
    Ok(())
}

fn overview(document: &Document, screen: &mut Screen) -> io::Result<()> {
    let vocabulary = document.vocabulary();
    let once = vocabulary.entries.iter().filter(|entry| entry.count == 1).count();
    screen.line(format_args!(
        "  {} words in {} sentences; {} different ones, {once} of them only once",
        document.running().len(),
        document.sentences(),
        vocabulary.entries.len(),
    ))?;
    screen.heading("The most frequent words")?;
    let everything: fn(&Entry) -> bool = |_| true;
    let kinds = [("of all", everything), ("seven letters up", |entry| entry.length >= 7), ("names", Entry::is_name)];
    for (kind, is_of_it) in kinds {
        let ranked = document.ranking().iter().map(|&id| vocabulary.entry(id)).filter(|entry| is_of_it(entry));
        let first: Vec<String> = ranked.take(FREQUENT).map(|entry| format!("{} {}", entry.word, entry.count)).collect();
        if !first.is_empty() {
            screen.line(format_args!("  {kind:<17} {}", first.join(", ")))?;
        }
    }
    Ok(())
}

/// Plants errors, looks for them and says how it went.
fn measured(
    document: &Document,
    typos: usize,
    options: &Options,
    screen: &mut Screen,
    progress: &Progress,
) -> io::Result<()> {
    let planted = typos::plant(&document.text, typos, options.seed);
    let found = search::misspellings(&planted.document, options.threads, progress);
    let score = planted.score(&found);
    screen.heading("Planted typing errors")?;
    if score.planted == 0 {
        return screen.line("  none: no word of four letters or more, in lower case, to spoil");
    }
    screen.line(format_args!(
        "  {} planted (seed {}): {} found, {} of them corrected to the original word; {} false alarms",
        score.planted, options.seed, score.found, score.corrected, score.false_alarms
    ))?;
    screen.line(format_args!(
        "  precision {:.0} %, recall {:.0} %, with the text itself as the only dictionary",
        score.precision() * 100.0,
        score.recall() * 100.0
    ))?;
    screen.line("  (the costs of errors were tuned on the bundled book; on other texts expect less)")?;
    show(&planted.document, found, screen, |finding| planted.truth.contains_key(&finding.position))
}

/// The findings that stand out most, in the order of the text.
fn show(
    document: &Document,
    mut found: Vec<Finding>,
    screen: &mut Screen,
    wanted: impl Fn(&Finding) -> bool,
) -> io::Result<()> {
    found.retain(wanted);
    found.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    found.truncate(SHOWN);
    found.sort_by_key(|finding| finding.position);
    for finding in found {
        let place = document.running()[finding.position];
        let written = &*document.vocabulary().entry(place.id).word;
        let meant = &*document.vocabulary().entry(finding.meant).word;
        screen.line(format_args!(
            "  line {:>5}  {:>14}  ->  {:<14} {}",
            place.line,
            screen.wrong(written),
            screen.right(meant),
            screen.faint(document.around(place))
        ))?;
    }
    Ok(())
}
