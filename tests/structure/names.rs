//! Finds the names of types, traits and type aliases that a crate declares more than once.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};

use crate::modules::Modules;
use crate::tokens::inline_module;

/// Returns the names that are declared more than once, each with the modules that declare it.
///
/// Alternatives under different `cfg` are one declaration, because the compiler allows a module no
/// second one. Types inside functions and macros count separately.
pub(crate) fn duplicates(modules: &Modules) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for module in &modules.0 {
        for name in &module.types {
            places.entry(name.clone()).or_default().push(module.path.clone());
        }
        for name in module.tokens.iter().flat_map(|tokens| in_functions(tokens, true)) {
            places.entry(name).or_default().push(format!("{} (in a function or macro)", module.path));
        }
    }
    places.retain(|_, modules| modules.len() > 1);
    places
}

/// Returns the structs, enums and traits that are declared in the groups of a module's tokens,
/// deeper than the module's own items. `type` and `union` are left out: there they are associated
/// types, or variables.
fn in_functions(tokens: &TokenStream, is_module: bool) -> Vec<String> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match (tree, trees.get(at + 1)) {
            (TokenTree::Group(group), _) => {
                let is_inline = at.checked_sub(2).is_some_and(|before| inline_module(&trees, before).is_some());
                found.extend(in_functions(&group.stream(), is_module && is_inline));
            }
            (TokenTree::Ident(keyword), Some(TokenTree::Ident(name)))
                if !is_module && ["struct", "enum", "trait"].iter().any(|each| keyword == each) =>
            {
                found.push(name.to_string());
            }
            _ => {}
        }
    }
    found
}
