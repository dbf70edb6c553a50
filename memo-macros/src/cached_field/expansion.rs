//! What the attribute leaves behind: the getter, which asks its field, and beside it `area_cache_clear`, `area_cached`,
//! `area_cache_info` and `area_uncached`.
//!
//! The body moves to `area_uncached` where its type can be written down. What a lending getter computes has the type of the field, which
//! no attribute sees; there, and with `handle = false`, the body stays in the getter, as a closure.

use super::form::{Form, ungrouped};
use super::getter::Getter;
use super::options::GetterOptions;
use crate::attributes::Attributes;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Member, Receiver, ReturnType, Safety, Signature};

/// Expands a getter that passed all checks.
pub(crate) fn expand(getter: &Getter, options: &GetterOptions, form: &Form) -> TokenStream {
    let Some(receiver) = getter.receiver() else { return TokenStream::new() };
    let site = getter.site();
    let field = options.field.clone().unwrap_or_else(|| Member::Named(getter.name().clone()));
    let body_beside = matches!(form, Form::Value { .. }) && !options.without_handle;
    let attributes = Attributes::sort(&getter.attrs);
    let p = plumbing(options, site);
    Printer { getter, options, form, receiver, attributes, field, body_beside, p, site }.items()
}

/// What stands in for a getter with mistakes whose body has another type than its signature says: one that lends. Its body would be a
/// mistake of its own without the attribute; all others stay as they are.
pub(crate) fn fallback(getter: &Getter) -> Option<TokenStream> {
    Form::of(getter)?.lent()?;
    let (attrs, vis, sig) = (&getter.attrs, &getter.vis, &getter.sig);
    Some(quote_spanned!(getter.site()=> #(#attrs)* #vis #sig { loop {} }))
}

/// The plumbing module.
fn plumbing(options: &GetterOptions, at: Span) -> TokenStream {
    let facade = options.facade.as_ref().map(|path| quote!(#path::__private));
    facade.unwrap_or_else(|| quote_spanned!(at=> ::memokit::__private))
}

/// What every part of an expansion repeats.
struct Printer<'g> {
    getter: &'g Getter,
    options: &'g GetterOptions,
    form: &'g Form,
    receiver: &'g Receiver,
    attributes: Attributes,
    field: Member,
    /// The body is in `area_uncached`.
    body_beside: bool,
    /// The plumbing module.
    p: TokenStream,
    site: Span,
}

impl Printer<'_> {
    fn items(&self) -> TokenStream {
        let getter = self.wrapper();
        if self.options.without_handle {
            return getter;
        }
        let (cached, clear, info, site) = (self.cached(), self.clear(), self.info(), self.site_item());
        let uncached = self.body_beside.then(|| self.uncached());
        quote!(#getter #uncached #cached #clear #info #site)
    }

    /// The function under the user's name.
    fn wrapper(&self) -> TokenStream {
        let Getter { vis, sig, body, .. } = self.getter;
        let attrs = if self.body_beside {
            let Attributes { wrapper, lints, cfg, .. } = &self.attributes;
            quote!(#wrapper #lints #cfg)
        } else {
            self.getter.attrs.iter().map(ToTokens::to_token_stream).collect()
        };
        let take = self.take_field();
        let ask = self.ask();
        // The braces stay the user's own: rustc reports unused functions only in code that somebody wrote.
        let mut block = Group::new(Delimiter::Brace, quote!(#take #ask));
        block.set_span(body.span());
        quote!(#attrs #vis #sig #block)
    }

    /// As a pattern, so that a missing field is one error however often it is asked for.
    fn take_field(&self) -> TokenStream {
        let (field, this) = (&self.field, self.receiver.self_token);
        quote_spanned!(self.site=> let Self { #field: __field, .. } = #this;)
    }

    /// Asks the field.
    fn ask(&self) -> TokenStream {
        let p = &self.p;
        let (tally, compute) = (self.tally(), self.compute());
        let asynchronous = self.getter.is_async();
        let call = |name: &str, key: Option<TokenStream>| {
            let name = if asynchronous { format!("{name}_async") } else { name.to_owned() };
            // What the types of field and getter disagree on is reported at the return type.
            let at = match &self.getter.sig.output {
                ReturnType::Type(_, ty) => Span::mixed_site().located_at(ty.span()),
                ReturnType::Default => self.site,
            };
            let (name, p) = (Ident::new(&name, at), plumbing(self.options, at));
            let await_ = asynchronous.then(|| quote_spanned!(at=> .await));
            let field = if asynchronous && key.is_none() {
                quote_spanned!(self.site=> #p::async_field(__field))
            } else {
                quote_spanned!(self.site=> __field)
            };
            quote_spanned!(at=> #p::#name(#field, #tally, #key #compute) #await_)
        };
        match self.form {
            Form::Value { .. } if self.options.deps.is_empty() => call("given", None),
            Form::Value { .. } => {
                let key = self.key();
                call("given_with", Some(quote_spanned!(self.site=> #key,)))
            }
            // Through a variable or a pattern each: there a `&String` becomes the `&str` that the getter returns.
            Form::Lent(_) => {
                let lent = call("lent", None);
                quote_spanned!(self.site=> { let __value = #lent; __value })
            }
            Form::LentSome(_) => self.each_some(&call("lent", None)),
            Form::LentOk { .. } => {
                let lent = call("lent_ok", None);
                quote_spanned! {self.site=>
                    match #lent { #p::Ok(__value) => #p::Ok(__value), #p::Err(__error) => #p::Err(__error) }
                }
            }
        }
    }

    fn each_some(&self, option: &TokenStream) -> TokenStream {
        let p = &self.p;
        quote_spanned!(self.site=> match #option { #p::Some(__value) => #p::Some(__value), #p::None => #p::None })
    }

    /// The dependencies, borrowed.
    fn key(&self) -> TokenStream {
        let this = self.receiver.self_token;
        let deps = self.options.deps.iter().map(|dep| quote_spanned!(self.site=> &#this.#dep));
        quote_spanned!(self.site=> (#(#deps,)*))
    }

    /// What counts.
    fn tally(&self) -> TokenStream {
        let p = &self.p;
        if self.options.without_handle {
            return quote_spanned!(self.site=> &#p::NotCounted);
        }
        let site = self.beside_as("__", "_cache_site");
        quote_spanned!(self.site=> Self::#site())
    }

    /// The closure that computes.
    fn compute(&self) -> TokenStream {
        if self.body_beside {
            let (uncached, this) = (self.beside("_uncached"), self.receiver.self_token);
            let call = quote_spanned!(self.site=> Self::#uncached(#this));
            return if self.getter.is_unsafe() {
                quote_spanned!(self.site=> || unsafe { #call })
            } else {
                quote_spanned!(self.site=> || #call)
            };
        }
        let body = &self.getter.body;
        let output = match self.form {
            Form::Value { result, .. } => Some(quote_spanned!(self.site=> -> #result)),
            Form::LentOk { computed, .. } => Some(quote_spanned!(self.site=> -> #computed)),
            // The type of the field, which the compiler finds.
            Form::Lent(_) | Form::LentSome(_) => None,
        };
        let head = if self.getter.is_async() {
            quote_spanned!(self.site=> async move ||)
        } else {
            quote_spanned!(self.site=> ||)
        };
        quote!(#head #output #body)
    }

    /// `area_uncached(&self) -> T`
    fn uncached(&self) -> TokenStream {
        let Attributes { body: attrs, lints, cfg, .. } = &self.attributes;
        let Getter { vis, body, .. } = self.getter;
        let sig = self.getter.signature(self.beside("_uncached"));
        let doc =
            self.doc(|name| format!("Computes [`{name}`](Self::{name}), whatever its field holds, and keeps nothing."));
        let allow = quote_spanned! {self.site=>
            #[allow(dead_code, clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::missing_safety_doc)]
            #[allow(clippy::must_use_candidate)]
        };
        quote!(#doc #allow #attrs #lints #cfg #vis #sig #body)
    }

    /// `area_cached(&self) -> Option<&T>`
    fn cached(&self) -> TokenStream {
        let p = &self.p;
        let take = self.take_field();
        let look = |mode: &str, key: Option<TokenStream>, of: &dyn ToTokens| {
            let mode = Ident::new(mode, self.site);
            let key = key.map(|key| quote_spanned!(self.site=> (#key)));
            quote_spanned!(self.site=> (&&#p::Look::<_, _, #of>::new(__field, #p::#mode #key)).look())
        };
        let (output, value) = match self.form {
            Form::Value { kept, .. } if self.options.deps.is_empty() => {
                (quote_spanned!(self.site=> &#kept), look("ByValue", None, kept))
            }
            Form::Value { kept, .. } => (kept.to_token_stream(), look("With", Some(self.key()), kept)),
            Form::Lent(lent) | Form::LentOk { lent, .. } => {
                (lent.to_token_stream(), self.each_some(&look("Lent", None, ungrouped(&lent.elem))))
            }
            Form::LentSome(lent) => {
                let look = look("LentSome", None, ungrouped(&lent.elem));
                let inner = self.each_some(&quote_spanned!(self.site=> __option));
                let value = quote_spanned! {self.site=>
                    match #look { #p::Some(__option) => #p::Some(#inner), #p::None => #p::None }
                };
                (quote_spanned!(self.site=> #p::Option<#lent>), value)
            }
        };
        let sig = self.getter.signature(self.beside("_cached"));
        let output =
            ReturnType::Type(syn::Token![->](self.site), Box::new(syn::Type::Verbatim(quote!(#p::Option<#output>))));
        let sig = Signature { asyncness: None, safety: Safety::Default, abi: None, output, ..sig };
        let when = if self.options.deps.is_empty() { "" } else { " for the dependencies as they are now" };
        let doc = self.doc(|name| format!("The value of [`{name}`](Self::{name}), if it is there already{when}."));
        let attrs =
            quote_spanned!(self.site=> #doc #[must_use] #[allow(clippy::option_option, clippy::type_complexity)]);
        let traits = quote_spanned! {self.site=>
            #[allow(unused_imports)]
            use #p::{Look1 as _, Look2 as _, Look3 as _};
        };
        self.operation(&attrs, &sig.to_token_stream(), quote!(#traits #take #value))
    }

    /// `area_cache_clear(&mut self)`
    fn clear(&self) -> TokenStream {
        let (p, field, name) = (&self.p, &self.field, self.beside("_cache_clear"));
        let doc = self.doc(|name| format!("Forgets the value of [`{name}`](Self::{name}): who asks next computes it."));
        let sig = quote_spanned!(self.site=> fn #name(&mut self));
        let body = quote_spanned!(self.site=> let Self { #field: __field, .. } = self; #p::clear_field(__field););
        self.operation(&doc, &sig, body)
    }

    /// `Circle::area_cache_info()`
    fn info(&self) -> TokenStream {
        let (p, name, site) = (&self.p, self.beside("_cache_info"), self.beside_as("__", "_cache_site"));
        let doc = self.doc(|name| {
            let hits = if self.options.stats { ", and how often the value was there" } else { "" };
            format!("How often [`{name}`](Self::{name}) was computed (`misses`){hits}, over all instances.")
        });
        let sig = quote_spanned!(self.site=> fn #name() -> #p::CacheInfo);
        let body = quote_spanned!(self.site=> Self::#site().info());
        self.operation(&quote_spanned!(self.site=> #doc #[must_use]), &sig, body)
    }

    /// The counts, in a static that the getter and `area_cache_info` reach alike, whatever the type is generic over.
    fn site_item(&self) -> TokenStream {
        let (p, name, cfg) = (&self.p, self.beside_as("__", "_cache_site"), &self.attributes.cfg);
        let tally = Ident::new(if self.options.stats { "FieldStats" } else { "FieldSite" }, self.site);
        quote_spanned! {self.site=>
            #cfg #[doc(hidden)] #[allow(dead_code)]
            fn #name() -> &'static #p::#tally {
                static SITE: #p::#tally = #p::#tally::new();
                &SITE
            }
        }
    }

    fn operation(&self, attrs: &TokenStream, sig: &TokenStream, body: TokenStream) -> TokenStream {
        let Attributes { lints, cfg, .. } = &self.attributes;
        let vis = &self.getter.vis;
        let block = Group::new(Delimiter::Brace, body);
        quote_spanned!(self.site=> #attrs #[allow(dead_code)] #lints #cfg #vis #sig #block)
    }

    fn doc(&self, text: impl FnOnce(&Ident) -> String) -> TokenStream {
        let text = text(&self.getter.name().unraw());
        quote_spanned!(self.site=> #[doc = #text])
    }

    fn beside(&self, suffix: &str) -> Ident {
        self.beside_as("", suffix)
    }

    /// A name made from the getter's, seen wherever the getter is.
    fn beside_as(&self, prefix: &str, suffix: &str) -> Ident {
        let name = self.getter.name();
        format_ident!("{prefix}{}{suffix}", name.unraw(), span = name.span())
    }
}
