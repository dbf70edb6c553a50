//! How fast memokit is, beside its peers and the floor: one question per module.
//!
//! See `README.md` for what each question measures and how to read its tables.

mod body;
mod calls;
mod crowd;
mod draw;
mod flights;
mod floor;
mod functions;
mod hits;
mod keys;
mod memory;
mod misses;
mod mix;
mod peers;
mod processes;
mod python;
mod race;
mod ratio;
mod report;
mod threads;
mod walks;

use std::process::ExitCode;
use std::time::Duration;

/// How much time to spend.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// Questions of time are put to several processes, each of which makes the quick effort.
    Full,
    /// A look at the figures, not a figure to quote.
    Quick,
}

/// Rounds of a race, in each process.
const ROUNDS: usize = 11;
/// How long one contender answers in one round where several threads ask: several of the scheduler's slices.
const TURN: Duration = Duration::from_millis(8);

impl Effort {
    fn choose<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

/// What the command line says about how to ask.
struct Arguments {
    effort: Effort,
    /// With how many threads, where that is asked; the question has its own idea otherwise.
    threads: Option<Vec<usize>>,
}

impl Arguments {
    /// 1 and the others: 1 is what they are compared with.
    fn threads(&self, by_default: usize) -> Vec<usize> {
        let mut threads = self.threads.clone().unwrap_or_else(|| vec![by_default]);
        threads.retain(|count| *count > 1);
        threads.insert(0, 1);
        threads
    }
}

/// One question: its name on the command line, what it asks, and who answers.
struct Question {
    name: &'static str,
    asks: &'static str,
    /// Whether the answer depends on where things lie in memory.
    varies: bool,
    answer: fn(&Arguments),
}

/// One line each.
#[rustfmt::skip]
const QUESTIONS: &[Question] = &[
    Question { name: "hits", asks: "what a hit costs", varies: true, answer: |_| hits::answer() },
    Question { name: "threads", asks: "what a hit costs when threads ask at once", varies: true, answer: threads::answer },
    Question { name: "mix", asks: "what a call costs when some hit and some miss", varies: true, answer: mix::answer },
    Question { name: "misses", asks: "what a miss with a trivial body costs", varies: true, answer: |_| misses::answer() },
    Question { name: "calls", asks: "what our own layers cost", varies: true, answer: |_| calls::answer() },
    Question { name: "memory", asks: "what entries weigh, and what growing and emptying take", varies: false, answer: |asked| memory::answer(asked.effort) },
    Question {
        name: "ratio",
        asks: "how many calls are hits, on recorded programs and in recursion",
        varies: false,
        answer: |asked| ratio::answer(asked.effort),
    },
    Question { name: "walks", asks: "how long an insert takes while another thread walks the cache", varies: true, answer: |_| walks::answer() },
    Question { name: "flights", asks: "who waits for whom", varies: false, answer: |asked| flights::answer(asked.effort) },
];

fn main() -> ExitCode {
    let mut effort = Effort::Full;
    let mut threads: Option<(String, Vec<usize>)> = None;
    let mut chosen: Vec<&Question> = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => effort = Effort::Quick,
            "--threads" => match words.next().and_then(|list| Some((list.clone(), numbers(&list)?))) {
                Some(list) => threads = Some(list),
                None => return usage(),
            },
            "all" => chosen.extend(QUESTIONS),
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
    let (list, threads) = threads.unzip();
    let arguments = Arguments { effort, threads };
    for question in chosen {
        if question.varies && effort == Effort::Full {
            let threads = list.iter().flat_map(|list| ["--threads", list.as_str()]);
            processes::ask(&[question.name].into_iter().chain(threads).collect::<Vec<_>>());
        } else {
            (question.answer)(&arguments);
        }
    }
    ExitCode::SUCCESS
}

/// `1,2,8`
fn numbers(list: &str) -> Option<Vec<usize>> {
    list.split(',').map(|number| number.parse().ok().filter(|number| *number > 0)).collect()
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo run --release -p bench -- QUESTION.. [--quick] [--threads 1,2,8]\n");
    for Question { name, asks, .. } in QUESTIONS {
        eprintln!("  {name:8} {asks}");
    }
    eprintln!("  {:8} every question", "all");
    ExitCode::FAILURE
}
