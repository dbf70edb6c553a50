//! `#[memoize]` on an `impl` block expands the methods inside that have the attribute themselves.
//! An `impl` of a trait cannot contain other functions, so there the operations go into an inherent
//! `impl` of the same type after the block.

use super::expansion::Expansion;
use super::function;
use super::item::{Function, ImplBlock, is_memoize};
use super::model::Context;
use super::scan;
use crate::diagnostics::{Diagnostics, error_and_item};
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ConstParam, Error, GenericParam, Meta, Path, Result, Token, TypeParam};

/// One item of the block.
enum BlockMember {
    /// A method, and the options of its `#[memoize(..)]`.
    Memoized(TokenStream, Box<Function>),
    /// Anything else; the name, if it is an associated type.
    Other(TokenStream, Option<Ident>),
}

impl BlockMember {
    /// The item without the attribute.
    fn plain(self) -> TokenStream {
        match self {
            Self::Memoized(_, method) => method.to_token_stream(),
            Self::Other(tokens, _) => tokens,
        }
    }
}

/// Expands the block.
pub(super) fn expand(attr: TokenStream, block: &ImplBlock) -> Result<TokenStream> {
    let members = members.parse2(block.body.stream())?;
    if let Err(error) = check(attr, block, &members) {
        // Without the attributes inside: in an `impl` of a trait each of them would fail too.
        let inside = members.into_iter().map(BlockMember::plain).collect();
        return Ok(error_and_item(&error, &with_body(block, inside)));
    }
    let mut inside = TokenStream::new();
    let mut after = TokenStream::new();
    let mut diagnostics = Diagnostics::default();
    let mut types = Vec::new();
    for member in members {
        match member {
            BlockMember::Other(tokens, name) => {
                types.extend(name);
                inside.extend(tokens);
            }
            BlockMember::Memoized(options, method) => {
                let untouched = method.clone();
                let context = if block.of.is_some() { Context::TraitImpl } else { Context::Associated };
                match function::expand(options, *method, Some(context)) {
                    Err(error) => {
                        diagnostics.add(error);
                        untouched.to_tokens(&mut inside);
                    }
                    Ok(Expansion { function, beside }) => {
                        inside.extend(function);
                        if block.of.is_some() { after.extend(beside) } else { inside.extend(beside) }
                    }
                }
            }
        }
    }
    let after = match &block.of {
        Some((path, _)) if !after.is_empty() => inherent(block, path, &types, after),
        _ => TokenStream::new(),
    };
    let errors = diagnostics.finish().err().map(|error| error.to_compile_error());
    let block = with_body(block, inside);
    Ok(quote!(#block #after #errors))
}

/// Checks whether the attribute can be on this block.
fn check(attr: TokenStream, block: &ImplBlock, members: &[BlockMember]) -> Result<()> {
    if let Some(option) = attr.into_iter().next() {
        let message = "on an impl block #[memoize] takes no options: write them on the methods inside";
        return Err(Error::new(option.span(), message));
    }
    if !members.iter().any(|member| matches!(member, BlockMember::Memoized(..))) {
        let message = "no method in this block is memoized: put #[memoize] on the methods to memoize, too";
        return Err(Error::new_spanned(block.impl_token, message));
    }
    let self_ty = block.self_ty.to_token_stream();
    let unused = block.generics.params.iter().find_map(|param| match param {
        GenericParam::Type(TypeParam { ident, .. }) | GenericParam::Const(ConstParam { ident, .. }) => {
            (!scan::mentions(self_ty.clone(), &[ident])).then_some(ident)
        }
        GenericParam::Lifetime(_) => None,
    });
    match unused {
        Some(name) if block.of.is_some() => Err(Error::new(
            name.span(),
            format!(
                "the operations go into an inherent impl, which cannot have the parameter `{name}`: write `handle = false` on the methods, and no #[memoize] on the block"
            ),
        )),
        _ => Ok(()),
    }
}

/// The block with other items inside. The braces keep the user's span.
fn with_body(block: &ImplBlock, items: TokenStream) -> TokenStream {
    let ImplBlock { attrs, unsafety, impl_token, generics, of, self_ty, body } = block;
    let (params, bounds) = (params(block), &generics.where_clause);
    let of = of.as_ref().map(|(path, for_token)| quote!(#path #for_token));
    let mut braces = Group::new(Delimiter::Brace, items);
    braces.set_span(body.span());
    quote!(#(#attrs)* #unsafety #impl_token #params #of #self_ty #bounds #braces)
}

/// The inherent `impl` with the operations of a trait's methods.
fn inherent(block: &ImplBlock, of: &Path, types: &[Ident], items: TokenStream) -> TokenStream {
    let cfg = block.attrs.iter().filter(|attr| ["cfg", "allow"].iter().any(|name| attr.path().is_ident(name)));
    let (params, self_ty, bounds) = (params(block), &block.self_ty, &block.generics.where_clause);
    let items = qualify(items, of, types);
    quote_spanned! {proc_macro2::Span::mixed_site()=>
        #(#cfg)* #[allow(unreachable_pub, private_interfaces)] impl #params #self_ty #bounds { #items }
    }
}

fn params(block: &ImplBlock) -> TokenStream {
    let params = &block.generics.params;
    if params.is_empty() { TokenStream::new() } else { quote!(<#params>) }
}

/// Writes `Self::Item` as `<Self as Trait>::Item`: outside of the trait's `impl` the former means
/// nothing.
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
fn members(input: ParseStream<'_>) -> Result<Vec<BlockMember>> {
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(member(input)?);
    }
    Ok(members)
}

fn member(input: ParseStream<'_>) -> Result<BlockMember> {
    let ahead = input.fork();
    let attrs = ahead.call(Attribute::parse_outer)?;
    if let Some(position) = attrs.iter().position(is_memoize) {
        let mut method: Function = input.parse()?;
        let options = match method.attrs.remove(position).meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        return Ok(BlockMember::Memoized(options, Box::new(method)));
    }
    // Any other item is taken as it is, up to its end.
    let attrs = input.call(Attribute::parse_outer)?;
    let is_type = input.peek(Token![type]);
    let mut name = None;
    // `const X: T = { .. };` goes on after its braces, as may a const argument in a signature.
    let ends_in_semicolon = is_type || (input.peek(Token![const]) && !input.peek2(Token![fn]));
    let function = input.fork().parse::<Function>().is_ok();
    let mut tokens = quote!(#(#attrs)*);
    if function {
        input.parse::<Function>()?.to_tokens(&mut tokens);
        return Ok(BlockMember::Other(tokens, None));
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
    Ok(BlockMember::Other(tokens, name))
}
