//! Values that options of several facets take, each with the mistakes that people make in it.

use super::setting::Value;
use super::units;
use std::time::Duration;
use syn::parse::ParseStream;
use syn::{Error, Expr, Lit, LitBool, Result};

/// The time after which an entry expires: a literal such as `"1h30m"`, or an expression of type
/// `Duration`.
pub(super) fn lifetime(input: ParseStream<'_>) -> Result<Value> {
    duration(input, "would expire every value at once: give a time above zero, or leave the option out")
}

/// A literal such as `"1h30m"`, or an expression of type `Duration`. `zero` says what a literal of
/// zero would do, and what to write instead.
pub(super) fn duration(input: ParseStream<'_>, zero: &str) -> Result<Value> {
    let expr: Expr = input.parse()?;
    match (literal(&expr), &expr) {
        (Some(Lit::Str(text)), _) => match units::duration(text)? {
            Duration::ZERO => Err(Error::new_spanned(&expr, format!("`{}` {zero}", text.value()))),
            duration => Ok(Value::Duration(duration)),
        },
        (Some(_), _) => {
            Err(Error::new_spanned(&expr, "a duration needs a unit, as in \"10s\", \"500ms\" or \"1h30m\""))
        }
        (None, Expr::Closure(_)) => {
            Err(Error::new_spanned(&expr, "only `ttl` can be a closure; this option needs one duration"))
        }
        (None, _) => Ok(Value::Expr(expr)),
    }
}

/// A closure that is called for each value to be stored, or the path of such a function.
pub(super) fn closure(input: ParseStream<'_>) -> Result<Value> {
    let expr: Expr = input.parse()?;
    if let Expr::Closure(closure) = &expr
        && let Some(asyncness) = &closure.asyncness
    {
        return Err(Error::new_spanned(
            asyncness,
            "this closure cannot be async: it is called while the result is stored",
        ));
    }
    if is_no_closure(&expr) {
        return Err(Error::new_spanned(
            &expr,
            "a closure is expected: `|key, value| ..` (for `keep_if`: `|value| ..`, with a reference to the result)",
        ));
    }
    Ok(Value::Expr(expr))
}

/// Whether this is an expression over the value, without the `|value|` before it.
fn is_no_closure(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(_) | Expr::Unary(_) | Expr::Range(_) | Expr::Cast(_) | Expr::Lit(_) | Expr::Reference(_) => true,
        Expr::Macro(call) => call.mac.path.is_ident("matches"),
        Expr::Group(group) => is_no_closure(&group.expr),
        Expr::Paren(paren) => is_no_closure(&paren.expr),
        Expr::MethodCall(call) => is_value(&call.receiver),
        Expr::Field(field) => is_value(&field.base),
        _ => false,
    }
}

/// Whether an expression begins with one of the names that the closure's arguments have in the
/// documentation.
fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => ["key", "value", "result"].iter().any(|name| path.path.is_ident(name)),
        Expr::Reference(_) => true,
        Expr::MethodCall(call) => is_value(&call.receiver),
        Expr::Field(field) => is_value(&field.base),
        _ => false,
    }
}

/// `true` or `false`
pub(super) fn boolean(input: ParseStream<'_>) -> Result<bool> {
    input
        .parse::<LitBool>()
        .map(|literal| literal.value)
        .map_err(|error| Error::new(error.span(), "expected `true` or `false`"))
}

/// The literal that this expression is, even if a `macro_rules` fragment wraps it.
pub(super) fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(literal) => Some(&literal.lit),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}
