//! What follows the name of an option.

use proc_macro2::{Ident, TokenTree};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Result, Token, parenthesized};

/// The tokens after the name of an option, to be read in the form that the option has.
pub(crate) struct OptionInput<'i> {
    pub(crate) name: &'i Ident,
    usage: &'static str,
    input: ParseStream<'i>,
}

impl<'i> OptionInput<'i> {
    pub(super) fn new(name: &'i Ident, usage: &'static str, input: ParseStream<'i>) -> Self {
        Self { name, usage, input }
    }

    /// The `= value` of an option, read by `parse`.
    pub(crate) fn value<T>(&self, parse: impl FnOnce(ParseStream<'i>) -> Result<T>) -> Result<T> {
        if !self.input.peek(Token![=]) {
            return Err(self.needs("a value"));
        }
        self.input.parse::<Token![=]>()?;
        if self.is_alone() {
            return Err(self.needs("a value"));
        }
        parse(self.input)
    }

    /// An option without a value.
    pub(crate) fn flag(&self) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        let name = self.name;
        Err(Error::new(self.input.span(), format!("`{name}` takes no value: write `{name}` alone")))
    }

    /// The `(a, b)` of an option, at least one item. An error calls the items `what`.
    pub(crate) fn list<T>(&self, what: &str, parse: fn(ParseStream<'_>) -> Result<T>) -> Result<Vec<T>> {
        if !self.input.peek(syn::token::Paren) {
            return Err(self.needs(what));
        }
        let list;
        parenthesized!(list in self.input);
        if list.is_empty() {
            return Err(self.needs(what));
        }
        Ok(Punctuated::<T, Token![,]>::parse_terminated_with(&list, parse)?.into_iter().collect())
    }

    /// Whether nothing follows the name.
    pub(crate) fn is_alone(&self) -> bool {
        self.input.is_empty() || self.input.peek(Token![,])
    }

    fn needs(&self, what: &str) -> Error {
        let Self { name, usage, .. } = self;
        Error::new(name.span(), format!("`{name}` needs {what}: {usage}"))
    }
}

/// Skips the value of an option that is not read: an expression if it parses as one (closures hold
/// commas), else up to a comma.
pub(super) fn skip_value(input: ParseStream<'_>) {
    if input.parse::<Token![=]>().is_ok() && input.fork().parse::<Expr>().is_ok() {
        let _ = input.parse::<Expr>();
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}
