//! Functions that cannot be memoized, whatever the options say. Every message says what to do
//! instead. What an option requires of the function is checked by a rule in its own declaration.

use super::item::{Function, is_memoize};
use super::model::{Context, Model, takes_mut_self};
use super::options::parsed::Handle;
use super::scan::{self, Borrow};
use super::surroundings::{self, Found, Surroundings};
use crate::diagnostics::Diagnostics;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Error, Meta, Result, Type, Visibility};

/// A second `#[memoize]` below the one that is expanded.
pub(crate) fn attribute_twice(function: &Function) -> Result<()> {
    match function.attrs.iter().find(|attr| is_memoize(attr)) {
        Some(second) => {
            Err(Error::new_spanned(second, "#[memoize] is on this function twice: keep one, with the options of both"))
        }
        None => Ok(()),
    }
}

/// Checks the function against the block around it, where that is known. Without the errors here
/// the compiler would reject each operation.
pub(crate) fn surroundings(model: &Model) -> Result<()> {
    if model.options.without_handle() {
        return Ok(());
    }
    let is_free = matches!(model.context, Context::Free);
    // A method of a trait has no visibility of its own.
    let may_be_of_a_trait = !is_free && matches!(model.vis(), Visibility::Inherited);
    if !is_free && !may_be_of_a_trait {
        return Ok(());
    }
    let handle = match &model.options.handle {
        Some(Handle::Named(name)) => name,
        _ => model.name(),
    };
    let Some(Found { around, namesake }) = surroundings::of(model.name(), handle) else { return Ok(()) };
    if let (Some(keyword), true) = (namesake, is_free) {
        let message = format!(
            "the handle of this function is a type, and there is a `{keyword} {handle}` beside it: give the handle another name with `handle = Name`, or none with `handle = false`"
        );
        return Err(Error::new(handle.span(), message));
    }
    let message = match (around, is_free) {
        (Some(Surroundings::Impl | Surroundings::Trait), true) => {
            "a macro cannot see that this function is inside a block: write `#[memoize(assoc)]`, or put #[memoize] on the `impl` block, too"
        }
        (Some(Surroundings::TraitImpl), _) => {
            "an `impl` of a trait has no room for the operations of the cache: write `#[memoize(handle = false)]`, or put #[memoize] on the `impl` block, too, which puts them beside it"
        }
        _ => return Ok(()),
    };
    Err(Error::new(model.name().span(), message))
}

/// Checks the function against what a cache can do.
pub(crate) fn function(model: &Model, diagnostics: &mut Diagnostics) {
    qualifiers(model, diagnostics);
    attributes(model, diagnostics);
    receiver(model, diagnostics);
    arguments(model, diagnostics);
    result(model, diagnostics);
    handle(model, diagnostics);
}

fn qualifiers(model: &Model, diagnostics: &mut Diagnostics) {
    let sig = &model.function.sig;
    if let Some(constness) = &sig.constness {
        diagnostics.over(
            constness,
            "a `const fn` cannot be memoized, because there is no cache at compile time: remove `const`, or memoize a function that calls it",
        );
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.over(variadic, "a variadic function cannot be memoized: memoize one that takes a slice");
    }
}

/// Attributes that do not fit a function with a cache in front.
fn attributes(model: &Model, diagnostics: &mut Diagnostics) {
    for attr in &model.function.attrs {
        let path = attr.path();
        let Some(last) = path.segments.last() else { continue };
        let name = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::");
        if last.ident == "test" || path.is_ident("bench") {
            diagnostics.over(
                attr,
                format!("a test cannot be memoized, because a hit would skip it: remove #[memoize], or memoize a function that the test calls and leave #[{name}] on the test"),
            );
        } else if last.ident == "main" && model.is_async() {
            diagnostics.over(
                attr,
                format!(
                    "under #[memoize] this makes a blocking function of an async one: put #[{name}] above #[memoize]"
                ),
            );
        } else if path.is_ident("track_caller") && model.options.without_handle() && model.is_method() {
            diagnostics.over(
                attr,
                "without a handle the body of a method is in a closure, which #[track_caller] does not reach: remove it, or let the method have its operations (in an `impl` of a trait with #[memoize] on the block, too)",
            );
        } else if is_naked(attr) {
            diagnostics.over(
                attr,
                "a naked function cannot be memoized, because its body is all of it: memoize a function that calls it",
            );
        }
    }
}

