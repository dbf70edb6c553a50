//! The operations of the cache. Those on one entry take the arguments of the call.

use super::dispatch::OperationKind;
use super::{MemoizePrinter, Surface};
use crate::attributes::Attributes;
use crate::memoize::scan;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Generics;

/// One operation.
struct Operation {
    name: &'static str,
    /// Its documentation, one line.
    doc: &'static str,
    /// What concerns every function that runs the code of a call, such as `track_caller`.
    attributes: TokenStream,
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
        let Operation { name, doc, attributes: both, qualifiers, generics, inputs, output, body } = operation;
        let vis = self.operation_vis();
        let name = self.operation(name);
        let (params, bounds) = (&generics.params, &generics.where_clause);
        let params = if params.is_empty() { TokenStream::new() } else { quote!(<#params>) };
        // For a handle they are on the `impl` block: repeating them would be a tenth of an
        // expansion.
        let attributes = match self.surface {
            Surface::Siblings(_) => {
                let Attributes { cfg, hidden, lints, .. } = &self.attributes;
                let allow = self.allow_lints();
                quote_spanned!(self.span=> #cfg #hidden #lints #allow)
            }
            Surface::Handle(_) | Surface::Inline => TokenStream::new(),
        };
        // `#[inline]`, so that a library contains code only for operations that are called.
        quote_spanned! {self.span=>
            #attributes #both #[doc = #doc] #[inline] #vis #qualifiers fn #name #params (#inputs) #output #bounds { #body }
        }
    }

    /// Only the signature of an operation is the user's code, and lints check that at the function
    /// itself.
    pub(super) fn allow_lints(&self) -> TokenStream {
        // rustc names unused methods of one block in one warning, which it drops if it is about
        // generated code: without this an unused method would not be reported.
        let dead = matches!(self.surface, Surface::Siblings(_)).then(|| quote_spanned!(self.span=> dead_code,));
        quote_spanned! {self.span=>
            #[allow(#dead unused_variables, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        }
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
        let simple = |name, doc, more: TokenStream, output: TokenStream, body: TokenStream| Operation {
            name,
            doc,
            attributes: TokenStream::new(),
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
                "Returns the statistics of the cache.",
                none(),
                quote_spanned!(span=> -> #p::CacheInfo),
                quote_spanned!(span=> #p::info(&#store)),
            ),
            simple(
                "cache_clear",
                "Removes all entries and resets the statistics.",
                none(),
                none(),
                quote_spanned!(span=> #p::clear(&#store);),
            ),
            simple(
                "cache_reset_info",
                "Resets the statistics, and keeps the entries.",
                none(),
                none(),
                quote_spanned!(span=> #p::reset_info(&#store);),
            ),
            simple(
                "cache_parameters",
                "Returns how the cache is set up.",
                none(),
                quote_spanned!(span=> -> #p::CacheParameters),
                quote_spanned!(span=> #p::parameters(&#store)),
            ),
            simple(
                "resize",
                "Changes the capacity, in entries; evicts excess entries at once.",
                quote_spanned!(span=> entries: #p::usize),
                none(),
                quote_spanned!(span=> #p::resize(&#store, entries);),
            ),
        ];
        if this.is_none() {
            all.push(simple(
                "cache",
                "Returns a type-erased handle of the cache, for monitoring.",
                none(),
                quote_spanned!(span=> -> #p::CacheRef),
                quote_spanned!(span=> #p::cache(&#store)),
            ));
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
        // A cache of all threads may ask it on any of them: when a run in flight ends.
        let sendable = (!self.model.options.local).then(|| quote_spanned!(span=> #p::Send + #p::Sync +));
        Operation {
            name: "forget_if",
            doc: "Removes the entries for which the closure returns true, and returns how many; results that are \
                  being computed answer to it too.",
            attributes: TokenStream::new(),
            qualifiers: TokenStream::new(),
            generics: if generic { self.model.function.sig.generics.clone() } else { Generics::default() },
            inputs: quote_spanned! {span=>
                #this predicate: impl #sendable #p::Fn(#p::KeyRef<'_>, &#result) -> #p::bool + 'static
            },
            output: quote_spanned!(span=> -> #p::usize),
            body: quote_spanned!(span=> #p::forget_if::<#result, _, _>(&#store, predicate)),
        }
    }

    /// Operations on one entry. `put` and `with` need a result type that can be named, so not
    /// `impl Trait`.
    fn entry_operations(&self) -> Vec<Operation> {
        let (p, span, result) = (&self.p, self.span, &self.model.result);
        let optional = |ty: TokenStream| quote_spanned!(span=> -> #p::Option<#ty>);
        let (bool_, none) = (quote_spanned!(span=> -> #p::bool), TokenStream::new);
        let output = &self.model.function.sig.output;
        let mut all = vec![
            self.store_only(
                ("peek", "Returns the cached result without computing it; updates neither statistics nor recency."),
                &none(),
                optional(quote!(#result)),
                &quote_spanned!(span=> #p::Peek),
            ),
            self.store_only(
                ("contains", "Returns whether the result is cached; updates neither statistics nor recency."),
                &none(),
                bool_.clone(),
                &quote_spanned!(span=> #p::Contains),
            ),
            self.store_only(
                (
                    "forget",
                    "Removes the entry and returns whether there was one; discards a result that is being computed.",
                ),
                &none(),
                bool_,
                &quote_spanned!(span=> #p::Forget),
            ),
            self.store_only(
                ("expires_in", "Returns the time until the entry expires; `None` without an entry or without expiry."),
                &none(),
                optional(quote!(#p::Duration)),
                &quote_spanned!(span=> #p::ExpiresIn),
            ),
            self.may_run(
                OperationKind::Run,
                ("refresh", "Computes the result anew and replaces the entry."),
                &none(),
                quote!(#output),
                &quote_spanned!(span=> #p::Refresh),
            ),
        ];
        if !self.model.is_opaque() {
            all.push(self.store_only(
                ("put", "Stores a result; a computation under way does not replace it."),
                &quote_spanned!(span=> value: #result),
                none(),
                &quote_spanned!(span=> #p::Put(value)),
            ));
            let output = Ident::new("__Output", span);
            let mut with = self.may_run(
                OperationKind::Call,
                ("with", "Calls the closure with a reference to the cached result; computes it on a miss."),
                &quote_spanned!(span=> read: impl #p::FnOnce(&#result) -> #output),
                quote_spanned!(span=> -> #output),
                &quote_spanned!(span=> #p::Read(read)),
            );
            with.generics.params.push(syn::parse_quote!(#output));
            all.push(with);
            all.push(self.may_run(
                OperationKind::Call,
                ("with_outcome", "Calls the function, and also returns how the call got its result."),
                &none(),
                quote_spanned!(span=> -> (#result, #p::Outcome)),
                &quote_spanned!(span=> #p::WithOutcome::NEW),
            ));
        }
        all
    }

    /// An operation that may run the body, and so is `async` if the function is.
    fn may_run(
        &self,
        kind: OperationKind,
        named: (&'static str, &'static str),
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        let entry = self.entry_operation(kind, named, more, output, operation);
        let (asyncness, unsafety) = (&self.model.function.sig.asyncness, &entry.qualifiers);
        Operation { qualifiers: quote!(#asyncness #unsafety), ..entry }
    }

    /// An operation that the store answers without the body.
    fn store_only(
        &self,
        named: (&'static str, &'static str),
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        self.entry_operation(OperationKind::StoreOnly, named, more, output, operation)
    }

    /// An operation that takes the arguments of the call, and `more`. It is `unsafe` if the
    /// function is: `key`, `when` and patterns look at the arguments as the body does.
    fn entry_operation(
        &self,
        kind: OperationKind,
        (name, doc): (&'static str, &'static str),
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        Operation {
            name,
            doc,
            attributes: self.attributes.both.clone(),
            qualifiers: self.model.unsafety().unwrap_or_default(),
            generics: self.model.function.sig.generics.clone(),
            inputs: self.plain_inputs_and(more),
            output,
            body: self.operate(kind, operation),
        }
    }
}
