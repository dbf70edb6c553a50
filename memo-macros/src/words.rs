//! The words of an attribute, `name`, `name = value` or `name(list)`, in any order and separated by commas.

use crate::diagnostics::{Diagnostics, unknown};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, Result, Token};

/// Reads all words; `take` gets each *known* word with the input standing behind it.
///
/// A word that is unknown or given twice is reported here, once, and skipped with its value. After a mistake inside a value the rest is
/// left alone: where that value ends is a guess, and a guess would blame words that are right.
pub(crate) fn read(
    attr: TokenStream,
    known: &[&str],
    diagnostics: &mut Diagnostics,
    mut take: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) {
    let mut seen: Vec<String> = Vec::new();
    let parser = |input: ParseStream<'_>| -> Result<()> {
        while !input.is_empty() {
            let word = input.call(Ident::parse_any).map_err(|error| {
                Error::new(error.span(), format!("expected a word of the attribute: one of {}", known.join(", ")))
            })?;
            let name = word.to_string();
            if !known.contains(&name.as_str()) {
                diagnostics.at(word.span(), unknown(&name, known));
                skip_value(input);
            } else if set_once(&mut seen, &name) {
                take(&word, input)?;
            } else {
                diagnostics.at(word.span(), format!("`{name}` is given twice; keep one of them"));
                skip_value(input);
            }
            if input.is_empty() {
                break;
            }
            input
                .parse::<Token![,]>()
                .map_err(|error| Error::new(error.span(), format!("expected a comma after `{name}` and its value")))?;
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(attr) {
        diagnostics.add(error);
    }
}

/// Notes the word down; `false` if it was there already.
fn set_once(seen: &mut Vec<String>, name: &str) -> bool {
    let first = !seen.iter().any(|word| word == name);
    if first {
        seen.push(name.to_owned());
    }
    first
}

/// Skips what belongs to a word that nobody knows: an expression if it parses as one (closures hold commas), else up to a comma.
fn skip_value(input: ParseStream<'_>) {
    if input.parse::<Token![=]>().is_ok() && input.fork().parse::<Expr>().is_ok() {
        let _ = input.parse::<Expr>();
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

/// The `= value` of a word, read by `parse`; `example` is what a right use looks like.
pub(crate) fn value<T>(
    word: &Ident,
    input: ParseStream<'_>,
    example: &str,
    parse: impl FnOnce(ParseStream<'_>) -> Result<T>,
) -> Result<T> {
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), format!("`{word}` needs a value: `{example}`")));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(word.span(), format!("`{word}` needs a value: `{example}`")));
    }
    parse(input)
}

/// A word that stands alone: an error if a value follows.
pub(crate) fn alone(word: &Ident, input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(Error::new(input.span(), format!("`{word}` takes no value: write `{word}` alone")))
}
