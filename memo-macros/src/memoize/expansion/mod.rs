//! What the attribute leaves behind: the wrapper under the user's name, the user's function as `uncached`, and the operations.
//!
//! Where they stand depends on the place of the function:
//!
//! | place | `uncached` and the operations |
//! |---|---|
//! | free function | associated functions of an empty `enum` of the same name: types and functions do not share a namespace |
//! | method | siblings in the same block, `name_uncached`, `name_cache_info`, .. |
//! | method in a memoized trait impl | siblings in an inherent impl after the block |
//! | `handle = false` | none; the body moves inside the wrapper |

mod entry;
mod operations;
mod query;
mod store;
mod wrapper;

use super::model::{Model, Place};
use super::options::Handle;
use crate::attributes::Attributes;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{FnArg, GenericParam, Token};

/// The tokens of one memoized function.
pub(crate) struct Expansion {
    /// The function itself.
    pub(crate) function: TokenStream,
    /// What stands beside it.
    pub(crate) beside: TokenStream,
}

/// Expands one function that passed all checks.
pub(crate) fn expand(model: &Model) -> Expansion {
    Printer::new(model).expansion()
}

/// How the operations are reached.
enum Surface {
    /// `fib::peek(..)`
    Handle(Ident),
    /// `Self::dist_peek(..)`
    Siblings(String),
    /// Not at all.
    Inline,
}

/// The model and the few names that every part of an expansion repeats.
struct Printer<'m> {
    model: &'m Model,
    surface: Surface,
    attributes: Attributes,
    /// The plumbing module.
    p: TokenStream,
    /// Where the macro's own names live.
    site: Span,
}

impl<'m> Printer<'m> {
    fn new(model: &'m Model) -> Self {
        let site = Span::mixed_site().located_at(model.name().span());
        let named = match &model.options.surface.handle {
            Some(Handle::Named(name)) => Some(name),
            _ => None,
        };
        let surface = match model.place {
            _ if model.options.surface.without_handle() => Surface::Inline,
            Place::Free => {
                let mut name = named.unwrap_or(model.name()).clone();
                name.set_span(Span::mixed_site().located_at(name.span()));
                Surface::Handle(name)
            }
            Place::Beside | Place::OfTrait => Surface::Siblings(named.unwrap_or(model.name()).unraw().to_string()),
        };
        Self { model, surface, attributes: Attributes::sort(&model.function.attrs), p: model.plumbing(), site }
    }

