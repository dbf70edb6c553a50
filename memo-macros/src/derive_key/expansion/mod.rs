//! The implementation of `Key`.

mod stored;

use super::fields::{KeyField, KeyVariant, Shape};
use super::input::TypeInput;
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
            #[allow(unused_variables, clippy::all, clippy::pedantic)]
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

    /// Hashes the index of the variant, then its fields in order.
    fn hash(&self, index: usize, variant: &KeyVariant) -> TokenStream {
        let (p, pattern) = (&self.p, self.pattern(&quote_spanned!(self.span=> Self), variant, "__f", true));
        let index = index as u64;
        let which = self.shape.is_enum.then(|| quote_spanned!(self.span=> #p::Hasher::write_u64(__state, #index);));
        let fields =
            self.bindings(variant, "__f").map(|field| quote_spanned!(self.span=> #p::Key::hash_key(#field, __state);));
        quote_spanned!(self.span=> #pattern => { #which #(#fields)* })
    }

    fn matches(&self, variant: &KeyVariant) -> TokenStream {
        let p = &self.p;
        let ours = self.pattern(&quote_spanned!(self.span=> Self), variant, "__f", true);
        let theirs = self.pattern(&quote_spanned!(self.span=> __Stored), variant, "__s", false);
        let pairs = self.bindings(variant, "__f").zip(self.bindings(variant, "__s"));
        let fields = variant.fields.iter().zip(pairs).map(|(field, (ours, theirs))| {
            let theirs = if field.boxed { quote_spanned!(self.span=> &**#theirs) } else { theirs.to_token_stream() };
            quote_spanned!(at(&field.ty)=> && #p::Key::matches(#ours, #theirs))
        });
        quote_spanned!(self.span=> (#ours, #theirs) => true #(#fields)*,)
    }

    fn store(&self, variant: &KeyVariant) -> TokenStream {
        let p = &self.p;
        let pattern = self.pattern(&quote_spanned!(self.span=> Self), variant, "__f", true);
        let path = self.path(&quote_spanned!(self.span=> __Stored), variant);
        let fields = variant.fields.iter().enumerate().zip(self.bindings(variant, "__f"));
        let fields = fields.map(|((index, field), binding)| {
            let name = Self::stored_name(field, index);
            let stored = quote_spanned!(at(&field.ty)=> #p::Key::to_stored(#binding));
            let stored = if field.boxed { quote_spanned!(self.span=> #p::Box::new(#stored)) } else { stored };
            quote_spanned!(self.span=> #name: #stored)
        });
        quote_spanned!(self.span=> #pattern => #path { #(#fields,)* },)
    }

    /// A pattern that binds the fields of the key, with braces for tuples too: `Self { 0: a, .. }`.
    fn pattern(&self, ty: &TokenStream, variant: &KeyVariant, prefix: &str, of_the_user: bool) -> TokenStream {
        let path = self.path(ty, variant);
        let fields =
            variant.fields.iter().enumerate().zip(self.bindings(variant, prefix)).map(|((index, field), binding)| {
                let member = if of_the_user { field.member.clone() } else { Self::stored_name(field, index) };
                quote_spanned!(self.span=> #member: #binding)
            });
        let rest = (of_the_user && variant.skips_some).then(|| quote_spanned!(self.span=> ..));
        quote_spanned!(self.span=> #path { #(#fields,)* #rest })
    }

    fn path(&self, ty: &TokenStream, variant: &KeyVariant) -> TokenStream {
        match &variant.name {
            Some(name) => quote_spanned!(self.span=> #ty::#name),
            None => ty.clone(),
        }
    }

    fn bindings(&self, variant: &KeyVariant, prefix: &str) -> impl Iterator<Item = Ident> + use<> {
        let (prefix, span) = (prefix.to_owned(), self.span);
        (0..variant.fields.len()).map(move |index| format_ident!("{prefix}{index}", span = span))
    }

    /// The field's name or position in the stored form: skipped fields leave no gap in a tuple.
    fn stored_name(field: &KeyField, index: usize) -> Member {
        match &field.member {
            Member::Named(name) => Member::Named(name.clone()),
            Member::Unnamed(_) => Member::from(index),
        }
    }

    /// The parameters of the stored form, each with the field that it stands for.
    fn params(&self) -> impl Iterator<Item = (Ident, &KeyField)> {
        let generic = self.shape.fields().filter(|field| field.generic);
        generic.enumerate().map(|(index, field)| (self.nth("__S", index), field))
    }
}

/// Where mistakes with a field's type are reported.
fn at(ty: &syn::Type) -> Span {
    Span::mixed_site().located_at(ty.span())
}
