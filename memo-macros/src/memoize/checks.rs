//! What cannot be: words that exclude or need one another (one table each), and functions whose results cannot be kept. Every
//! message says what to do instead.

use super::model::{Model, Place, takes_mut_self};
use super::scan::{self, Loan};
use super::values::Handle;
use super::vocabulary::Words;
use crate::diagnostics::{Diagnostics, nearest};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::Type;
use syn::ext::IdentExt;

/// Two words that cannot stand together, and what to do.
const EXCLUDE: &[(&str, &str, &str)] = &[
    ("lru", "lfu", ONE_POLICY),
    ("lru", "fifo", ONE_POLICY),
    ("lru", "random", ONE_POLICY),
    ("lru", "max", ONE_POLICY),
    ("lfu", "fifo", ONE_POLICY),
    ("lfu", "random", ONE_POLICY),
    ("lfu", "max", ONE_POLICY),
    ("fifo", "random", ONE_POLICY),
    ("fifo", "max", ONE_POLICY),
    ("random", "max", ONE_POLICY),
    ("key", "ignore", "`key` already says what counts; leave the ignored arguments out of its expression"),
    (
        "cache_err",
        "skip_none",
        "`cache_err` is for a `Result` and `skip_none` for an `Option`; keep the one that fits the return type",
    ),
    ("local", "in", "a cache in a field belongs to its instance, whichever thread calls; drop `local`"),
    ("in", "name", "only caches of functions are listed by name, one in a field is not; drop `name`"),
    ("in", "typed", "the field's type already says what the keys are; drop `typed`"),
    ("in", "assoc", "a cache in a field needs an instance, and `assoc` says there is none; drop one of them"),
];

const ONE_POLICY: &str = "a cache evicts by one policy; keep one of the two bounds";

/// A word that means something only beside one of others, and what to do.
const NEED: &[(&str, &[&str], &str)] = &[
    ("max_weight", &["weight"], "`max_weight` needs to know what an entry weighs: add `weight = |key, value| ..`"),
    (
        "weight",
        &["max_weight"],
        "`weight` alone bounds nothing: add `max_weight = \"64MB\"` or another bound of the sum",
    ),
    (
        "jitter",
        &["ttl", "idle"],
        "`jitter` spreads expiry, and nothing expires here: add `ttl = \"..\"` or `idle = \"..\"`",
    ),
];

/// Checks the words against one another.
pub(crate) fn words(words: &Words, diagnostics: &mut Diagnostics) {
    for (one, other, way_out) in EXCLUDE {
        if let (Some(first), Some(second)) = (words.given(one), words.given(other)) {
            let (place, blamed, beside) =
                if first.0 > second.0 { (first.1, one, other) } else { (second.1, other, one) };
            diagnostics.at(place, format!("`{blamed}` cannot stand beside `{beside}`: {way_out}"));
        }
    }
    for (word, others, way_out) in NEED {
        if let Some((_, place)) = words.given(word)
            && !others.iter().any(|other| words.given(other).is_some())
        {
            diagnostics.at(place, way_out);
        }
    }
}

/// Checks the function against what a cache can do, and the words against the function.
pub(crate) fn function(model: &Model, diagnostics: &mut Diagnostics) {
    qualifiers(model, diagnostics);
    receiver(model, diagnostics);
    arguments(model, diagnostics);
    result(model, diagnostics);
    field(model, diagnostics);
    handle(model, diagnostics);
}

fn qualifiers(model: &Model, diagnostics: &mut Diagnostics) {
    let sig = &model.function.sig;
    if let Some(constness) = &sig.constness {
        diagnostics.over(
            constness,
            "a `const fn` cannot be memoized, there is no cache at compile time: remove `const`, or memoize a function that calls it",
        );
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.over(variadic, "a variadic function cannot be memoized: memoize one that takes a slice");
    }
}

fn receiver(model: &Model, diagnostics: &mut Diagnostics) {
    let Some(receiver) = &model.receiver else { return };
    let free_of_it = (model.words.key.is_some() || model.receiver_ignored) && model.words.field.is_none();
    if takes_mut_self(receiver) && !free_of_it {
        let way_out = match model.words.field {
            Some(_) => "take `&self`",
            None => "take `&self`, or say what the result depends on with `key = ..` or `ignore(self)`",
        };
        diagnostics.over(
            receiver,
            format!("a method with `&mut self` cannot be memoized, a hit would skip what it changes: {way_out}"),
        );
    }
}

