//! `#[cached_field]`: vocabulary → getter → checks → expansion. When a stage finds mistakes, they come out beside the getter as the user
//! wrote it.

mod checks;
mod expansion;
mod form;
mod getter;
mod vocabulary;

use crate::diagnostics::{Diagnostics, beside};
use getter::Getter;
use proc_macro2::TokenStream;
use syn::Result;
use vocabulary::Words;

/// Expands the attribute on a getter.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let untouched = item.clone();
    match syn::parse2::<Getter>(item) {
        Ok(getter) => expand_getter(attr, &getter)
            .unwrap_or_else(|error| beside(&error, &expansion::fallback(&getter).unwrap_or(untouched))),
        Err(error) => beside(&error, &untouched),
    }
}

fn expand_getter(attr: TokenStream, getter: &Getter) -> Result<TokenStream> {
    let mut diagnostics = Diagnostics::default();
    let words = Words::read(attr, &mut diagnostics);
    let form = checks::getter(getter, &words, &mut diagnostics);
    diagnostics.finish()?;
    Ok(form.map(|form| expansion::expand(getter, &words, &form)).unwrap_or_default())
}
