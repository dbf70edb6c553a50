//! How a getter answers, as its return type says.

use super::getter::Getter;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, Path, PathArguments, ReturnType, Type, TypeReference};

/// How a getter answers.
pub(crate) enum Form {
    /// `-> T` and `-> Result<T, E>`: with a copy of the value. Which of the two is decided by types; the tokens tell only what
    /// the operations beside the getter give.
    Value {
        /// The return type.
        result: Box<Type>,
        /// What of it is kept.
        kept: Box<Type>,
    },
    /// `-> &T`
    Lent(TypeReference),
    /// `-> Result<&T, E>`
    LentOk {
        lent: TypeReference,
        /// What the body gives: the return type, with `_` for what is lent.
        computed: TokenStream,
    },
    /// `-> Option<&T>`
    LentSome(TypeReference),
}

impl Form {
    /// The form of this getter; `None` if it returns nothing.
    pub(crate) fn of(getter: &Getter) -> Option<Self> {
        let ReturnType::Type(_, result) = &getter.sig.output else { return None };
        let result = ungrouped(result);
        if let Some(lent) = lent(getter, result) {
            return Some(Self::Lent(lent.clone()));
        }
        if let Type::Path(path) = result
            && path.qself.is_none()
            && let Some((wrapper, first)) = wrapped(&path.path)
        {
            let is_result = wrapper.ends_with("Result");
            if let Some(lent) = lent(getter, first) {
                if is_result {
                    return Some(Self::LentOk { lent: lent.clone(), computed: with_blank(&path.path) });
                }
                if wrapper == "Option" {
                    return Some(Self::LentSome(lent.clone()));
                }
            }
            if is_result {
                return Some(Self::value(result, first));
            }
        }
        Some(Self::value(result, result))
    }

    fn value(result: &Type, kept: &Type) -> Self {
        Self::Value { result: Box::new(result.clone()), kept: Box::new(kept.clone()) }
    }

    /// The reference that is lent out, if one is.
    pub(crate) fn lent(&self) -> Option<&TypeReference> {
        match self {
            Self::Value { .. } => None,
            Self::Lent(lent) | Self::LentOk { lent, .. } | Self::LentSome(lent) => Some(lent),
        }
    }
}

/// The type without the invisible groups that `macro_rules` puts around a `$t:ty`, and without parentheses.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// A reference into `self`. One with another lifetime (`&'static str`, `&'a str` of a `View<'a>`) is a value like any other.
fn lent<'t>(getter: &Getter, ty: &'t Type) -> Option<&'t TypeReference> {
    let Type::Reference(reference) = ungrouped(ty) else { return None };
    let into_self = match &reference.lifetime {
        None => true,
        Some(name) => name.ident == "_" || getter.borrow().is_some_and(|borrow| borrow.ident == name.ident),
    };
    into_self.then_some(reference)
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
