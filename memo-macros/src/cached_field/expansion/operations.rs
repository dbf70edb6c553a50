//! The functions beside the getter.

use super::GetterPrinter;
use crate::attributes::Attributes;
use crate::cached_field::form::{Form, ungrouped};
use crate::cached_field::getter::Getter;
use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{ReturnType, Safety, Signature};

impl GetterPrinter<'_> {
    /// `area_uncached(&self) -> T`
    pub(super) fn uncached(&self) -> TokenStream {
        let Attributes { body: attrs, lints, cfg, hidden, .. } = &self.attributes;
        let Getter { vis, body, .. } = self.getter;
        let sig = self.getter.signature(self.sibling("_uncached"));
        let doc = self.doc(|name| {
            format!("Computes the value of [`{name}`](Self::{name}) anew, without reading or storing the cached one.")
        });
        let allow = quote_spanned! {self.span=>
            #[allow(dead_code, clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::missing_safety_doc)]
            #[allow(clippy::must_use_candidate, clippy::missing_inline_in_public_items, clippy::single_call_fn)]
        };
        quote!(#doc #hidden #allow #attrs #lints #cfg #vis #sig #body)
    }

    /// `area_cached(&self) -> Option<&T>`
    pub(super) fn cached(&self) -> TokenStream {
        let p = &self.p;
        let bind = self.bind_field();
        let probe = |mode: &str, key: Option<TokenStream>, of: &dyn ToTokens| {
            let mode = Ident::new(mode, self.span);
            let key = key.map(|key| quote_spanned!(self.span=> (#key)));
            quote_spanned!(self.span=> (&&#p::FieldPeek::<_, _, #of>::new(__field, #p::#mode #key)).peek())
        };
        let (output, value) = match self.form {
            Form::Value { value, .. } if self.options.deps.is_empty() => {
                (quote_spanned!(self.span=> &#value), probe("ByValue", None, value))
            }
            Form::Value { value, .. } => (value.to_token_stream(), probe("WithDeps", Some(self.dependencies()), value)),
            Form::ByRef(reference) | Form::OkByRef { reference, .. } => {
                (reference.to_token_stream(), self.each_some(&probe("ByRef", None, ungrouped(&reference.elem))))
            }
            Form::SomeByRef(reference) => {
                let option = probe("ByRefSome", None, &quote_spanned!(self.span=> #p::Option<#reference>));
                let inner = self.each_some(&quote_spanned!(self.span=> __option));
                let value = quote_spanned! {self.span=>
                    match #option { #p::Some(__option) => #p::Some(#inner), #p::None => #p::None }
                };
                (quote_spanned!(self.span=> #p::Option<#reference>), value)
            }
        };
        let sig = self.getter.signature(self.sibling("_cached"));
        let output =
            ReturnType::Type(syn::Token![->](self.span), Box::new(syn::Type::Verbatim(quote!(#p::Option<#output>))));
        let sig = Signature { asyncness: None, safety: Safety::Default, abi: None, output, ..sig };
        let current = if self.options.deps.is_empty() { "" } else { " and its dependencies have not changed" };
        let doc = self.doc(|name| {
            format!("Returns the value of [`{name}`](Self::{name}) if it was computed{current}; does not compute it.")
        });
        let attrs =
            quote_spanned!(self.span=> #doc #[must_use] #[allow(clippy::option_option, clippy::type_complexity)]);
        let traits = quote_spanned! {self.span=>
            #[allow(unused_imports)]
            use #p::{FieldPeek1 as _, FieldPeek2 as _, FieldPeek3 as _};
        };
        self.operation(&attrs, &sig.to_token_stream(), quote!(#traits #bind #value))
    }

    /// `area_cache_clear(&mut self)`
    pub(super) fn clear(&self) -> TokenStream {
        let (p, field, name) = (&self.p, &self.field, self.sibling("_cache_clear"));
        let doc = self.doc(|name| {
            format!("Removes the cached value of [`{name}`](Self::{name}); the next call computes it again.")
        });
        let sig = quote_spanned!(self.span=> fn #name(&mut self));
        let body = quote_spanned!(self.span=> let Self { #field: __field, .. } = self; #p::clear_field(__field););
        self.operation(&doc, &sig, body)
    }

    /// `Circle::area_cache_info()`
    pub(super) fn info(&self) -> TokenStream {
        let (p, name, stats) = (&self.p, self.sibling("_cache_info"), self.sibling_with("__", "_cache_stats"));
        let doc = self.doc(|name| {
            let hits = if self.options.stats { " and read from its field (`hits`)" } else { "" };
            format!("Returns how often [`{name}`](Self::{name}) was computed (`misses`){hits}, over all instances.")
        });
        let sig = quote_spanned!(self.span=> fn #name() -> #p::CacheInfo);
        let body = quote_spanned!(self.span=> Self::#stats().info());
        self.operation(&quote_spanned!(self.span=> #doc #[must_use]), &sig, body)
    }

    /// The statistics: a static that the getter and `area_cache_info` share, for all instantiations
    /// of a generic type.
    pub(super) fn stats_item(&self) -> TokenStream {
        let (p, name, cfg) = (&self.p, self.sibling_with("__", "_cache_stats"), &self.attributes.cfg);
        let stats = Ident::new(if self.options.stats { "CallStats" } else { "LoadStats" }, self.span);
        quote_spanned! {self.span=>
            #cfg #[doc(hidden)] #[allow(dead_code)]
            fn #name() -> &'static #p::#stats {
                static STATS: #p::#stats = #p::#stats::new();
                &STATS
            }
        }
    }

    fn operation(&self, attrs: &TokenStream, sig: &TokenStream, body: TokenStream) -> TokenStream {
        let Attributes { lints, cfg, hidden, .. } = &self.attributes;
        let vis = &self.getter.vis;
        let block = Group::new(Delimiter::Brace, body);
        quote_spanned!(self.span=> #attrs #hidden #[allow(dead_code, clippy::restriction)] #lints #cfg #vis #sig #block)
    }

    fn doc(&self, text: impl FnOnce(&Ident) -> String) -> TokenStream {
        let text = text(&self.getter.name().unraw());
        quote_spanned!(self.span=> #[doc = #text])
    }

    pub(super) fn sibling(&self, suffix: &str) -> Ident {
        self.sibling_with("", suffix)
    }

    /// A name made from the getter's, with its hygiene.
    pub(super) fn sibling_with(&self, prefix: &str, suffix: &str) -> Ident {
        let name = self.getter.name();
        format_ident!("{prefix}{}{suffix}", name.unraw(), span = name.span())
    }
}
