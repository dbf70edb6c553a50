//! Facts about the function: its context, arguments and result. Nothing is decided or printed here.

use super::item::Function;
use super::options::parsed::Options;
use super::scan;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    FnArg, GenericParam, Pat, Receiver, ReceiverKind, ReturnType, Signature, Token, Type, TypeParamBound, Visibility,
    parse_quote,
};

/// What surrounds the function.
#[derive(Clone, Copy)]
pub(crate) enum Context {
    /// A module, or another function's body.
    Free,
    /// An `impl` block or a trait. Generated functions go into the same block.
    Associated,
    /// An `impl` of a trait, which cannot contain other functions. Generated ones go into an
    /// inherent `impl`.
    TraitImpl,
}

/// One argument that is not the receiver.
pub(crate) struct Argument {
    /// Its name in the wrapper: the user's, if the pattern is a plain name.
    pub(crate) name: Ident,
    /// Its type as written.
    pub(crate) ty: Type,
    /// `impl Trait`.
    pub(crate) opaque: bool,
    /// Left out of the key.
    pub(crate) ignored: bool,
    /// The names that a pattern binds; only the body sees them.
    pub(crate) inner_names: Vec<Ident>,
    /// The pattern as written, if it is more than a name.
    pub(crate) pattern: Option<Pat>,
    /// `mut`, if the body may assign to it.
    pub(crate) mutable: Option<Token![mut]>,
}

/// What later stages need to know.
pub(crate) struct Model {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) context: Context,
    pub(crate) receiver: Option<Receiver>,
    /// The receiver is left out of the key.
    pub(crate) receiver_ignored: bool,
    pub(crate) arguments: Vec<Argument>,
    /// The result's type as written; `()` if there is none.
    pub(crate) result: Type,
}

impl Model {
    /// Collects the facts. `known` is the context, if the `impl` block around the function has the
    /// attribute; else it is inferred.
    pub(crate) fn new(mut function: Function, options: Options, known: Option<Context>) -> Self {
        let sig = &function.sig;
        let receiver = sig.receiver().cloned();
        let context = known.unwrap_or_else(|| {
            let mentions_self = || signature_mentions_self(sig) || scan::mentions_self(function.body.stream());
            let is_associated = receiver.is_some() || options.assoc.unwrap_or_else(mentions_self);
            if is_associated { Context::Associated } else { Context::Free }
        });
        if matches!(context, Context::Free) {
            capture_no_lifetimes(&mut function.sig);
        }
        let sig = &function.sig;
        let arguments = sig.inputs.iter().enumerate().filter_map(|(i, input)| argument(i, input, &options)).collect();
        let result = scan::returned(&sig.output).cloned().unwrap_or_else(|| syn::parse_quote!(()));
        let receiver_ignored = options.ignore.iter().any(|name| name == "self");
        Self { function, options, context, receiver, receiver_ignored, arguments, result }
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.function.sig.ident
    }

    pub(crate) fn vis(&self) -> &Visibility {
        &self.function.vis
    }

    pub(crate) fn is_method(&self) -> bool {
        !matches!(self.context, Context::Free)
    }

    pub(crate) fn is_async(&self) -> bool {
        self.function.sig.asyncness.is_some()
    }

    pub(crate) fn is_unsafe(&self) -> bool {
        matches!(self.function.sig.safety, syn::Safety::Unsafe(_))
    }

    /// `unsafe`, if the function is, with a span of the expansion.
    pub(crate) fn unsafety(&self) -> Option<TokenStream> {
        self.is_unsafe().then(|| quote_spanned!(Span::mixed_site()=> unsafe))
    }

    /// The result is `impl Trait`: its type cannot be named.
    pub(crate) fn is_opaque(&self) -> bool {
        matches!(self.result, Type::ImplTrait(_))
    }

    /// The names of the function's type parameters.
    pub(crate) fn type_params(&self) -> Vec<&Ident> {
        self.function
            .sig
            .generics
            .params
            .iter()
            .filter_map(|param| if let GenericParam::Type(t) = param { Some(&t.ident) } else { None })
            .collect()
    }

    /// The names of the function's const parameters.
    pub(crate) fn const_params(&self) -> Vec<&Ident> {
        self.function
            .sig
            .generics
            .params
            .iter()
            .filter_map(|param| if let GenericParam::Const(c) = param { Some(&c.ident) } else { None })
            .collect()
    }

