//! Selects the tokens of a file that are the crate's own code: test code and the text of expansions
//! are left out.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Meta, Token};

/// Macros whose tokens are written into another crate, where their paths have another meaning.
const QUOTING: &[&str] = &["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

/// Returns the tokens without test code and without quoted tokens. `$crate` becomes `crate`.
pub(crate) fn clean(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut cleaned = Vec::new();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if let Some((attribute, after)) = attribute(&trees, at)
            && syn::parse2(attribute).is_ok_and(|meta| is_for_tests(&meta))
        {
            at = end_of_item(&trees, after);
            continue;
        }
        at += 1;
        match tree {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' && is_ident(trees.get(at), "crate") => {}
            TokenTree::Group(_) if is_quoted(&trees[..at - 1]) => {}
            TokenTree::Group(group) => {
                cleaned.push(Group::new(group.delimiter(), clean(group.stream())).into());
            }
            other => cleaned.push(other.clone()),
        }
    }
    cleaned.into_iter().collect()
}

/// Whether an attribute restricts its item to builds of unit tests. `any(test, feature = "x")` does
/// not.
pub(crate) fn is_for_tests(attribute: &Meta) -> bool {
    attribute.path().is_ident("test") || (attribute.path().is_ident("cfg") && options(attribute).iter().any(needs_test))
}

/// Whether a `cfg` option is false in every build but those of unit tests.
fn needs_test(option: &Meta) -> bool {
    let parts = options(option);
    match option {
        Meta::Path(name) => name.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => parts.iter().any(needs_test),
        Meta::List(list) if list.path.is_ident("any") => !parts.is_empty() && parts.iter().all(needs_test),
        _ => false,
    }
}

/// Returns the options in the parentheses of `cfg(..)`, `all(..)` or `any(..)`.
fn options(of: &Meta) -> Punctuated<Meta, Token![,]> {
    let Meta::List(list) = of else { return Punctuated::new() };
    list.parse_args_with(Punctuated::parse_terminated).unwrap_or_default()
}

/// Returns the content of the outer attribute that begins here, and the index after it.
fn attribute(trees: &[TokenTree], at: usize) -> Option<(TokenStream, usize)> {
    match (trees.get(at)?, trees.get(at + 1)?) {
        (TokenTree::Punct(hash), TokenTree::Group(group))
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some((group.stream(), at + 2))
        }
        _ => None,
    }
}

/// Returns where the item, field, arm or statement that begins here ends: after its block, its `;`
/// or its `,`.
fn end_of_item(trees: &[TokenTree], mut at: usize) -> usize {
    while let Some((_, after)) = attribute(trees, at) {
        at = after;
    }
    let mut angles = 0;
    let mut arrow = false;
    for (index, tree) in trees.iter().enumerate().skip(at) {
        let mark = match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return index + 1,
            TokenTree::Punct(mark) => mark,
            _ => continue,
        };
        match mark.as_char() {
            ';' => return index + 1,
            ',' if angles <= 0 => return index + 1,
            '<' => angles += 1,
            '>' if !arrow => angles -= 1,
            _ => {}
        }
        arrow = matches!(mark.as_char(), '-' | '=') && mark.spacing() == Spacing::Joint;
    }
    trees.len()
}

/// Whether the group after these tokens is the argument of a quoting macro.
fn is_quoted(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(name), TokenTree::Punct(mark)]
        if mark.as_char() == '!' && QUOTING.iter().any(|quoting| name == quoting))
}

/// Returns the inline module that begins here, `mod name { .. }` or, in the body of a macro,
/// `mod $name { .. }`: its name, its braces, and the index after them.
pub(crate) fn inline_module(trees: &[TokenTree], at: usize) -> Option<(String, &Group, usize)> {
    if !is_ident(trees.get(at), "mod") {
        return None;
    }
    let name = if is_punct(trees.get(at + 1), '$') { at + 2 } else { at + 1 };
    match (trees.get(name)?, trees.get(name + 1)?) {
        (TokenTree::Ident(ident), TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            Some((ident.to_string(), group, name + 2))
        }
        _ => None,
    }
}

pub(crate) fn is_ident(tree: Option<&TokenTree>, name: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == name)
}

pub(crate) fn is_punct(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}
