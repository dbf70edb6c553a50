//! Where the entries are stored.

use super::spec::{MemoizeFacet, MemoizeOption, MemoizeRule};
use crate::diagnostics::Diagnostics;
use crate::memoize::model::Model;
use crate::memoize::scan;
use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Lit, Result, Type};

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "storage",
    options: &[
        MemoizeOption {
            name: "local",
            usage: "`local`",
            doc: "One cache per thread; arguments and results need not be `Send`.",
            read: |options, input| {
                input.flag()?;
                options.local = true;
                Ok(())
            },
            rules: &[MemoizeRule::Excludes(
                &["in"],
                "a cache in a field belongs to its instance, whichever thread calls; drop `local`",
            )],
        },
        MemoizeOption {
            name: "in",
            usage: "`in = self.field`",
            doc: "One cache per instance, in this field: a `memokit::Memo<(Args..,), R>` (`(A,)` for one argument; `R` is the \
                  return type). Each method needs a field of its own. `self` is then not part of the key.",
            read: |options, input| {
                options.field = Some(input.value(Expr::parse)?);
                Ok(())
            },
            rules: &[
                MemoizeRule::Excludes(
                    &["name"],
                    "a cache in a field is not listed in reports, so it has no name; drop `name`",
                ),
                MemoizeRule::Excludes(&["typed"], "the field's type already fixes the types of the keys; drop `typed`"),
                MemoizeRule::Excludes(
                    &["assoc"],
                    "a cache in a field needs an instance, and `assoc` says there is none; drop one of them",
                ),
                MemoizeRule::Fits(check_field),
            ],
        },
        MemoizeOption {
            name: "hasher",
            usage: "`hasher = RandomState`",
            doc: "Another `BuildHasher + Default`, such as `std::hash::RandomState` for keys that an attacker may choose.",
            read: |options, input| {
                options.hasher = Some(input.value(hasher)?);
                Ok(())
            },
            rules: &[],
        },
    ],
};

fn hasher(input: ParseStream<'_>) -> Result<Type> {
    if input.peek(Lit) {
        let message =
            "the hasher is a type, a `BuildHasher + Default`: `hasher = RandomState` is SipHash with random keys";
        return Err(Error::new(input.span(), message));
    }
    input.parse()
}

fn check_field(model: &Model, span: Span, diagnostics: &mut Diagnostics) {
    if model.receiver.is_none() {
        let message =
            format!("`in` names a field of `self`, and `{}` has no `self`: add `&self` or drop `in`", model.name());
        diagnostics.at(span, message);
    }
    if model.receiver.is_some()
        && let Some(field) = &model.options.field
        && field.to_token_stream().into_iter().next().is_none_or(|first| first.to_string() != "self")
    {
        diagnostics.over(field, "`in` names the field that holds the cache: `in = self.field`");
    }
    if model.is_opaque() {
        diagnostics.over(
            &model.result,
            "the field's type `Memo<(Args..), R>` must name the result: write the return type out instead of `impl ..`",
        );
    }
    let mut own = model.type_params();
    own.extend(model.const_params());
    if scan::mentions(model.result.to_token_stream(), &own) {
        diagnostics.over(
            &model.result,
            "the field's type `Memo<(Args..), R>` holds results of one type, and this one depends on a parameter of the method: drop `in`",
        );
    }
    let generic = model.arguments.iter().find(|argument| !argument.ignored && model.is_generic(argument));
    if let (Some(argument), None) = (generic, &model.options.key) {
        diagnostics.over(
            &argument.ty,
            "the field's type `Memo<(Args..), R>` holds one type of key: give a concrete one with `key = ..`, or drop `in`",
        );
    }
}
