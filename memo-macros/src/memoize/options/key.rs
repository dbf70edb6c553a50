//! What the key of a call is made of.

use super::spec::{MemoizeFacet, MemoizeOption, MemoizeRule};
use super::values;
use crate::diagnostics::{Diagnostics, nearest};
use crate::memoize::model::Model;
use crate::memoize::scan;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Expr, Result};

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "key",
    options: &[
        MemoizeOption {
            name: "key",
            usage: "`key = user.id`",
            doc: "The key: an expression over the arguments, which may borrow from them; several values are a tuple.",
            read: |options, input| {
                options.key = Some(input.value(key)?);
                Ok(())
            },
            rules: &[
                MemoizeRule::Excludes(
                    &["ignore"],
                    "`key` alone says what is compared; leave the ignored arguments out of its expression",
                ),
                MemoizeRule::Fits(|model, _, diagnostics| {
                    check_variables(model.options.key.as_ref(), model, diagnostics);
                }),
            ],
        },
        MemoizeOption {
            name: "ignore",
            usage: "`ignore(log, verbose)`",
            doc: "Leaves these arguments out of the key; `ignore(self)` leaves out the receiver.",
            read: |options, input| {
                options.ignore = input.list("the names of arguments", Ident::parse_any)?;
                Ok(())
            },
            rules: &[MemoizeRule::Fits(|model, _, diagnostics| check_ignored(model, diagnostics))],
        },
        MemoizeOption {
            name: "typed",
            usage: "`typed` or `typed = false`",
            doc: "`typed`, with `key`: calls with different type arguments have different entries. `typed = false`, \
                  without `key`: equal numbers and equal text of different types share an entry, as in Python.",
            read: |options, input| {
                options.typed = Some(input.is_alone() || input.value(values::boolean)?);
                Ok(())
            },
            rules: &[],
        },
    ],
};

fn key(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    match expr {
        Expr::Closure(_) => {
            Err(Error::new_spanned(&expr, "`key` is an expression over the arguments, not a closure: `key = user.id`"))
        }
        _ => Ok(expr),
    }
}

fn check_ignored(model: &Model, diagnostics: &mut Diagnostics) {
    let named = model.arguments.iter().filter(|argument| argument.pattern.is_none());
    let mut known: Vec<String> = named.map(|argument| argument.name.to_string()).collect();
    known.extend(model.receiver.is_some().then(|| "self".to_owned()));
    let ignored = &model.options.ignore;
    for (position, name) in ignored.iter().enumerate() {
        let text = name.to_string();
        if ignored[..position].contains(name) {
            diagnostics.at(name.span(), format!("`{text}` is ignored twice; name it once"));
        } else if model.arguments.iter().any(|argument| argument.inner_names.contains(name)) {
            diagnostics.at(name.span(), inside_a_pattern(name));
        } else if !known.contains(&text) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = match nearest(&text, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its arguments are: {}", known.join(", ")),
            };
            diagnostics.at(name.span(), format!("`{}` has no argument `{text}`; {hint}", model.name()));
        }
    }
}

/// Checks that an expression over the arguments uses no name that is bound inside a pattern: only
/// the body sees those.
pub(super) fn check_variables(expr: Option<&Expr>, model: &Model, diagnostics: &mut Diagnostics) {
    let inner: Vec<Ident> = model.arguments.iter().flat_map(|argument| argument.inner_names.iter().cloned()).collect();
    if let Some(expr) = expr
        && let Some(name) = scan::variable(expr.to_token_stream(), &inner)
    {
        diagnostics.at(name.span(), inside_a_pattern(&name));
    }
}

fn inside_a_pattern(name: &Ident) -> String {
    format!("`{name}` exists only inside the body: give the whole argument a name and take it apart there with `let`")
}