    fn expansion(&self) -> Expansion {
        let beside = match &self.surface {
            Surface::Handle(name) => self.handle(name),
            Surface::Siblings(_) => {
                let uncached = self.uncached();
                let (inner, operations) = (self.inner(), self.operations());
                quote!(#uncached #inner #operations)
            }
            Surface::Inline => TokenStream::new(),
        };
        Expansion { function: self.function(), beside }
    }

    /// The function that everybody calls.
    fn function(&self) -> TokenStream {
        let Attributes { wrapper, body_alone, lints, cfg, .. } = &self.attributes;
        let body = matches!(self.surface, Surface::Inline).then_some(body_alone);
        let site = self.site;
        let note = self.note().map(|note| quote_spanned!(site=> #[doc = #note]));
        let vis = self.model.vis();
        let signature = self.wrapper_signature();
        let mut block = Group::new(Delimiter::Brace, self.wrapper_body());
        // With the user's own braces the function ends in the user's code, and rustc still says so when nobody calls it.
        block.set_span(self.model.function.body.span());
        let quiet = quote_spanned!(site=> #[allow(clippy::used_underscore_binding)]);
        quote!(#cfg #wrapper #body #note #lints #quiet #vis #signature #block)
    }

    /// The empty enum that carries the operations of a free function.
    fn handle(&self, name: &Ident) -> TokenStream {
        let Attributes { cfg, lints, .. } = &self.attributes;
        let (vis, uncached, inner) = (self.model.vis(), self.uncached(), self.inner());
        let (operations, quiet) = (self.operations(), self.quiet());
        quote_spanned! {self.site=>
            #cfg #[doc(hidden)] #[allow(non_camel_case_types)] #vis enum #name {}
            #cfg #[doc(hidden)] #lints impl #name { #uncached #inner }
            #cfg #[doc(hidden)] #lints #quiet impl #name { #operations }
        }
    }

    /// The user's function under its second name.
    fn uncached(&self) -> TokenStream {
        let Attributes { body, lints, cfg, .. } = &self.attributes;
        let mut sig = self.model.function.sig.clone();
        sig.ident = self.operation("uncached");
        sig.fn_token.span = self.site;
        let vis = self.operation_vis();
        let code = &self.model.function.body;
        // Its documentation is that of the wrapper: repeated here, its examples would run twice.
        quote_spanned! {self.site=>
            #cfg #lints #body #[doc(hidden)]
            #[allow(clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::missing_safety_doc)]
            #vis #sig #code
        }
    }

    /// One line for readers of the documentation.
    fn note(&self) -> Option<String> {
        let name = self.model.name();
        match &self.surface {
            Surface::Handle(handle) => Some(format!(
                "\n\nMemoized: see `{handle}::cache_info()`, `{handle}::cache_clear()` and the other operations of its cache."
            )),
            Surface::Siblings(prefix) => Some(format!(
                "\n\nMemoized: see `{prefix}_cache_info()`, `{prefix}_cache_clear()` and the other `{prefix}_..` operations of the cache of `{name}`."
            )),
            Surface::Inline => None,
        }
    }

    /// The name of an operation, as it is declared.
    fn operation(&self, name: &str) -> Ident {
        match &self.surface {
            Surface::Handle(_) => Ident::new(name, self.site),
            Surface::Siblings(prefix) => match name.strip_prefix("__") {
                Some(hidden) => Ident::new(&format!("__{prefix}_{hidden}"), self.site),
                None => Ident::new(&format!("{prefix}_{name}"), self.site),
            },
            Surface::Inline => Ident::new(&format!("__{}", name.trim_start_matches('_')), self.site),
        }
    }

    /// The path of an operation, as it is called.
    fn operation_path(&self, name: &str) -> TokenStream {
        let operation = self.operation(name);
        match &self.surface {
            Surface::Handle(handle) => quote_spanned!(self.site=> #handle::#operation),
            Surface::Siblings(_) => quote_spanned!(self.site=> Self::#operation),
            Surface::Inline => operation.into_token_stream(),
        }
    }

    /// Operations are as visible as the function; those of a trait's method, which has no visibility of its own, as the type.
    fn operation_vis(&self) -> TokenStream {
        match self.model.place {
            Place::OfTrait => quote_spanned!(self.site=> pub),
            // What lints say about the user's `pub` they say about the function itself.
            _ => relocated(self.model.vis().to_token_stream(), self.site),
        }
    }

    /// `::<T, N>`, or nothing where there is nothing to say.
    fn turbofish(&self) -> TokenStream {
        let (types, consts) = (self.model.type_params(), self.model.const_params());
        if types.is_empty() && consts.is_empty() { TokenStream::new() } else { self.turbofish_and(&TokenStream::new()) }
    }

    /// `::<T, N, more>`
    fn turbofish_and(&self, more: &TokenStream) -> TokenStream {
        let names = self.model.function.sig.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        quote_spanned!(self.site=> ::<#(#names,)* #more>)
    }

    /// `::<T, N, _>`, or nothing where there is nothing to say.
    fn turbofish_and_one(&self) -> TokenStream {
        let turbofish = self.turbofish();
        if turbofish.is_empty() { turbofish } else { self.turbofish_and(&quote!(_)) }
    }

    /// `self, a, b`: the arguments handed on.
    fn handed_on(&self) -> TokenStream {
        let receiver = self.model.receiver.as_ref().map(|receiver| &receiver.self_token);
        let names = receiver.map(ToTokens::to_token_stream).into_iter();
        let names = names.chain(self.model.arguments.iter().map(|argument| argument.name.to_token_stream()));
        quote!(#(#names),*)
    }

    /// `&self, a: A, more`
    fn plain_inputs_and(&self, more: &TokenStream) -> TokenStream {
        let mut inputs = self.plain_inputs();
        if !inputs.empty_or_trailing() {
            inputs.push_punct(Token![,](self.site));
        }
        quote!(#inputs #more)
    }

    /// `&self, a: A, b: B`: the arguments as the wrapper and the operations take them, each under a plain name.
    fn plain_inputs(&self) -> Punctuated<FnArg, Token![,]> {
        let mut arguments = self.model.arguments.iter();
        let mut inputs = self.model.function.sig.inputs.clone();
        for input in &mut inputs {
            match input {
                FnArg::Receiver(receiver) => receiver.mutability = None,
                FnArg::Typed(typed) => {
                    if let Some(argument) = arguments.next() {
                        let name = &argument.name;
                        *typed.pat = syn::parse_quote!(#name);
                    }
                }
            }
        }
        inputs
    }
}

/// The same tokens as a part of the expansion, for keywords and paths of modules.
fn relocated(tokens: TokenStream, site: Span) -> TokenStream {
    let relocate = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), relocated(group.stream(), site)).into();
        }
        token.set_span(site.located_at(token.span()));
        token
    };
    tokens.into_iter().map(relocate).collect()
}
