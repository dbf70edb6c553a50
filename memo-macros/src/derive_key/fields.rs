//! The user's type as a list of variants, with the fields that are part of the key. A struct is one
//! variant.

use super::input::{TypeData, TypeInput};
use crate::diagnostics::Diagnostics;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Field, Fields, GenericParam, Member, Result, Type, Visibility};

/// The variants of a type.
pub(crate) struct Shape {
    pub(crate) is_enum: bool,
    pub(crate) variants: Vec<KeyVariant>,
}

/// One variant; that of a struct has no name.
pub(crate) struct KeyVariant {
    pub(crate) name: Option<Ident>,
    pub(crate) style: FieldStyle,
    /// The fields that are not skipped.
    pub(crate) fields: Vec<KeyField>,
    pub(crate) skips_some: bool,
}

/// The syntax of the fields: `{ a: A }`, `(A)` or nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldStyle {
    Named,
    Tuple,
    Unit,
}

/// A field that is part of the key.
pub(crate) struct KeyField {
    /// Its name or position in the user's type.
    pub(crate) member: Member,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    /// Its type depends on a type or const parameter.
    pub(crate) generic: bool,
    /// Its type may contain the user's type, through a pointer. A pointer's stored form is that of
    /// its target, so here it must be boxed.
    pub(crate) boxed: bool,
}

impl Shape {
    pub(crate) fn of(input: &TypeInput, diagnostics: &mut Diagnostics) -> Self {
        let names = Names::of(input);
        match &input.data {
            TypeData::Struct(fields) => {
                let variant = names.variant(None, fields, diagnostics);
                Self { is_enum: false, variants: vec![variant] }
            }
            TypeData::Enum(variants) => {
                let variants = variants.iter().map(|variant| {
                    refuse_on_variant(&variant.attrs, diagnostics);
                    names.variant(Some(variant.ident.clone()), &variant.fields, diagnostics)
                });
                Self { is_enum: true, variants: variants.collect() }
            }
            TypeData::Union(token) => {
                let message = "a union cannot be a key: which of its fields is valid is unknown; use an enum";
                diagnostics.at(token.span, message);
                Self { is_enum: false, variants: Vec::new() }
            }
        }
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &KeyField> {
        self.variants.iter().flat_map(|variant| &variant.fields)
    }
}

fn refuse_on_variant(attrs: &[Attribute], diagnostics: &mut Diagnostics) {
    if let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident("key")) {
        let message = "#[key(..)] goes on the type or on a field: a variant is always part of the key, else different values would be equal";
        diagnostics.over(attr, message);
    }
}

/// The names that a field's type is searched for.
struct Names<'i> {
    of: &'i Ident,
    params: Vec<&'i Ident>,
}

impl<'i> Names<'i> {
    fn of(input: &'i TypeInput) -> Self {
        let params = input.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        Self { of: &input.name, params: params.collect() }
    }

    fn variant(&self, name: Option<Ident>, fields: &Fields, diagnostics: &mut Diagnostics) -> KeyVariant {
        let style = match fields {
            Fields::Named(_) => FieldStyle::Named,
            Fields::Unnamed(_) => FieldStyle::Tuple,
            Fields::Unit => FieldStyle::Unit,
        };
        let mut key_fields = Vec::new();
        for (member, field) in fields.members().zip(fields) {
            if !is_skipped(field, diagnostics) {
                key_fields.extend(self.field(member, field, diagnostics));
            }
        }
        let skips_some = key_fields.len() < fields.len();
        KeyVariant { name, style, fields: key_fields, skips_some }
    }

    fn field(&self, member: Member, field: &Field, diagnostics: &mut Diagnostics) -> Option<KeyField> {
        let mentions =
            |names: &[&str]| mentions(field.ty.to_token_stream(), &|ident| names.iter().any(|name| ident == name));
        let recursive = mentions(&["Self"]) || self.mentions_itself(field);
        let generic = self.is_generic(field) || (recursive && !self.params.is_empty());
        if generic && recursive {
            let message = format!(
                "a generic type that contains itself has no finite stored form: implement `Key` for `{}` by hand, or leave the \
                 field out with #[key(skip)]",
                self.of
            );
            diagnostics.over(&field.ty, message);
            return None;
        }
        let boxed = !generic && (recursive || mentions(&["Box", "Rc", "Arc"]));
        Some(KeyField { member, vis: field.vis.clone(), ty: field.ty.clone(), generic, boxed })
    }

    fn is_generic(&self, field: &Field) -> bool {
        mentions(field.ty.to_token_stream(), &|ident| self.params.contains(&ident))
    }

    fn mentions_itself(&self, field: &Field) -> bool {
        mentions(field.ty.to_token_stream(), &|ident| ident == self.of)
    }
}

fn mentions(tokens: TokenStream, name: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => name(&ident),
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// `#[key(skip)]`
fn is_skipped(field: &Field, diagnostics: &mut Diagnostics) -> bool {
    let mut skip = false;
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("key")) {
        let parsed: Result<()> = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("skip") {
                skip = true;
                Ok(())
            } else {
                Err(meta.error("expected `skip`, which leaves the field out of the key"))
            }
        });
        diagnostics.ok(parsed);
    }
    skip
}
