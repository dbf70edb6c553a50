//! Searches tokens and types, without a full parse, for names and for borrows.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Lifetime, PathArguments, ReturnType, Type, TypeParamBound,
    TypeReference,
};

/// Whether one of these names occurs anywhere in the tokens.
pub(crate) fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

/// The first occurrence of one of these names as a variable: neither a field or method after a dot,
/// nor a part of a path.
pub(crate) fn variable(tokens: TokenStream, names: &[Ident]) -> Option<Ident> {
    let mut after_dot = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if !after_dot && names.contains(ident) => return Some(ident.clone()),
            TokenTree::Group(group) => {
                if let Some(found) = variable(group.stream(), names) {
                    return Some(found);
                }
            }
            _ => {}
        }
        after_dot = matches!(&token, TokenTree::Punct(punct) if ['.', ':'].contains(&punct.as_char()));
    }
    None
}

/// Macros that take their tokens as text or as code of elsewhere: `Self` inside them is not that of
/// the function around them.
const QUOTING: &[&str] = &["stringify", "quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

/// Whether a function body mentions `Self` of the type around the function. Items inside the body,
/// which have their own `Self`, are skipped, and so are the tokens of macros that quote.
pub(crate) fn mentions_self(body: TokenStream) -> bool {
    let mut at_start = true;
    let mut inside_item = false;
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(_) if inside_item => {}
            TokenTree::Ident(ident) if ident == "Self" => return true,
            TokenTree::Ident(ident) if QUOTING.iter().any(|name| ident == name) && is_bang(tokens.peek()) => {
                // The `!` and the macro's input.
                tokens.next();
                tokens.next();
            }
            TokenTree::Ident(ident) => {
                let opens = ["struct", "enum", "trait"].iter().any(|item| ident == item);
                // `fn name`, and not the type `fn(..)`.
                let function = ident == "fn" && matches!(tokens.peek(), Some(TokenTree::Ident(_)));
                inside_item = opens || function || (at_start && ident == "impl");
                // The only keyword that may precede `impl` at the start of a statement.
                at_start &= ident == "unsafe";
                continue;
            }
            TokenTree::Group(group) if inside_item => inside_item = group.delimiter() != Delimiter::Brace,
            TokenTree::Group(group) if mentions_self(group.stream()) => return true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => inside_item = false,
            _ => {}
        }
        at_start = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            // The end of a block or of an attribute.
            TokenTree::Group(group) => matches!(group.delimiter(), Delimiter::Brace | Delimiter::Bracket),
            _ => false,
        };
    }
    false
}

fn is_bang(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '!')
}

/// A borrow that occurs in a type.
pub(crate) enum Borrow<'t> {
    Reference(&'t TypeReference),
    Lifetime(&'t Lifetime),
}

/// Calls `visit` for each reference and lifetime of the type itself. Those in the signature of a
/// function pointer or closure trait (`Arc<dyn Fn(&str) -> &str>`) belong to that function and are
/// left out, and so are the lifetimes of `use<..>`.
pub(crate) fn borrows<'t>(ty: &'t Type, visit: &mut dyn FnMut(Borrow<'t>)) {
    match ty {
        Type::Array(array) => borrows(&array.elem, visit),
        Type::Group(group) => borrows(&group.elem, visit),
        Type::Paren(paren) => borrows(&paren.elem, visit),
        Type::Slice(slice) => borrows(&slice.elem, visit),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| borrows(elem, visit)),
        Type::Reference(reference) => {
            visit(Borrow::Reference(reference));
            borrows(&reference.elem, visit);
        }
        Type::ImplTrait(opaque) => opaque.bounds.iter().for_each(|bound| in_bound(bound, visit)),
        Type::TraitObject(object) => object.bounds.iter().for_each(|bound| in_bound(bound, visit)),
        Type::Path(path) => {
            if let Some(qself) = &path.qself {
                borrows(&qself.ty, visit);
            }
            in_path(&path.path, visit);
        }
        _ => {}
    }
}

fn in_path<'t>(path: &'t syn::Path, visit: &mut dyn FnMut(Borrow<'t>)) {
    for segment in &path.segments {
        if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
            in_arguments(arguments, visit);
        }
    }
}

fn in_arguments<'t>(arguments: &'t AngleBracketedGenericArguments, visit: &mut dyn FnMut(Borrow<'t>)) {
    for argument in &arguments.args {
        match argument {
            GenericArgument::Lifetime(lifetime) => visit(Borrow::Lifetime(lifetime)),
            GenericArgument::Type(ty) => borrows(ty, visit),
            GenericArgument::AssocType(assoc) => borrows(&assoc.ty, visit),
            GenericArgument::Constraint(constraint) => {
                constraint.bounds.iter().for_each(|bound| in_bound(bound, visit));
            }
            _ => {}
        }
    }
}

