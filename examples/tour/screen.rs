//! Printing: colours and progress on a terminal, plain text elsewhere, and a closed pipe is no error of ours.

use std::fmt::{self, Display};
use std::io::{self, IsTerminal, StdoutLock, Write};

/// Standard output.
pub(crate) struct Screen {
    out: StdoutLock<'static>,
    colours: bool,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { out: io::stdout().lock(), colours: io::stdout().is_terminal() && !unwanted }
    }

    pub(crate) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// A heading with a line of air above.
    pub(crate) fn heading(&mut self, title: &str) -> io::Result<()> {
        let title = self.strong(title);
        writeln!(self.out, "\n{title}")
    }

    pub(crate) fn strong<T: Display>(&self, what: T) -> Painted<T> {
        self.paint("1", what)
    }

    pub(crate) fn wrong<T: Display>(&self, what: T) -> Painted<T> {
        self.paint("31", what)
    }

    pub(crate) fn right<T: Display>(&self, what: T) -> Painted<T> {
        self.paint("32", what)
    }

    pub(crate) fn faint<T: Display>(&self, what: T) -> Painted<T> {
        self.paint("2", what)
    }

    fn paint<T>(&self, code: &'static str, what: T) -> Painted<T> {
        Painted { code: self.colours.then_some(code), what }
    }
}

/// Something in a colour. Widths apply to the text, not to the colour's codes.
pub(crate) struct Painted<T> {
    code: Option<&'static str>,
    what: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => {
                write!(f, "\x1b[{code}m")?;
                self.what.fmt(f)?;
                f.write_str("\x1b[0m")
            }
            None => self.what.fmt(f),
        }
    }
}

/// One line on standard error that tells how far a long work is; nothing where nobody watches.
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { shown: io::stderr().is_terminal() && !dumb }
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.shown
    }

    pub(crate) fn show(&self, what: &str, done: usize, all: usize) {
        const WIDTH: usize = 30;
        if self.shown {
            let full = done * WIDTH / all.max(1);
            let bar = format!("{}{}", "#".repeat(full), ".".repeat(WIDTH - full));
            // If standard error is gone, there is nobody to tell.
            let _ = write!(io::stderr(), "\r{what} [{bar}] {:>3} %", done * 100 / all.max(1));
        }
    }

    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
