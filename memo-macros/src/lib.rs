//! The macros of `memokit`. They turn the user's tokens into calls of ordinary generic code in
//! `memo-core`.
//!
//! Each macro is a short pipeline, and its stages are files: options → model → checks → expansion.
//! If a stage finds mistakes, the output is their errors and the unchanged item. The expansions
//! only use names of `memokit::__private`.

use proc_macro::TokenStream;

mod attributes;
mod cached_field;
mod derive_key;
mod diagnostics;
mod memoize;
mod options;

#[doc = include_str!("docs/memoize.md")]
#[proc_macro_attribute]
pub fn memoize(attr: TokenStream, item: TokenStream) -> TokenStream {
    memoize::expand(attr.into(), &item.into()).into()
}

#[doc = include_str!("docs/cached_field.md")]
#[proc_macro_attribute]
pub fn cached_field(attr: TokenStream, item: TokenStream) -> TokenStream {
    cached_field::expand(attr.into(), item.into()).into()
}

#[doc = include_str!("docs/key.md")]
#[proc_macro_derive(Key, attributes(key))]
pub fn derive_key(item: TokenStream) -> TokenStream {
    derive_key::expand(item.into()).into()
}
