//! Arguments under `#[cfg]`. A macro cannot know whether the condition holds, so the function is
//! expanded with the argument and without it, each under its condition.

use super::item::Function;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, FnArg, GenericParam, Meta, Pat, Result, Token, parse_quote};

/// How many arguments may be conditional: the function is expanded 2 to this power times.
const MOST: usize = 4;

/// A function with one condition decided.
pub(super) struct Alternative {
    /// The function, with the decision as an attribute `cfg`.
    pub(super) function: Function,
    /// The name of the argument that it was left without.
    pub(super) absent: Option<Ident>,
}

/// An attribute that removes an argument or a generic parameter.
struct Condition<'f> {
    /// The position of what it is on: arguments first, then generic parameters.
    on: usize,
    /// Its position among the attributes there.
    position: usize,
    attr: &'f Attribute,
    predicate: TokenStream,
}

/// Decides the first condition on an argument or a generic parameter both ways: with it, and
/// without it. `None` if there is no condition.
pub(super) fn split(function: &Function) -> Result<Option<[Alternative; 2]>> {
    let sig = &function.sig;
    let conditions = conditions(function);
    if let Some(Condition { attr, .. }) = conditions.get(MOST) {
        let message = format!(
            "at most {MOST} arguments of a memoized function can be under #[cfg], because each combination is expanded: \
             put #[cfg] on the function and write it twice"
        );
        return Err(Error::new_spanned(attr, message));
    }
    let Some(Condition { on, position, predicate, .. }) = conditions.into_iter().next() else { return Ok(None) };
    let (mut with, mut without) = (function.clone(), function.clone());
    with.attrs.push(parse_quote!(#[cfg(#predicate)]));
    without.attrs.push(parse_quote!(#[cfg(not(#predicate))]));
    let mut absent = None;
    match on.checked_sub(sig.inputs.len()) {
        None => {
            remove_attribute(with.sig.inputs.iter_mut().nth(on), position, |input| match input {
                FnArg::Receiver(receiver) => &mut receiver.attrs,
                FnArg::Typed(typed) => &mut typed.attrs,
            });
            if let Some(FnArg::Typed(typed)) = sig.inputs.iter().nth(on)
                && let Pat::Ident(name) = &*typed.pat
            {
                absent = Some(name.ident.clone());
            }
            without.sig.inputs = all_but(&sig.inputs, on);
        }
        Some(on) => {
            remove_attribute(with.sig.generics.params.iter_mut().nth(on), position, |param| match param {
                GenericParam::Lifetime(param) => &mut param.attrs,
                GenericParam::Type(param) => &mut param.attrs,
                GenericParam::Const(param) => &mut param.attrs,
            });
            without.sig.generics.params = all_but(&sig.generics.params, on);
        }
    }
    Ok(Some([Alternative { function: with, absent: None }, Alternative { function: without, absent }]))
}

fn conditions(function: &Function) -> Vec<Condition<'_>> {
    let inputs = function.sig.inputs.iter().map(|input| match input {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(typed) => &typed.attrs,
    });
    let params = function.sig.generics.params.iter().map(|param| match param {
        GenericParam::Lifetime(param) => &param.attrs,
        GenericParam::Type(param) => &param.attrs,
        GenericParam::Const(param) => &param.attrs,
    });
    let lists = inputs.chain(params).enumerate();
    let all = lists.flat_map(|(on, attrs)| {
        attrs.iter().enumerate().filter_map(move |(position, attr)| {
            predicate(&attr.meta).map(|predicate| Condition { on, position, attr, predicate })
        })
    });
    all.collect()
}

/// The predicate of `cfg(p)`, or of `cfg_attr(q, cfg(p))`, which is `cfg(any(not(q), p))`.
fn predicate(meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    if list.path.is_ident("cfg") {
        return Some(list.tokens.clone());
    }
    let metas = list.path.is_ident("cfg_attr").then(|| {
        let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        metas.ok().map(|metas| metas.into_iter().collect::<Vec<_>>())
    })??;
    match metas.as_slice() {
        [on, inner] => predicate(inner).map(|inner| quote!(any(not(#on), #inner))),
        _ => None,
    }
}

fn remove_attribute<T>(item: Option<&mut T>, position: usize, attributes: fn(&mut T) -> &mut Vec<Attribute>) {
    if let Some(item) = item {
        attributes(item).remove(position);
    }
}

fn all_but<T: Clone, P: Clone + Default>(list: &Punctuated<T, P>, left_out: usize) -> Punctuated<T, P> {
    list.iter().enumerate().filter(|(on, _)| *on != left_out).map(|(_, item)| item.clone()).collect()
}
