//! All stages for one function: options → model → checks → expansion.

use super::checks;
use super::conditional::{self, Alternative};
use super::expansion::{self, Expansion};
use super::item::Function;
use super::model::{Context, Model};
use super::options;
use crate::diagnostics::Diagnostics;
use proc_macro2::{Ident, TokenStream};
use syn::Result;

/// What is known about the surroundings of a function.
#[derive(Clone, Copy)]
struct Around {
    context: Option<Context>,
    /// The `impl` block has the attribute too.
    in_memoized_block: bool,
}

/// Expands a function. `context` is known if the `impl` block around it has the attribute too.
pub(super) fn expand(attr: TokenStream, function: Function, context: Option<Context>) -> Result<Expansion> {
    checks::attribute_twice(&function)?;
    // A receiver under a condition is a receiver: without it the function is still in an `impl`.
    let inferred = function.sig.receiver().map(|_| Context::Associated);
    let around = Around { context: context.or(inferred), in_memoized_block: context.is_some() };
    expand_alternatives(attr, function, around, &[])
}

/// Expands a function for each combination of the conditions on its arguments. `absent` names the
/// arguments that it was left without.
fn expand_alternatives(attr: TokenStream, function: Function, around: Around, absent: &[Ident]) -> Result<Expansion> {
    let Some(alternatives) = conditional::split(&function)? else {
        return expand_one(attr, function, around, absent);
    };
    let mut all = Expansion { function: TokenStream::new(), beside: TokenStream::new() };
    for Alternative { function, absent: left_out } in alternatives {
        let absent: Vec<Ident> = absent.iter().cloned().chain(left_out).collect();
        let Expansion { function, beside } = expand_alternatives(attr.clone(), function, around, &absent)?;
        all.function.extend(function);
        all.beside.extend(beside);
    }
    Ok(all)
}

fn expand_one(attr: TokenStream, function: Function, around: Around, absent: &[Ident]) -> Result<Expansion> {
    let (mut options, given) = options::read(attr)?;
    options.ignore.retain(|name| !absent.contains(name));
    let model = Model::new(function, options, around.context);
    let mut diagnostics = Diagnostics::default();
    checks::function(&model, &mut diagnostics);
    given.check(&model, &mut diagnostics);
    diagnostics.finish()?;
    if !around.in_memoized_block {
        checks::surroundings(&model)?;
    }
    Ok(expansion::expand(&model))
}
