//! The stored form and the implementation of `Key`.
//!
//! A stored form lives for ever, and the types of the fields as written need not. So the stored form names what each field is stored as, in
//! one of two ways:
//!
//! - The types of most fields depend on lifetimes at most, and what they are stored as depends on nothing. A private trait with an
//!   associated type per field says it for the type with `'static` lifetimes; private, because a field may have a private type.
//! - Where a field's type depends on a type or const parameter, the stored form has a parameter of its own instead:
//!   `Stored<<T as Key>::Stored>`, for `Stored<T>` would ask for `T: 'static`.

use super::fields::{KeyField, Shape, Style, Variant};
use super::input::Input;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Member, Path, WherePredicate, parse_quote_spanned};

/// Expands a type without mistakes.
pub(crate) fn expand(input: &Input, shape: &Shape, facade: Option<Path>) -> TokenStream {
    let site = Span::mixed_site();
    let facade = facade.map(|path| quote!(#path::__private));
    let p = facade.unwrap_or_else(|| quote_spanned!(site=> ::memokit::__private));
    Printer { input, shape, p, site }.items()
}

struct Printer<'i> {
    input: &'i Input,
    shape: &'i Shape,
    /// The plumbing module.
    p: TokenStream,
    site: Span,
}

impl Printer<'_> {
    fn items(&self) -> TokenStream {
        let (stored, fields, implementation) = (self.stored(), self.field_types(), self.implementation());
        quote_spanned!(self.site=> const _: () = { #stored #fields #implementation };)
    }

    /// The type that is kept.
    fn stored(&self) -> TokenStream {
        let p = &self.p;
        let params = self.params().map(|(param, _)| param);
        // In the order of all fields, as `stored_types` is.
        let mut types = self.stored_types();
        let variants = self.shape.variants.iter().map(|variant| {
            let fields = variant.fields.iter().enumerate().map(|(index, field)| {
                let ty = types.next().unwrap_or_default();
                let ty = if field.boxed { quote_spanned!(self.site=> #p::Box<#ty>) } else { ty };
                let name = Self::stored_name(field, index);
                // Visible as the user's field is, for closures that look into keys.
                let vis = (!self.shape.is_enum).then_some(&field.vis);
                match variant.style {
                    Style::Named => quote_spanned!(self.site=> #vis #name: #ty),
                    Style::Tuple | Style::Unit => quote_spanned!(self.site=> #vis #ty),
                }
            });
            let fields = match variant.style {
                Style::Named => quote_spanned!(self.site=> { #(#fields,)* }),
                Style::Tuple => quote_spanned!(self.site=> (#(#fields,)*)),
                Style::Unit => TokenStream::new(),
            };
            let name = &variant.name;
            quote_spanned!(self.site=> #name #fields)
        });
        let body = match (self.shape.is_enum, &self.shape.variants[..]) {
            (true, _) => quote_spanned!(self.site=> { #(#variants,)* }),
            (false, [Variant { style: Style::Named, .. }]) => quote!(#(#variants)*),
            (false, _) => quote_spanned!(self.site=> #(#variants)*;),
        };
        let keyword =
            if self.shape.is_enum { quote_spanned!(self.site=> enum) } else { quote_spanned!(self.site=> struct) };
        quote_spanned! {self.site=>
            #[doc(hidden)]
            #[allow(dead_code, missing_docs, private_interfaces, unnameable_types, unreachable_pub, clippy::all, clippy::pedantic)]
            pub #keyword __Stored<#(#params),*> #body
        }
    }

    /// The trait that says what the fields are stored as. It is implemented for the type itself, so that `Self` in a field means it; a type
    /// with parameters other than lifetimes has a stand-in without them, and no such field here.
    fn field_types(&self) -> TokenStream {
        let p = &self.p;
        let fields = || self.shape.fields().enumerate().filter(|(_, field)| !field.generic);
        if fields().next().is_none() {
            return TokenStream::new();
        }
        let names = fields().map(|(index, _)| self.nth("__F", index));
        let types = fields().map(|(index, field)| {
            let (name, ty) = (self.nth("__F", index), &field.ty);
            quote_spanned!(at(ty)=> type #name = <#ty as #p::Key>::Stored;)
        });
        let (name, lifetimes) = (self.owner_of_types(), lifetimes_of(&self.input.generics));
        let (impl_generics, type_generics, where_clause) = lifetimes.split_for_impl();
        let stand_in = self.has_parameters().then(|| {
            let names = lifetimes.lifetimes().map(|param| &param.lifetime);
            quote_spanned!(self.site=> #[allow(dead_code)] struct #name #impl_generics (#(&#names ()),*) #where_clause;)
        });
        quote_spanned! {self.site=>
            #stand_in
            trait __Fields { #(type #names: 'static;)* }
            impl #impl_generics __Fields for #name #type_generics #where_clause { #(#types)* }
        }
    }

    /// What each field is stored as, in the stored form's own words.
    fn stored_types(&self) -> impl Iterator<Item = TokenStream> {
        let mut params = self.params().map(|(param, _)| param);
        let name = self.owner_of_types();
        let statics = self.input.generics.lifetimes().map(|_| quote_spanned!(self.site=> 'static));
        let owner = quote_spanned!(self.site=> #name<#(#statics),*>);
        self.shape.fields().enumerate().map(move |(index, field)| {
            if field.generic {
                return params.next().map(Ident::into_token_stream).unwrap_or_default();
            }
            let field = self.nth("__F", index);
            quote_spanned!(self.site=> <#owner as __Fields>::#field)
        })
    }

    fn owner_of_types(&self) -> Ident {
        if self.has_parameters() { Ident::new("__Types", self.site) } else { self.input.name.clone() }
    }

    /// Other than lifetimes.
    fn has_parameters(&self) -> bool {
        self.input.generics.params.len() > self.input.generics.lifetimes().count()
    }

    fn nth(&self, prefix: &str, index: usize) -> Ident {
        format_ident!("{prefix}{index}", span = self.site)
    }

    fn implementation(&self) -> TokenStream {
        let (p, name, site) = (&self.p, &self.input.name, self.site);
        let mut generics = self.input.generics.clone();
        // On the fields and not on the parameters: a parameter that occurs in skipped fields alone need not be a key.
        for (_, field) in self.params() {
            let ty = &field.ty;
            generics.make_where_clause().predicates.push(parse_quote_spanned!(site=> #ty: #p::Key));
        }
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let arguments = self.params().map(|(_, field)| {
            let ty = &field.ty;
            quote_spanned!(site=> <#ty as #p::Key>::Stored)
        });
        // Written out wherever it is meant: a variant may be called `Stored` too.
        let stored = quote_spanned!(site=> __Stored<#(#arguments),*>);
        let hash = self.shape.variants.iter().enumerate().map(|(index, variant)| self.hash(index, variant));
        let matches = self.shape.variants.iter().map(|variant| self.matches(variant));
        let store = self.shape.variants.iter().map(|variant| self.store(variant));
        let otherwise = (self.shape.variants.len() > 1).then(|| quote_spanned!(site=> _ => false,));
        // An enum without variants has no values to look at.
        let (this, matches) = if self.shape.variants.is_empty() {
            (quote_spanned!(site=> *self), quote_spanned!(site=> match *self {}))
        } else {
            (quote_spanned!(site=> self), quote_spanned!(site=> match (self, __stored) { #(#matches)* #otherwise }))
        };
        quote_spanned! {site=>
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

    /// Which variant it is, then its fields in their order.
    fn hash(&self, index: usize, variant: &Variant) -> TokenStream {
        let (p, pattern) = (&self.p, self.pattern(&quote_spanned!(self.site=> Self), variant, "__f", true));
        let index = index as u64;
        let which = self.shape.is_enum.then(|| quote_spanned!(self.site=> #p::Hasher::write_u64(__state, #index);));
        let fields =
            self.bindings(variant, "__f").map(|field| quote_spanned!(self.site=> #p::Key::hash_key(#field, __state);));
        quote_spanned!(self.site=> #pattern => { #which #(#fields)* })
    }

    fn matches(&self, variant: &Variant) -> TokenStream {
        let p = &self.p;
        let ours = self.pattern(&quote_spanned!(self.site=> Self), variant, "__f", true);
        let theirs = self.pattern(&quote_spanned!(self.site=> __Stored), variant, "__s", false);
        let pairs = self.bindings(variant, "__f").zip(self.bindings(variant, "__s"));
        let fields = variant.fields.iter().zip(pairs).map(|(field, (ours, theirs))| {
            let theirs = if field.boxed { quote_spanned!(self.site=> &**#theirs) } else { theirs.to_token_stream() };
            quote_spanned!(at(&field.ty)=> && #p::Key::matches(#ours, #theirs))
        });
        quote_spanned!(self.site=> (#ours, #theirs) => true #(#fields)*,)
    }

    fn store(&self, variant: &Variant) -> TokenStream {
        let p = &self.p;
        let pattern = self.pattern(&quote_spanned!(self.site=> Self), variant, "__f", true);
        let path = self.path(&quote_spanned!(self.site=> __Stored), variant);
        let fields = variant.fields.iter().enumerate().zip(self.bindings(variant, "__f"));
        let fields = fields.map(|((index, field), binding)| {
            let name = Self::stored_name(field, index);
            let stored = quote_spanned!(at(&field.ty)=> #p::Key::to_stored(#binding));
            let stored = if field.boxed { quote_spanned!(self.site=> #p::Box::new(#stored)) } else { stored };
            quote_spanned!(self.site=> #name: #stored)
        });
        quote_spanned!(self.site=> #pattern => #path { #(#fields,)* },)
    }

    /// A pattern that binds the fields of the key. Written with braces for tuples too: `Self { 0: a, .. }`.
    fn pattern(&self, ty: &TokenStream, variant: &Variant, prefix: &str, of_the_user: bool) -> TokenStream {
        let path = self.path(ty, variant);
        let fields =
            variant.fields.iter().enumerate().zip(self.bindings(variant, prefix)).map(|((index, field), binding)| {
                let member = if of_the_user { field.member.clone() } else { Self::stored_name(field, index) };
                quote_spanned!(self.site=> #member: #binding)
            });
        let rest = (of_the_user && variant.skips_some).then(|| quote_spanned!(self.site=> ..));
        quote_spanned!(self.site=> #path { #(#fields,)* #rest })
    }

    fn path(&self, ty: &TokenStream, variant: &Variant) -> TokenStream {
        match &variant.name {
            Some(name) => quote_spanned!(self.site=> #ty::#name),
            None => ty.clone(),
        }
    }

    fn bindings(&self, variant: &Variant, prefix: &str) -> impl Iterator<Item = Ident> + use<> {
        let (prefix, site) = (prefix.to_owned(), self.site);
        (0..variant.fields.len()).map(move |index| format_ident!("{prefix}{index}", span = site))
    }

    /// The field's place in the stored form: skipped fields leave no gap in a tuple.
    fn stored_name(field: &KeyField, index: usize) -> Member {
        match &field.member {
            Member::Named(name) => Member::Named(name.clone()),
            Member::Unnamed(_) => Member::from(index),
        }
    }

    /// The parameters of the stored form, each with the field whose stored form it is.
    fn params(&self) -> impl Iterator<Item = (Ident, &KeyField)> {
        let generic = self.shape.fields().filter(|field| field.generic);
        generic.enumerate().map(|(index, field)| (self.nth("__S", index), field))
    }
}

/// The lifetimes and what is said of them alone.
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

/// Where mistakes with a field's type are reported.
fn at(ty: &syn::Type) -> Span {
    Span::mixed_site().located_at(ty.span())
}
