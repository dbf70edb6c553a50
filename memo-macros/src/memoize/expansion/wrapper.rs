//! The wrapper, which has the user's name: asks the store; on a miss, runs the body and stores the
//! value.

use super::dispatch::OperationKind;
use super::{MemoizePrinter, Surface};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::Signature;

impl MemoizePrinter<'_> {
    /// The user's signature with a plain name for each argument; patterns are matched by the body.
    pub(super) fn wrapper_signature(&self) -> Signature {
        let mut sig = self.model.function.sig.clone();
        sig.inputs = self.plain_inputs();
        sig
    }

    /// The call, an operation like the others.
    pub(super) fn wrapper_body(&self) -> TokenStream {
        let p = &self.p;
        let (items, call) =
            (self.inner_items(), self.operate(OperationKind::Call, &quote_spanned!(self.span=> #p::Call)));
        quote!(#items #call)
    }

    /// Runs the body: an expression of the result's type, or a future of it.
    pub(super) fn run(&self) -> TokenStream {
        if matches!(self.surface, Surface::Inline) && self.model.is_method() {
            return self.body_in_place();
        }
        let (uncached, turbofish, arguments) =
            (self.operation_path("uncached"), self.turbofish(), self.forwarded_arguments());
        self.wrap_unsafe(quote_spanned!(self.span=> #uncached #turbofish (#arguments)))
    }

    /// A call of the user's `unsafe fn`, from a function that is `unsafe` too and has the same
    /// contract.
    pub(super) fn wrap_unsafe(&self, call: TokenStream) -> TokenStream {
        if self.model.is_unsafe() { quote_spanned!(self.span=> unsafe { #call }) } else { call }
    }

    /// The body of a method without siblings: in a closure (or an async block), so that `return`
    /// and `?` end the body and not the wrapper.
    fn body_in_place(&self) -> TokenStream {
        let (model, result) = (self.model, &self.model.result);
        // In the user's braces, not in a second pair around them: rustc would call one pair
        // unnecessary.
        let in_braces = |before: TokenStream| {
            let body = &model.function.body;
            let mut block = Group::new(Delimiter::Brace, before.into_iter().chain(body.stream()).collect());
            block.set_span(body.span());
            block
        };
        let arguments = model.arguments.iter().filter_map(|argument| {
            let name = &argument.name;
            match (&argument.pattern, &argument.mutable) {
                (Some(pattern), _) => Some(quote_spanned!(self.span=> let #pattern = #name;)),
                (None, Some(mutable)) => Some(quote_spanned!(self.span=> let #mutable #name = #name;)),
                (None, None) => None,
            }
        });
        let arguments = quote!(#(#arguments)*);
        if !model.is_async() {
            let arrow = if model.is_opaque() { TokenStream::new() } else { quote_spanned!(self.span=> -> #result) };
            // The return type tells rustc what `?` converts errors to.
            let body = in_braces(arguments);
            return quote_spanned!(self.span=> (move || #arrow #body)());
        }
        // An async block has no return type: a `return` that is never reached tells the same.
        let witness = if model.is_opaque() {
            TokenStream::new()
        } else {
            quote_spanned! {self.span=>
                #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::empty_loop)]
                if false {
                    let __result: #result = loop {};
                    return __result;
                }
            }
        };
        let body = in_braces(quote!(#witness #arguments));
        quote_spanned!(self.span=> async move #body)
    }

    /// The calls that decide about a value before it is stored, if there are any.
    pub(super) fn write(&self) -> Option<TokenStream> {
        let mut settings = self.model.options.write.iter().map(|setting| setting.print(&self.p, self.span)).peekable();
        settings.peek()?;
        Some(quote_spanned!(self.span=> |__write| __write #(#settings)*))
    }
}
