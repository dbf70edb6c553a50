//! All stages for one function: options → model → checks → expansion.

use super::checks;
use super::expansion::{self, Expansion};
use super::item::Function;
use super::model::{Context, Model};
use super::options;
use crate::diagnostics::Diagnostics;
use proc_macro2::TokenStream;
use syn::Result;

/// Expands a function. `context` is known if the `impl` block around it has the attribute too.
pub(super) fn expand(attr: TokenStream, function: Function, context: Option<Context>) -> Result<Expansion> {
    let (options, given) = options::read(attr)?;
    let model = Model::new(function, options, context);
    let mut diagnostics = Diagnostics::default();
    checks::function(&model, &mut diagnostics);
    given.check(&model, &mut diagnostics);
    diagnostics.finish()?;
    Ok(expansion::expand(&model))
}
