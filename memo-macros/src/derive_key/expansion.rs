//! The stored form and the implementation of `Key`.
//!
//! What a field is stored as does not depend on lifetimes, but its type as written does, and a stored form lives for ever. So in the stored
//! form lifetimes are `'static`. Fields whose types depend on the type's own parameters become parameters of the stored form, for only
//! what they are stored as lives for ever, not what they are: `Stored<<T as Key>::Stored>` where `Stored<T>` would ask for `T: 'static`.

use super::fields::{KeyField, Shape, Style, Variant};
use super::input::Input;
use proc_macro2::{Group, Ident, Punct, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericParam, Member, Path, parse_quote_spanned};

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
        let (stored, implementation) = (self.stored(), self.implementation());
        quote_spanned!(self.site=> const _: () = { #stored #implementation };)
    }

    /// The type that is kept.
    fn stored(&self) -> TokenStream {
        let p = &self.p;
        let params: Vec<Ident> = self.params().map(|(param, _)| param).collect();
        let mut params_left = params.iter();
        let variants = self.shape.variants.iter().map(|variant| {
            let fields = variant.fields.iter().enumerate().map(|(index, field)| {
                let ty = if field.generic {
                    params_left.next().map(ToTokens::to_token_stream).unwrap_or_default()
                } else {
                    let ty = self.for_ever(field.ty.to_token_stream());
                    quote_spanned!(self.site=> <#ty as #p::Key>::Stored)
                };
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
            #[derive(#p::Clone, #p::Debug)]
            #[allow(dead_code, missing_docs, private_interfaces, unnameable_types, unreachable_pub, clippy::all, clippy::pedantic)]
            pub #keyword __Stored<#(#params),*> #body
        }
    }

    fn implementation(&self) -> TokenStream {
        let (p, name, site) = (&self.p, &self.input.name, self.site);
        let mut generics = self.input.generics.clone();
        let bounds = self.input.generics.type_params().map(|param| {
            let param = &param.ident;
            quote_spanned!(site=> #param: #p::Key)
        });
        let of_fields = self.params().map(|(_, field)| {
            let ty = &field.ty;
            quote_spanned!(site=> #ty: #p::Key)
        });
        let predicates = generics.make_where_clause();
        for bound in bounds.chain(of_fields) {
            predicates.predicates.push(parse_quote_spanned!(site=> #bound));
        }
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let arguments = self.params().map(|(_, field)| {
            let ty = &field.ty;
            quote_spanned!(site=> <#ty as #p::Key>::Stored)
        });
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
                type Stored = __Stored<#(#arguments),*>;

                #[inline]
                fn hash_key<__H: #p::Hasher>(&self, __state: &mut __H) {
                    match #this { #(#hash)* }
                }

                #[inline]
                fn matches(&self, __stored: &Self::Stored) -> #p::bool {
                    #matches
                }

                #[inline]
                fn to_stored(&self) -> Self::Stored {
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
        let fields = pairs.map(|(ours, theirs)| quote_spanned!(self.site=> && #p::Key::matches(#ours, #theirs)));
        quote_spanned!(self.site=> (#ours, #theirs) => true #(#fields)*,)
    }

    fn store(&self, variant: &Variant) -> TokenStream {
        let p = &self.p;
        let pattern = self.pattern(&quote_spanned!(self.site=> Self), variant, "__f", true);
        let path = self.path(&quote_spanned!(self.site=> __Stored), variant);
        let fields = variant.fields.iter().enumerate().zip(self.bindings(variant, "__f"));
        let fields = fields.map(|((index, field), binding)| {
            let name = Self::stored_name(field, index);
            quote_spanned!(self.site=> #name: #p::Key::to_stored(#binding))
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
        generic.enumerate().map(|(index, field)| (format_ident!("__S{index}", span = self.site), field))
    }

    /// The type with `'static` for the type's own lifetimes.
    fn for_ever(&self, ty: TokenStream) -> TokenStream {
        let own: Vec<&Ident> = self.input.generics.params.iter().filter_map(lifetime).collect();
        if own.is_empty() { ty } else { with_static(ty, &own) }
    }
}

fn lifetime(param: &GenericParam) -> Option<&Ident> {
    match param {
        GenericParam::Lifetime(param) => Some(&param.lifetime.ident),
        _ => None,
    }
}

fn with_static(tokens: TokenStream, lifetimes: &[&Ident]) -> TokenStream {
    let mut after_tick = false;
    let replace = tokens.into_iter().map(|token| {
        let at_name = std::mem::replace(&mut after_tick, matches!(&token, TokenTree::Punct(punct) if is_tick(punct)));
        match token {
            TokenTree::Ident(name) if at_name && lifetimes.iter().any(|own| **own == name) => {
                TokenTree::Ident(Ident::new("static", name.span()))
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), with_static(group.stream(), lifetimes));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }
    });
    replace.collect()
}

fn is_tick(punct: &Punct) -> bool {
    punct.as_char() == '\''
}
