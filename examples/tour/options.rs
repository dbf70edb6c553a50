//! The command line: which text the tour reads.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// Lewis Carroll, "Alice's Adventures in Wonderland"; see `examples/data/README.md`.
const BUNDLED: &str = include_str!("../data/alice.txt");
/// The rest of a longer text is ignored, so that the tour ends soon on any input.
const MAX_BYTES: u64 = 1 << 20;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
What each kind of cache does for a spelling corrector over a real book.

Usage: cargo run --release --example tour -- [PATH]

  PATH        a UTF-8 text, of which the first MiB is read; `-` is standard input.
              Default: Alice's Adventures in Wonderland
  -h, --help  this text

NO_COLOR=1 switches colours off.";

/// Where the text comes from.
pub(crate) enum Source {
    Bundled,
    Stdin,
    File(PathBuf),
}

/// Reads the arguments, without the program's name. `None`: the user asked for help.
///
/// # Errors
///
/// A sentence for the user.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Source>, String> {
    let mut source = Source::Bundled;
    for argument in arguments {
        let text = argument.to_string_lossy();
        match &*text {
            "-h" | "--help" => return Ok(None),
            option if option.starts_with('-') && option != "-" => {
                return Err(format!("unknown option `{option}`; see `--help`"));
            }
            path if !matches!(source, Source::Bundled) => return Err(format!("one text at a time: `{path}` is extra")),
            "-" => source = Source::Stdin,
            _ => source = Source::File(argument.into()),
        }
    }
    Ok(Some(source))
}

impl Source {
    /// The title and the text.
    ///
    /// # Errors
    ///
    /// A sentence for the user.
    pub(crate) fn read(self) -> Result<(String, String), String> {
        let (title, text) = match self {
            Self::Bundled => {
                ("Alice's Adventures in Wonderland, by Lewis Carroll (1865)".to_owned(), Ok(BUNDLED.to_owned()))
            }
            Self::Stdin => ("standard input".to_owned(), text(io::stdin().lock())),
            Self::File(path) => (format!("`{}`", path.display()), File::open(path).and_then(text)),
        };
        let text = text.map_err(|error| format!("cannot read {title}: {error}"))?;
        Ok((title, text))
    }
}

fn text(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES).read_to_end(&mut bytes)?;
    String::from_utf8(bytes).or_else(|error| {
        // The limit may have split the last character.
        let split = error.utf8_error().error_len().is_none() && error.as_bytes().len() as u64 == MAX_BYTES;
        let valid = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        if !split {
            let wrong = format!("not UTF-8 text: byte {:#04x} at offset {valid}", bytes[valid]);
            return Err(io::Error::new(io::ErrorKind::InvalidData, wrong));
        }
        bytes.truncate(valid);
        String::from_utf8(bytes).map_err(io::Error::other)
    })
}
