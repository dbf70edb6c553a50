//! A call of a builder, which is all that most options add to an expansion.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::time::Duration;
use syn::Expr;

/// A call of a builder's method that has the option's name: `.ttl(Duration::new(10, 0))`.
pub(crate) struct Setting {
    /// The name as the user wrote it, so that an argument of the wrong type is reported there, and
    /// an editor shows there what the method does.
    option: Ident,
    value: Value,
}

/// The argument of the call. It becomes tokens only when it is printed, since `crate = path`, which
/// says where the private module is, may be the last option.
pub(crate) enum Value {
    /// An expression of the user's, or a number.
    Expr(Expr),
    /// A literal such as `"1h30m"`.
    Duration(Duration),
    /// An enum's variant from the private module, with or without a value: `SingleFlight::Off`.
    Variant(&'static str, &'static str, Option<Box<Value>>),
}

impl Setting {
    pub(super) fn new(option: &Ident, value: Value) -> Self {
        Self { option: option.clone(), value }
    }

    /// The call; `p` is the path of the private module.
    pub(crate) fn print(&self, p: &TokenStream, span: Span) -> TokenStream {
        let (option, value) = (&self.option, self.value.print(p, span));
        quote_spanned!(span=> .#option(#value))
    }
}

impl Value {
    fn print(&self, p: &TokenStream, span: Span) -> TokenStream {
        match self {
            Self::Expr(expr) => expr.to_token_stream(),
            Self::Duration(duration) => {
                let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
                quote_spanned!(span=> #p::Duration::new(#seconds, #nanos))
            }
            Self::Variant(name, variant, value) => {
                let (name, variant) = (Ident::new(name, span), Ident::new(variant, span));
                let value = value.as_ref().map(|value| value.print(p, span)).map(|value| quote!((#value)));
                quote_spanned!(span=> #p::#name::#variant #value)
            }
        }
    }
}
