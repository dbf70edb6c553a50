//! How a getter returns its value, by its return type.

use super::getter::Getter;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, Path, PathArguments, ReturnType, Type, TypeReference};

/// How a getter returns its value.
pub(crate) enum Form {
    /// `-> T` and `-> Result<T, E>`: a clone of the value. Which of the two is decided by the
    /// types; the tokens only tell what the operations beside the getter return.
    Value {
        /// The return type.
        result: Box<Type>,
        /// The type of the cached value.
        value: Box<Type>,
    },
    /// `-> &T`
    ByRef(TypeReference),
    /// `-> Result<&T, E>`
    OkByRef {
        reference: TypeReference,
        /// The body's type: the return type, with `_` for the reference.
        computed: TokenStream,
    },
    /// `-> Option<&T>`
    SomeByRef(TypeReference),
}

impl Form {
    /// The form of this getter; `None` if it returns nothing.
    pub(crate) fn of(getter: &Getter) -> Option<Self> {
        let ReturnType::Type(_, result) = &getter.sig.output else { return None };
        let result = ungrouped(result);
        if let Some(reference) = into_self(getter, result) {
            return Some(Self::ByRef(reference.clone()));
        }
        if let Type::Path(path) = result
            && path.qself.is_none()
            && let Some((wrapper, first)) = wrapped(&path.path)
        {
            let is_result = wrapper.ends_with("Result");
            if let Some(reference) = into_self(getter, first) {
                if is_result {
                    return Some(Self::OkByRef { reference: reference.clone(), computed: with_blank(&path.path) });
                }
                if wrapper == "Option" {
                    return Some(Self::SomeByRef(reference.clone()));
                }
            }
            if is_result {
                return Some(Self::value(result, first));
            }
        }
        Some(Self::value(result, result))
    }

    fn value(result: &Type, value: &Type) -> Self {
        Self::Value { result: Box::new(result.clone()), value: Box::new(value.clone()) }
    }

    /// The reference in the return type, if there is one.
    pub(crate) fn reference(&self) -> Option<&TypeReference> {
        match self {
            Self::Value { .. } => None,
            Self::ByRef(reference) | Self::OkByRef { reference, .. } | Self::SomeByRef(reference) => Some(reference),
        }
    }
}

/// The type without parentheses, and without the invisible groups that `macro_rules` puts around a
/// `$t:ty`.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// A reference into `self`. One with another lifetime (`&'static str`, `&'a str` of a `View<'a>`)
/// is a value like any other.
fn into_self<'t>(getter: &Getter, ty: &'t Type) -> Option<&'t TypeReference> {
    let Type::Reference(reference) = ungrouped(ty) else { return None };
    let borrows_self = match &reference.lifetime {
        None => true,
        Some(name) => name.ident == "_" || getter.borrow().is_some_and(|borrow| borrow.ident == name.ident),
    };
    borrows_self.then_some(reference)
}

/// `Wrapper<First, ..>`: the name and the first type in it.
fn wrapped(path: &Path) -> Option<(String, &Type)> {
    let last = path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let first = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })?;
    Some((last.ident.to_string(), first))
}

/// `io::Result<&T>` as `io::Result<_>`.
fn with_blank(path: &Path) -> TokenStream {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut()
        && let PathArguments::AngleBracketed(arguments) = &mut last.arguments
        && let Some(first) = arguments.args.iter_mut().find(|argument| matches!(argument, GenericArgument::Type(_)))
    {
        *first = GenericArgument::Type(Type::Verbatim(quote!(_)));
    }
    path.to_token_stream()
}
