//! The words of `#[memoize(..)]` as facts: what was said and where, before anything is decided.

use super::values::{self, Handle, SingleFlight, Size, Time, Ttl};
use crate::diagnostics::Diagnostics;
use crate::words;
use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Path, Result, Token, Type};

/// Every word, in the order in which an error lists them.
pub(crate) const VOCABULARY: &[&str] = &[
    "lru",
    "lfu",
    "fifo",
    "random",
    "max",
    "max_weight",
    "weight",
    "ttl",
    "idle",
    "jitter",
    "cache_err",
    "skip_none",
    "when",
    "keep_if",
    "key",
    "ignore",
    "typed",
    "local",
    "in",
    "single_flight",
    "name",
    "handle",
    "assoc",
    "hasher",
    "clock",
    "crate",
];

/// What the user said.
#[derive(Default)]
pub(crate) struct Words {
    given: Vec<(String, Span)>,
    pub(crate) policy: Option<(Ident, Expr)>,
    pub(crate) max_weight: Option<Size>,
    pub(crate) weight: Option<Expr>,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) idle: Option<Time>,
    pub(crate) jitter: Option<Expr>,
    pub(crate) cache_err: bool,
    pub(crate) skip_none: Option<Span>,
    pub(crate) when: Option<Expr>,
    pub(crate) keep_if: Option<Expr>,
    pub(crate) key: Option<Expr>,
    pub(crate) ignore: Vec<Ident>,
    pub(crate) typed: Option<bool>,
    pub(crate) local: bool,
    pub(crate) field: Option<Expr>,
    pub(crate) single_flight: Option<SingleFlight>,
    pub(crate) name: Option<LitStr>,
    pub(crate) handle: Option<Handle>,
    pub(crate) assoc: bool,
    pub(crate) hasher: Option<Type>,
    pub(crate) clock: Option<Expr>,
    pub(crate) facade: Option<Path>,
}

impl Words {
    /// Reads the attribute's tokens; mistakes go to `diagnostics`.
    pub(crate) fn read(attr: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut words = Self::default();
        words::read(attr, VOCABULARY, diagnostics, |word, input| words.take(word, input));
        words
    }

    /// Where the word stands, and how many words stand before it.
    pub(crate) fn given(&self, word: &str) -> Option<(usize, Span)> {
        self.given.iter().enumerate().find(|(_, (given, _))| given == word).map(|(place, (_, span))| (place, *span))
    }

    /// No operations are to be put beside the function.
    pub(crate) fn without_handle(&self) -> bool {
        matches!(self.handle, Some(Handle::Off))
    }

    fn take(&mut self, word: &Ident, input: ParseStream<'_>) -> Result<()> {
        let name = word.to_string();
        self.given.push((name.clone(), word.span()));
        match name.as_str() {
            "lru" | "lfu" | "fifo" | "random" | "max" => {
                let bound = words::value(word, input, &format!("{name} = 128"), values::entries)?;
                self.policy.get_or_insert((word.clone(), bound));
            }
            "max_weight" => self.max_weight = Some(words::value(word, input, "max_weight = \"64MB\"", values::size)?),
            "weight" => {
                self.weight = Some(words::value(word, input, "weight = |key, value| value.len()", values::function)?);
            }
            "ttl" => self.ttl = Some(words::value(word, input, "ttl = \"10s\"", values::ttl)?),
            "idle" => self.idle = Some(words::value(word, input, "idle = \"5m\"", values::time)?),
            "jitter" => self.jitter = Some(words::value(word, input, "jitter = 0.1", values::share)?),
            "cache_err" => {
                words::alone(word, input)?;
                self.cache_err = true;
            }
            "skip_none" => {
                words::alone(word, input)?;
                self.skip_none = Some(word.span());
            }
            "when" => self.when = Some(words::value(word, input, "when = n > 10", values::condition)?),
            "keep_if" => {
                self.keep_if = Some(words::value(word, input, "keep_if = |value| value.is_some()", values::function)?);
            }
            "key" => self.key = Some(words::value(word, input, "key = user.id", values::key)?),
            "ignore" => self.ignore = values::ignore(word, input)?,
            "typed" => {
                self.typed =
                    Some(!input.peek(Token![=]) || words::value(word, input, "typed = false", values::yes_or_no)?);
            }
            "local" => {
                words::alone(word, input)?;
                self.local = true;
            }
            "in" => self.field = Some(words::value(word, input, "in = self.field", Expr::parse)?),
            "single_flight" => {
                let example = "single_flight = false` or `single_flight = \"5s\"";
                self.single_flight = Some(words::value(word, input, example, values::single_flight)?);
            }
            "name" => self.name = Some(words::value(word, input, "name = \"users\"", values::text)?),
            "handle" => {
                self.handle = Some(words::value(word, input, "handle = Name` or `handle = false", values::handle)?);
            }
            "assoc" => {
                words::alone(word, input)?;
                self.assoc = true;
            }
            "hasher" => self.hasher = Some(words::value(word, input, "hasher = RandomState", Type::parse)?),
            "clock" => self.clock = Some(words::value(word, input, "clock = MY_CLOCK", Expr::parse)?),
            "crate" => {
                self.facade = Some(words::value(word, input, "crate = ::my_memokit", Path::parse_mod_style)?);
            }
            _ => unreachable!("`{name}` is in the vocabulary and must be read here"),
        }
        Ok(())
    }
}
