//! Tests of the examples: each prints exactly `examples/expected/<name>.txt`.
//!
//! `cargo test` builds the examples next to this test. The output of the tour contains times, so
//! only its other parts are compared.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Returns the path of a built example. Cargo puts this test in `<profile>/deps` and the examples
/// in `<profile>/examples`.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("the test lies two folders deep");
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not built: run `cargo test`, or `cargo build --examples` first", path.display());
    let mut command = Command::new(path);
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn folder(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(of)
}

/// Returns the names of a folder's files with this extension.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).expect("the examples are in the repository");
    let paths = files.map(|file| file.expect("a readable folder").path());
    let wanted = paths.filter(|path| path.extension() == Some(OsStr::new(extension)));
    wanted.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}

/// Replaces what differs from run to run: the last column of a report, the time saved, and the
/// column widths that depend on it.
fn normalised(text: &str) -> String {
    let mut in_report = false;
    let line = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let is_head = cells.first() == Some(&"cache") && cells.last() == Some(&"saved");
        let is_time = |cell: &&str| cell.ends_with('s') && cell.starts_with(|first: char| first.is_ascii_digit());
        in_report = is_head || in_report && cells.last().is_some_and(is_time);
        match cells.split_last() {
            Some((_, others)) if in_report => others.join(" ") + if is_head { "" } else { " TIME" },
            _ => line.trim_end().to_owned(),
        }
    };
    text.lines().map(line).map(|line| line + "\n").collect()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("examples print UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_example_has_an_expected_output_and_no_output_is_left_over() {
    let examples = names(&folder(""), "rs");
    assert!(examples.len() >= 14, "only {} examples found", examples.len());
    assert_eq!(examples, names(&folder("expected"), "txt"));
}

#[test]
fn every_example_prints_what_is_expected() {
    let mut wrong = Vec::new();
    for name in names(&folder(""), "rs") {
        let output = example(&name).output().expect("the example starts");
        let expected = folder("expected").join(&name).with_extension("txt");
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        let printed = stdout(&output);
        if !output.status.success() || normalised(&printed) != normalised(&expected) {
            let status = output.status;
            wrong
                .push(format!("== {name} ({status})\n-- expected\n{expected}-- printed\n{printed}{}", stderr(&output)));
        }
    }
    assert!(wrong.is_empty(), "{} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Runs the tour with this standard input.
fn tour(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut tour = example("tour");
    tour.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tour = tour.spawn().expect("the tour starts");
    let mut pipe = tour.stdin.take().expect("it is piped");
    // The tour need not read all of its input: the pipe may be closed by then.
    let _ = pipe.write_all(stdin);
    drop(pipe);
    tour.wait_with_output().expect("the tour ends")
}

/// A short text with few different words.
fn small_text() -> String {
    "The little rabbit looked at the little watch. The rabbit looked again at the watch.\n".repeat(20)
}

/// Returns the line of the tour that starts with this, without indentation and in single spaces.
fn row(printed: &str, start: &str) -> String {
    let mut rows = printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    rows.find(|row| row.starts_with(start)).unwrap_or_else(|| panic!("no row `{start}` in:\n{printed}"))
}

#[test]
fn the_tour_shows_what_each_cache_does() {
    let output = tour(&["-"], small_text().as_bytes());
    let printed = stdout(&output);
    assert!(output.status.success(), "{printed}{}", stderr(&output));
    assert!(row(&printed, "ltitle").ends_with("-> little"), "{printed}");
    for (start, expected) in [
        ("without a cache", "without a cache 180 180 "),
        ("with a cache", "with a cache 180 5 "),
        ("the same words again", "the same words again 180 0 "),
        ("plain recursion", "plain recursion 2717915 "),
        ("-- ten minutes later", "-- ten minutes later"),
        ("the default", "the default 1 "),
        ("forget(word)", "forget(word) 1 6 computed"),
        ("edition 1 -> 2", "edition 1 -> 2 meanwhile: returned 1, cached None"),
        ("4 threads ask at once", "4 threads ask at once 1 "),
        ("a later access", "a later access 0 "),
        ("first half cleared", "first half cleared: 0 entries there, 1 in the second half"),
        ("the whole book inserted", "the whole book inserted 0 0 0 too heavy: not cached"),
    ] {
        assert!(row(&printed, start).starts_with(expected), "expected `{expected}` in:\n{printed}");
    }
    let calls = printed.lines().filter(|line| line.contains("first_line(")).map(|line| line.split(' ').next_back());
    let calls: Vec<&str> = calls.flatten().collect();
    assert_eq!(calls, ["computed", "cached", "computed", "computed", "computed"], "{printed}");
}

#[test]
fn the_tour_of_the_bundled_book_fits_a_terminal() {
    let printed = stdout(&tour(&[], b""));
    assert!(printed.contains("Alice's Adventures in Wonderland") && printed.contains("26683 words"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    assert!(printed.is_ascii() && !printed.contains(['\u{1b}', '\r']), "plain text in a pipe:\n{printed}");
    for cache in ["correct", "distance", "first_line", "frequency", "occurrences", "pages"] {
        let listed = printed.lines().any(|line| line.split(' ').next().is_some_and(|name| name.ends_with(cache)));
        assert!(listed, "the report lacks `{cache}`:\n{printed}");
    }
}

#[test]
fn the_tour_explains_what_it_cannot_read() {
    let latin1 = tour(&["-"], b"caf\xe9 au lait");
    let says = "tour: cannot read standard input: not UTF-8 text: byte 0xe9 at offset 3";
    assert_eq!((latin1.status.code(), stderr(&latin1).trim()), (Some(1), says));

    let missing = tour(&["no-such-file.txt"], b"");
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).starts_with("tour: cannot read `no-such-file.txt`: "), "{}", stderr(&missing));

    let wordless = tour(&["-"], b"1 + 1 = 2\n");
    assert!(wordless.status.success() && stdout(&wordless).contains("nothing to look up"));
    let short = tour(&["-"], b"a \xc3\xa9t\xc3\xa9");
    assert!(short.status.success() && stdout(&short).contains("no words of four letters"), "{}", stderr(&short));
}

#[test]
fn the_tour_reads_the_first_part_of_a_long_text() {
    // The limit of 2^20 bytes splits the last of these two-byte letters. A run that long is no
    // word.
    let long = "some words ".to_owned() + &"\u{e9}".repeat(1 << 19);
    let output = tour(&["-"], long.as_bytes());
    assert!(output.status.success() && stdout(&output).contains("2 words, 2 of them"), "{}", stderr(&output));
}

#[test]
fn the_tour_explains_its_arguments() {
    let help = tour(&["--help"], b"");
    assert!(help.status.success() && stdout(&help).contains("Usage: cargo run"));
    for (arguments, says) in
        [(&["--typos"][..], "unknown option `--typos`"), (&["a.txt", "b.txt"], "one text at a time: `b.txt` is extra")]
    {
        let output = tour(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn the_tour_ends_quietly_when_its_output_is_closed() {
    let mut tour = example("tour");
    tour.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tour = tour.spawn().expect("the tour starts");
    let out = tour.stdout.take().expect("it is piped");
    // Nothing has been printed yet: the pipe is closed before the first line.
    drop(out);
    let mut stdin = tour.stdin.take().expect("it is piped");
    stdin.write_all(small_text().as_bytes()).expect("the tour reads its input");
    drop(stdin);
    let output = tour.wait_with_output().expect("the tour ends");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}
