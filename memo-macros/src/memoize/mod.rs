//! `#[memoize]`: options → item → model → checks → expansion.
//!
//! If a stage finds mistakes, the output is their errors and the item as the user wrote it, so that
//! one mistake gives one error and the errors of the body itself stay visible.

mod block;
mod checks;
mod expansion;
mod item;
mod model;
mod options;
mod scan;

use crate::diagnostics::{Diagnostics, error_and_item};
use expansion::Expansion;
use item::{Function, MemoizeItem};
use model::{Context, Model};
use options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

/// Expands the attribute on a function or an impl block.
pub(crate) fn expand(attr: TokenStream, item: &TokenStream) -> TokenStream {
    let expanded = syn::parse2::<MemoizeItem>(item.clone()).and_then(|item| match item {
        MemoizeItem::ImplBlock(block) => block::expand(attr, &block),
        MemoizeItem::Function(function) => {
            self::function(attr, *function, None).map(|Expansion { function, beside }| quote!(#function #beside))
        }
    });
    expanded.unwrap_or_else(|error| error_and_item(&error, item))
}

/// All stages for one function. `context` is known if the `impl` block around it has the attribute.
fn function(attr: TokenStream, function: Function, context: Option<Context>) -> Result<Expansion> {
    let (options, given) = Options::read(attr)?;
    let model = Model::new(function, options, context);
    let mut diagnostics = Diagnostics::default();
    checks::function(&model, &mut diagnostics);
    given.check(&model, &mut diagnostics);
    diagnostics.finish()?;
    Ok(expansion::expand(&model))
}
