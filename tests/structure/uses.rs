//! Reads the names that `use` declarations bring into scope.

use proc_macro2::TokenTree;
use syn::{ItemUse, UseTree};

use crate::tokens::{is_ident, is_punct};

/// One name, or one glob, of a `use` declaration.
#[derive(Clone)]
pub(crate) struct Import {
    /// The name in this scope. A glob has none.
    pub(crate) name: Option<String>,
    /// The path as written, without the `*` of a glob and the `self` of `a::{self}`.
    pub(crate) path: Vec<String>,
    /// Whether the whole path must be that of a module (or an enum): globs and `self`.
    pub(crate) of_a_module: bool,
}

/// Returns all imports of one declaration; none of `use ::other_crate::..`.
pub(crate) fn imports(declaration: &ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    if declaration.leading_colon.is_none() {
        flatten(&declaration.tree, &[], &mut imports);
    }
    imports
}

fn flatten(tree: &UseTree, prefix: &[String], into: &mut Vec<Import>) {
    let joined = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
    let (written, name) = match tree {
        UseTree::Path(path) => return flatten(&path.tree, &joined(&path.ident), into),
        UseTree::Group(group) => return group.items.iter().for_each(|item| flatten(item, prefix, into)),
        UseTree::Glob(_) => return into.push(Import { name: None, path: prefix.to_vec(), of_a_module: true }),
        UseTree::Name(name) => (&name.ident, &name.ident),
        UseTree::Rename(rename) => (&rename.ident, &rename.rename),
    };
    if written != "self" {
        into.push(Import { name: Some(name.to_string()), path: joined(written), of_a_module: false });
    } else if let Some(last) = prefix.last() {
        let name = if name == "self" { last.clone() } else { name.to_string() };
        into.push(Import { name: Some(name), path: prefix.to_vec(), of_a_module: true });
    }
}

/// Returns the imports of the `use` at this index, and the index after the declaration. `None` for
/// `use<'a>` in a type, and for a declaration with a macro's variables in it.
pub(crate) fn use_at(trees: &[TokenTree], at: usize) -> Option<(Vec<Import>, usize)> {
    if !is_ident(trees.get(at), "use") {
        return None;
    }
    let end = at + trees[at..].iter().position(|tree| is_punct(Some(tree), ';'))? + 1;
    let declaration: ItemUse = syn::parse2(trees[at..end].iter().cloned().collect()).ok()?;
    Some((imports(&declaration), end))
}
