//! How fast memokit is, beside its peers and the floor: one question per module, one table per question.
//!
//! See `README.md` for what each question measures and how to read its table.

mod body;
mod floor;
mod hits;
mod keys;
mod misses;
mod python;
mod race;
mod report;

use std::process::ExitCode;

/// How much time to spend.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    Full,
    /// A look at the figures, not a figure to quote.
    Quick,
}

impl Effort {
    fn rounds(self) -> usize {
        match self {
            Self::Full => 51,
            Self::Quick => 11,
        }
    }
}

/// One question: its name on the command line, what it asks, and who answers.
struct Question {
    name: &'static str,
    asks: &'static str,
    answer: fn(Effort),
}

const QUESTIONS: [Question; 2] = [
    Question { name: "hits", asks: "what a hit costs", answer: hits::answer },
    Question { name: "misses", asks: "what a miss with a trivial body costs", answer: misses::answer },
];

fn main() -> ExitCode {
    let mut effort = Effort::Full;
    let mut chosen: Vec<&Question> = Vec::new();
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--quick" => effort = Effort::Quick,
            "all" => chosen.extend(&QUESTIONS),
            name => match QUESTIONS.iter().find(|question| question.name == name) {
                Some(question) => chosen.push(question),
                None => return usage(),
            },
        }
    }
    if chosen.is_empty() {
        return usage();
    }
    if cfg!(debug_assertions) {
        eprintln!("note: a debug build measures nothing of use; run with --release");
    }
    for question in chosen {
        (question.answer)(effort);
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo run --release -p bench -- QUESTION.. [--quick]\n");
    for Question { name, asks, .. } in &QUESTIONS {
        eprintln!("  {name:8} {asks}");
    }
    eprintln!("  {:8} every question", "all");
    ExitCode::FAILURE
}
