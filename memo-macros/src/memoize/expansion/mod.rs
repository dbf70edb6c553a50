//! Generates the wrapper under the user's name, the user's function as `uncached`, and the
//! operations.
//!
//! | function | `uncached` and the operations |
//! |---|---|
//! | free | associated functions of an empty `enum` of the same name (types and functions have different namespaces) |
//! | method | functions in the same block: `name_uncached`, `name_cache_info`, .. |
//! | method in a memoized `impl` of a trait | functions in an inherent `impl` after the block |
//! | `handle = false` | none; the body is inside the wrapper |

mod dispatch;
mod names;
mod operations;
mod query;
mod store;
mod wrapper;

use super::model::{Context, Model};
use super::options::parsed::Handle;
use crate::attributes::Attributes;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

/// The tokens of one memoized function.
pub(crate) struct Expansion {
    /// The function itself.
    pub(crate) function: TokenStream,
    /// The items generated beside it.
    pub(crate) beside: TokenStream,
}

/// Expands one function that passed all checks.
pub(crate) fn expand(model: &Model) -> Expansion {
    MemoizePrinter::new(model).expansion()
}

/// How the operations are called.
enum Surface {
    /// `fib::peek(..)`
    Handle(Ident),
    /// `Self::dist_peek(..)`
    Siblings(String),
    /// There are none.
    Inline,
}

/// The model, and what every part of an expansion repeats.
struct MemoizePrinter<'m> {
    model: &'m Model,
    surface: Surface,
    attributes: Attributes,
    /// The path of the private module.
    p: TokenStream,
    /// The span of generated tokens: hygienic as in `macro_rules`, and located at the function's
    /// name.
    span: Span,
}

impl<'m> MemoizePrinter<'m> {
    fn new(model: &'m Model) -> Self {
        let span = Span::mixed_site().located_at(model.name().span());
        let named = match &model.options.handle {
            Some(Handle::Named(name)) => Some(name),
            _ => None,
        };
        let surface = match model.context {
            _ if model.options.without_handle() => Surface::Inline,
            Context::Free => {
                let mut name = named.unwrap_or(model.name()).clone();
                name.set_span(Span::mixed_site().located_at(name.span()));
                Surface::Handle(name)
            }
            Context::Associated | Context::TraitImpl => {
                Surface::Siblings(named.unwrap_or(model.name()).unraw().to_string())
            }
        };
        Self { model, surface, attributes: Attributes::sort(&model.function.attrs), p: model.private_module(), span }
    }

    fn expansion(&self) -> Expansion {
        let beside = match &self.surface {
            Surface::Handle(name) => self.handle(name),
            Surface::Siblings(_) => {
                let uncached = self.uncached();
                let (helpers, operations) = (self.helpers(), self.operations());
                quote!(#uncached #helpers #operations)
            }
            Surface::Inline => TokenStream::new(),
        };
        Expansion { function: self.function(), beside }
    }

    /// The wrapper.
    fn function(&self) -> TokenStream {
        let Attributes { wrapper, body_alone, lints, cfg, .. } = &self.attributes;
        let body = matches!(self.surface, Surface::Inline).then_some(body_alone);
        let span = self.span;
        let note = self.note().map(|note| quote_spanned!(span=> #[doc = #note]));
        let vis = self.model.vis();
        let signature = self.wrapper_signature();
        let mut block = Group::new(Delimiter::Brace, self.wrapper_body());
        // The braces keep the user's span: rustc reports unused functions only in code that a user
        // wrote.
        block.set_span(self.model.function.body.span());
        let allow = quote_spanned!(span=> #[allow(clippy::used_underscore_binding, clippy::implicit_return)]);
        quote!(#cfg #wrapper #body #note #lints #allow #vis #signature #block)
    }

    /// The empty enum that has the operations of a free function.
    fn handle(&self, name: &Ident) -> TokenStream {
        let Attributes { cfg, hidden, lints, .. } = &self.attributes;
        let doc = format!("Operations on the cache of {}.", link("fn", self.model.name()));
        let (vis, uncached, helpers) = (self.model.vis(), self.uncached(), self.helpers());
        let (operations, allow) = (self.operations(), self.allow_lints());
        quote_spanned! {self.span=>
            #cfg #hidden #[doc = #doc] #[allow(non_camel_case_types, clippy::exhaustive_enums)]
            #vis enum #name {}
            #cfg #lints impl #name { #uncached #helpers }
            #cfg #lints #allow impl #name { #operations }
        }
    }

    /// The user's function, renamed.
    fn uncached(&self) -> TokenStream {
        let Attributes { body, lints, cfg, hidden, .. } = &self.attributes;
        let mut sig = self.model.function.sig.clone();
        sig.ident = self.operation("uncached");
        sig.fn_token.span = self.span;
        let vis = self.operation_vis();
        let code = &self.model.function.body;
        // The user's documentation goes on the wrapper only: repeated here, its examples would run
        // twice.
        quote_spanned! {self.span=>
            #cfg #hidden #lints #body #[doc = "Calls the original function, without the cache."]
            #[allow(clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::missing_safety_doc)]
            #[allow(clippy::missing_inline_in_public_items, clippy::single_call_fn)]
            #vis #sig #code
        }
    }

    /// A line about the operations, added to the function's documentation.
    fn note(&self) -> Option<String> {
        match &self.surface {
            Surface::Handle(handle) => Some(format!(
                "\n\nMemoized: {} has the operations of its cache, such as `{handle}::cache_info()`.",
                link("enum", handle)
            )),
            Surface::Siblings(prefix) => Some(format!(
                "\n\nMemoized: `{prefix}_cache_info`, `{prefix}_cache_clear` and other functions with this prefix are the \
                 operations of its cache."
            )),
            Surface::Inline => None,
        }
    }
}

/// A link to an item of this name and kind. rustdoc resolves no raw names.
fn link(kind: &str, name: &Ident) -> String {
    if *name == name.unraw() { format!("[`{name}`]({kind}@{name})") } else { format!("`{name}`") }
}