/// `#[unsafe(naked)]`
fn is_naked(attr: &Attribute) -> bool {
    matches!(&attr.meta, Meta::List(list) if list.path.is_ident("unsafe") && list.tokens.to_string() == "naked")
}

fn receiver(model: &Model, diagnostics: &mut Diagnostics) {
    let Some(receiver) = &model.receiver else { return };
    let not_in_the_key = (model.options.key.is_some() || model.receiver_ignored) && model.options.field.is_none();
    if takes_mut_self(receiver) && !not_in_the_key {
        let way_out = match model.options.field {
            Some(_) => "take `&self`",
            None => "take `&self`, or say what the result depends on with `key = ..` or `ignore(self)`",
        };
        diagnostics.over(
            receiver,
            format!("a method with `&mut self` cannot be memoized, because a hit would skip its changes: {way_out}"),
        );
    }
}

fn arguments(model: &Model, diagnostics: &mut Diagnostics) {
    for argument in &model.arguments {
        if argument.ignored || model.options.key.is_some() {
            continue;
        }
        let mut mutable = None;
        scan::borrows(&argument.ty, &mut |borrow| {
            if let Borrow::Reference(reference) = borrow
                && reference.mutability.is_some()
            {
                mutable.get_or_insert(reference);
            }
        });
        if let Some(reference) = mutable {
            let name = match argument.pattern {
                None => argument.name.to_string(),
                Some(_) => "..".to_owned(),
            };
            diagnostics.over(
                reference,
                format!("a `&mut` argument cannot be part of a key, because a hit would skip the changes made through it: take it by value or by `&`, or leave it out with `ignore({name})`"),
            );
        }
    }
}

fn result(model: &Model, diagnostics: &mut Diagnostics) {
    let result = &model.result;
    if let Type::Never(never) = result {
        diagnostics.over(never, "a function that never returns has no result to cache: remove #[memoize]");
        return;
    }
    if scan::is_future(result) {
        if scan::has_lifetime(result, "async_trait") {
            // At the method's name: all else has the span of #[async_trait].
            diagnostics.at(
                model.name().span(),
                "#[async_trait] has already turned this method into one that returns a future: put #[memoize] above #[async_trait] on the `impl` block, and #[memoize] on the method (in a trait, call a memoized function of your own)",
            );
        } else {
            diagnostics.over(result, "the future would be cached and not its result: write `async fn`");
        }
        return;
    }
    let mut borrowed = None;
    scan::borrows(result, &mut |borrow| {
        let (lifetime, tokens) = match borrow {
            Borrow::Reference(reference) => (reference.lifetime.as_ref(), reference.to_token_stream()),
            Borrow::Lifetime(lifetime) => (Some(lifetime), lifetime.to_token_stream()),
        };
        if lifetime.is_none_or(|lifetime| lifetime.ident != "static") {
            borrowed.get_or_insert(tokens);
        }
    });
    if let Some(tokens) = borrowed {
        diagnostics.over(
            tokens,
            "a memoized function cannot return borrowed data, because the cache outlives the borrow: return an owned value, or `Arc<T>` to share it",
        );
    }
}

/// Types of the language; an enum with one of these names would shadow it.
const PRIMITIVES: &[&str] = &[
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f16", "f32", "f64", "f128",
];

fn handle(model: &Model, diagnostics: &mut Diagnostics) {
    if !matches!(model.context, Context::Free) || model.options.without_handle() {
        return;
    }
    let name = match &model.options.handle {
        Some(Handle::Named(name)) => name,
        _ => model.name(),
    };
    if PRIMITIVES.contains(&name.unraw().to_string().as_str()) {
        diagnostics.at(
            name.span(),
            format!("the handle of this function would shadow the type `{name}` in its module: give it another name with `handle = Name`, or none with `handle = false`"),
        );
    }
}
