//! `#[derive(Key)]`: type → fields → stored form → implementation.
//!
//! The stored form is a type of its own with the same shape, a struct or enum as the user's, whose fields have the stored forms of the
//! user's fields. It lives in a `const _`, so its name clashes with nothing.

mod expansion;
mod fields;
mod input;

use crate::diagnostics::{Diagnostics, beside};
use fields::Shape;
use input::Input;
use proc_macro2::TokenStream;
use syn::{Path, Result};

/// Expands the derive. The item itself is not part of what a derive gives back, so an error stands alone.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2::<Input>(item)
        .and_then(|input| {
            let mut diagnostics = Diagnostics::default();
            let facade = facade(&input, &mut diagnostics);
            let shape = Shape::of(&input, &mut diagnostics);
            diagnostics.finish()?;
            Ok(expansion::expand(&input, &shape, facade))
        })
        .unwrap_or_else(|error| beside(&error, &TokenStream::new()))
}

/// `#[key(crate = path)]` on the type.
fn facade(input: &Input, diagnostics: &mut Diagnostics) -> Option<Path> {
    let mut facade = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("key")) {
        let parsed: Result<()> = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                facade = Some(meta.value()?.call(Path::parse_mod_style)?);
                Ok(())
            } else if meta.path.is_ident("skip") {
                Err(meta.error("`skip` goes on the field that is to be left out of the key"))
            } else {
                Err(meta.error("expected `crate = path`, the path of memokit"))
            }
        });
        diagnostics.ok(parsed);
    }
    facade
}
