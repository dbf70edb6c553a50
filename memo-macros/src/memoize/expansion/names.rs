//! Names, paths and signatures that several parts of an expansion repeat.

use super::{MemoizePrinter, Surface};
use crate::memoize::model::Context;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{FnArg, GenericParam, Token};

impl MemoizePrinter<'_> {
    /// The name of an operation's declaration.
    pub(super) fn operation(&self, name: &str) -> Ident {
        match &self.surface {
            Surface::Handle(_) => Ident::new(name, self.span),
            Surface::Siblings(prefix) => match name.strip_prefix("__") {
                Some(hidden) => Ident::new(&format!("__{prefix}_{hidden}"), self.span),
                None => Ident::new(&format!("{prefix}_{name}"), self.span),
            },
            Surface::Inline => Ident::new(&format!("__{}", name.trim_start_matches('_')), self.span),
        }
    }

    /// The path to call an operation.
    pub(super) fn operation_path(&self, name: &str) -> TokenStream {
        let operation = self.operation(name);
        match &self.surface {
            // As a type: where the name means something else, such as a module, each use is the
            // same error, and the compiler prints it once.
            Surface::Handle(handle) => quote_spanned!(self.span=> <#handle>::#operation),
            Surface::Siblings(_) => quote_spanned!(self.span=> Self::#operation),
            Surface::Inline => operation.into_token_stream(),
        }
    }

    /// Operations are as visible as the function. Those of a method in a trait's `impl`, which has
    /// no visibility of its own, are `pub`, so that they are as visible as the type.
    pub(super) fn operation_vis(&self) -> TokenStream {
        match self.model.context {
            Context::TraitImpl => quote_spanned!(self.span=> pub),
            // Not the user's span: what lints say about the user's `pub` they say at the function
            // itself.
            _ => relocated(self.model.vis().to_token_stream(), self.span),
        }
    }

    /// `::<T, N>`, or nothing for a function without such parameters.
    pub(super) fn turbofish(&self) -> TokenStream {
        let (types, consts) = (self.model.type_params(), self.model.const_params());
        if types.is_empty() && consts.is_empty() { TokenStream::new() } else { self.turbofish_and(&TokenStream::new()) }
    }

    /// `::<T, N, more>`
    pub(super) fn turbofish_and(&self, more: &TokenStream) -> TokenStream {
        let names = self.model.function.sig.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        quote_spanned!(self.span=> ::<#(#names,)* #more>)
    }

    /// `::<T, N, _>`, or nothing for a function without such parameters.
    pub(super) fn turbofish_and_one(&self) -> TokenStream {
        let turbofish = self.turbofish();
        if turbofish.is_empty() { turbofish } else { self.turbofish_and(&quote!(_)) }
    }

    /// `self, a, b`: the arguments of the call, passed on.
    pub(super) fn forwarded_arguments(&self) -> TokenStream {
        let receiver = self.model.receiver.as_ref().map(|receiver| &receiver.self_token);
        let names = receiver.map(ToTokens::to_token_stream).into_iter();
        let names = names.chain(self.model.arguments.iter().map(|argument| argument.name.to_token_stream()));
        quote!(#(#names),*)
    }

    /// `&self, a: A, more`
    pub(super) fn plain_inputs_and(&self, more: &TokenStream) -> TokenStream {
        let mut inputs = self.plain_inputs();
        if !inputs.empty_or_trailing() {
            inputs.push_punct(Token![,](self.span));
        }
        quote!(#inputs #more)
    }

    /// `&self, a: A, b: B`: the arguments of the wrapper and of the operations, each with a plain
    /// name.
    pub(super) fn plain_inputs(&self) -> Punctuated<FnArg, Token![,]> {
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

/// The same tokens with spans of the expansion, for keywords and paths of modules.
fn relocated(tokens: TokenStream, span: Span) -> TokenStream {
    let relocate = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), relocated(group.stream(), span)).into();
        }
        token.set_span(span.located_at(token.span()));
        token
    };
    tokens.into_iter().map(relocate).collect()
}
