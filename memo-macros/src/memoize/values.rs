//! What may stand behind the words: each kind of value with the mistakes that people make in it.

use super::units;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::time::Duration;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Lit, LitBool, LitStr, Result, Token, parenthesized};

/// How long something lasts.
pub(crate) enum Time {
    /// A literal such as `"1h30m"`.
    Fixed(Duration),
    /// An expression of type `Duration`.
    Computed(Expr),
}

/// The time to live.
pub(crate) enum Ttl {
    /// The same for every entry.
    Same(Time),
    /// What this closure says of each.
    PerEntry(Expr),
}

/// How much may be kept.
pub(crate) enum Size {
    /// A literal such as `"64MB"`.
    Bytes(u64),
    /// An expression of type `u64`.
    Computed(Expr),
}

/// Whether and how long callers wait for a run that is under way.
pub(crate) enum SingleFlight {
    /// `single_flight = true`: the default, said aloud.
    On,
    /// Everybody computes.
    Off,
    /// Wait this long at most.
    Within(Time),
}

/// What operations the function has beside it.
pub(crate) enum Handle {
    /// Under this name (a method: with this prefix).
    Named(Ident),
    /// None.
    Off,
}

/// A bound in entries: anything but a text or a fraction, which people write for `max_weight` and `ttl`.
pub(super) fn entries(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    match literal(&expr) {
        Some(Lit::Int(_)) | None => Ok(expr),
        Some(_) => Err(Error::new_spanned(
            &expr,
            "a number of entries is expected: `lru = 128`; bytes are `max_weight = \"64MB\"`",
        )),
    }
}

pub(super) fn size(input: ParseStream<'_>) -> Result<Size> {
    let expr: Expr = input.parse()?;
    match literal(&expr) {
        Some(Lit::Str(text)) => units::size(text).map(Size::Bytes),
        Some(Lit::Int(_)) | None => Ok(Size::Computed(expr)),
        Some(_) => Err(Error::new_spanned(&expr, "a weight is a whole number or a size such as \"64MB\"")),
    }
}

pub(super) fn time(input: ParseStream<'_>) -> Result<Time> {
    let expr: Expr = input.parse()?;
    match (literal(&expr), &expr) {
        (Some(Lit::Str(text)), _) => units::duration(text).map(Time::Fixed),
        (Some(_), _) => {
            Err(Error::new_spanned(&expr, "a duration needs a unit, as in \"10s\", \"500ms\" or \"1h30m\""))
        }
        (None, Expr::Closure(_)) => {
            Err(Error::new_spanned(&expr, "a closure can give the `ttl` of each entry; this word wants one duration"))
        }
        (None, _) => Ok(Time::Computed(expr)),
    }
}

pub(super) fn ttl(input: ParseStream<'_>) -> Result<Ttl> {
    if matches!(input.fork().parse::<Expr>()?, Expr::Closure(_)) {
        return function(input).map(Ttl::PerEntry);
    }
    time(input).map(Ttl::Same)
}

/// A name as a string, which must say something.
pub(super) fn text(input: ParseStream<'_>) -> Result<LitStr> {
    let literal: LitStr =
        input.parse().map_err(|error| Error::new(error.span(), "expected a string: `name = \"users\"`"))?;
    if literal.value().trim().is_empty() {
        return Err(Error::new(literal.span(), "an empty name finds nothing in a list; write one, or drop `name`"));
    }
    Ok(literal)
}

/// A share between nothing and all.
pub(super) fn share(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    let value = match literal(&expr) {
        Some(Lit::Float(value)) => value.base10_parse::<f64>()?,
        Some(Lit::Int(value)) => value.base10_parse::<f64>()?,
        Some(_) => {
            return Err(Error::new_spanned(
                &expr,
                "`jitter` is a share of the time between 0.0 and 1.0, as in `jitter = 0.1`",
            ));
        }
        None if matches!(expr, Expr::Unary(_)) => -1.0,
        None => return Ok(expr),
    };
    if !(0.0..=1.0).contains(&value) {
        return Err(Error::new_spanned(&expr, "`jitter` must lie between 0.0 (none) and 1.0 (up to the whole time)"));
    }
    // `jitter = 1` is as good as `1.0`.
    Ok(syn::parse_quote!(#value))
}

/// A closure, or the path of a function that serves as one.
pub(super) fn function(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    if let Expr::Closure(closure) = &expr
        && let Some(asyncness) = &closure.asyncness
    {
        return Err(Error::new_spanned(
            asyncness,
            "this closure is called while the result is stored and cannot be async",
        ));
    }
    match literal(&expr) {
        None => Ok(expr),
        Some(_) => {
            Err(Error::new_spanned(&expr, "a closure is expected: `|key, value| ..` (for `keep_if`: `|value| ..`)"))
        }
    }
}

pub(super) fn condition(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    match expr {
        Expr::Closure(_) => Err(Error::new_spanned(
            &expr,
            "`when` is an expression over the arguments, not a closure; to decide by the result use `keep_if = |value| ..`",
        )),
        _ => Ok(expr),
    }
}

pub(super) fn key(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    match expr {
        Expr::Closure(_) => {
            Err(Error::new_spanned(&expr, "`key` is an expression over the arguments, not a closure: `key = user.id`"))
        }
        _ => Ok(expr),
    }
}

pub(super) fn ignore(word: &Ident, input: ParseStream<'_>) -> Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(word.span(), "`ignore` needs the names of arguments: `ignore(log, verbose)`"));
    }
    let list;
    parenthesized!(list in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&list, Ident::parse_any)?;
    if names.is_empty() {
        return Err(Error::new(word.span(), "`ignore()` names no argument; leave it out"));
    }
    Ok(names.into_iter().collect())
}

pub(super) fn yes_or_no(input: ParseStream<'_>) -> Result<bool> {
    input
        .parse::<LitBool>()
        .map(|literal| literal.value)
        .map_err(|error| Error::new(error.span(), "expected `true` or `false`"))
}

pub(super) fn single_flight(input: ParseStream<'_>) -> Result<SingleFlight> {
    if input.peek(LitBool) {
        return Ok(if yes_or_no(input)? { SingleFlight::On } else { SingleFlight::Off });
    }
    time(input).map(SingleFlight::Within)
}

pub(super) fn handle(input: ParseStream<'_>) -> Result<Handle> {
    if !input.peek(LitBool) {
        return input.parse().map(Handle::Named).map_err(|error| {
            Error::new(
                error.span(),
                "expected a name for the handle, or `false` for none: `handle = FibCache`, `handle = false`",
            )
        });
    }
    let literal: LitBool = input.parse()?;
    if literal.value {
        return Err(Error::new(
            literal.span,
            "a handle is there by default; give it another name with `handle = Name`",
        ));
    }
    Ok(Handle::Off)
}

/// The literal that this expression is, also where a `macro_rules` fragment wraps it.
fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(literal) => Some(&literal.lit),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

impl ToTokens for Size {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Bytes(bytes) => bytes.to_tokens(tokens),
            Self::Computed(expr) => expr.to_tokens(tokens),
        }
    }
}
