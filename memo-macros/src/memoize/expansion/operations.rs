//! The operations beside the function. Those about one entry take the arguments exactly as the call does.

use super::Printer;
use crate::memoize::model::Place;
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
    /// All operations and the items that hold the store.
    pub(super) fn operations(&self) -> TokenStream {
        let store = self.store_items();
        let mut all = self.about_the_cache();
        all.extend(self.about_one_entry());
        let operations = all.iter().map(|operation| self.print(operation));
        quote!(#store #(#operations)*)
    }

    fn print(&self, operation: &Operation) -> TokenStream {
        let Operation { name, qualifiers, generics, inputs, output, body } = operation;
        let (vis, cfg, lints) = (self.operation_vis(), &self.attributes.cfg, &self.attributes.lints);
        let name = self.operation(name);
        let (params, bounds) = (&generics.params, &generics.where_clause);
        let params = if params.is_empty() { TokenStream::new() } else { quote!(<#params>) };
        quote_spanned! {self.site=>
            #cfg #lints #[doc(hidden)] #[allow(unused_variables, clippy::used_underscore_binding, clippy::missing_errors_doc, clippy::missing_safety_doc, clippy::ptr_arg, clippy::too_many_arguments, clippy::boxed_local, clippy::ref_option_ref, clippy::type_complexity, clippy::borrowed_box)]
            #vis #qualifiers fn #name #params (#inputs) #output #bounds { #body }
        }
    }

    /// Operations that no argument is needed for; a cache in a field needs its instance.
    fn about_the_cache(&self) -> Vec<Operation> {
        let (p, site, store) = (&self.p, self.site, self.store());
        // The user's own `self`: the field's expression must see it.
        let this = self.model.words.field.as_ref().and(self.model.receiver.as_ref()).map(|receiver| {
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
            let (result, keep) = (&self.model.result, self.keep());
            let predicate = quote_spanned!(site=> forget: impl #p::FnMut(#p::KeyRef<'_>, &#result) -> #p::bool);
            let body = quote_spanned! {site=>
                use #p::{AutoFit1 as _, AutoFit2 as _, AutoKeep1 as _, AutoKeep2 as _, AutoKeep3 as _};
                #p::forget_if(&#store, #p::Returns::<#result>::new(), #keep, forget)
            };
            let mut forget_if = simple("forget_if", predicate, quote_spanned!(site=> -> #p::usize), body);
            let mut own = self.model.type_params();
            own.extend(self.model.const_params());
            if scan::mentions(result.to_token_stream(), &own) {
                forget_if.generics = self.model.function.sig.generics.clone();
            }
            all.push(forget_if);
        }
        all
    }

    /// Operations that take the arguments of the call.
    fn about_one_entry(&self) -> Vec<Operation> {
        if self.model.is_opaque() {
            return self.about_an_opaque_entry();
        }
        let (p, site, result) = (&self.p, self.site, &self.model.result);
        let bool_ = quote_spanned!(site=> -> #p::bool);
        // Where the result does not show in what the operation gives back, it is said which one is meant.
        let of = quote_spanned!(site=> ::<_, _, #result, _>);
        vec![
            self.entry("contains", &of, &bool_),
            self.entry("forget", &of, &bool_),
            self.entry("expires_in", &of, &quote_spanned!(site=> -> #p::Option<#p::Duration>)),
            self.entry("peek", &TokenStream::new(), &quote_spanned!(site=> -> #p::Option<#result>)),
            self.refresh(),
            self.put(),
            self.with(),
        ]
    }

    /// An `impl Trait` has no name, so only operations whose code can show the type exist: by a run that is never reached.
    fn about_an_opaque_entry(&self) -> Vec<Operation> {
        let (p, site, result, run) = (&self.p, self.site, &self.model.result, self.run());
        let mut all = vec![self.refresh()];
        if !self.model.is_async() && !self.model.is_unsafe() {
            let peek = self.ask(&self.store(), "peek", &TokenStream::new(), &TokenStream::new());
            let found = |seen: TokenStream| quote_spanned!(site=> let __found = #peek; let __found = if false { #p::Some(#run) } else { __found }; #seen);
            let output = quote_spanned!(site=> -> #p::Option<#result>);
            all.push(self.about("peek", &TokenStream::new(), output, found(quote_spanned!(site=> __found))));
            let body = found(quote_spanned!(site=> #p::Option::is_some(&__found)));
            all.push(self.about("contains", &TokenStream::new(), quote_spanned!(site=> -> #p::bool), body));
        }
        all
    }

    fn about(&self, name: &'static str, more: &TokenStream, output: TokenStream, body: TokenStream) -> Operation {
        let mut inputs = self.plain_inputs();
        if !inputs.empty_or_trailing() {
            inputs.push_punct(syn::Token![,](self.site));
        }
        Operation {
            name,
            qualifiers: TokenStream::new(),
            generics: self.model.function.sig.generics.clone(),
            inputs: quote!(#inputs #more),
            output,
            body,
        }
    }

    /// An operation that one question to the store answers.
    fn entry(&self, name: &'static str, of: &TokenStream, output: &TokenStream) -> Operation {
        let body = self.ask(&self.store(), name, of, &TokenStream::new());
        self.about(name, &TokenStream::new(), output.clone(), body)
    }

    fn put(&self) -> Operation {
        let (site, result, write) = (self.site, &self.model.result, self.write());
        let body = self.ask(&self.store(), "put", &TokenStream::new(), &quote_spanned!(site=> __new, #write));
        self.about("put", &quote_spanned!(site=> __new: #result), TokenStream::new(), quote_spanned!(site=> #body;))
    }

    /// Runs the body whatever is stored, and stores what it gives.
    fn refresh(&self) -> Operation {
        let (p, site, store, run, write) = (&self.p, self.site, self.store(), self.run(), self.write());
        let refresh = if self.model.is_async() { "refresh_async" } else { "refresh" };
        let lead = self.ask(&quote_spanned!(site=> __store), refresh, &TokenStream::new(), &TokenStream::new());
        let value =
            if self.model.is_async() { quote_spanned!(site=> __lead.drive(#p::Box::pin(#run)).await) } else { run };
        let body = quote_spanned! {site=>
            let __store = #store;
            let __lead = #lead;
            let __value = #value;
            __lead.finish(__value, #write)
        };
        let output = self.model.function.sig.output.to_token_stream();
        self.running(self.about("refresh", &TokenStream::new(), output, body))
    }

    /// Reads the value in place; computes it on a miss.
    fn with(&self) -> Operation {
        let (p, site, result, store) = (&self.p, self.site, &self.model.result, self.store());
        let output = Ident::new("__Output", site);
        let look =
            self.ask(&quote_spanned!(site=> __store), "look", &TokenStream::new(), &quote_spanned!(site=> __read));
        let look = match &self.model.words.when {
            None => look,
            Some(when) => {
                quote_spanned!(site=> { let __when: #p::bool = #when; if __when #look else { #p::Err(__read) } })
            }
        };
        let await_ = self.model.is_async().then(|| quote_spanned!(site=> .await));
        let call = self.call();
        let body = quote_spanned! {site=>
            let __looked = { let __store = #store; #look };
            match __looked {
                #p::Ok(__output) => __output,
                #p::Err(__read) => { let __value = #call #await_; __read(&__value) }
            }
        };
        let read = quote_spanned!(site=> __read: impl #p::FnOnce(&#result) -> #output);
        let mut with = self.about("with", &read, quote_spanned!(site=> -> #output), body);
        with.generics.params.push(syn::parse_quote!(#output));
        self.running(with)
    }

    /// The operation runs the body, so it is `async` or `unsafe` like it.
    fn running(&self, operation: Operation) -> Operation {
        let sig = &self.model.function.sig;
        let (asyncness, unsafety) =
            (&sig.asyncness, self.model.is_unsafe().then(|| quote_spanned!(self.site=> unsafe)));
        Operation { qualifiers: quote!(#asyncness #unsafety), ..operation }
    }

    /// An ordinary call of the memoized function.
    fn call(&self) -> TokenStream {
        let (name, turbofish, arguments) = (self.model.name(), self.turbofish(), self.handed_on());
        let path = match &self.model.place {
            Place::Free => quote!(#name),
            Place::Beside => quote_spanned!(self.site=> Self::#name),
            Place::OfTrait(of) => quote_spanned!(self.site=> <Self as #of>::#name),
        };
        self.vouched(quote_spanned!(self.site=> #path #turbofish (#arguments)))
    }
}
