//! Distributes the user's attributes over two functions: the wrapper that is called, and the
//! function that holds the body.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The attributes, sorted by the function that they belong to.
#[derive(Default)]
pub(crate) struct Attributes {
    /// What concerns callers and documentation.
    pub(crate) wrapper: TokenStream,
    /// What concerns the code of the body. Unknown attributes are here: they are macros of other
    /// crates, which shall see the user's function.
    pub(crate) body: TokenStream,
    /// The part of `body` that is not part of `wrapper` too, for a body that is inside the wrapper.
    pub(crate) body_alone: TokenStream,
    /// What concerns wrapper and body, and thus every function between them.
    pub(crate) both: TokenStream,
    /// The lints that the user expects in the body, allowed: for other functions that repeat the
    /// signature.
    pub(crate) expected: TokenStream,
    /// Lint levels, which hold for every item that repeats the user's types.
    pub(crate) lints: TokenStream,
    /// `cfg`, which holds for every item.
    pub(crate) cfg: TokenStream,
    /// `doc(hidden)`, which holds for every generated item.
    pub(crate) hidden: TokenStream,
}

/// What one attribute concerns.
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

    /// `cfg_attr(predicate, a, b)`: each of its attributes is sorted as if it stood alone.
    fn conditional(&mut self, attr: &Attribute, list: &syn::MetaList) {
        match list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
            Ok(metas) => {
                let mut metas = metas.into_iter();
                let Some(predicate) = metas.next() else { return };
                let print = |meta: TokenStream| quote!(#[cfg_attr(#predicate, #meta)]);
                metas.for_each(|meta| self.add(&meta, print(meta.to_token_stream()), &print));
            }
            // rustc explains what is wrong with it.
            Err(_) => attr.to_tokens(&mut self.wrapper),
        }
    }

    /// Adds one attribute. `tokens` is the attribute as written: lints recognise user code by its
    /// span. `print` makes another attribute, under the same `cfg_attr` if there is one.
    fn add(&mut self, meta: &Meta, tokens: TokenStream, print: &dyn Fn(TokenStream) -> TokenStream) {
        match subject(meta) {
            Subject::Wrapper => {
                if is_hidden(meta) {
                    self.hidden.extend(tokens.clone());
                }
                self.wrapper.extend(tokens);
            }
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
                // A deprecated function may call itself and use other deprecated items.
                self.lints.extend(print(quote!(allow(deprecated))));
            }
            Subject::Cfg => self.cfg.extend(tokens),
        }
    }

    /// An expectation must be met exactly once. About the use of the function, it goes on the
    /// wrapper; about code, on the body. The other one of the two allows the lint.
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

/// `doc(hidden)`
fn is_hidden(meta: &Meta) -> bool {
    let Meta::List(list) = meta else { return false };
    let hidden = |token| matches!(token, TokenTree::Ident(ident) if ident == "hidden");
    list.path.is_ident("doc") && list.tokens.clone().into_iter().any(hidden)
}

fn subject(meta: &Meta) -> Subject {
    let Some(name) = meta.path().get_ident() else {
        // Tool attributes, such as `rustfmt::skip`, and macros by path.
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
