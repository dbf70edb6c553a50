//! The implementation of `Key`.

mod stored;

use super::fields::{FieldStyle, KeyField, KeyVariant, Shape};
use super::input::TypeInput;
use crate::diagnostics::located_at;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Member, Path, parse_quote_spanned};

/// Expands a type without mistakes.
pub(crate) fn expand(input: &TypeInput, shape: &Shape, facade: Option<Path>) -> TokenStream {
    let span = Span::mixed_site();
    let facade = facade.map(|path| quote!(#path::__private));
    let p = facade.unwrap_or_else(|| quote_spanned!(span=> ::memokit::__private));
    KeyPrinter { input, shape, p, span }.items()
}

/// What every part of an expansion repeats.
struct KeyPrinter<'i> {
    input: &'i TypeInput,
    shape: &'i Shape,
    /// The path of the private module.
    p: TokenStream,
    span: Span,
}

impl KeyPrinter<'_> {
    fn items(&self) -> TokenStream {
        let (stored, fields, implementation) = (self.stored(), self.field_types(), self.implementation());
        quote_spanned!(self.span=> const _: () = { #stored #fields #implementation };)
    }

    fn nth(&self, prefix: &str, index: usize) -> Ident {
        format_ident!("{prefix}{index}", span = self.span)
    }

    fn implementation(&self) -> TokenStream {
        let (p, name, span) = (&self.p, &self.input.name, self.span);
        let mut generics = self.input.generics.clone();
        // Bounds on the fields and not on the parameters: a parameter that occurs only in skipped
        // fields need not be a key.
        for (_, field) in self.params() {
            let ty = &field.ty;
            generics.make_where_clause().predicates.push(parse_quote_spanned!(span=> #ty: #p::Key));
        }
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let arguments = self.params().map(|(_, field)| {
            let ty = &field.ty;
            quote_spanned!(span=> <#ty as #p::Key>::Stored)
        });
        // Not `Self::Stored`: a variant may have that name too.
        let stored = quote_spanned!(span=> __Stored<#(#arguments),*>);
        let hash = self.shape.variants.iter().enumerate().map(|(index, variant)| self.hash(index, variant));
        let matches = self.shape.variants.iter().map(|variant| self.matches(variant));
        let store = self.shape.variants.iter().map(|variant| self.store(variant));
        let otherwise = (self.shape.variants.len() > 1).then(|| quote_spanned!(span=> _ => false,));
        // An enum without variants has no values to match.
        let (this, matches) = if self.shape.variants.is_empty() {
            (quote_spanned!(span=> *self), quote_spanned!(span=> match *self {}))
        } else {
            (quote_spanned!(span=> self), quote_spanned!(span=> match (self, __stored) { #(#matches)* #otherwise }))
        };
        quote_spanned! {span=>
            #[automatically_derived]
            #[allow(unused_variables, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
            impl #impl_generics #p::Key for #name #type_generics #where_clause {
                type Stored = #stored;

                #[inline]
                fn hash_key<__H: #p::Hasher>(&self, __state: &mut __H) {
                    match #this { #(#hash)* }
                }

                #[inline]
                fn matches(&self, __stored: &#stored) -> #p::bool {
                    #matches
                }

                #[inline]
                fn to_stored(&self) -> #stored {
                    match #this { #(#store)* }
                }
            }
        }
    }

    /// The implementation of `Key` for a field's type. All uses of it have the user's type and its
    /// span, so that for a type without one the compiler makes equal errors, and prints one.
    fn key(&self, ty: &syn::Type) -> TokenStream {
        let (first, last) = ends(ty);
        let (open, p) = (quote_spanned!(first=> <), located_at(last, self.p.clone()));
        let rest = quote_spanned!(last=> as #p::Key>);
        quote!(#open #ty #rest)
    }

    /// Hashes the index of the variant, then its fields in order.
    fn hash(&self, index: usize, variant: &KeyVariant) -> TokenStream {
        let (p, pattern) = (&self.p, self.pattern(&quote_spanned!(self.span=> Self), variant, "__f", true));
        let index = index as u64;
        let which = self.shape.is_enum.then(|| quote_spanned!(self.span=> #p::Hasher::write_u64(__state, #index);));
        let fields = variant.fields.iter().zip(Self::bindings(variant, "__f")).map(|(field, binding)| {
            let key = self.key(&field.ty);
            quote_spanned!(self.span=> #key::hash_key(#binding, __state);)
        });
        quote_spanned!(self.span=> #pattern => { #which #(#fields)* })
    }

    fn matches(&self, variant: &KeyVariant) -> TokenStream {
        let ours = self.pattern(&quote_spanned!(self.span=> Self), variant, "__f", true);
        let theirs = self.pattern(&quote_spanned!(self.span=> __Stored), variant, "__s", false);
        let pairs = Self::bindings(variant, "__f").zip(Self::bindings(variant, "__s"));
        let fields = variant.fields.iter().zip(pairs).map(|(field, (ours, theirs))| {
            let theirs = if field.boxed { quote_spanned!(self.span=> &**#theirs) } else { theirs.to_token_stream() };
            let key = self.key(&field.ty);
            quote_spanned!(field.ty.span()=> && #key::matches(#ours, #theirs))
        });
        quote_spanned!(self.span=> (#ours, #theirs) => true #(#fields)*,)
    }

    fn store(&self, variant: &KeyVariant) -> TokenStream {
        let p = &self.p;
        let pattern = self.pattern(&quote_spanned!(self.span=> Self), variant, "__f", true);
        let path = self.path(&quote_spanned!(self.span=> __Stored), variant);
        let fields = variant.fields.iter().enumerate().zip(Self::bindings(variant, "__f"));
        let fields = fields.map(|((index, field), binding)| {
            let name = Self::stored_name(field, index);
            let key = self.key(&field.ty);
            let stored = quote_spanned!(field.ty.span()=> #key::to_stored(#binding));
            let stored = if field.boxed { quote_spanned!(self.span=> #p::Box::new(#stored)) } else { stored };
            quote_spanned!(self.span=> #name: #stored)
        });
        let end = self.end(variant).map(|end| quote_spanned!(self.span=> #end: (),));
        quote_spanned!(self.span=> #pattern => #path { #(#fields,)* #end },)
    }

    /// A pattern that binds the fields of the key, with braces for tuples too: `Self { 0: a, .. }`.
    fn pattern(&self, ty: &TokenStream, variant: &KeyVariant, prefix: &str, of_the_user: bool) -> TokenStream {
        let path = self.path(ty, variant);
        let fields =
            variant.fields.iter().enumerate().zip(Self::bindings(variant, prefix)).map(|((index, field), binding)| {
                let member = if of_the_user { field.member.clone() } else { Self::stored_name(field, index) };
                quote_spanned!(self.span=> #member: #binding)
            });
        let more = if of_the_user { variant.skips_some } else { self.end(variant).is_some() };
        let rest = more.then(|| quote_spanned!(self.span=> ..));
        quote_spanned!(self.span=> #path { #(#fields,)* #rest })
    }

    fn path(&self, ty: &TokenStream, variant: &KeyVariant) -> TokenStream {
        match &variant.name {
            Some(name) => quote_spanned!(self.span=> #ty::#name),
            None => ty.clone(),
        }
    }

    /// With the spans of the fields' types, as in [`key`](Self::key).
    fn bindings(variant: &KeyVariant, prefix: &str) -> impl Iterator<Item = Ident> {
        let fields = variant.fields.iter().enumerate();
        fields.map(move |(index, field)| format_ident!("{prefix}{index}", span = field.ty.span()))
    }

    /// The field's name or position in the stored form: skipped fields leave no gap in a tuple.
    /// Located at the field's type, as in [`key`](Self::key).
    fn stored_name(field: &KeyField, index: usize) -> Member {
        let mut member = match &field.member {
            Member::Named(name) => Member::Named(name.clone()),
            Member::Unnamed(_) => Member::from(index),
        };
        match &mut member {
            Member::Named(name) => name.set_span(name.span().located_at(field.ty.span())),
            Member::Unnamed(index) => index.span = field.ty.span(),
        }
        member
    }

    /// The name of the last field of a stored struct: a `()`. Whether a struct is `Sized` depends
    /// on its last field, so that it does not depend on types that may not be keys.
    fn end(&self, variant: &KeyVariant) -> Option<Member> {
        match variant.style {
            _ if self.shape.is_enum => None,
            FieldStyle::Named => Some(Member::Named(Ident::new("__end", self.span))),
            FieldStyle::Tuple => Some(Member::from(variant.fields.len())),
            FieldStyle::Unit => None,
        }
    }

    /// The parameters of the stored form, each with the field that it stands for.
    fn params(&self) -> impl Iterator<Item = (Ident, &KeyField)> {
        let generic = self.shape.fields().filter(|field| field.generic);
        generic.enumerate().map(|(index, field)| (self.nth("__S", index), field))
    }
}

/// The spans of the first and of the last token of a type.
fn ends(ty: &syn::Type) -> (Span, Span) {
    let last = ty.to_token_stream().into_iter().last().map(|token| token.span());
    (ty.span(), last.unwrap_or_else(|| ty.span()))
}
