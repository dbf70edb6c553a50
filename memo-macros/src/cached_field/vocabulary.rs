//! The words of `#[cached_field(..)]` as facts.

use crate::diagnostics::Diagnostics;
use crate::words;
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, LitBool, Member, Path, Result, Token, parenthesized};

/// Every word, in the order in which an error lists them.
const VOCABULARY: &[&str] = &["field", "deps", "stats", "handle", "crate"];

/// What the user said.
#[derive(Default)]
pub(crate) struct Words {
    /// The field, where it has another name than the getter.
    pub(crate) field: Option<Member>,
    /// The fields that the value depends on, each perhaps inside of others: `w`, `size.w`.
    pub(crate) deps: Vec<Dependency>,
    /// Where `deps` stands.
    pub(crate) deps_word: Option<Span>,
    /// Hits are counted too.
    pub(crate) stats: Option<Span>,
    /// Nothing is put beside the getter.
    pub(crate) without_handle: bool,
    pub(crate) facade: Option<Path>,
}

/// A field that the value depends on.
pub(crate) type Dependency = Punctuated<Member, Token![.]>;

impl Words {
    /// Reads the attribute's tokens; mistakes go to `diagnostics`.
    pub(crate) fn read(attr: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut words = Self::default();
        words::read(attr, VOCABULARY, diagnostics, |word, input| words.take(word, input));
        words
    }

    fn take(&mut self, word: &Ident, input: ParseStream<'_>) -> Result<()> {
        match word.to_string().as_str() {
            "field" => self.field = Some(words::value(word, input, "field = name", field)?),
            "deps" => {
                self.deps_word = Some(word.span());
                self.deps = deps(word, input)?;
            }
            "stats" => {
                words::alone(word, input)?;
                self.stats = Some(word.span());
            }
            "handle" => self.without_handle = words::value(word, input, "handle = false", no_handle)?,
            "crate" => {
                self.facade = Some(words::value(word, input, "crate = path::to::memokit", Path::parse_mod_style)?);
            }
            other => unreachable!("`{other}` is in the vocabulary and not read"),
        }
        Ok(())
    }
}

fn field(input: ParseStream<'_>) -> Result<Member> {
    if input.peek(Token![self]) {
        return Err(input.error("name the field alone, without `self`"));
    }
    input.parse()
}

fn deps(word: &Ident, input: ParseStream<'_>) -> Result<Vec<Dependency>> {
    const EXAMPLE: &str = "`deps` needs the fields that the value depends on: `deps(width, height)`";
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(word.span(), EXAMPLE));
    }
    let list;
    parenthesized!(list in input);
    if list.is_empty() {
        return Err(Error::new(word.span(), EXAMPLE));
    }
    let deps = list.parse_terminated(dependency, Token![,])?;
    Ok(deps.into_iter().collect())
}

fn dependency(input: ParseStream<'_>) -> Result<Dependency> {
    if input.peek(Token![self]) {
        return Err(input.error("name the fields alone, without `self`"));
    }
    Dependency::parse_separated_nonempty_with(input, Member::parse)
}

fn no_handle(input: ParseStream<'_>) -> Result<bool> {
    if input.peek(LitBool) {
        return Ok(!input.parse::<LitBool>()?.value);
    }
    let what = input.call(Ident::parse_any)?;
    Err(Error::new(what.span(), "what stands beside a getter is named after it; only `handle = false` can be said"))
}