    /// Whether a parameter only belongs to arguments that are left out of the key: it is left out
    /// with them.
    pub(crate) fn is_ignored(&self, parameter: &Ident) -> bool {
        let mentioned = |ty: &Type| scan::mentions(ty.to_token_stream(), &[parameter]);
        let (mut ignored, mut kept) = (false, mentioned(&self.result));
        for argument in self.arguments.iter().filter(|argument| mentioned(&argument.ty)) {
            ignored |= argument.ignored;
            kept |= !argument.ignored;
        }
        ignored && !kept
    }

    /// The argument's type depends on the caller: it is an `impl Trait` or names a type parameter.
    pub(crate) fn is_generic(&self, argument: &Argument) -> bool {
        argument.opaque || scan::mentions(argument.ty.to_token_stream(), &self.type_params())
    }

    /// The span for generated tokens about these tokens: errors are reported there, and local
    /// variables cannot clash with the user's.
    pub(crate) fn mixed_site_at(tokens: &impl ToTokens) -> Span {
        Span::mixed_site().located_at(tokens.span())
    }

    /// The path of the facade's private module.
    pub(crate) fn private_module(&self) -> TokenStream {
        let facade = self.options.facade.as_ref().map(|path| quote!(#path::__private));
        facade.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> ::memokit::__private))
    }
}

/// Without the function's name and keyword: an item inside a body has a `Self` of its own.
fn signature_mentions_self(sig: &Signature) -> bool {
    let Signature { generics, inputs, output, .. } = sig;
    let bounds = &generics.where_clause;
    scan::mentions_self(quote!(#generics #inputs #output #bounds))
}

/// Adds `use<T, ..>` to an `impl Trait` result, for else it captures in edition 2024 the lifetimes
/// of the arguments, and such a result cannot be cached. Not for methods, where the type parameters
/// of the `impl` would have to be named too.
fn capture_no_lifetimes(sig: &mut Signature) {
    let ReturnType::Type(_, result) = &mut sig.output else { return };
    let Type::ImplTrait(opaque) = scan::ungrouped(result) else { return };
    let is_precise = opaque.bounds.iter().any(|bound| matches!(bound, TypeParamBound::PreciseCapture(_)));
    // The type of such an argument has no name.
    let has_unnamed = sig
        .inputs
        .iter()
        .any(|input| scan::mentions(input.to_token_stream(), &[&Ident::new("impl", Span::call_site())]));
    let mut borrows = sig.generics.lifetimes().next().is_some();
    for input in &sig.inputs {
        if let FnArg::Typed(typed) = input {
            scan::borrows(&typed.ty, &mut |_| borrows = true);
        }
    }
    if is_precise || has_unnamed || !borrows {
        return;
    }
    let names = sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let end = opaque.to_token_stream().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let captures = quote_spanned!(end=> + use<#(#names),*>);
    **result = parse_quote!(#opaque #captures);
}

fn argument(index: usize, input: &FnArg, options: &Options) -> Option<Argument> {
    let FnArg::Typed(input) = input else { return None };
    let (name, pattern, mutable) = match &*input.pat {
        Pat::Ident(plain) if plain.subpat.is_none() && plain.by_ref.is_none() => {
            (plain.ident.clone(), None, plain.mutability)
        }
        other => (format_ident!("__arg{index}", span = Model::mixed_site_at(other)), Some(other.clone()), None),
    };
    let mut inner_names = Vec::new();
    if let Some(pattern) = &pattern {
        names_in(pattern.to_token_stream(), &mut inner_names);
    }
    Some(Argument {
        ignored: options.ignore.contains(&name),
        opaque: matches!(scan::ungrouped(&input.ty), Type::ImplTrait(_)),
        ty: (*input.ty).clone(),
        name,
        inner_names,
        pattern,
        mutable,
    })
}

/// What a pattern binds, precisely enough for a message: its lower-case names.
fn names_in(tokens: TokenStream, names: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(ident) => {
                let text = ident.unraw().to_string();
                let keyword = ["mut", "ref", "_"].contains(&text.as_str());
                if !keyword && text.starts_with(|c: char| c.is_lowercase() || c == '_') {
                    names.push(ident);
                }
            }
            proc_macro2::TokenTree::Group(group) => names_in(group.stream(), names),
            _ => {}
        }
    }
}

/// Whether the receiver is `&mut self` in one of its spellings.
pub(crate) fn takes_mut_self(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => {
            matches!(scan::ungrouped(ty), Type::Reference(reference) if reference.mutability.is_some())
        }
        _ => false,
    }
}
