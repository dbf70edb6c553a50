//! Timings of Python's caches, by a script that runs in the `python3` on the path.

use std::collections::HashSet;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::report::ExternalTiming;
use crate::settings::ROUNDS;

const SCRIPT: &str = include_str!("python/timings.py");

/// Hits, by the type of the key: `int` or `str`.
pub(crate) fn hits(key: &str, entries: usize) -> Vec<ExternalTiming> {
    timings("hits", key, entries)
}

/// Misses with a trivial body, in a full cache.
pub(crate) fn misses(entries: usize) -> Vec<ExternalTiming> {
    timings("misses", "int", entries)
}

/// Reads of a `cached_property` that has its value.
pub(crate) fn cached_property(objects: usize) -> Vec<ExternalTiming> {
    timings("cached_property", "-", objects)
}

fn timings(benchmark: &str, key: &str, entries: usize) -> Vec<ExternalTiming> {
    run(benchmark, key, entries).unwrap_or_else(|error| {
        note(&format!("Python is left out: {error}"));
        Vec::new()
    })
}

/// The script prints a line per row: the name, and the median and least nanoseconds per call; or a
/// note.
fn run(benchmark: &str, key: &str, entries: usize) -> Result<Vec<ExternalTiming>, String> {
    let (entries, rounds) = (entries.to_string(), ROUNDS.to_string());
    let output = Command::new("python3").args(["-c", SCRIPT, benchmark, key, &entries, &rounds]).output();
    let output = output.map_err(|error| format!("python3: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let number = |word: &str| word.parse::<f64>().map_err(|error| format!("{word}: {error}"));
    let mut timings = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["note", text] => note(text),
            [name, median, min] => {
                timings.push(ExternalTiming { name: name.into(), median: number(median)?, min: number(min)? });
            }
            _ => return Err(format!("unexpected line: {line}")),
        }
    }
    Ok(timings)
}

/// Prints each note once.
fn note(text: &str) {
    static PRINTED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    if PRINTED.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
        println!("\nnote: {text}");
    }
}
