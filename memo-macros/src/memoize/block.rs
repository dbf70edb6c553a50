//! `#[memoize]` on an impl block: it serves the methods inside that carry an attribute of their own. In an impl of a trait, where
//! nothing may be added, their operations move to an inherent impl of the same type behind the block.

use super::expansion::Expansion;
use super::item::{Block, Function};
use super::model::Place;
use super::scan;
use crate::diagnostics::{Diagnostics, beside};
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ConstParam, Error, GenericParam, Meta, Path, Result, Token, TypeParam};

/// One thing in the block.
enum Member {
    /// A method, and what its `#[memoize(..)]` says.
    Memoized(TokenStream, Box<Function>),
    /// Anything else, with the name it gives to an associated type.
    Other(TokenStream, Option<Ident>),
}

impl Member {
    /// The member without the attribute.
    fn plain(self) -> TokenStream {
        match self {
            Self::Memoized(_, method) => method.to_token_stream(),
            Self::Other(tokens, _) => tokens,
        }
    }
}

/// Expands the block.
pub(super) fn expand(attr: TokenStream, block: &Block) -> Result<TokenStream> {
    let members = members.parse2(block.body.stream())?;
    if let Err(error) = fits(attr, block, &members) {
        // Without the attributes inside: in an impl of a trait each of them would fail for itself.
        let inside = members.into_iter().map(Member::plain).collect();
        return Ok(beside(&error, &with_body(block, inside)));
    }
    let mut inside = TokenStream::new();
    let mut behind = TokenStream::new();
    let mut diagnostics = Diagnostics::default();
    let mut types = Vec::new();
    for member in members {
        match member {
            Member::Other(tokens, name) => {
                types.extend(name);
                inside.extend(tokens);
            }
            Member::Memoized(options, method) => {
                let untouched = method.clone();
                let place = if block.of.is_some() { Place::OfTrait } else { Place::Beside };
                match super::function(options, *method, Some(place)) {
                    Err(error) => {
                        diagnostics.add(error);
                        untouched.to_tokens(&mut inside);
                    }
                    Ok(Expansion { function, beside }) => {
                        inside.extend(function);
                        if block.of.is_some() { behind.extend(beside) } else { inside.extend(beside) }
                    }
                }
            }
        }
    }
    let behind = match &block.of {
        Some((path, _)) if !behind.is_empty() => inherent(block, path, &types, behind),
        _ => TokenStream::new(),
    };
    let errors = diagnostics.finish().err().map(|error| error.to_compile_error());
    let block = with_body(block, inside);
    Ok(quote!(#block #behind #errors))
}

/// Whether the block can be served.
fn fits(attr: TokenStream, block: &Block, members: &[Member]) -> Result<()> {
    if let Some(option) = attr.into_iter().next() {
        let message = "on an impl block #[memoize] takes no options: write them on the methods inside";
        return Err(Error::new(option.span(), message));
    }
    if !members.iter().any(|member| matches!(member, Member::Memoized(..))) {
        let message = "no method in this block is to be memoized: put #[memoize] on the methods that are, too";
        return Err(Error::new_spanned(block.impl_token, message));
    }
    let self_ty = block.self_ty.to_token_stream();
    let stranger = block.generics.params.iter().find_map(|param| match param {
        GenericParam::Type(TypeParam { ident, .. }) | GenericParam::Const(ConstParam { ident, .. }) => {
            (!scan::mentions(self_ty.clone(), &[ident])).then_some(ident)
        }
        GenericParam::Lifetime(_) => None,
    });
    match stranger {
        Some(name) if block.of.is_some() => Err(Error::new(
            name.span(),
            format!(
                "the operations go into an inherent impl, where `{name}` would mean nothing: write `handle = false` on the methods and leave the block without #[memoize]"
            ),
        )),
        _ => Ok(()),
    }
}

/// The block with other items inside, in the user's braces.
fn with_body(block: &Block, items: TokenStream) -> TokenStream {
    let Block { attrs, unsafety, impl_token, generics, of, self_ty, body } = block;
    let (params, bounds) = (params(block), &generics.where_clause);
    let of = of.as_ref().map(|(path, for_token)| quote!(#path #for_token));
    let mut braces = Group::new(Delimiter::Brace, items);
    braces.set_span(body.span());
    quote!(#(#attrs)* #unsafety #impl_token #params #of #self_ty #bounds #braces)
}

/// The inherent impl that holds the operations of a trait's methods.
fn inherent(block: &Block, of: &Path, types: &[Ident], items: TokenStream) -> TokenStream {
    let cfg = block.attrs.iter().filter(|attr| ["cfg", "allow"].iter().any(|name| attr.path().is_ident(name)));
    let (params, self_ty, bounds) = (params(block), &block.self_ty, &block.generics.where_clause);
    let items = qualify(items, of, types);
    quote_spanned! {proc_macro2::Span::mixed_site()=>
        #(#cfg)* #[doc(hidden)] #[allow(unreachable_pub, private_interfaces)] impl #params #self_ty #bounds { #items }
    }
}

fn params(block: &Block) -> TokenStream {
    let params = &block.generics.params;
    if params.is_empty() { TokenStream::new() } else { quote!(<#params>) }
}

/// `Self::Item` means the trait's `Item` inside its impl and nothing outside: say which trait.
fn qualify(tokens: TokenStream, of: &Path, types: &[Ident]) -> TokenStream {
    if types.is_empty() {
        return tokens;
    }
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut qualified = TokenStream::new();
    let mut rest = tokens.as_slice();
    loop {
        match rest {
            [
                TokenTree::Ident(this),
                TokenTree::Punct(first),
                TokenTree::Punct(second),
                TokenTree::Ident(name),
                tail @ ..,
            ] if this == "Self"
                && (first.as_char(), first.spacing(), second.as_char()) == (':', Spacing::Joint, ':')
                && types.contains(name) =>
            {
                qualified.extend(quote!(<#this as #of>::#name));
                rest = tail;
            }
            [TokenTree::Group(group), tail @ ..] => {
                let mut inner = Group::new(group.delimiter(), qualify(group.stream(), of, types));
                inner.set_span(group.span());
                qualified.extend([TokenTree::Group(inner)]);
                rest = tail;
            }
            [token, tail @ ..] => {
                qualified.extend([token.clone()]);
                rest = tail;
            }
            [] => return qualified,
        }
    }
}

/// Splits the block into its members.
fn members(input: ParseStream<'_>) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(member(input)?);
    }
    Ok(members)
}

fn member(input: ParseStream<'_>) -> Result<Member> {
    let ahead = input.fork();
    let attrs = ahead.call(Attribute::parse_outer)?;
    if let Some(place) = attrs.iter().position(is_memoize) {
        let mut method: Function = input.parse()?;
        let options = match method.attrs.remove(place).meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        return Ok(Member::Memoized(options, Box::new(method)));
    }
    // Not ours: taken as it is, up to where it ends.
    let attrs = input.call(Attribute::parse_outer)?;
    let is_type = input.peek(Token![type]);
    let mut name = None;
    // `const X: T = { .. };` goes on after its braces, and so may a constant argument in a signature.
    let ends_in_semicolon = is_type || (input.peek(Token![const]) && !input.peek2(Token![fn]));
    let function = input.fork().parse::<Function>().is_ok();
    let mut tokens = quote!(#(#attrs)*);
    if function {
        input.parse::<Function>()?.to_tokens(&mut tokens);
        return Ok(Member::Other(tokens, None));
    }
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let end = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !ends_in_semicolon,
            TokenTree::Ident(ident) => {
                if is_type && name.is_none() && ident != "type" {
                    name = Some(ident.clone());
                }
                false
            }
            TokenTree::Literal(_) => false,
        };
        tokens.extend([token]);
        if end {
            break;
        }
    }
    Ok(Member::Other(tokens, name))
}

/// `#[memoize]`, `#[memokit::memoize(..)]`. Under another name the attribute is left alone and works by itself.
fn is_memoize(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "memoize")
}
