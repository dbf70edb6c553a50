//! Every example prints exactly `examples/expected/<name>.txt`.
//!
//! `cargo test` builds the examples next to this test. The output of the tour contains times, so it
//! is checked for what it says.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The built example. Cargo puts this test in `<profile>/deps` and the examples in
/// `<profile>/examples`.
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

/// The names of a folder's files with this extension.
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

/// Runs the tour over a text on its standard input.
fn tour_of(text: &[u8], arguments: &[&str]) -> Output {
    let mut tour = example("tour");
    tour.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tour = tour.spawn().expect("the tour starts");
    let mut stdin = tour.stdin.take().expect("it is piped");
    stdin.write_all(text).expect("the tour reads its input");
    drop(stdin);
    tour.wait_with_output().expect("the tour ends")
}

/// A text in which one word is wrong.
fn small_text() -> String {
    "The little rabbit looked at the little watch. The rabbit looked again at the watch.\n".repeat(20)
        + "The littel rabbit looked at the watch.\n"
}

#[test]
fn the_tour_finds_the_misspelling_and_reports_its_caches() {
    let output = tour_of(small_text().as_bytes(), &["-", "--typos", "0"]);
    let printed = stdout(&output);
    assert!(output.status.success(), "{printed}{}", stderr(&output));
    assert!(printed.lines().any(|line| line.contains("littel  ->  little")), "{printed}");
    for part in ["tour::distance::distance", "candidates", "examples/tour/distance.rs:", "#[memoize]"] {
        assert!(printed.replace('\\', "/").contains(part), "`{part}` is missing in:\n{printed}");
    }
    assert!(!printed.contains('\u{1b}') && !printed.contains('\r'), "colours or progress in a pipe:\n{printed}");
    assert!(!printed.contains("DIFFER"), "{printed}");
}

#[test]
fn the_tour_measures_planted_errors_the_same_way_on_any_number_of_threads() {
    let text = std::fs::read_to_string(folder("data").join("alice.txt")).expect("the text is in the repository");
    // A part of the book keeps this short without optimisation.
    let part = text.lines().take(500).map(|line| line.to_owned() + "\n").collect::<String>();
    let measured = |threads| {
        let arguments = ["--typos=30", "--seed", "7", "--no-compare", "--threads", threads];
        let printed = stdout(&tour_of(part.as_bytes(), &arguments));
        let planted = printed.split("Planted typing errors").nth(1).expect("a part about them").to_owned();
        planted.split("What the caches did").next().expect("split gives one").to_owned()
    };
    let alone = measured("1");
    assert!(alone.contains("30 planted (seed 7)"), "{alone}");
    assert_eq!(alone, measured("4"));
}

#[test]
fn the_tour_explains_what_it_cannot_read() {
    let empty = tour_of(b" \n", &["-"]);
    assert_eq!((empty.status.code(), stderr(&empty).trim()), (Some(1), "tour: standard input is empty"));

    let binary = tour_of(b"\x7fELF\0\0", &["-"]);
    assert!(stderr(&binary).contains("holds zero bytes"), "{}", stderr(&binary));

    let latin1 = tour_of(b"caf\xe9 au lait", &["-"]);
    assert!(stderr(&latin1).contains("not UTF-8 text: byte 0xe9 at offset 3"), "{}", stderr(&latin1));

    let missing = example("tour").arg("no-such-file.txt").output().expect("the tour starts");
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(stderr(&missing).trim(), "tour: cannot read `no-such-file.txt`: there is no such file");

    let wordless = tour_of(b"1 + 1 = 2\n", &["-"]);
    assert!(wordless.status.success() && stdout(&wordless).contains("not a single word"));
}

#[test]
fn the_tour_explains_its_options() {
    let help = tour_of(b"", &["--help"]);
    assert!(help.status.success() && stdout(&help).contains("--typos N"));
    for (arguments, says) in [
        (&["--tpyos", "3"][..], "unknown option `--tpyos`"),
        (&["--typos"], "`--typos` needs a number"),
        (&["--typos", "many"], "`--typos` needs a whole number, not `many`"),
        (&["--threads", "0"], "`--threads` needs at least 1"),
        (&["a.txt", "b.txt"], "`b.txt` is one too many"),
    ] {
        let output = tour_of(b"", arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn the_tour_ends_quietly_when_nobody_reads_on() {
    let mut tour = example("tour");
    tour.args(["-", "--no-compare"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
