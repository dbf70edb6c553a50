//! Where the entries of the function live, and how that place is set up.

use super::{Printer, Surface};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;

impl Printer<'_> {
    /// The functions that hold the static and its set-up. They are functions, and not closures in the wrapper, so that the set-up
    /// cannot depend on the arguments of whichever call happens to be the first: rustc refuses the argument's name.
    pub(super) fn store_items(&self) -> TokenStream {
        let (p, cfg) = (&self.p, &self.attributes.cfg);
        let config = self.config();
        let (config_fn, store_fn) = (self.operation("__config"), self.operation("__store"));
        let config_item = quote_spanned!(self.site=> #cfg #[doc(hidden)] fn #config_fn() -> #p::Config { #config });
        if self.model.options.storage.field.is_some() {
            return config_item;
        }
        let (site_ty, store_ty, open) = if self.model.options.storage.local {
            ("ThreadCache", "LocalStore", "local")
        } else {
            ("StaticCache", "SharedStore", "shared")
        };
        let name = |name: &str| Ident::new(name, self.site);
        let (site_ty, store_ty) = (name(site_ty), name(store_ty));
        let (open, hasher) = match &self.model.options.storage.hasher {
            Some(hasher) => {
                let with = name(&format!("{open}_with"));
                (quote_spanned!(self.site=> #with::<#hasher>), Some(quote_spanned!(self.site=> <#hasher>)))
            }
            None => (name(open).into_token_stream(), None),
        };
        let (listed, typed) = (self.listed_name(), self.model.options.key.typed == Some(true));
        let config_path = self.operation_path("__config");
        quote_spanned! {self.site=>
            #config_item
            #cfg #[doc(hidden)] fn #store_fn() -> #p::#store_ty #hasher {
                static SITE: #p::#site_ty = #p::#site_ty::new(#listed, #p::file!(), #p::line!(), #typed);
                SITE.#open(#config_path)
            }
        }
    }

    /// The store of this call.
    pub(super) fn store(&self) -> TokenStream {
        let p = &self.p;
        match &self.model.options.storage.field {
            None => {
                let store = self.operation_path("__store");
                quote_spanned!(self.site=> #store())
            }
            Some(field) => {
                let config = self.operation_path("__config");
                let hasher = self.model.options.storage.hasher.as_ref();
                let open = hasher.map(|hasher| quote_spanned!(self.site=> field_with::<#hasher, _, _>));
                let open = open.unwrap_or_else(|| quote_spanned!(self.site=> field));
                quote_spanned!(self.site=> #p::#open(&#field, #config))
            }
        }
    }

    /// The name in lists and reports.
    fn listed_name(&self) -> TokenStream {
        let p = &self.p;
        if let Some(name) = &self.model.options.surface.name {
            return quote!(#name);
        }
        let name = self.model.name().unraw().to_string();
        quote_spanned!(self.site=> #p::concat!(#p::module_path!(), "::", #name))
    }

    fn config(&self) -> TokenStream {
        let p = &self.p;
        let settings = self.model.options.config.iter().map(|setting| setting.print(p, self.site));
        quote_spanned!(self.site=> #p::Config::new() #(#settings)*)
    }

    /// The items that the wrapper of a function without a handle keeps to itself.
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
