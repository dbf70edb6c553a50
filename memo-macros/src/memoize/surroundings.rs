//! What is written around a function in its source file.
//!
//! A macro gets the function and not the block around it, so a function without `self` in an `impl`
//! looks like a free one, and a method in an `impl` of a trait like any other. The compiler then
//! rejects what is generated beside it, with one error for each operation. To say what to write
//! instead, this module looks into the file.
//!
//! It is for errors only, and the same code compiles without it: where the file cannot be read, as
//! in an editor, or is not what the compiler read, or where the function is in the input of another
//! macro, nothing is known.

use proc_macro2::Ident;
use std::cell::RefCell;
use std::path::PathBuf;
use syn::ext::IdentExt;

/// The innermost block around a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// An `impl` of a type.
    Impl,
    /// An `impl` of a trait.
    TraitImpl,
    /// The definition of a trait.
    Trait,
}

/// What is known of a function.
pub(crate) struct Found {
    /// The innermost block around it. `None` for any other than a block of associated items.
    pub(crate) around: Option<Surroundings>,
    /// The keyword of the module or type beside it that has the name of its handle.
    pub(crate) namesake: Option<&'static str>,
}

/// A source file and what was found in it.
struct Source {
    path: PathBuf,
    text: String,
    layout: Layout,
}

impl Source {
    fn read(path: PathBuf) -> Option<Self> {
        let text = std::fs::read_to_string(&path).ok()?;
        let layout = Scanner::new(&text).layout();
        Some(Self { path, text, layout })
    }
}

/// Looks up the function of this name, whose handle has that name.
pub(crate) fn of(name: &Ident, handle: &Ident) -> Option<Found> {
    thread_local! {
        /// The file of the last function: the next one is most likely in it, too.
        static LAST: RefCell<Option<Source>> = const { RefCell::new(None) };
    }
    if !proc_macro::is_available() {
        return None;
    }
    let span = name.span().unwrap();
    let path = span.local_file()?;
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|last| last.path != path) {
            *last = Source::read(path);
        }
        let Source { text, layout, .. } = last.as_ref()?;
        let line = text.split_inclusive('\n').take(span.line().checked_sub(1)?).map(str::len).sum::<usize>();
        let at = line + span.column().checked_sub(1)?;
        let written = text.get(at..)?;
        let written = written.strip_prefix("r#").unwrap_or(written);
        let unchanged = written.starts_with(&name.unraw().to_string());
        unchanged.then(|| layout.look_up(at, &handle.unraw().to_string()))?
    })
}

/// Where the blocks of a file begin and end, and what has names in them.
struct Layout {
    blocks: Vec<Block>,
    items: Vec<Item>,
}

impl Layout {
    /// Returns what is known of a function at this position.
    fn look_up(&self, at: usize, handle: &str) -> Option<Found> {
        let around = self.blocks.iter().enumerate().filter(|(_, block)| block.begin < at && at < block.end);
        let around: Vec<(usize, &Block)> = around.collect();
        if around.iter().any(|(_, block)| block.kind == Kind::Macro) {
            return None;
        }
        let innermost = around.last();
        let place = innermost.map(|(index, _)| *index);
        let namesake = self.items.iter().find(|item| item.block == place && item.name == handle);
        let around = match innermost {
            Some((_, Block { kind: Kind::Known(kind), .. })) => Some(*kind),
            _ => None,
        };
        Some(Found { around, namesake: namesake.map(|item| item.keyword) })
    }
}

/// A module or a type. Items with attributes are left out: the one that is looked for must be
/// there, and `cfg` may remove them.
struct Item {
    keyword: &'static str,
    name: String,
    /// The innermost block around it.
    block: Option<usize>,
}

const KEYWORDS: &[&str] = &["mod", "struct", "enum", "union", "trait", "type"];

/// What is between two delimiters.
struct Block {
    begin: usize,
    end: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Known(Surroundings),
    /// The input of a macro.
    Macro,
    Other,
}

