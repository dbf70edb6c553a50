//! Tests of misuse of the attributes: one error at the right place that says what to do.
//!
//! The texts are compared as one compiler prints them; another version words its own part
//! differently, so there the comparison is left out with a note. After a deliberate change:
//! `TRYBUILD=overwrite cargo test --test ui`, and read the difference.

use std::process::Command;

/// The compiler whose messages are stored beside the cases.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn misuse_is_explained() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(COMPILER) {
        println!("skipped: the expected messages are those of {COMPILER}x, this is {version}");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
