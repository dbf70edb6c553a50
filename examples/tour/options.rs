//! The command line.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
A spelling corrector whose every slow part is memoized.

Usage: cargo run --release --example tour -- [OPTIONS] [PATH]

  PATH             a UTF-8 text; `-` is standard input, which is also taken when piped.
                   Without it: Alice's Adventures in Wonderland. The first MiB is examined

Options:
  --typos N        plant N typing errors and count how many are found (default: 1 in 100 words,
                   at most 200; 0: none)
  --seed N         which errors (default: 1)
  --threads N      how many threads check the text (default: one per core, at least 2)
  --no-compare     skip the comparison with and without memory
  -h, --help       this text

Colours and progress appear on a terminal only; NO_COLOR switches the colours off.";

/// Where the text comes from.
pub(crate) enum Source {
    /// Not said: standard input if piped, else the bundled text.
    Default,
    Stdin,
    File(PathBuf),
}

/// What the user asked for.
pub(crate) struct Options {
    pub(crate) source: Source,
    pub(crate) typos: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) threads: NonZero<usize>,
    pub(crate) compare: bool,
    pub(crate) help: bool,
}

impl Options {
    /// Reads the arguments, without the program's name.
    ///
    /// # Errors
    ///
    /// A sentence for the user.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
        let mut options = Self {
            source: Source::Default,
            typos: None,
            seed: 1,
            threads: NonZero::new(cores).unwrap_or(NonZero::<usize>::MIN),
            compare: true,
            help: false,
        };
        let mut arguments = arguments.into_iter();
        let mut only_paths = false;
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy();
            if only_paths || text == "-" || !text.starts_with('-') {
                options.take_path(argument)?;
                continue;
            }
            let (name, attached) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (&*text, None),
            };
            let value = |arguments: &mut dyn Iterator<Item = OsString>| {
                let next = || arguments.next().map(|value| value.to_string_lossy().into_owned());
                attached.clone().or_else(next).ok_or_else(|| format!("`{name}` needs a number"))
            };
            match name {
                "--typos" => options.typos = Some(number(name, &value(&mut arguments)?)?),
                "--seed" => options.seed = number(name, &value(&mut arguments)?)?,
                "--threads" => options.threads = positive(name, &value(&mut arguments)?)?,
                "--no-compare" if attached.is_none() => options.compare = false,
                "-h" | "--help" if attached.is_none() => options.help = true,
                "--" if attached.is_none() => only_paths = true,
                _ => return Err(format!("unknown option `{text}`; `--help` lists them")),
            }
        }
        Ok(options)
    }

    fn take_path(&mut self, path: OsString) -> Result<(), String> {
        if !matches!(self.source, Source::Default) {
            return Err(format!("one text at a time: `{}` is one too many", path.to_string_lossy()));
        }
        self.source = if path == "-" { Source::Stdin } else { Source::File(path.into()) };
        Ok(())
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("`{name}` needs a whole number, not `{value}`"))
}

fn positive(name: &str, value: &str) -> Result<NonZero<usize>, String> {
    NonZero::new(number(name, value)?).ok_or_else(|| format!("`{name}` needs at least 1"))
}
