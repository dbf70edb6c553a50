//! The operations beside the function. Those about one entry take the arguments exactly as the call does.

use super::entry::Kind;
use super::{Printer, Surface};
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

impl Printer<'_> {
    /// What the operations share: the items that hold the store, and the door.
    pub(super) fn inner(&self) -> TokenStream {
        let store = self.store_items();
        let door = self.has_door().then(|| self.door());
        quote!(#store #door)
    }

    /// All operations.
    pub(super) fn operations(&self) -> TokenStream {
        let mut all = self.about_the_cache();
        all.extend(self.about_one_entry());
        let operations = all.iter().map(|operation| self.print(operation));
        quote!(#(#operations)*)
    }

    fn print(&self, operation: &Operation) -> TokenStream {
        let Operation { name, qualifiers, generics, inputs, output, body } = operation;
        let vis = self.operation_vis();
        let name = self.operation(name);
        let (params, bounds) = (&generics.params, &generics.where_clause);
        let params = if params.is_empty() { TokenStream::new() } else { quote!(<#params>) };
        // Those of a handle have them on their block: twelve times the same attributes are a tenth of an expansion.
        let attributes = match self.surface {
            Surface::Siblings(_) => {
                let (cfg, lints, quiet) = (&self.attributes.cfg, &self.attributes.lints, self.quiet());
                quote_spanned!(self.site=> #cfg #lints #[doc(hidden)] #quiet)
            }
            Surface::Handle(_) | Surface::Inline => TokenStream::new(),
        };
        // Inline, so that a library has code only for those that somebody calls.
        quote_spanned! {self.site=>
            #attributes #[inline] #vis #qualifiers fn #name #params (#inputs) #output #bounds { #body }
        }
    }

    /// Nothing in an operation is the user's code but the signature, of which lints have spoken at the function itself.
    pub(super) fn quiet(&self) -> TokenStream {
        // Unused siblings would be named in one warning with the method itself, and that one is then taken for the macro's own.
        let dead = matches!(self.surface, Surface::Siblings(_)).then(|| quote_spanned!(self.site=> dead_code,));
        quote_spanned!(self.site=> #[allow(#dead unused_variables, clippy::all, clippy::pedantic, clippy::nursery)])
    }

    /// Operations that no argument is needed for; a cache in a field needs its instance.
    fn about_the_cache(&self) -> Vec<Operation> {
        let (p, site, store) = (&self.p, self.site, self.store());
        // The user's own `self`: the field's expression must see it.
        let this = self.model.options.storage.field.as_ref().and(self.model.receiver.as_ref()).map(|receiver| {
            let this = receiver.self_token;
            quote_spanned!(site=> &#this,)
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
                quote_spanned!(site=> -> #p::CacheInfo),
                quote_spanned!(site=> #p::info(&#store)),
            ),
            simple("cache_clear", none(), none(), quote_spanned!(site=> #p::clear(&#store);)),
            simple(
                "cache_parameters",
                none(),
                quote_spanned!(site=> -> #p::CacheParameters),
                quote_spanned!(site=> #p::parameters(&#store)),
            ),
            simple(
                "resize",
                quote_spanned!(site=> entries: #p::usize),
                none(),
                quote_spanned!(site=> #p::resize(&#store, entries);),
            ),
        ];
        if this.is_none() {
            let body = quote_spanned!(site=> #p::cache(&#store));
            all.push(simple("cache", none(), quote_spanned!(site=> -> #p::CacheRef), body));
        }
        if !self.model.is_opaque() {
            all.push(self.forget_if(this.as_ref()));
        }
        all
    }

    /// Generic only if the result is: it asks about the values of one type.
    fn forget_if(&self, this: Option<&TokenStream>) -> Operation {
        let (p, site, store, result) = (&self.p, self.site, self.store(), &self.model.result);
        let mut own = self.model.type_params();
        own.extend(self.model.const_params());
        let generic = scan::mentions(result.to_token_stream(), &own);
        Operation {
            name: "forget_if",
            qualifiers: TokenStream::new(),
            generics: if generic { self.model.function.sig.generics.clone() } else { Generics::default() },
            inputs: quote_spanned!(site=> #this __forget: impl #p::FnMut(#p::KeyRef<'_>, &#result) -> #p::bool),
            output: quote_spanned!(site=> -> #p::usize),
            body: quote_spanned!(site=> #p::forget_if::<#result, _, _>(&#store, __forget)),
        }
    }

    /// Operations that take the arguments of the call. An `impl Trait` has no name that `put` and `with` could say.
    fn about_one_entry(&self) -> Vec<Operation> {
        let (p, site, result) = (&self.p, self.site, &self.model.result);
        let optional = |ty: TokenStream| quote_spanned!(site=> -> #p::Option<#ty>);
        let bool_ = quote_spanned!(site=> -> #p::bool);
        let output = &self.model.function.sig.output;
        let mut all = vec![
            self.question("peek", "Peek", optional(quote!(#result))),
            self.question("contains", "Contains", bool_.clone()),
            self.question("forget", "Forget", bool_),
            self.question("expires_in", "ExpiresIn", optional(quote!(#p::Duration))),
            self.running(
                Kind::Run,
                "refresh",
                &TokenStream::new(),
                quote!(#output),
                &quote_spanned!(site=> #p::Refresh),
            ),
        ];
        if !self.model.is_opaque() {
            let new = quote_spanned!(site=> __new: #result);
            all.push(self.asking("put", &new, TokenStream::new(), &quote_spanned!(site=> #p::Put(__new))));
            let output = Ident::new("__Output", site);
            let read = quote_spanned!(site=> __read: impl #p::FnOnce(&#result) -> #output);
            let answer = quote_spanned!(site=> -> #output);
            let mut with = self.running(Kind::Call, "with", &read, answer, &quote_spanned!(site=> #p::Read(__read)));
            with.generics.params.push(syn::parse_quote!(#output));
            all.push(with);
        }
        all
    }

    /// An operation that may run the body, so it is `async` or `unsafe` like it.
    fn running(
        &self,
        kind: Kind,
        name: &'static str,
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        let sig = &self.model.function.sig;
        let (asyncness, unsafety) = (&sig.asyncness, self.model.unsafety());
        let qualifiers = quote!(#asyncness #unsafety);
        Operation { qualifiers, ..self.about(name, more, output, self.enter(kind, operation)) }
    }

    /// An operation that the store answers alone.
    fn asking(
        &self,
        name: &'static str,
        more: &TokenStream,
        output: TokenStream,
        operation: &TokenStream,
    ) -> Operation {
        self.about(name, more, output, self.enter(Kind::Question, operation))
    }

    fn question(&self, name: &'static str, operation: &str, output: TokenStream) -> Operation {
        let (p, operation) = (&self.p, Ident::new(operation, self.site));
        self.asking(name, &TokenStream::new(), output, &quote_spanned!(self.site=> #p::#operation))
    }

    fn about(&self, name: &'static str, more: &TokenStream, output: TokenStream, body: TokenStream) -> Operation {
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
