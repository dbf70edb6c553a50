//! `#[memoize]`: options → item → model → checks → expansion.
//!
//! If a stage finds mistakes, the output is their errors and the item as the user wrote it, so that
//! one mistake gives one error and the errors of the body itself stay visible.

mod block;
mod checks;
mod conditional;
mod expansion;
mod function;
mod item;
mod model;
mod options;
mod scan;
mod surroundings;

use crate::diagnostics::error_and_item;
use expansion::Expansion;
use item::MemoizeItem;
use proc_macro2::TokenStream;
use quote::quote;

/// Expands the attribute on a function or an `impl` block.
pub(crate) fn expand(attr: TokenStream, item: &TokenStream) -> TokenStream {
    let expanded = syn::parse2::<MemoizeItem>(item.clone()).and_then(|item| match item {
        MemoizeItem::ImplBlock(block) => block::expand(attr, &block),
        MemoizeItem::Function(function) => {
            function::expand(attr, *function, None).map(|Expansion { function, beside }| quote!(#function #beside))
        }
    });
    expanded.unwrap_or_else(|error| error_and_item(&error, item))
}

#[cfg(test)]
mod tests;
