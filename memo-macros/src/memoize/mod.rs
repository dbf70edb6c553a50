//! `#[memoize]`: options → item → model → checks → expansion. When a stage finds mistakes, they come out beside the item as the
//! user wrote it, so that one mistake gives one error and the body's own errors stay visible.

mod block;
mod checks;
mod expansion;
mod item;
mod model;
mod options;
mod scan;

use crate::diagnostics::{Diagnostics, beside};
use expansion::Expansion;
use item::{Function, Item};
use model::{Model, Place};
use options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

/// Expands the attribute on a function or an impl block.
pub(crate) fn expand(attr: TokenStream, item: &TokenStream) -> TokenStream {
    let expanded = syn::parse2::<Item>(item.clone()).and_then(|item| match item {
        Item::Block(block) => block::expand(attr, &block),
        Item::Function(function) => {
            self::function(attr, *function, None).map(|Expansion { function, beside }| quote!(#function #beside))
        }
    });
    expanded.unwrap_or_else(|error| beside(&error, item))
}

/// All stages for one function.
fn function(attr: TokenStream, function: Function, place: Option<Place>) -> Result<Expansion> {
    let (options, given) = Options::read(attr)?;
    let model = Model::new(function, options, place);
    let mut diagnostics = Diagnostics::default();
    checks::function(&model, &mut diagnostics);
    given.check(&model, &mut diagnostics);
    diagnostics.finish()?;
    Ok(expansion::expand(&model))
}
