//! How much the cache may hold, and which entry it evicts.

use super::setting::Value;
use super::spec::{MemoizeFacet, MemoizeOption, MemoizeRule};
use super::{units, values};
use syn::parse::ParseStream;
use syn::{Error, Expr, Lit, Result, parse_quote};

const ONE_POLICY: &[MemoizeRule] = &[MemoizeRule::Excludes(
    &["lru", "lfu", "fifo", "random", "max"],
    "a cache evicts by one policy; keep one of the two bounds",
)];

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "bound",
    options: &[
        MemoizeOption {
            name: "lru",
            usage: "`lru = 128`",
            doc: "At most this many entries; evicts the least recently used.",
            read: |options, input| options.configure(input, entries),
            rules: ONE_POLICY,
        },
        MemoizeOption {
            name: "lfu",
            usage: "`lfu = 128`",
            doc: "At most this many entries; evicts the least frequently used.",
            read: |options, input| options.configure(input, entries),
            rules: ONE_POLICY,
        },
        MemoizeOption {
            name: "fifo",
            usage: "`fifo = 128`",
            doc: "At most this many entries; evicts the oldest.",
            read: |options, input| options.configure(input, entries),
            rules: ONE_POLICY,
        },
        MemoizeOption {
            name: "random",
            usage: "`random = 128`",
            doc: "At most this many entries; evicts a random one.",
            read: |options, input| options.configure(input, entries),
            rules: ONE_POLICY,
        },
        MemoizeOption {
            name: "max",
            usage: "`max = 128`",
            doc: "At most this many entries; evicts by an adaptive policy (CAR: recency and frequency). \
                  The one to use when the access pattern is unknown.",
            read: |options, input| options.configure(input, entries),
            rules: ONE_POLICY,
        },
        MemoizeOption {
            name: "max_weight",
            usage: "`max_weight = \"64MB\"`",
            doc: "At most this total weight: a size (`B`, `KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`) or a `u64` \
                  expression. A value that alone is heavier is returned and not cached.",
            read: |options, input| options.configure(input, size),
            rules: &[MemoizeRule::Needs(
                &["weight"],
                "`max_weight` needs the weight of an entry: add `weight = |key, value| ..`",
            )],
        },
        MemoizeOption {
            name: "weight",
            usage: "`weight = |key, value| value.len()`",
            doc: "The weight of an entry, an integer in the unit of `max_weight`; called once per stored value.",
            read: |options, input| options.on_write(input, values::closure),
            rules: &[MemoizeRule::Needs(
                &["max_weight"],
                "`weight` alone bounds nothing: add `max_weight = \"64MB\"` or another bound of the sum",
            )],
        },
    ],
};

/// A number of entries: anything but a text or a fraction, which are mistaken for `max_weight` and
/// `ttl`.
fn entries(input: ParseStream<'_>) -> Result<Value> {
    let expr: Expr = input.parse()?;
    match values::literal(&expr) {
        Some(Lit::Int(_)) | None => Ok(Value::Expr(expr)),
        Some(_) => Err(Error::new_spanned(
            &expr,
            "a number of entries is expected: `lru = 128`; bytes are `max_weight = \"64MB\"`",
        )),
    }
}

/// A literal such as `"64MB"`, or an expression of type `u64`.
fn size(input: ParseStream<'_>) -> Result<Value> {
    let expr: Expr = input.parse()?;
    match values::literal(&expr) {
        Some(Lit::Str(text)) => units::size(text).map(|bytes| Value::Expr(parse_quote!(#bytes))),
        Some(Lit::Int(_)) | None => Ok(Value::Expr(expr)),
        Some(_) => Err(Error::new_spanned(&expr, "a weight is a whole number or a size such as \"64MB\"")),
    }
}
