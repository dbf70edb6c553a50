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
use syn::{Error, Expr, ExprGroup, ExprLit, ExprParen, ExprReference, Lit, LitStr, Result};

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
                    check_constant(model, diagnostics);
                }),
            ],
        },
        MemoizeOption {
            name: "ignore",
            usage: "`ignore(log, verbose)`",
            doc: "Leaves these arguments out of the key, and type parameters that only they have; `ignore(self)` leaves \
                  out the receiver.",
            read: |options, input| {
                options.ignore = input.list("the names of arguments", ignored_name)?;
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

fn ignored_name(input: ParseStream<'_>) -> Result<Ident> {
    if input.peek(LitStr) {
        let name: LitStr = input.parse()?;
        let message = format!("an argument is named without quotes: `ignore({})`", name.value());
        return Err(Error::new(name.span(), message));
    }
    input.call(Ident::parse_any)
}

/// Refuses a text as the key of a function with arguments: it would answer all of them alike.
/// Elsewhere the type of the key, or a format, is written so.
fn check_constant(model: &Model, diagnostics: &mut Diagnostics) {
    let Some(key) = &model.options.key else { return };
    let text = match ungrouped(key) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if !model.arguments.is_empty() => text.value(),
        _ => return,
    };
    let all = if model.arguments.len() == 1 {
        "leave `key` out, for the argument is the key"
    } else {
        "leave `key` out, for the arguments are the key"
    };
    let what = if text.contains('{') {
        format!("write `key = format!({text:?})`")
    } else {
        String::from("name what the result depends on, as in `key = (user.id, page)`")
    };
    diagnostics.over(
        key,
        format!(
            "this text would be the key of every call, so all would have one result: {all}; or {what}; one result for \
             all calls is `key = ()`"
        ),
    );
}

/// An expression without parentheses and `&` around it.
fn ungrouped(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Paren(ExprParen { expr, .. })
            | Expr::Group(ExprGroup { expr, .. })
            | Expr::Reference(ExprReference { expr, .. }) => expr,
            _ => return expr,
        };
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
