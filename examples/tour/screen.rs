//! Printing: headings, short lines, colours on a terminal only.

use std::fmt::Display;
use std::io::{self, IsTerminal, StdoutLock, Write};
use std::time::{Duration, Instant};

/// Lines are at most this long.
const WIDTH: usize = 80;

/// Standard output.
pub(crate) struct Screen {
    out: StdoutLock<'static>,
    colours: bool,
    sections: usize,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { out: io::stdout().lock(), colours: io::stdout().is_terminal() && !unwanted, sections: 0 }
    }

    pub(crate) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    pub(crate) fn title(&mut self, title: &str) -> io::Result<()> {
        let title = self.paint("1", title);
        self.line(title)
    }

    /// A numbered heading, with the code that the section is about at the right.
    pub(crate) fn section(&mut self, title: &str, code: &str) -> io::Result<()> {
        self.sections += 1;
        let title = format!("{} {title}", self.sections);
        let space = " ".repeat(WIDTH.saturating_sub(title.chars().count() + code.chars().count()));
        let (title, code) = (self.paint("1", &title), self.paint("36", code));
        writeln!(self.out, "\n{title}{space}{code}")
    }

    /// A line that names the columns of a table.
    pub(crate) fn columns(&mut self, columns: impl Display) -> io::Result<()> {
        let columns = self.paint("2", &columns.to_string());
        self.line(columns)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The result of some work, and how long it took.
pub(crate) fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// A duration in the unit that suits it.
pub(crate) fn duration(time: Duration) -> String {
    let nanos = time.as_secs_f64() * 1e9;
    match nanos {
        1e6.. => format!("{:.1} ms", nanos / 1e6),
        1e3.. => format!("{:.1} us", nanos / 1e3),
        _ => format!("{nanos} ns"),
    }
}

/// How many times faster; below 1 it is slower.
pub(crate) fn speed_up(slow: Duration, fast: Duration) -> String {
    let times = slow.as_secs_f64() / fast.as_secs_f64().max(1e-9);
    let digits = usize::from(times < 10.0);
    format!("{times:.digits$}x")
}

/// What a call did, from the number of misses before and after it.
pub(crate) fn how(before: u64, after: u64) -> &'static str {
    if after > before { "computed" } else { "cached" }
}
