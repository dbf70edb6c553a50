//! Which calls use the cache, and which results are cached.

use super::spec::{MemoizeFacet, MemoizeOption, MemoizeRule};
use super::{key, values};
use syn::parse::ParseStream;
use syn::{Error, Expr, Result};

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "cacheable",
    options: &[
        MemoizeOption {
            name: "cache_err",
            usage: "`cache_err`",
            doc: "Caches an `Err` like any value. Without it, only `Ok` is cached.",
            read: |options, input| {
                input.flag()?;
                options.cache_err = true;
                Ok(())
            },
            rules: &[
                MemoizeRule::Excludes(
                    &["skip_none"],
                    "the first caches every result; to leave out `Ok(None)` only, write `cache_err, keep_if = |value| !matches!(value, Ok(None))`",
                ),
                MemoizeRule::Fits(|model, span, diagnostics| {
                    if model.is_opaque() {
                        let message = "`cache_err` needs a `Result` that it can see: write the return type out instead of `impl ..`";
                        diagnostics.at(span, message);
                    }
                }),
            ],
        },
        MemoizeOption {
            name: "skip_none",
            usage: "`skip_none`",
            doc: "Does not cache a `None`, nor the `Ok(None)` of a `Result<Option<T>, E>`.",
            read: |options, input| {
                input.flag()?;
                options.skip_none = true;
                Ok(())
            },
            rules: &[MemoizeRule::Fits(|model, span, diagnostics| {
                if model.is_opaque() {
                    let message =
                        "`skip_none` needs an `Option` that it can see: write the return type out instead of `impl ..`";
                    diagnostics.at(span, message);
                }
            })],
        },
        MemoizeOption {
            name: "when",
            usage: "`when = n > 10`",
            doc: "Uses the cache for this call only if the expression, over the arguments, is true; else the call runs \
                  the function and counts as bypassed.",
            read: |options, input| {
                options.when = Some(input.value(condition)?);
                Ok(())
            },
            rules: &[MemoizeRule::Fits(|model, _, diagnostics| {
                key::check_variables(model.options.when.as_ref(), model, diagnostics);
            })],
        },
        MemoizeOption {
            name: "keep_if",
            usage: "`keep_if = |value| value.is_valid()`",
            doc: "Caches a value only if the closure, called with a reference to the result, returns true.",
            read: |options, input| options.on_write(input, values::closure),
            rules: &[],
        },
    ],
};

fn condition(input: ParseStream<'_>) -> Result<Expr> {
    let expr: Expr = input.parse()?;
    match expr {
        Expr::Closure(_) => Err(Error::new_spanned(
            &expr,
            "`when` is an expression over the arguments, not a closure; to decide by the result use `keep_if = |value| ..`",
        )),
        _ => Ok(expr),
    }
}
