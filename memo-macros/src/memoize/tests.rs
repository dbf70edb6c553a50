//! What users see of an expansion in their documentation and completions.

use super::expand;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, ImplItem, Item, ItemFn};

fn is_documented(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("doc") && attr.meta.require_name_value().is_ok())
}

fn is_hidden(attrs: &[Attribute]) -> bool {
    let hidden = quote!(#[doc(hidden)]).to_string();
    attrs.iter().any(|attr| attr.to_token_stream().to_string() == hidden)
}

/// The names and attributes of the functions in all `impl` blocks.
fn functions(item: &TokenStream) -> Vec<(String, Vec<Attribute>)> {
    let expanded: syn::File = syn::parse2(expand(TokenStream::new(), item)).unwrap();
    let blocks = expanded.items.into_iter().filter_map(|item| match item {
        Item::Impl(block) => Some(block.items),
        _ => None,
    });
    let functions = blocks.flatten().map(|item| match item {
        ImplItem::Fn(function) => (function.sig.ident.to_string(), function.attrs),
        other => panic!("{}", quote!(#other)),
    });
    functions.collect()
}

#[test]
fn operations_are_documented_and_helpers_are_hidden() {
    let free = quote!(
        fn next(n: u32) -> u32 {
            n + 1
        }
    );
    let method = quote!(impl Circle {
        /// The distance.
        #[memoize]
        fn dist(&self, n: u32) -> u32 { self.0 + n }
    });
    let of_trait = quote!(impl Shape for Circle {
        #[memoize]
        fn area(&self) -> u32 { self.0 }
    });
    for (item, methods) in [(free, 0), (method, 1), (of_trait, 1)] {
        let functions = functions(&item);
        assert_eq!(functions.len(), 19 + methods, "16 operations, 3 helpers, and the method");
        for (name, attrs) in functions {
            let helper = name.starts_with("__");
            assert_eq!((is_documented(&attrs), is_hidden(&attrs)), (!helper, helper), "{name}");
        }
    }
}

#[test]
fn what_belongs_to_a_hidden_function_is_hidden() {
    let free = quote!(
        #[doc(hidden)]
        pub fn next(n: u32) -> u32 {
            n + 1
        }
    );
    let expanded: syn::File = syn::parse2(expand(TokenStream::new(), &free)).unwrap();
    let hidden = expanded.items.iter().filter_map(|item| match item {
        Item::Enum(handle) => Some(is_hidden(&handle.attrs)),
        Item::Fn(ItemFn { attrs, .. }) => Some(is_hidden(attrs)),
        _ => None,
    });
    assert_eq!(hidden.collect::<Vec<_>>(), [true, true]);

    let method = quote!(impl Circle {
        #[doc(hidden)]
        #[memoize]
        fn dist(&self, n: u32) -> u32 { self.0 + n }
    });
    assert!(functions(&method).iter().all(|(_, attrs)| is_hidden(attrs)));
}
