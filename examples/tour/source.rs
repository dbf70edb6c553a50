//! Where the text comes from.

use crate::options::Source;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Lewis Carroll, "Alice's Adventures in Wonderland"; see `examples/data/README.md`.
const BUNDLED: &str = include_str!("../data/alice.txt");

/// More than this is cut off, so that an endless pipe still ends. The work grows with the square of the vocabulary: this much takes about 15 s on two
/// cores.
const LONGEST: usize = 1 << 20;

/// A text and what to call it.
pub(crate) struct Input {
    pub(crate) title: String,
    pub(crate) text: Cow<'static, str>,
    pub(crate) cut: bool,
}

/// Reads the text.
///
/// # Errors
///
/// A sentence for the user.
pub(crate) fn read(source: &Source) -> Result<Input, String> {
    match source {
        Source::File(path) => {
            let shown = path.display().to_string();
            let (text, cut) = open(path).and_then(text).map_err(|why| format!("cannot read `{shown}`: {why}"))?;
            if text.trim().is_empty() {
                Err(format!("`{shown}` is empty"))
            } else {
                Ok(Input { title: shown, text, cut })
            }
        }
        Source::Stdin => match from_stdin()? {
            Some(input) => Ok(input),
            None => Err("standard input is empty".to_owned()),
        },
        Source::Default if io::stdin().is_terminal() => Ok(bundled()),
        // Piped, or started by a program that has nothing to say.
        Source::Default => Ok(from_stdin()?.unwrap_or_else(bundled)),
    }
}

fn bundled() -> Input {
    let title = "Alice's Adventures in Wonderland, by Lewis Carroll (1865)".to_owned();
    Input { title, text: Cow::Borrowed(BUNDLED), cut: false }
}

/// `None` if there is nothing in it. Says so if nothing comes: a forgotten pipe looks like a hang.
fn from_stdin() -> Result<Option<Input>, String> {
    let (done, end) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        if end.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = writeln!(io::stderr(), "tour: waiting for a text on standard input");
        }
    });
    let read = text(io::stdin().lock());
    drop(done);
    let (text, cut) = read.map_err(|why| format!("cannot read standard input: {why}"))?;
    Ok((!text.trim().is_empty()).then(|| Input { title: "standard input".to_owned(), text, cut }))
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    })
}

/// The text, and whether it was cut.
fn text(from: impl Read) -> Result<(Cow<'static, str>, bool), String> {
    let mut bytes = Vec::new();
    from.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let cut = bytes.len() > LONGEST;
    bytes.truncate(LONGEST);
    if bytes.contains(&0) {
        return Err("it holds zero bytes, so it is not a text (UTF-16 must be converted to UTF-8 first)".to_owned());
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let (good, broken) = (error.utf8_error().valid_up_to(), error.utf8_error().error_len());
            let mut bytes = error.into_bytes();
            // The cut may have split the last letter; anything else is not UTF-8.
            if !cut || broken.is_some() {
                return Err(format!("it is not UTF-8 text: byte {:#04x} at offset {good}", bytes[good]));
            }
            bytes.truncate(good);
            String::from_utf8(bytes).map_err(|error| error.to_string())?
        }
    };
    Ok((Cow::Owned(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned)), cut))
}
