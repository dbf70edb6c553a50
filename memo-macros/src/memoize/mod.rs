//! `#[memoize]`: vocabulary → item → model → checks → expansion. When a stage finds mistakes, they come out beside the item as the
//! user wrote it, so that one mistake gives one error and the body's own errors stay visible.

mod block;
mod checks;
mod expansion;
mod item;
mod model;
mod scan;
mod units;
mod values;
mod vocabulary;

use crate::diagnostics::{Diagnostics, beside};
use expansion::Expansion;
use item::{Function, Item};
use model::{Model, Place};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;
use vocabulary::Words;

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
    let words = phase(|diagnostics| Words::read(attr, diagnostics))?;
    let model = phase(|diagnostics| {
        checks::words(&words, diagnostics);
        Model::new(function, words, place)
    })?;
    phase(|diagnostics| checks::function(&model, diagnostics))?;
    Ok(expansion::expand(&model))
}

/// All mistakes of one phase, or what it gives: a later phase would only misunderstand what an earlier one could not read.
fn phase<T>(work: impl FnOnce(&mut Diagnostics) -> T) -> Result<T> {
    let mut diagnostics = Diagnostics::default();
    let done = work(&mut diagnostics);
    diagnostics.finish().map(|()| done)
}
