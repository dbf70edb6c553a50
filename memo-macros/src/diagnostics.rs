//! Collects the errors of one phase, so that three mistakes give three messages at once and not one
//! after the other.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::fmt::Display;
use syn::{Error, Result};

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Diagnostics {
    found: Option<Error>,
}

impl Diagnostics {
    /// Reports a mistake at a span.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.add(Error::new(span, message));
    }

    /// Reports a mistake that covers all of these tokens.
    pub(crate) fn over(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(Error::new_spanned(tokens, message));
    }

    /// Reports an error that was made elsewhere.
    pub(crate) fn add(&mut self, error: Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    /// Returns the value; collects an error and returns `None`.
    pub(crate) fn ok<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Ends a phase: `Err` with all errors, if there are any.
    pub(crate) fn finish(self) -> Result<()> {
        self.found.map_or(Ok(()), Err)
    }
}

/// The error, and the item as the user wrote it: other code can still use it, so one mistake gives
/// one message.
pub(crate) fn error_and_item(error: &Error, item: &TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    quote::quote!(#error #item)
}

/// The same tokens, located at this span.
pub(crate) fn located_at(span: Span, tokens: TokenStream) -> TokenStream {
    let locate = |mut token: TokenTree| {
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.into_iter().map(locate).collect()
}

/// Returns the known name nearest to a misspelt one, if any is near.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, near) = known.iter().map(|known| (edits(name, known), *known)).min()?;
    let length = name.chars().count().max(near.chars().count());
    // Half of the letters may be wrong, but a short name must have a letter in common with the
    // known one: `x` is not a misspelt `in`.
    (distance * 2 <= length && distance < length).then_some(near)
}

/// Optimal string alignment distance: how many letters to insert, remove, replace, or swap with
/// their neighbour.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["lru", "lfu", "ttl", "max", "max_weight", "in", "ignore"];

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        assert_eq!(nearest("tttl", NAMES), Some("ttl"));
        assert_eq!(nearest("max_wieght", NAMES), Some("max_weight"));
        assert_eq!(nearest("ingore", NAMES), Some("ignore"));
        assert_eq!(nearest("LRU", NAMES), None);
    }

    #[test]
    fn a_name_that_resembles_nothing_has_no_neighbour() {
        assert_eq!(nearest("x", NAMES), None);
        assert_eq!(nearest("namespace", NAMES), None);
    }

    #[test]
    fn all_mistakes_are_reported() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.at(Span::call_site(), "one");
        diagnostics.over(quote::quote!(a b), "two");
        let found: Vec<String> = diagnostics.finish().unwrap_err().into_iter().map(|error| error.to_string()).collect();
        assert_eq!(found, ["one", "two"]);
    }
}
