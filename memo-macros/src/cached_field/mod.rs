//! `#[cached_field]`: options → getter → checks → expansion. If a stage finds mistakes, the output
//! is their errors and the getter as the user wrote it.

mod checks;
mod expansion;
mod form;
mod getter;
mod options;

use crate::diagnostics::{Diagnostics, error_and_item};
use getter::Getter;
use options::GetterOptions;
use proc_macro2::TokenStream;
use syn::Result;

/// Expands the attribute on a getter.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let untouched = item.clone();
    match syn::parse2::<Getter>(item) {
        Ok(getter) => expand_getter(attr, &getter)
            .unwrap_or_else(|error| error_and_item(&error, &expansion::fallback(&getter).unwrap_or(untouched))),
        Err(error) => error_and_item(&error, &untouched),
    }
}

fn expand_getter(attr: TokenStream, getter: &Getter) -> Result<TokenStream> {
    let (options, given) = GetterOptions::read(attr)?;
    let mut diagnostics = Diagnostics::default();
    let form = checks::getter(getter, &mut diagnostics);
    if let Some(form) = &form {
        given.check(form, &mut diagnostics);
    }
    diagnostics.finish()?;
    Ok(form.map(|form| expansion::expand(getter, &options, &form)).unwrap_or_default())
}
