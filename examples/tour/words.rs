//! Cutting a text into words.

/// One word of the running text.
#[derive(Clone, Copy)]
pub(crate) struct Word<'t> {
    /// As it is written.
    pub(crate) written: &'t str,
    /// Where it starts, in bytes.
    pub(crate) start: usize,
    /// The line it stands in, from 1.
    pub(crate) line: u32,
    /// Whether it directly follows another word: no punctuation and no line end between them.
    pub(crate) follows: bool,
}

impl Word<'_> {
    /// `Alice`, but neither `ALICE` nor `I'm`.
    pub(crate) fn is_capitalised(&self) -> bool {
        let mut letters = self.written.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    }

    pub(crate) fn is_lowercase(&self) -> bool {
        !self.written.chars().any(char::is_uppercase)
    }
}

/// The words in order: runs of letters, with apostrophes between letters (`didn't`).
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let (mut rest, mut line) = (0, 1);
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(char::is_alphabetic)?;
        let written = &text[start..start + word_length(&text[start..])];
        let gap = &text[rest..start];
        line += gap.bytes().map(|byte| u32::from(byte == b'\n')).sum::<u32>();
        rest = start + written.len();
        Some(Word { written, start, line, follows: gap == " " })
    })
}

/// In bytes, of the word that `text` starts with.
fn word_length(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut end = 0;
    while let Some((at, letter)) = letters.next() {
        let inside = letter.is_alphabetic()
            || is_mark(letter)
            || (matches!(letter, '\'' | '\u{2019}') && letters.peek().is_some_and(|(_, next)| next.is_alphabetic()));
        if !inside {
            break;
        }
        end = at + letter.len_utf8();
    }
    end
}

/// Accents that stand as characters of their own, as in decomposed text.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}
