//! The function under the user's name: ask the store; on a miss run the body and hand the value in.

use super::entry::Kind;
use super::{Printer, Surface};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::Signature;

impl Printer<'_> {
    /// The user's signature with a plain name for each argument: the body behind takes the patterns apart.
    pub(super) fn wrapper_signature(&self) -> Signature {
        let mut sig = self.model.function.sig.clone();
        sig.inputs = self.plain_inputs();
        sig
    }

    /// The call is an operation like others.
    pub(super) fn wrapper_body(&self) -> TokenStream {
        let p = &self.p;
        let (items, call) = (self.inner_items(), self.enter(Kind::Call, &quote_spanned!(self.site=> #p::Call)));
        quote!(#items #call)
    }

    /// Runs the body: an expression of the result's type, or a future of it.
    pub(super) fn run(&self) -> TokenStream {
        if matches!(self.surface, Surface::Inline) && self.model.is_method() {
            return self.body_in_place();
        }
        let (uncached, turbofish, arguments) = (self.operation_path("uncached"), self.turbofish(), self.handed_on());
        self.vouched(quote_spanned!(self.site=> #uncached #turbofish (#arguments)))
    }

    /// A call of the user's own `unsafe fn`, from a function that is one too and passes the duty on.
    pub(super) fn vouched(&self, call: TokenStream) -> TokenStream {
        if self.model.is_unsafe() { quote_spanned!(self.site=> unsafe { #call }) } else { call }
    }

    /// The body of a method that may have no sibling. A closure (or an async block) gives `return` and `?` their meaning back.
    fn body_in_place(&self) -> TokenStream {
        let (model, result) = (self.model, &self.model.result);
        // In the user's own braces, not in a block inside others: rustc would call either pair unnecessary.
        let in_braces = |before: TokenStream| {
            let body = &model.function.body;
            let mut block = Group::new(Delimiter::Brace, before.into_iter().chain(body.stream()).collect());
            block.set_span(body.span());
            block
        };
        let arguments = model.arguments.iter().filter_map(|argument| {
            let name = &argument.name;
            match (&argument.pattern, &argument.mutable) {
                (Some(pattern), _) => Some(quote_spanned!(self.site=> let #pattern = #name;)),
                (None, Some(mutable)) => Some(quote_spanned!(self.site=> let #mutable #name = #name;)),
                (None, None) => None,
            }
        });
        let arguments = quote!(#(#arguments)*);
        if !model.is_async() {
            let arrow = if model.is_opaque() { TokenStream::new() } else { quote_spanned!(self.site=> -> #result) };
            // Without an arrow rustc would have to guess what `?` converts errors to.
            let body = in_braces(arguments);
            return quote_spanned!(self.site=> (move || #arrow #body)());
        }
        // An async block takes no arrow: a return that is never reached says the same.
        let witness = if model.is_opaque() {
            TokenStream::new()
        } else {
            quote_spanned! {self.site=>
                #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::empty_loop)]
                if false {
                    let __result: #result = loop {};
                    return __result;
                }
            }
        };
        let body = in_braces(quote!(#witness #arguments));
        quote_spanned!(self.site=> async move #body)
    }

    /// What happens to a value on its way into the store, if anything does.
    pub(super) fn write(&self) -> Option<TokenStream> {
        let mut settings = self.model.options.write.iter().map(|setting| setting.print(&self.p, self.site)).peekable();
        settings.peek()?;
        Some(quote_spanned!(self.site=> |__write| __write #(#settings)*))
    }
}
