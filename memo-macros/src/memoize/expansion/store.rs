//! The store of the function's entries, and its set-up.

use super::{MemoizePrinter, Surface};
use crate::diagnostics::located_at;
use crate::memoize::model::Model;
use crate::memoize::scan;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;

impl MemoizePrinter<'_> {
    /// The functions that contain the static cache and its set-up. They are functions and not
    /// closures in the wrapper, so that the set-up cannot depend on the arguments of the first
    /// call: rustc rejects the names of arguments.
    pub(super) fn store_items(&self) -> TokenStream {
        let (p, cfg) = (&self.p, &self.attributes.cfg);
        let config = self.config();
        let (config_fn, store_fn) = (self.operation("__config"), self.operation("__store"));
        // An item inside, where rustc rejects the parameters of a generic `impl` too: one cache
        // serves all instantiations, and the first one's set-up would decide for all.
        let is_shared = self.model.options.field.is_none() && !scan::mentions_self(config.clone());
        let set_up = if is_shared {
            quote_spanned!(self.span=> fn __memokit_set_up() -> #p::Config { #config } __memokit_set_up())
        } else {
            config
        };
        let config_item = quote_spanned!(self.span=> #cfg #[doc(hidden)] fn #config_fn() -> #p::Config { #set_up });
        if let Some(field) = &self.model.options.field {
            let claim = self.claim(field);
            return quote!(#config_item #claim);
        }
        let (cache_ty, store_ty, open) = if self.model.options.local {
            ("ThreadCache", "LocalStore", "local")
        } else {
            ("StaticCache", "SharedStore", "shared")
        };
        let name = |name: &str| Ident::new(name, self.span);
        let (cache_ty, store_ty) = (name(cache_ty), name(store_ty));
        let (open, hasher) = match &self.model.options.hasher {
            Some(hasher) => {
                let with = name(&format!("{open}_with"));
                (quote_spanned!(self.span=> #with::<#hasher>), Some(quote_spanned!(self.span=> <#hasher>)))
            }
            None => (name(open).into_token_stream(), None),
        };
        let only_hasher =
            self.model.options.hasher.as_ref().filter(|hasher| !scan::mentions_self(hasher.to_token_stream()));
        let only_hasher =
            only_hasher.map(|hasher| quote_spanned!(self.span=> const _: #p::Option<#hasher> = #p::None;));
        let (listed, typed) = (self.listed_name(), self.model.options.typed == Some(true));
        let config_path = self.operation_path("__config");
        quote_spanned! {self.span=>
            #config_item
            #cfg #[doc(hidden)] fn #store_fn() -> #p::#store_ty #hasher {
                #only_hasher
                static CACHE: #p::#cache_ty = #p::#cache_ty::new(#listed, #p::file!(), #p::line!(), #typed);
                CACHE.#open(#config_path)
            }
        }
    }

    /// An item that a second method with this field would define again, which is an error that
    /// points to both attributes. Its name is the message. `None` where there is no room for it, or
    /// if the expression is no path of fields.
    fn claim(&self, field: &Expr) -> Option<TokenStream> {
        if !matches!(self.surface, Surface::Siblings(_)) {
            return None;
        }
        let mut name = String::from("only_one_method_may_cache_in_self");
        for token in field.to_token_stream() {
            match token {
                TokenTree::Ident(this) if this == "self" => {}
                TokenTree::Ident(field) => name.extend(["_", field.unraw().to_string().as_str()]),
                TokenTree::Literal(index) => name.extend(["_", index.to_string().replace('.', "_").as_str()]),
                TokenTree::Punct(dot) if dot.as_char() == '.' => {}
                _ => return None,
            }
        }
        let span = Model::mixed_site_at(field);
        let (cfg, name) = (&self.attributes.cfg, Ident::new(&name, span));
        Some(quote_spanned! {span=>
            #cfg #[doc(hidden)] #[allow(dead_code, non_upper_case_globals)] const #name: () = ();
        })
    }

    /// The store of this call.
    pub(super) fn store(&self) -> TokenStream {
        let p = &self.p;
        match &self.model.options.field {
            None => {
                let store = self.operation_path("__store");
                quote_spanned!(self.span=> #store())
            }
            Some(field) => {
                let config = self.operation_path("__config");
                let hasher = self.model.options.hasher.as_ref();
                let result = &self.model.result;
                let open = hasher.map(|hasher| quote_spanned!(self.span=> field_with::<#hasher, #result, _>));
                let open = open.unwrap_or_else(|| quote_spanned!(self.span=> field::<#result, _>));
                quote_spanned!(self.span=> #p::#open(&#field, #config))
            }
        }
    }

    /// The store, with `__store` and `__query` in scope. That of a field is checked against the
    /// arguments of the method; errors are reported at the field.
    pub(super) fn home(&self) -> TokenStream {
        let Some(field) = &self.model.options.field else { return quote_spanned!(self.span=> &__store) };
        let (span, p) = (Model::mixed_site_at(field), &self.p);
        let (store, query) = (Ident::new("__store", self.span), Ident::new("__query", self.span));
        let p = located_at(span, p.clone());
        quote_spanned!(span=> (&&#p::FieldArgs(&#store, #query)).__memokit_home())
    }

    /// The name in reports.
    fn listed_name(&self) -> TokenStream {
        let p = &self.p;
        if let Some(name) = &self.model.options.name {
            return quote!(#name);
        }
        let name = self.model.name().unraw().to_string();
        quote_spanned!(self.span=> #p::concat!(#p::module_path!(), "::", #name))
    }

    fn config(&self) -> TokenStream {
        let p = &self.p;
        let settings = self.model.options.config.iter().map(|setting| setting.print(p, self.span));
        quote_spanned!(self.span=> #p::Config::new() #(#settings)*)
    }

    /// The items inside the wrapper of a function without a handle.
    pub(super) fn inner_items(&self) -> TokenStream {
        match self.surface {
            Surface::Inline => {
                let store = self.store_items();
                let body = if self.model.is_method() { TokenStream::new() } else { self.uncached() };
                quote!(#store #body)
            }
            _ => TokenStream::new(),
        }
    }
}
