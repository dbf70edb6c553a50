//! The stored form.
//!
//! A stored form is `'static`, but the types of the user's fields need not be. So the stored form
//! names the stored form of each field, in one of two ways:
//!
//! - The types of most fields depend on lifetimes at most, and their stored forms on nothing. A
//!   private trait with an associated type per field gives it, implemented for the type with
//!   `'static` lifetimes. It is private because a field may have a private type.
//! - If a field's type depends on a type or const parameter, the stored form has its own parameter
//!   instead: `Stored<<T as Key>::Stored>`, since `Stored<T>` would need `T: 'static`.

use super::{KeyPrinter, ends};
use crate::derive_key::fields::{FieldStyle, KeyVariant};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericParam, Generics, WherePredicate};

impl KeyPrinter<'_> {
    /// The type of the stored form.
    pub(super) fn stored(&self) -> TokenStream {
        let p = &self.p;
        let params = self.params().map(|(param, _)| param);
        // In the order of all fields, like `stored_types`.
        let mut types = self.stored_types();
        let variants = self.shape.variants.iter().map(|variant| {
            let fields = variant.fields.iter().enumerate().map(|(index, field)| {
                let ty = types.next().unwrap_or_default();
                let ty = if field.boxed { quote_spanned!(self.span=> #p::Box<#ty>) } else { ty };
                let name = Self::stored_name(field, index);
                // As visible as the user's field, for closures that read keys.
                let vis = (!self.shape.is_enum).then_some(&field.vis);
                match variant.style {
                    FieldStyle::Named => quote_spanned!(self.span=> #vis #name: #ty),
                    FieldStyle::Tuple | FieldStyle::Unit => quote_spanned!(self.span=> #vis #ty),
                }
            });
            let end = self.end(variant);
            let fields = match variant.style {
                FieldStyle::Named => {
                    let end = end.map(|end| quote_spanned!(self.span=> #end: (),));
                    quote_spanned!(self.span=> { #(#fields,)* #end })
                }
                FieldStyle::Tuple => {
                    let end = end.map(|_| quote_spanned!(self.span=> ()));
                    quote_spanned!(self.span=> (#(#fields,)* #end))
                }
                FieldStyle::Unit => TokenStream::new(),
            };
            let name = &variant.name;
            quote_spanned!(self.span=> #name #fields)
        });
        let body = match (self.shape.is_enum, &self.shape.variants[..]) {
            (true, _) => quote_spanned!(self.span=> { #(#variants,)* }),
            (false, [KeyVariant { style: FieldStyle::Named, .. }]) => quote!(#(#variants)*),
            (false, _) => quote_spanned!(self.span=> #(#variants)*;),
        };
        let keyword =
            if self.shape.is_enum { quote_spanned!(self.span=> enum) } else { quote_spanned!(self.span=> struct) };
        quote_spanned! {self.span=>
            #[doc(hidden)]
            #[allow(dead_code, missing_docs, private_interfaces, unnameable_types, unreachable_pub)]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
            pub #keyword __Stored<#(#params),*> #body
        }
    }

    /// The trait with the stored forms of the fields. It is implemented for the type itself, so
    /// that `Self` in a field means it. A type with parameters other than lifetimes has a stand-in
    /// without them, and no field that mentions `Self`.
    pub(super) fn field_types(&self) -> TokenStream {
        let fields = || self.shape.fields().enumerate().filter(|(_, field)| !field.generic);
        if fields().next().is_none() {
            return TokenStream::new();
        }
        let names = fields().map(|(index, _)| self.nth("__F", index));
        let types = fields().map(|(index, field)| {
            let (name, ty) = (self.nth("__F", index), &field.ty);
            let (key, last) = (self.key(ty), ends(ty).1);
            let stored = quote_spanned!(last=> ::Stored);
            quote_spanned!(self.span=> type #name = #key #stored;)
        });
        let (name, lifetimes) = (self.owner_of_types(), lifetimes_of(&self.input.generics));
        let (impl_generics, type_generics, where_clause) = lifetimes.split_for_impl();
        let stand_in = self.has_parameters().then(|| {
            let names = lifetimes.lifetimes().map(|param| &param.lifetime);
            quote_spanned!(self.span=> #[allow(dead_code)] struct #name #impl_generics (#(&#names ()),*) #where_clause;)
        });
        quote_spanned! {self.span=>
            #stand_in
            trait __Fields { #(type #names: 'static;)* }
            impl #impl_generics __Fields for #name #type_generics #where_clause { #(#types)* }
        }
    }

    /// The type of each field of the stored form.
    fn stored_types(&self) -> impl Iterator<Item = TokenStream> {
        let mut params = self.params().map(|(param, _)| param);
        let name = self.owner_of_types();
        let statics = self.input.generics.lifetimes().map(|_| quote_spanned!(self.span=> 'static));
        let owner = quote_spanned!(self.span=> #name<#(#statics),*>);
        self.shape.fields().enumerate().map(move |(index, field)| {
            if field.generic {
                return params.next().map(Ident::into_token_stream).unwrap_or_default();
            }
            // With the span of the user's type, as all that requires it to be a key.
            let (first, last) = ends(&field.ty);
            let (open, mut name) = (quote_spanned!(first=> <), self.nth("__F", index));
            name.set_span(last);
            let rest = quote_spanned!(last=> as __Fields>::#name);
            quote!(#open #owner #rest)
        })
    }

    fn owner_of_types(&self) -> Ident {
        if self.has_parameters() { Ident::new("__Types", self.span) } else { self.input.name.clone() }
    }

    /// Whether there are parameters other than lifetimes.
    fn has_parameters(&self) -> bool {
        self.input.generics.params.len() > self.input.generics.lifetimes().count()
    }
}

/// The lifetime parameters, and the bounds on them.
fn lifetimes_of(generics: &Generics) -> Generics {
    let mut lifetimes = Generics::default();
    lifetimes.params.extend(generics.lifetimes().cloned().map(GenericParam::Lifetime));
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let own = predicates.filter(|predicate| matches!(predicate, WherePredicate::Lifetime(_)));
    for predicate in own {
        lifetimes.make_where_clause().predicates.push(predicate.clone());
    }
    lifetimes
}
