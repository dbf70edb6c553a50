//! Tests of the workspace's sources, for rules beyond those of compiler and linter: the modules of
//! each crate form a directed acyclic graph, each name of a type is declared once, and no file is
//! longer than 500 lines.
//!
//! **The graph.** A node is a file. An edge leads from a file that names something to the module in
//! which the path ends, *as it is written*: `crate::engine::Found` leads to `engine`, even if
//! `engine` only re-exports it from `engine::hit`, and by its `pub use hit::Found` `engine` has an
//! edge to `engine::hit`. So a `mod.rs` may re-export what its children define, or define what they
//! use, but not both. `mod child;` is no edge, nor are the modules that a path only passes through.
//! Test code is left out, and so is what a macro quotes. A method call names no module, so a
//! dependency between the `impl` blocks of one type in two files is not seen.
//!
//! `cargo modules dependencies --acyclic` is not used here, for three reasons. It contains
//! rust-analyzer, which each run of CI would have to compile; this test takes seconds, with the
//! parser that the macros use anyway. It stops at the first cycle, so there can be no list of known
//! cycles, and it sees only the configuration that it runs for. And its edges end where an item is
//! defined: it would not find a child that takes a sibling's item from its parent, which depends on
//! the child.

mod cases;
mod graph;
mod known;
mod modules;
mod names;
mod paths;
mod resolve;
mod tokens;
mod uses;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use known::{PACKAGES, Package, TEST_MEMBERS};
use modules::Modules;

const NO_CYCLES: &str = "\
The modules of a crate may depend on one another in one direction only: then each can be read, tested
and changed knowing only those below it. Above, every edge of a cycle stands with the names that make
it. Choose the edge that points the wrong way, most often the one with the fewest names, and
  - move what both sides name into a file of its own, below both; or
  - name an item where it is defined (`super::hit::Found`), not where it is re-exported
    (`super::Found`), and leave only `mod` and `pub use` in the `mod.rs`; or
  - pass it in as an argument, so that the lower module need not name it.
`cargo test --test structure -- --ignored --nocapture` prints all cycles, those in `known.rs` too.";

const ONE_NAME: &str = "\
Each type, trait and alias of a crate has a name of its own, so that a reader who meets the name need
not ask which one is meant. Rename one of them by what sets it apart. If the same name is right in
both places, add it to `allowed` in tests/structure/known.rs, with the reason.";

/// The greatest length of a file, in lines. Most files have less than 250.
const LONGEST: usize = 500;

/// Columns of a line of comment at most.
const COMMENT_COLUMNS: usize = 100;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(package: &Package) -> Modules {
    Modules::read(&workspace().join(package.root), &|file| fs::read_to_string(file).ok())
}

/// Panics with the complaints, if there are any, and with advice.
fn report(complaints: &[String], advice: &str) {
    assert!(complaints.is_empty(), "\n\n{}\n\n{advice}\n", complaints.join("\n"));
}

#[test]
fn modules_form_no_cycles() {
    let complaints = |package| Package::compare_cycles(package, &paths::graph(&read(package)).cycles());
    report(&PACKAGES.iter().flat_map(complaints).collect::<Vec<_>>(), NO_CYCLES);
}

#[test]
#[ignore = "prints, and checks nothing"]
fn print_all_cycles() {
    for package in PACKAGES {
        for cycle in paths::graph(&read(package)).cycles() {
            println!("{}:\n{cycle}", package.name);
        }
    }
}

#[test]
fn every_name_of_a_type_is_declared_once() {
    let complaints = |package| Package::compare_duplicates(package, &names::duplicates(&read(package)));
    report(&PACKAGES.iter().flat_map(complaints).collect::<Vec<_>>(), ONE_NAME);
}

#[test]
fn no_file_is_too_long() {
    let mut files = Vec::new();
    rust_files(workspace(), &mut files);
    assert!(files.len() > 250, "only {} files found", files.len());
    let lines = |file: &Path| fs::read_to_string(file).expect("a readable file").lines().count();
    let long = files.iter().map(|file| (file, lines(file))).filter(|(_, lines)| *lines > LONGEST);
    let complaints: Vec<_> = long.map(|(file, lines)| format!("{}: {lines} lines", file.display())).collect();
    report(&complaints, "A file is one idea. Find the second one in it, and give it a file of its own.");
}

#[test]
fn comments_wrap() {
    let mut files = Vec::new();
    rust_files(workspace(), &mut files);
    let mut complaints = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        // Addresses and the rows of tables do not wrap.
        let is_long = |line: &str| {
            let comment = line.trim_start().starts_with("//");
            comment && line.chars().count() > COMMENT_COLUMNS && !line.contains("://") && !line.ends_with('|')
        };
        let long = text.lines().zip(1..).filter(|(line, _)| is_long(line));
        complaints.extend(long.map(|(_, number)| format!("{}:{number}", file.display())));
    }
    report(&complaints, "A comment wraps at 100 columns.");
}

/// Collects the Rust files of a folder, without build output and hidden folders.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable folder");
        let (name, path) = (entry.file_name(), entry.path());
        if entry.file_type().expect("a kind of file").is_dir() {
            if name != "target" && !name.as_encoded_bytes().starts_with(b".") {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_member_of_the_workspace_is_checked() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).expect("the workspace has a manifest");
    let members = manifest.lines().find(|line| line.starts_with("members = ")).expect("members in one line");
    let members: BTreeSet<_> = members.split('"').skip(1).step_by(2).collect();
    let folder = |root: &'static str| root.split("src/").next().map_or("", |folder| folder.trim_end_matches('/'));
    let checked = PACKAGES.iter().map(|package| folder(package.root)).map(|it| if it.is_empty() { "." } else { it });
    let listed: BTreeSet<_> = checked.chain(TEST_MEMBERS.iter().copied()).collect();
    assert_eq!(members, listed, "list each member in tests/structure/known.rs");
}
