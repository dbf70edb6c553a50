//! When entries expire.

use super::setting::{Setting, Value};
use super::spec::{MemoizeFacet, MemoizeOption, MemoizeRule};
use super::values;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Lit, Result, parse_quote};

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "time",
    options: &[
        MemoizeOption {
            name: "ttl",
            usage: "`ttl = \"10s\"`, `ttl = TTL` or `ttl = |key, value| ..`",
            doc: "Time to live, from the write: a literal (units `us ms s m h d`, as in `1h30m`), a `Duration` \
                  that is evaluated once, or a closure that is called for each stored value.",
            read: |options, input| {
                let (per_entry, value) = input.value(ttl)?;
                let settings = if per_entry { &mut options.write } else { &mut options.config };
                settings.push(Setting::new(input.name, value));
                Ok(())
            },
            rules: &[],
        },
        MemoizeOption {
            name: "idle",
            usage: "`idle = \"5m\"`",
            doc: "Time to idle: an entry expires when it was not read for this long.",
            read: |options, input| options.configure(input, values::lifetime),
            rules: &[],
        },
        MemoizeOption {
            name: "jitter",
            usage: "`jitter = 0.1`",
            doc: "Subtracts a random fraction, up to this much (0.0 to 1.0), from each entry's time to live, so that \
                  entries that were stored together do not expire together. Does not change `idle`.",
            read: |options, input| options.configure(input, fraction),
            rules: &[MemoizeRule::Needs(
                &["ttl"],
                "`jitter` shortens the time to live of each entry by a random part, and there is none here: add \
                 `ttl = \"..\"`; the time to idle starts anew with each use and has no jitter",
            )],
        },
        MemoizeOption {
            name: "clock",
            usage: "`clock = CLOCK.clone()`",
            doc: "The clock that expiry uses, a `memokit::Clock` such as a `ManualClock` in tests.",
            read: |options, input| options.configure(input, |input| Expr::parse(input).map(Value::Expr)),
            rules: &[],
        },
    ],
};

/// The value, and whether it is a closure.
fn ttl(input: ParseStream<'_>) -> Result<(bool, Value)> {
    match input.fork().parse()? {
        Expr::Closure(_) => Ok((true, values::closure(input)?)),
        _ => Ok((false, values::lifetime(input)?)),
    }
}

fn fraction(input: ParseStream<'_>) -> Result<Value> {
    let expr: Expr = input.parse()?;
    let value = match values::literal(&expr) {
        Some(Lit::Float(value)) => value.base10_parse::<f64>()?,
        Some(Lit::Int(value)) => value.base10_parse::<f64>()?,
        Some(_) => {
            return Err(Error::new_spanned(
                &expr,
                "`jitter` is a fraction of the time to live, from 0.0 to 1.0, as in `jitter = 0.1`",
            ));
        }
        None if matches!(expr, Expr::Unary(_)) => -1.0,
        None => return Ok(Value::Expr(expr)),
    };
    if !(0.0..=1.0).contains(&value) {
        return Err(Error::new_spanned(&expr, "`jitter` must be between 0.0 (none) and 1.0 (up to the whole time)"));
    }
    // `jitter = 1` is as good as `1.0`.
    Ok(Value::Expr(parse_quote!(#value)))
}
