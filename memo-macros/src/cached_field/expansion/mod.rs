//! Generates the getter, which reads its field, and beside it `area_cache_clear`, `area_cached`,
//! `area_cache_info` and `area_uncached`.
//!
//! The body moves to `area_uncached` if its type is known. The body of a getter that returns a
//! reference has the type of the field, which the attribute does not see; there, and with `handle =
//! false`, the body stays in the getter, as a closure.

mod operations;

use super::form::Form;
use super::getter::Getter;
use super::options::GetterOptions;
use crate::attributes::Attributes;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Member, Receiver, ReturnType};

/// Expands a getter that passed all checks.
pub(crate) fn expand(getter: &Getter, options: &GetterOptions, form: &Form) -> TokenStream {
    let Some(receiver) = getter.receiver() else { return TokenStream::new() };
    let span = getter.span();
    let field = options.field.clone().unwrap_or_else(|| Member::Named(getter.name().clone()));
    let separate_body = matches!(form, Form::Value { .. }) && !options.without_handle;
    let attributes = Attributes::sort(&getter.attrs);
    let p = private_module(options, span);
    GetterPrinter { getter, options, form, receiver, attributes, field, separate_body, p, span }.items()
}

/// The replacement for a getter with mistakes, if it returns a reference: its body has another type
/// than its signature, which without the attribute would be an error. Other getters stay as they
/// are.
pub(crate) fn fallback(getter: &Getter) -> Option<TokenStream> {
    Form::of(getter)?.reference()?;
    let (attrs, vis, sig) = (&getter.attrs, &getter.vis, &getter.sig);
    Some(quote_spanned!(getter.span()=> #(#attrs)* #vis #sig { loop {} }))
}

/// The path of the facade's private module.
fn private_module(options: &GetterOptions, span: Span) -> TokenStream {
    let facade = options.facade.as_ref().map(|path| quote!(#path::__private));
    facade.unwrap_or_else(|| quote_spanned!(span=> ::memokit::__private))
}

/// What every part of an expansion repeats.
struct GetterPrinter<'g> {
    getter: &'g Getter,
    options: &'g GetterOptions,
    form: &'g Form,
    receiver: &'g Receiver,
    attributes: Attributes,
    field: Member,
    /// The body is in `area_uncached`.
    separate_body: bool,
    /// The path of the private module.
    p: TokenStream,
    span: Span,
}

impl GetterPrinter<'_> {
    fn items(&self) -> TokenStream {
        let getter = self.wrapper();
        if self.options.without_handle {
            return getter;
        }
        let (cached, clear, info, stats) = (self.cached(), self.clear(), self.info(), self.stats_item());
        let uncached = self.separate_body.then(|| self.uncached());
        quote!(#getter #uncached #cached #clear #info #stats)
    }

    /// The getter under the user's name.
    fn wrapper(&self) -> TokenStream {
        let Getter { vis, sig, body, .. } = self.getter;
        let attrs = if self.separate_body {
            let Attributes { wrapper, lints, cfg, .. } = &self.attributes;
            quote!(#wrapper #lints #cfg)
        } else {
            self.getter.attrs.iter().map(ToTokens::to_token_stream).collect()
        };
        let (bind, read) = (self.bind_field(), self.read_field());
        // The braces keep the user's span: rustc reports unused functions only in code that a user
        // wrote.
        let mut block = Group::new(Delimiter::Brace, quote!(#bind #read));
        block.set_span(body.span());
        let allow = quote_spanned!(self.span=> #[allow(clippy::implicit_return)]);
        quote!(#attrs #allow #vis #sig #block)
    }

    /// Binds the field as `__field`, by a pattern: there a missing field gives one error, however
    /// often it is used.
    fn bind_field(&self) -> TokenStream {
        let (field, this) = (&self.field, self.receiver.self_token);
        quote_spanned!(self.span=> let Self { #field: __field, .. } = #this;)
    }

    /// Reads the field, and computes the value if it has none.
    fn read_field(&self) -> TokenStream {
        let p = &self.p;
        let (stats, compute) = (self.stats(), self.compute());
        let asynchronous = self.getter.is_async();
        let field = if !self.options.deps.is_empty() {
            let dependencies = self.dependencies();
            quote_spanned!(self.span=> &#p::with_deps(__field, #dependencies))
        } else if asynchronous {
            quote_spanned!(self.span=> #p::async_cell(__field))
        } else {
            quote_spanned!(self.span=> __field)
        };
        let call = |name: &str| {
            let name = if asynchronous { format!("{name}_async") } else { name.to_owned() };
            // If the types of field and getter differ, the error is reported at the return type.
            let at = match &self.getter.sig.output {
                ReturnType::Type(_, ty) => Span::mixed_site().located_at(ty.span()),
                ReturnType::Default => self.span,
            };
            let (name, p) = (Ident::new(&name, at), private_module(self.options, at));
            let await_ = asynchronous.then(|| quote_spanned!(at=> .await));
            quote_spanned!(at=> #p::#name(#field, #stats, #compute) #await_)
        };
        match self.form {
            Form::Value { .. } => call("by_value"),
            // Each through a variable or a pattern: there a `&String` coerces to the `&str` of the
            // getter.
            Form::ByRef(_) => {
                let reference = call("by_ref");
                quote_spanned!(self.span=> { let __value = #reference; __value })
            }
            Form::SomeByRef(_) => self.each_some(&call("by_ref")),
            Form::OkByRef { .. } => {
                let reference = call("try_by_ref");
                quote_spanned! {self.span=>
                    match #reference { #p::Ok(__value) => #p::Ok(__value), #p::Err(__error) => #p::Err(__error) }
                }
            }
        }
    }

    /// Rebuilds an `Option`, so that the value inside coerces.
    fn each_some(&self, option: &TokenStream) -> TokenStream {
        let p = &self.p;
        quote_spanned!(self.span=> match #option { #p::Some(__value) => #p::Some(__value), #p::None => #p::None })
    }

    /// The dependencies, borrowed.
    fn dependencies(&self) -> TokenStream {
        let this = self.receiver.self_token;
        let deps = self.options.deps.iter().map(|dep| quote_spanned!(self.span=> &#this.#dep));
        quote_spanned!(self.span=> (#(#deps,)*))
    }

    /// The statistics that the call is counted in.
    fn stats(&self) -> TokenStream {
        let p = &self.p;
        if self.options.without_handle {
            return quote_spanned!(self.span=> &#p::NoStats);
        }
        let stats = self.sibling_with("__", "_cache_stats");
        quote_spanned!(self.span=> Self::#stats())
    }

    /// The closure that computes.
    fn compute(&self) -> TokenStream {
        if self.separate_body {
            let (uncached, this) = (self.sibling("_uncached"), self.receiver.self_token);
            let call = quote_spanned!(self.span=> Self::#uncached(#this));
            return if self.getter.is_unsafe() {
                quote_spanned!(self.span=> || unsafe { #call })
            } else {
                quote_spanned!(self.span=> || #call)
            };
        }
        let body = &self.getter.body;
        let output = match self.form {
            Form::Value { result, .. } => Some(quote_spanned!(self.span=> -> #result)),
            Form::OkByRef { computed, .. } => Some(quote_spanned!(self.span=> -> #computed)),
            // The type of the field, which is inferred.
            Form::ByRef(_) | Form::SomeByRef(_) => None,
        };
        let head = if self.getter.is_async() {
            quote_spanned!(self.span=> async move ||)
        } else {
            quote_spanned!(self.span=> ||)
        };
        quote!(#head #output #body)
    }
}
