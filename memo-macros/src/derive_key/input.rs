//! The item under the derive. (`syn::DeriveInput` is the same, behind a feature that nothing else here needs.)

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Fields, Generics, Item, Result, Token, Variant};

/// A type with its attributes and generics.
pub(crate) struct Input {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) data: Data,
}

/// What the type consists of.
pub(crate) enum Data {
    Struct(Fields),
    Enum(Vec<Variant>),
    Union(Token![union]),
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        match input.parse()? {
            Item::Struct(item) => Ok(Self {
                attrs: item.attrs,
                name: item.ident,
                generics: item.generics,
                data: Data::Struct(item.fields),
            }),
            Item::Enum(item) => {
                let data = Data::Enum(item.variants.into_iter().collect());
                Ok(Self { attrs: item.attrs, name: item.ident, generics: item.generics, data })
            }
            Item::Union(item) => {
                let data = Data::Union(item.union_token);
                Ok(Self { attrs: item.attrs, name: item.ident, generics: item.generics, data })
            }
            other => Err(Error::new_spanned(other, "`Key` is derived for structs and enums")),
        }
    }
}
