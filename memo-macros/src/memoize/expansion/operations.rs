//! The operations of the cache. Those on one entry take the arguments of the call.

use super::dispatch::OperationKind;
use super::{MemoizePrinter, Surface};
use crate::memoize::scan;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Generics;

/// One operation.
struct Operation {
    name: &'static str,
    /// `async`, `unsafe`
    qualifiers: TokenStream,
    generics: Generics,
    inputs: TokenStream,
    output: TokenStream,
    body: TokenStream,
}

impl MemoizePrinter<'_> {
    /// Hidden functions that the operations share: the store, its set-up, and the dispatch
    /// function.
    pub(super) fn helpers(&self) -> TokenStream {
        let store = self.store_items();
        let dispatch = self.has_dispatch().then(|| self.dispatch_function());
        quote!(#store #dispatch)
    }

    /// All operations.
    pub(super) fn operations(&self) -> TokenStream {
        let mut all = self.cache_operations();
        all.extend(self.entry_operations());
        let operations = all.iter().map(|operation| self.print(operation));
        quote!(#(#operations)*)
    }

    fn print(&self, operation: &Operation) -> TokenStream {
        let Operation { name, qualifiers, generics, inputs, output, body } = operation;
        let vis = self.operation_vis();
        let name = self.operation(name);
        let (params, bounds) = (&generics.params, &generics.where_clause);
        let params = if params.is_empty() { TokenStream::new() } else { quote!(<#params>) };
        // For a handle they are on the `impl` block: repeating them would be a tenth of an
        // expansion.
        let attributes = match self.surface {
            Surface::Siblings(_) => {
                let (cfg, lints, allow) = (&self.attributes.cfg, &self.attributes.lints, self.allow_lints());
                quote_spanned!(self.span=> #cfg #lints #[doc(hidden)] #allow)
            }
            Surface::Handle(_) | Surface::Inline => TokenStream::new(),
        };
        // `#[inline]`, so that a library contains code only for operations that are called.
        quote_spanned! {self.span=>
            #attributes #[inline] #vis #qualifiers fn #name #params (#inputs) #output #bounds { #body }
        }
    }

    /// Only the signature of an operation is the user's code, and lints check that at the function
    /// itself.
    pub(super) fn allow_lints(&self) -> TokenStream {
        // rustc names unused methods of one block in one warning, which it drops if it is about
        // generated code: without this an unused method would not be reported.
        let dead = matches!(self.surface, Surface::Siblings(_)).then(|| quote_spanned!(self.span=> dead_code,));
        quote_spanned!(self.span=> #[allow(#dead unused_variables, clippy::all, clippy::pedantic, clippy::nursery)])
    }

    /// Operations on the whole cache. They take no arguments, but `self` if the cache is in a
    /// field.
    fn cache_operations(&self) -> Vec<Operation> {
        let (p, span, store) = (&self.p, self.span, self.store());
        // With the user's span, so that the field's expression can use it.
        let this = self.model.options.field.as_ref().and(self.model.receiver.as_ref()).map(|receiver| {
            let this = receiver.self_token;
            quote_spanned!(span=> &#this,)
        });
        let simple = |name, more: TokenStream, output: TokenStream, body: TokenStream| Operation {
            name,
            qualifiers: TokenStream::new(),
            generics: Generics::default(),
            inputs: quote!(#this #more),
            output,
            body,
        };
        let none = TokenStream::new;
        let mut all = vec![
            simple(
                "cache_info",
                none(),
                quote_spanned!(span=> -> #p::CacheInfo),
                quote_spanned!(span=> #p::info(&#store)),
            ),
            simple("cache_clear", none(), none(), quote_spanned!(span=> #p::clear(&#store);)),
            simple(
                "cache_parameters",
                none(),
                quote_spanned!(span=> -> #p::CacheParameters),
                quote_spanned!(span=> #p::parameters(&#store)),
            ),
            simple(
                "resize",
                quote_spanned!(span=> entries: #p::usize),
                none(),
                quote_spanned!(span=> #p::resize(&#store, entries);),
            ),
        ];
        if this.is_none() {
            let body = quote_spanned!(span=> #p::cache(&#store));
            all.push(simple("cache", none(), quote_spanned!(span=> -> #p::CacheRef), body));
        }
        if !self.model.is_opaque() {
            all.push(self.forget_if(this.as_ref()));
        }
        all
    }

    /// Generic only if the result is, since the predicate takes values of one type.
    fn forget_if(&self, this: Option<&TokenStream>) -> Operation {
        let (p, span, store, result) = (&self.p, self.span, self.store(), &self.model.result);
        let mut own = self.model.type_params();
        own.extend(self.model.const_params());
        let generic = scan::mentions(result.to_token_stream(), &own);
        Operation {
            name: "forget_if",
            qualifiers: TokenStream::new(),
            generics: if generic { self.model.function.sig.generics.clone() } else { Generics::default() },
            inputs: quote_spanned!(span=> #this __forget: impl #p::FnMut(#p::KeyRef<'_>, &#result) -> #p::bool),
            output: quote_spanned!(span=> -> #p::usize),
            body: quote_spanned!(span=> #p::forget_if::<#result, _, _>(&#store, __forget)),
        }
    }

    /// Operations on one entry. `put` and `with` need a result type that can be named, so not `impl
    /// Trait`.
    fn entry_operations(&self) -> Vec<Operation> {
        let (p, span, result) = (&self.p, self.span, &self.model.result);
        let optional = |ty: TokenStream| quote_spanned!(span=> -> #p::Option<#ty>);
        let bool_ = quote_spanned!(span=> -> #p::bool);
        let output = &self.model.function.sig.output;
        let mut all = vec![
            self.store_only("peek", "Peek", optional(quote!(#result))),
            self.store_only("contains", "Contains", bool_.clone()),
            self.store_only("forget", "Forget", bool_),
            self.store_only("expires_in", "ExpiresIn", optional(quote!(#p::Duration))),
            self.may_run(
                OperationKind::Run,
                "refresh",
                &TokenStream::new(),
                quote!(#output),
                &quote_spanned!(span=> #p::Refresh),
            ),
        ];
        if !self.model.is_opaque() {
            let new = quote_spanned!(span=> __new: #result);
            all.push(self.store_only_with("put", &new, TokenStream::new(), &quote_spanned!(span=> #p::Put(__new))));
            let output = Ident::new("__Output", span);
            let read = quote_spanned!(span=> __read: impl #p::FnOnce(&#result) -> #output);
            let answer = quote_spanned!(span=> -> #output);
            let mut with =
                self.may_run(OperationKind::Call, "with", &read, answer, &quote_spanned!(span=> #p::Read(__read)));
            with.generics.params.push(syn::parse_quote!(#output));
            all.push(with);
        }
        all
    }

    /// An operation that may run the body, and so is `async` or `unsafe` if the function is.
    fn may_run(
        &self,
        kind: OperationKind,
        name: &'static str,
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        let sig = &self.model.function.sig;
        let (asyncness, unsafety) = (&sig.asyncness, self.model.unsafety());
        let qualifiers = quote!(#asyncness #unsafety);
        Operation { qualifiers, ..self.entry_operation(name, more, output, self.operate(kind, operation)) }
    }

    /// An operation that the store answers without the body.
    fn store_only_with(
        &self,
        name: &'static str,
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        self.entry_operation(name, more, output, self.operate(OperationKind::StoreOnly, operation))
    }

    fn store_only(&self, name: &'static str, operation: &str, output: TokenStream) -> Operation {
        let (p, operation) = (&self.p, Ident::new(operation, self.span));
        self.store_only_with(name, &TokenStream::new(), output, &quote_spanned!(self.span=> #p::#operation))
    }

    fn entry_operation(
        &self,
        name: &'static str,
        more: &TokenStream,
        output: TokenStream,
        body: TokenStream,
    ) -> Operation {
        Operation {
            name,
            qualifiers: TokenStream::new(),
            generics: self.model.function.sig.generics.clone(),
            inputs: self.plain_inputs_and(more),
            output,
            body,
        }
    }
}
