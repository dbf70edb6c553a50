//! The item under the derive. (`syn::DeriveInput` is the same, but needs a feature that nothing
//! else here needs.)

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Fields, Generics, Item, Result, Token, Variant};

/// A type with its attributes and generics.
pub(crate) struct TypeInput {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) data: TypeData,
}

/// The fields or variants of a type.
pub(crate) enum TypeData {
    Struct(Fields),
    Enum(Vec<Variant>),
    Union(Token![union]),
}

impl Parse for TypeInput {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        match input.parse()? {
            Item::Struct(item) => Ok(Self {
                attrs: item.attrs,
                name: item.ident,
                generics: item.generics,
                data: TypeData::Struct(item.fields),
            }),
            Item::Enum(item) => {
                let data = TypeData::Enum(item.variants.into_iter().collect());
                Ok(Self { attrs: item.attrs, name: item.ident, generics: item.generics, data })
            }
            Item::Union(item) => {
                let data = TypeData::Union(item.union_token);
                Ok(Self { attrs: item.attrs, name: item.ident, generics: item.generics, data })
            }
            other => Err(Error::new_spanned(other, "`Key` is derived for structs and enums")),
        }
    }
}
