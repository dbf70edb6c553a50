//! Where the user's attributes belong once there are two functions: the wrapper that everybody calls and the body behind it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The attributes, sorted by what they speak of.
#[derive(Default)]
pub(crate) struct Attributes {
    /// What callers and readers see.
    pub(crate) wrapper: TokenStream,
    /// What is done to the code of the body; unknown attributes are macros of other crates and see the user's function.
    pub(crate) body: TokenStream,
    /// The part of it that is not also the wrapper's, for a body that lives inside the wrapper.
    pub(crate) body_alone: TokenStream,
    /// What belongs to wrapper and body, and so to everything between them.
    pub(crate) both: TokenStream,
    /// What the user expects of the body, allowed: for other functions that repeat the signature.
    pub(crate) expected: TokenStream,
    /// Lint levels, which hold for everything that repeats the user's types.
    pub(crate) lints: TokenStream,
    /// `cfg`, which holds for every item.
    pub(crate) cfg: TokenStream,
}

/// What one attribute speaks of.
enum Subject {
    Wrapper,
    Both,
    Body,
    Lint,
    Expectation,
    Deprecation,
    Cfg,
}

impl Attributes {
    /// Sorts the attributes of a function.
    pub(crate) fn sort(attrs: &[Attribute]) -> Self {
        let mut sorted = Self::default();
        for attr in attrs {
            match attr.meta.require_list() {
                Ok(list) if list.path.is_ident("cfg_attr") => sorted.conditional(attr, list),
                _ => sorted.add(&attr.meta, attr.to_token_stream(), &|meta| quote!(#[#meta])),
            }
        }
        sorted
    }

    /// `cfg_attr(predicate, a, b)`: each of its attributes goes where it would go alone.
    fn conditional(&mut self, attr: &Attribute, list: &syn::MetaList) {
        match list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
            Ok(metas) => {
                let mut metas = metas.into_iter();
                let Some(predicate) = metas.next() else { return };
                let print = |meta: TokenStream| quote!(#[cfg_attr(#predicate, #meta)]);
                metas.for_each(|meta| self.add(&meta, print(meta.to_token_stream()), &print));
            }
            // Not ours to explain: rustc does.
            Err(_) => attr.to_tokens(&mut self.wrapper),
        }
    }

    /// `tokens` is the attribute as written: lints tell by its place that it is the user's. `print` makes others in its stead.
    fn add(&mut self, meta: &Meta, tokens: TokenStream, print: &dyn Fn(TokenStream) -> TokenStream) {
        match subject(meta) {
            Subject::Wrapper => self.wrapper.extend(tokens),
            Subject::Body => {
                self.body.extend(tokens.clone());
                self.body_alone.extend(tokens);
            }
            Subject::Both => {
                self.wrapper.extend(tokens.clone());
                self.body.extend(tokens.clone());
                self.both.extend(tokens);
            }
            Subject::Lint => self.lints.extend(tokens),
            Subject::Expectation => self.expect(meta, print),
            Subject::Deprecation => {
                self.wrapper.extend(tokens);
                // The body of a deprecated function may use itself and other deprecated things.
                self.lints.extend(print(quote!(allow(deprecated))));
            }
            Subject::Cfg => self.cfg.extend(tokens),
        }
    }

    /// An expectation must be met exactly once: about the use of the function it stands on the wrapper, about code on the body;
    /// where it does not stand, the lint is allowed.
    fn expect(&mut self, meta: &Meta, print: &dyn Fn(TokenStream) -> TokenStream) {
        let Ok(lints) =
            meta.require_list().and_then(|list| list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated))
        else {
            self.wrapper.extend(print(meta.to_token_stream()));
            return;
        };
        let reason = lints.iter().find(|lint| lint.path().is_ident("reason"));
        for lint in lints.iter().filter(|lint| !lint.path().is_ident("reason")) {
            let reason = reason.map(|reason| quote!(, #reason));
            let (expect, allow) = (print(quote!(expect(#lint #reason))), print(quote!(allow(#lint #reason))));
            if lint.path().is_ident("dead_code") || lint.path().is_ident("unused") {
                self.wrapper.extend(expect);
            } else {
                self.wrapper.extend(allow.clone());
                self.expected.extend(allow);
                self.body.extend(expect.clone());
                self.body_alone.extend(expect);
            }
        }
    }
}

fn subject(meta: &Meta) -> Subject {
    let Some(name) = meta.path().get_ident() else {
        // `rustfmt::skip`, `clippy::too_many_lines`-like tool attributes and macros by path.
        return Subject::Body;
    };
    match name.to_string().as_str() {
        "doc" | "must_use" | "inline" | "no_mangle" | "export_name" | "link_section" | "unsafe" => Subject::Wrapper,
        "track_caller" | "target_feature" | "cold" => Subject::Both,
        "allow" | "warn" | "deny" | "forbid" => Subject::Lint,
        "expect" => Subject::Expectation,
        "deprecated" => Subject::Deprecation,
        "cfg" => Subject::Cfg,
        _ => Subject::Body,
    }
}
