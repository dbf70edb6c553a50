//! The getter as written, its body unparsed.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Error, FnArg, Lifetime, Receiver, ReceiverKind, Result, Safety, Signature, Token, Type, Visibility,
};

/// A method with its body as one group of tokens.
pub(crate) struct Getter {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Getter {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if !is_function(input) {
            let message = "#[cached_field] goes on the getter, `fn area(&self) -> f64 { .. }` in an impl block; the field itself is \
                           a plain `area: memokit::Lazy<f64>`";
            return Err(input.error(message));
        }
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            let message = format!("`{}` has no body here: put #[cached_field] on the implementation", sig.ident);
            return Err(Error::new(sig.ident.span(), message));
        }
        Ok(Self { attrs, vis, sig, body: braces(input)? })
    }
}

impl Getter {
    pub(crate) fn name(&self) -> &Ident {
        &self.sig.ident
    }

    /// The receiver: `&self`, `&'a self`, `self: &Self`, ..
    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        match self.sig.inputs.first() {
            Some(FnArg::Receiver(receiver)) => Some(receiver),
            _ => None,
        }
    }

    /// The lifetime of the receiver's reference, if it has a name.
    pub(crate) fn borrow(&self) -> Option<&Lifetime> {
        match &self.receiver()?.kind {
            ReceiverKind::Reference(_, name, _) => name.as_ref(),
            ReceiverKind::Typed(_, ty) => match &**ty {
                Type::Reference(reference) => reference.lifetime.as_ref(),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    pub(crate) fn is_unsafe(&self) -> bool {
        matches!(self.sig.safety, Safety::Unsafe(_))
    }

    /// The span of generated tokens: hygienic as in `macro_rules`, and located at the getter's
    /// name.
    pub(crate) fn span(&self) -> Span {
        Span::mixed_site().located_at(self.name().span())
    }

    /// The signature of a function beside the getter.
    pub(crate) fn signature(&self, name: Ident) -> Signature {
        Signature { ident: name, ..self.sig.clone() }
    }
}

/// Whether a function follows: `fn` after qualifiers, as in `const unsafe extern "C" fn`.
fn is_function(input: ParseStream<'_>) -> bool {
    let mut tokens = input.fork().parse::<TokenStream>().unwrap_or_default().into_iter();
    tokens
        .find_map(|token| match token {
            TokenTree::Ident(keyword) if keyword == "fn" => Some(true),
            TokenTree::Ident(keyword)
                if ["const", "async", "unsafe", "safe", "extern"].iter().any(|known| keyword == known) =>
            {
                None
            }
            TokenTree::Literal(_) => None,
            _ => Some(false),
        })
        .unwrap_or(false)
}

/// Reads a group in braces.
fn braces(input: ParseStream<'_>) -> Result<Group> {
    input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) if group.delimiter() == Delimiter::Brace => Ok((group, rest)),
        _ => Err(cursor.error("expected a body in braces")),
    })
}
