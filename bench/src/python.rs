//! Python's `functools.lru_cache`, by a script beside: the same calls, in the `python3` that is found on the path.

use std::cell::OnceCell;
use std::process::Command;

use crate::Effort;
use crate::report::Other;

const SCRIPT: &str = include_str!("functools_lru_cache.py");

/// A hit, by the kind of key: `int` or `str`.
pub(crate) fn hits(effort: Effort, key: &str, entries: usize) -> Vec<Other> {
    ask(effort, "hits", key, entries)
}

/// A miss with a trivial body, in a cache that is full.
pub(crate) fn misses(effort: Effort, key: &str, entries: usize) -> Vec<Other> {
    ask(effort, "misses", key, entries)
}

fn ask(effort: Effort, question: &str, key: &str, entries: usize) -> Vec<Other> {
    match run(effort, question, key, entries) {
        Ok(other) => vec![other],
        Err(why) => {
            note_once(&why);
            Vec::new()
        }
    }
}

/// The script prints the version of Python, and the median and least nanoseconds per call.
fn run(effort: Effort, question: &str, key: &str, entries: usize) -> Result<Other, String> {
    let (entries, rounds) = (entries.to_string(), effort.rounds().to_string());
    let output = Command::new("python3").args(["-c", SCRIPT, question, key, &entries, &rounds]).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = answer.split_whitespace().collect();
    let [version, median, min] = words[..] else { return Err(format!("unexpected answer: {answer}")) };
    let number = |word: &str| word.parse::<f64>().map_err(|error| format!("{word}: {error}"));
    Ok(Other { who: format!("Python {version} lru_cache"), median: number(median)?, min: number(min)? })
}

fn note_once(why: &str) {
    thread_local! { static NOTED: OnceCell<()> = const { OnceCell::new() } }
    if NOTED.with(|noted| noted.set(()).is_ok()) {
        println!("\nnote: Python is left out: {why}");
    }
}
