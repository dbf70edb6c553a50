//! Python's caches, by a script beside: the same calls, in the `python3` that is found on the path.

use std::collections::HashSet;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::ROUNDS;
use crate::report::Other;

const SCRIPT: &str = include_str!("python/figures.py");

/// Hits, by the kind of key: `int` or `str`.
pub(crate) fn hits(key: &str, entries: usize) -> Vec<Other> {
    ask("hits", key, entries)
}

/// Misses with a trivial body, in a cache that is full.
pub(crate) fn misses(entries: usize) -> Vec<Other> {
    ask("misses", "int", entries)
}

/// Reading a `cached_property` that is there.
pub(crate) fn field(objects: usize) -> Vec<Other> {
    ask("field", "-", objects)
}

fn ask(question: &str, key: &str, entries: usize) -> Vec<Other> {
    run(question, key, entries).unwrap_or_else(|why| {
        note(&format!("Python is left out: {why}"));
        Vec::new()
    })
}

/// The script prints a line per row: the name, and the median and least nanoseconds per call; or a note.
fn run(question: &str, key: &str, entries: usize) -> Result<Vec<Other>, String> {
    let (entries, rounds) = (entries.to_string(), ROUNDS.to_string());
    let output = Command::new("python3").args(["-c", SCRIPT, question, key, &entries, &rounds]).output();
    let output = output.map_err(|error| format!("python3: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let number = |word: &str| word.parse::<f64>().map_err(|error| format!("{word}: {error}"));
    let mut others = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["note", text] => note(text),
            [who, median, min] => others.push(Other { who: who.into(), median: number(median)?, min: number(min)? }),
            _ => return Err(format!("unexpected answer: {line}")),
        }
    }
    Ok(others)
}

/// Each note once.
fn note(text: &str) {
    static NOTED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    if NOTED.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
        println!("\nnote: {text}");
    }
}