fn in_bound<'t>(bound: &'t TypeParamBound, visit: &mut dyn FnMut(Borrow<'t>)) {
    match bound {
        TypeParamBound::Lifetime(lifetime) => visit(Borrow::Lifetime(lifetime)),
        // A bound with its own lifetimes (`for<'x> Fn(&'x str)`) borrows from its callers only.
        TypeParamBound::Trait(bound) if bound.lifetimes.is_none() => in_path(&bound.path, visit),
        _ => {}
    }
}

/// Whether a lifetime of this name occurs in the type.
pub(crate) fn has_lifetime(ty: &Type, name: &str) -> bool {
    let mut found = false;
    borrows(ty, &mut |borrow| found |= matches!(borrow, Borrow::Lifetime(lifetime) if lifetime.ident == name));
    found
}

/// Whether this return type is a future: `impl Future`, `Pin<Box<dyn Future>>`, `BoxFuture`.
pub(crate) fn is_future(ty: &Type) -> bool {
    let names_future =
        |bound: &TypeParamBound| matches!(bound, TypeParamBound::Trait(bound) if ends_with(&bound.path, &["Future"]));
    match ty {
        Type::ImplTrait(opaque) => opaque.bounds.iter().any(names_future),
        Type::TraitObject(object) => object.bounds.iter().any(names_future),
        Type::Group(group) => is_future(&group.elem),
        Type::Paren(paren) => is_future(&paren.elem),
        Type::Path(path) if ends_with(&path.path, &["BoxFuture", "LocalBoxFuture"]) => true,
        Type::Path(path) if ends_with(&path.path, &["Pin", "Box"]) => {
            matches!(path.path.segments.last().map(|last| &last.arguments), Some(PathArguments::AngleBracketed(arguments))
                if arguments.args.iter().any(|argument| matches!(argument, GenericArgument::Type(ty) if is_future(ty))))
        }
        _ => false,
    }
}

fn ends_with(path: &syn::Path, names: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// The type after `->`, if there is one.
pub(crate) fn returned(output: &ReturnType) -> Option<&Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ungrouped(ty)),
    }
}

/// The type without the invisible delimiters of a `macro_rules` fragment.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        _ => ty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse_quote;

    #[test]
    fn only_self_of_the_surrounding_type_counts() {
        for (body, expected) in [
            (quote!(Self::one() + 1), true),
            (quote!(format!("{}", Self::ONE)), true),
            (quote!(struct A; impl A { fn new() -> Self { Self } } A::new()), false),
            (
                quote!(
                    #[derive(Clone)]
                    struct A(Box<u8>);,
                    unsafe impl Send for A {},
                    Self::x()
                ),
                true,
            ),
            (quote!(let x = |f: impl Fn()| Self::y(f);), true),
            (quote!(code! { pub fn new() -> Self { todo!() } }), false),
            (quote!(code! { pub fn new() -> Self; } + Self::ONE), true),
            (quote!(let f: fn(u8) -> Self = g;), true),
            (quote!(quote! { Self { a: 1 } }), false),
            (quote!(quote::quote! { Self } + stringify!(Self)), false),
            (quote!(quote!(1) + Self::ONE), true),
            (
                quote!(
                    macro_rules! one {
                        () => {
                            Self::ONE
                        };
                    }
                ),
                true,
            ),
            (
                quote!(
                    trait T {
                        fn m() -> Self;
                    },
                    1
                ),
                false,
            ),
            (
                quote!(
                    use self::x;,
                    fn inner(x: impl Fn() -> u8) -> u8 {
                        x()
                    },
                    2
                ),
                false,
            ),
        ] {
            let text = body.to_string();
            assert_eq!(mentions_self(body), expected, "{text}");
        }
    }

    #[test]
    fn a_borrow_counts_where_it_belongs_to_the_value() {
        let count = |ty: Type| {
            let mut found = 0;
            borrows(&ty, &mut |_| found += 1);
            found
        };
        assert_eq!(count(parse_quote!(Option<&str>)), 1);
        assert_eq!(count(parse_quote!(Cow<'a, str>)), 1);
        assert_eq!(count(parse_quote!(Vec<(u8, [&'static str; 2])>)), 1);
        assert_eq!(count(parse_quote!(Arc<dyn Fn(&str) -> &str + Send>)), 0);
        assert_eq!(count(parse_quote!(fn(&str) -> u32)), 0);
        assert_eq!(count(parse_quote!(Box<dyn Any + 'a>)), 1);
        assert_eq!(count(parse_quote!(impl Iterator<Item = u32> + use<'a>)), 0);
    }

    #[test]
    fn futures_are_recognised() {
        assert!(is_future(&parse_quote!(impl Future<Output = u8> + Send)));
        assert!(is_future(&parse_quote!(Pin<Box<dyn core::future::Future<Output = u8> + Send + 'async_trait>>)));
        assert!(is_future(&parse_quote!(futures::future::BoxFuture<'static, u8>)));
        assert!(!is_future(&parse_quote!(Box<dyn Iterator<Item = u8>>)));
    }

    #[test]
    fn a_field_is_not_a_variable() {
        let names = [parse_quote!(a)];
        assert!(variable(quote!(x.a + y), &names).is_none());
        assert!(variable(quote!(f(1, [a])), &names).is_some());
    }
}
