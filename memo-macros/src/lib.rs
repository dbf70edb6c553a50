//! The attributes of `memokit`: what stands between the user's tokens and the ordinary generic code of `memo-core`.
//!
//! Each attribute is a short pipeline whose stages are files: words → model → checks → expansion, with the untouched item as the
//! fallback when a stage found a mistake. This crate depends on nothing of ours: it only writes down names of `memokit::__private`.

use proc_macro::TokenStream;

mod attributes;
mod cached_field;
mod derive_key;
mod diagnostics;
mod memoize;
mod options;

/// Remembers the results of a function.
///
/// See the documentation of `memokit` for the vocabulary of this attribute and for the handle that it puts beside the function.
#[proc_macro_attribute]
pub fn memoize(attr: TokenStream, item: TokenStream) -> TokenStream {
    memoize::expand(attr.into(), &item.into()).into()
}

/// Turns a getter into a lazily computed field.
///
/// See the documentation of `memokit` for the fields it may use and the words it knows.
#[proc_macro_attribute]
pub fn cached_field(attr: TokenStream, item: TokenStream) -> TokenStream {
    cached_field::expand(attr.into(), item.into()).into()
}

/// Makes a struct or an enum usable as (a part of) the key of a call, floats and borrowed fields included.
#[proc_macro_derive(Key, attributes(key))]
pub fn derive_key(item: TokenStream) -> TokenStream {
    derive_key::expand(item.into()).into()
}
