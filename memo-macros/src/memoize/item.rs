//! The item under the attribute, parsed no further than needed. A function's body stays one group
//! of tokens, because parsing it costs milliseconds and gives nothing; so does the inside of an
//! `impl`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Generics, Path, Result, Signature, Token, Type, Visibility, WhereClause};

/// A function with its body unparsed.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

/// An `impl` block with its items unparsed.
pub(crate) struct ImplBlock {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) impl_token: Token![impl],
    pub(crate) generics: Generics,
    pub(crate) of: Option<(Path, Token![for])>,
    pub(crate) self_ty: Type,
    pub(crate) body: Group,
}

/// An item that the attribute can be on.
pub(crate) enum MemoizeItem {
    Function(Box<Function>),
    ImplBlock(Box<ImplBlock>),
}

impl Parse for MemoizeItem {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let at_impl = input.peek(Token![impl]) || (input.peek(Token![unsafe]) && input.peek2(Token![impl]));
        if at_impl {
            return ImplBlock::after(attrs, input).map(|block| Self::ImplBlock(Box::new(block)));
        }
        refuse_other_items(input)?;
        Function::after(attrs, vis, input).map(|function| Self::Function(Box::new(function)))
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        Self::after(attrs, vis, input)
    }
}

impl Function {
    fn after(attrs: Vec<Attribute>, vis: Visibility, input: ParseStream<'_>) -> Result<Self> {
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(Error::new_spanned(
                &sig.ident,
                format!(
                    "`{}` has no body here, so there is nothing to memoize: put #[memoize] on the implementation, or on a function that calls it",
                    sig.ident
                ),
            ));
        }
        Ok(Self { attrs, vis, sig, body: braces(input)? })
    }
}

impl ImplBlock {
    fn after(attrs: Vec<Attribute>, input: ParseStream<'_>) -> Result<Self> {
        let unsafety = input.parse()?;
        let impl_token = input.parse()?;
        let mut generics: Generics = if input.peek(Token![<]) { input.parse()? } else { Generics::default() };
        let first: Type = input.parse()?;
        let (of, self_ty) = match (input.parse::<Option<Token![for]>>()?, first) {
            (None, self_ty) => (None, self_ty),
            (Some(for_token), Type::Path(name)) => (Some((name.path, for_token)), input.parse()?),
            (Some(_), other) => return Err(Error::new_spanned(other, "expected the path of a trait")),
        };
        generics.where_clause = input.parse::<Option<WhereClause>>()?;
        Ok(Self { attrs, unsafety, impl_token, generics, of, self_ty, body: braces(input)? })
    }
}

/// Explains the mistake for the items that are tried most.
fn refuse_other_items(input: ParseStream<'_>) -> Result<()> {
    let ahead = input.fork();
    if !is_function(input) {
        ahead.parse::<Option<Token![unsafe]>>()?;
    }
    let Ok(TokenTree::Ident(keyword)) = ahead.parse::<TokenTree>() else { return Ok(()) };
    let message = match keyword.to_string().as_str() {
        "struct" | "enum" | "union" => {
            "#[memoize] goes on a function, a method or an impl block; to use this type in a key derive `memokit::Key` for it"
        }
        "trait" => {
            "#[memoize] goes on a function, a method or an impl block; inside a trait put it on the methods that have a body"
        }
        "safe" => {
            "the functions of an `extern` block have no body here, so there is nothing to memoize: memoize a function that calls this one"
        }
        "extern" if !is_function(input) && !ahead.peek(Token![crate]) => {
            "the functions of an `extern` block have no body here, so there is nothing to memoize: memoize a function that calls them"
        }
        "mod" | "static" | "type" | "use" | "macro_rules" | "extern" if !is_function(input) => {
            "#[memoize] goes on a function, a method or an impl block"
        }
        "const" if !is_function(input) => {
            "#[memoize] goes on a function, a method or an impl block; a constant is computed once anyway"
        }
        "let" => "#[memoize] goes on a function; write the closure as a `fn`",
        _ => return Ok(()),
    };
    Err(Error::new(keyword.span(), message))
}

/// Whether a function follows: `fn` after qualifiers, as in `const unsafe extern "C" fn`.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while let Ok(token) = ahead.parse::<TokenTree>() {
        match token {
            TokenTree::Ident(keyword) if keyword == "fn" => return true,
            TokenTree::Ident(keyword)
                if ["const", "async", "unsafe", "safe", "extern"].iter().any(|known| keyword == known) => {}
            TokenTree::Literal(_) => {}
            _ => return false,
        }
    }
    false
}

/// Reads a group in braces.
fn braces(input: ParseStream<'_>) -> Result<Group> {
    input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) if group.delimiter() == Delimiter::Brace => Ok((group, rest)),
        _ => Err(cursor.error("expected a body in braces")),
    })
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// `#[memoize]` or `#[memokit::memoize(..)]`. Under another name the attribute is not found here
/// and expands by itself.
pub(crate) fn is_memoize(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "memoize")
}
