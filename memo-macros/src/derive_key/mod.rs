//! `#[derive(Key)]`: type → fields → stored form → implementation.
//!
//! The stored form is a separate type with the shape of the user's type; its fields have the stored
//! forms of the user's fields. It is inside a `const _`, so its name cannot clash.

mod expansion;
mod fields;
mod input;

use crate::diagnostics::{Diagnostics, error_and_item};
use fields::Shape;
use input::TypeInput;
use proc_macro2::TokenStream;
use syn::{Path, Result};

/// Expands the derive. The output of a derive does not contain the item, so an error is all of it.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2::<TypeInput>(item)
        .and_then(|input| {
            let mut diagnostics = Diagnostics::default();
            let facade = facade(&input, &mut diagnostics);
            let shape = Shape::of(&input, &mut diagnostics);
            diagnostics.finish()?;
            Ok(expansion::expand(&input, &shape, facade))
        })
        .unwrap_or_else(|error| error_and_item(&error, &TokenStream::new()))
}

/// `#[key(crate = path)]` on the type.
fn facade(input: &TypeInput, diagnostics: &mut Diagnostics) -> Option<Path> {
    let mut facade = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("key")) {
        let parsed: Result<()> = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                facade = Some(meta.value()?.call(Path::parse_mod_style)?);
                Ok(())
            } else if meta.path.is_ident("skip") {
                Err(meta.error("`skip` goes on the field to leave out of the key"))
            } else {
                Err(meta.error("expected `crate = path`, the path of memokit"))
            }
        });
        diagnostics.ok(parsed);
    }
    facade
}