fn arguments(model: &Model, diagnostics: &mut Diagnostics) {
    let words = &model.words;
    for argument in &model.arguments {
        if argument.ignored || words.key.is_some() {
            continue;
        }
        let mut mutable = None;
        scan::loans(&argument.ty, &mut |loan| {
            if let Loan::Reference(reference) = loan
                && reference.mutability.is_some()
            {
                mutable.get_or_insert(reference);
            }
        });
        if let Some(reference) = mutable {
            let name = match argument.pattern {
                None => argument.name.to_string(),
                Some(_) => "..".to_owned(),
            };
            diagnostics.over(
                reference,
                format!("a `&mut` argument cannot be part of a key, a hit would skip what is changed through it: take it by value or by `&`, or leave it out with `ignore({name})`"),
            );
        }
    }
    let mut known: Vec<String> =
        model.arguments.iter().filter(|a| a.pattern.is_none()).map(|a| a.name.to_string()).collect();
    if model.receiver.is_some() {
        known.push("self".to_owned());
    }
    for (i, name) in words.ignore.iter().enumerate() {
        let text = name.to_string();
        if words.ignore[..i].contains(name) {
            diagnostics.at(name.span(), format!("`{text}` is ignored twice; name it once"));
        } else if model.arguments.iter().any(|argument| argument.inner_names.contains(name)) {
            diagnostics.at(name.span(), taken_apart(name));
        } else if !known.contains(&text) {
            let known_names: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = match nearest(&text, &known_names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its arguments are: {}", known.join(", ")),
            };
            diagnostics.at(name.span(), format!("`{}` has no argument `{text}`; {hint}", model.name()));
        }
    }
    let inner: Vec<Ident> = model.arguments.iter().flat_map(|argument| argument.inner_names.iter().cloned()).collect();
    for expr in [&words.key, &words.when].into_iter().flatten() {
        if let Some(name) = scan::variable(expr.to_token_stream(), &inner) {
            diagnostics.at(name.span(), taken_apart(&name));
        }
    }
}

fn taken_apart(name: &Ident) -> String {
    format!("`{name}` exists only inside the body: give the whole argument a name and take it apart there with `let`")
}

fn result(model: &Model, diagnostics: &mut Diagnostics) {
    let result = &model.result;
    if let Type::Never(never) = result {
        diagnostics.over(never, "a function that never returns leaves nothing to remember: remove #[memoize]");
        return;
    }
    if scan::is_future(result) {
        diagnostics.over(
            result,
            "a returned future would be remembered and not its result: write `async fn` (under #[async_trait], memoize an `async fn` of your own and call it)",
        );
        return;
    }
    let mut borrowed = None;
    scan::loans(result, &mut |loan| {
        let (lifetime, tokens) = match loan {
            Loan::Reference(reference) => (reference.lifetime.as_ref(), reference.to_token_stream()),
            Loan::Lifetime(lifetime) => (Some(lifetime), lifetime.to_token_stream()),
        };
        if lifetime.is_none_or(|lifetime| lifetime.ident != "static") {
            borrowed.get_or_insert(tokens);
        }
    });
    if let Some(tokens) = borrowed {
        diagnostics.over(
            tokens,
            "a memoized function cannot return borrowed data, the cache outlives the loan: return an owned value, or `Arc<T>` to share it",
        );
    }
    if let (true, Some(word)) = (model.is_opaque(), model.words.skip_none) {
        diagnostics
            .at(word, "`skip_none` needs an `Option` that it can see: write the return type out instead of `impl ..`");
    }
}

fn field(model: &Model, diagnostics: &mut Diagnostics) {
    let Some((_, word)) = model.words.given("in") else { return };
    let sig = &model.function.sig;
    if model.receiver.is_none() {
        diagnostics.at(
            word,
            format!("`in` names a field of `self`, and `{}` has no `self`: add `&self` or drop `in`", sig.ident),
        );
    }
    if let Some(field) = &model.words.field
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
    let generic = model.arguments.iter().find(|argument| !argument.ignored && model.is_generic(argument));
    if let (Some(argument), None) = (generic, &model.words.key) {
        diagnostics.over(
            &argument.ty,
            "the field's type `Memo<(Args..), R>` holds one type of key: give a concrete one with `key = ..`, or drop `in`",
        );
    }
}

/// Names that are types before anybody declares them; an enum of that name would shadow them.
const PRIMITIVES: &[&str] = &[
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f16", "f32", "f64", "f128",
];

fn handle(model: &Model, diagnostics: &mut Diagnostics) {
    if !matches!(model.place, Place::Free) || model.words.without_handle() {
        return;
    }
    let name = match &model.words.handle {
        Some(Handle::Named(name)) => name,
        _ => model.name(),
    };
    if PRIMITIVES.contains(&name.unraw().to_string().as_str()) {
        diagnostics.at(
            name.span(),
            format!("the handle of this function would hide the type `{name}` from its module: give it another name with `handle = Name`, or none with `handle = false`"),
        );
    }
}