/// Reads a file as far as is needed to find its blocks: comments and literals are skipped.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The words and signs since the last block or statement, without what is in parentheses and
    /// brackets.
    head: Vec<&'t str>,
    /// The blocks that are open, by their positions in the layout, and the heads around them.
    open: Vec<(usize, Vec<&'t str>)>,
    layout: Layout,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            head: Vec::new(),
            open: Vec::new(),
            layout: Layout { blocks: Vec::new(), items: Vec::new() },
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn layout(mut self) -> Layout {
        while let Some(next) = self.rest().chars().next() {
            let rest = self.rest();
            match next {
                '/' if rest.starts_with("//") => self.at += rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => self.skip_comment(),
                '"' => self.skip_text(),
                '\'' => self.skip_char_or_lifetime(),
                '{' | '(' | '[' => self.begin(next),
                '}' | ')' | ']' => self.end(next),
                ';' => {
                    self.at += 1;
                    self.head.clear();
                }
                _ if next == '_' || next.is_alphanumeric() => self.word(),
                _ => {
                    if !next.is_whitespace() {
                        self.head.push(&rest[..next.len_utf8()]);
                    }
                    self.at += next.len_utf8();
                }
            }
        }
        self.layout
    }

    fn begin(&mut self, delimiter: char) {
        let kind = match self.head.as_slice() {
            [.., "!"] | [.., "macro_rules", "!", _] => Kind::Macro,
            head if delimiter == '{' => kind(head),
            _ => Kind::Other,
        };
        self.open.push((self.layout.blocks.len(), std::mem::take(&mut self.head)));
        self.layout.blocks.push(Block { begin: self.at, end: self.text.len(), kind });
        self.at += 1;
    }

    fn end(&mut self, delimiter: char) {
        if let Some((block, head)) = self.open.pop() {
            self.layout.blocks[block].end = self.at;
            // A statement or item ends with its braces.
            self.head = if delimiter == '}' { Vec::new() } else { head };
        }
        self.at += 1;
    }

    /// A word, or a raw string that begins as one.
    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        self.at += length;
        let hashes = after.len() - after.trim_start_matches('#').len();
        if ["r", "br", "cr"].contains(&word) && after[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let text = &after[hashes + 1..];
            self.at += hashes + 1 + text.find(&end).map_or(text.len(), |found| found + end.len());
        } else {
            self.name(word);
            self.head.push(word);
        }
    }

    /// Notes the name of an item.
    fn name(&mut self, word: &str) {
        let keyword = self.head.last().and_then(|last| KEYWORDS.iter().find(|keyword| *keyword == last));
        if let Some(keyword) = keyword
            && !self.head.contains(&"#")
        {
            let block = self.open.last().map(|(block, _)| *block);
            self.layout.items.push(Item { keyword, name: word.to_owned(), block });
        }
    }

    fn skip_comment(&mut self) {
        let mut depth = 0;
        while !self.rest().is_empty() {
            let rest = self.rest();
            let step = if rest.starts_with("/*") {
                depth += 1;
                2
            } else if rest.starts_with("*/") {
                depth -= 1;
                2
            } else {
                rest.chars().next().map_or(1, char::len_utf8)
            };
            self.at += step;
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_text(&mut self) {
        self.at += 1;
        self.skip_to('"');
    }

    /// `'x'` and `'\n'` are literals, `'x` is a lifetime.
    fn skip_char_or_lifetime(&mut self) {
        self.at += 1;
        let mut after = self.rest().chars();
        match (after.next(), after.next()) {
            (Some('\\'), _) => self.skip_to('\''),
            (Some(character), Some('\'')) => self.at += character.len_utf8() + 1,
            _ => {}
        }
    }

    /// Skips to the end of a literal, over escaped characters.
    fn skip_to(&mut self, end: char) {
        let mut escaped = false;
        for character in self.rest().chars() {
            self.at += character.len_utf8();
            if !escaped && character == end {
                return;
            }
            escaped = !escaped && character == '\\';
        }
    }
}

/// What a block in braces is, by the words and signs before it.
fn kind(head: &[&str]) -> Kind {
    let mut tokens = head.iter().skip_while(|token| ["#", "pub", "unsafe", "default", "auto"].contains(token));
    match tokens.next() {
        Some(&"trait") => return Kind::Known(Surroundings::Trait),
        Some(&"impl") => {}
        _ => return Kind::Other,
    }
    let (mut depth, mut previous) = (0, "");
    let mut tokens = tokens.peekable();
    while let Some(token) = tokens.next() {
        match *token {
            "<" => depth += 1,
            // Not that of an arrow.
            ">" if previous != "-" => depth -= 1,
            "where" if depth == 0 => break,
            // `for<'a> fn(&'a u8)` is a type.
            "for" if depth == 0 && tokens.peek() != Some(&&"<") => return Kind::Known(Surroundings::TraitImpl),
            _ => {}
        }
        previous = token;
    }
    Kind::Known(Surroundings::Impl)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(text: &str) -> Option<Found> {
        Scanner::new(text).layout().look_up(text.find("method").unwrap(), "parse")
    }

    /// What is around the word `method`.
    fn found(text: &str) -> Option<Surroundings> {
        look_up(text)?.around
    }

    #[test]
    fn the_innermost_block_counts() {
        assert_eq!(found("impl A { fn method() {} }"), Some(Surroundings::Impl));
        assert_eq!(found("impl A for B { fn method() {} }"), Some(Surroundings::TraitImpl));
        assert_eq!(found("pub(crate) trait A: B where Self: C { fn method() {} }"), Some(Surroundings::Trait));
        assert_eq!(found("impl A { fn x() { fn method() {} } }"), None);
        assert_eq!(found("impl A for B { fn x() {} } fn method() {}"), None);
        assert_eq!(found("impl A {} mod m { fn method() {} }"), None);
        assert_eq!(found("fn x() -> impl A { fn method() {} }"), None);
        assert_eq!(found("mod m { impl A { const X: [u8; 2] = [1; 2]; fn method() {} } }"), Some(Surroundings::Impl));
    }

    #[test]
    fn the_head_of_a_block_is_read_as_rust() {
        for (head, expected) in [
            ("#[cfg(test)] unsafe impl<T: Fn() -> u8> A<T> for [T; 2]", Surroundings::TraitImpl),
            ("impl<F> A<F> where F: for<'a> Fn(&'a str)", Surroundings::Impl),
            ("impl A<dyn for<'a> B<'a>>", Surroundings::Impl),
            ("impl A for for<'a> fn(&'a u8)", Surroundings::TraitImpl),
            ("/// impl X for Y {\n impl /* for B { */ A", Surroundings::Impl),
            ("#[doc = r#\"impl \" {\"#] impl A", Surroundings::Impl),
            ("const C: (char, char, &str) = ('{', '\\'', \"\\\"{\"); impl<'a> A<'a>", Surroundings::Impl),
        ] {
            assert_eq!(found(&format!("{head} {{ fn method() {{}} }}")), Some(expected), "{head}");
        }
    }

    #[test]
    fn an_item_of_the_same_name_is_found_in_the_same_block() {
        let namesake = |text| look_up(text)?.namesake;
        assert_eq!(namesake("pub mod parse; fn method() {}"), Some("mod"));
        assert_eq!(namesake("mod m { fn method() { { struct x; } } struct parse { x: u8 } }"), Some("struct"));
        assert_eq!(namesake("fn f() { fn method() {} enum parse {} }"), Some("enum"));
        assert_eq!(namesake("#[cfg(windows)] mod parse {} fn method() {}"), None);
        assert_eq!(namesake("mod m { mod parse {} } fn method() {} fn parse() {}"), None);
        assert_eq!(namesake("fn method() { mod parse {} }"), None);
    }

    #[test]
    fn nothing_is_known_of_the_input_of_a_macro() {
        assert_eq!(found("macro_rules! m { () => { impl A { fn method() {} } } }"), None);
        assert_eq!(found("quote! { impl A for B { fn method() {} } }"), None);
        assert_eq!(found("m!(impl A for B { fn method() {} });"), None);
        assert_eq!(found("m!(); impl A for B { fn method() {} }"), Some(Surroundings::TraitImpl));
    }
}
