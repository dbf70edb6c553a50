//! The modules of one crate, found from its root file along the `mod` declarations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Item, ItemMod};

use crate::tokens::{clean, is_for_tests};
use crate::uses::{Import, imports};

/// Returns the text of a file, if there is one.
type Read<'r> = &'r dyn Fn(&Path) -> Option<String>;

/// The modules of one crate. The first is the root.
pub(crate) struct Modules(pub(crate) Vec<Module>);

/// A module in a file of its own, or an inline one. Test code is left out everywhere.
#[derive(Default)]
pub(crate) struct Module {
    /// The path, as in `engine::hit`. The root is `crate`.
    pub(crate) path: String,
    pub(crate) parent: Option<usize>,
    /// The module whose file this is part of: itself, unless it is inline.
    pub(crate) file: usize,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) imports: Vec<Import>,
    /// The names of its items, but not of what it imports.
    pub(crate) items: BTreeSet<String>,
    /// The structs, enums, unions, traits and type aliases among them.
    pub(crate) types: BTreeSet<String>,
    /// The `macro_rules!` that the rest of the module sees by textual scope, and where each is
    /// defined.
    pub(crate) macros: BTreeMap<String, usize>,
    /// The tokens of its file. Alternatives under different `cfg` give one module several files.
    pub(crate) tokens: Vec<TokenStream>,
}

/// A file, and the folder in which its `mod` declarations look for their files.
struct Source<'s> {
    file: &'s Path,
    folder: &'s Path,
    read: Read<'s>,
}

impl Modules {
    /// Reads a crate. Panics if it is not Rust or if a file is missing: such a crate does not
    /// compile either.
    pub(crate) fn read(root: &Path, read: Read<'_>) -> Self {
        let mut modules = Self(vec![Module { path: "crate".to_owned(), ..Module::default() }]);
        let folder = root.parent().expect("a file lies in a folder");
        modules.add_file(0, &Source { file: root, folder, read });
        modules
    }

    fn add_file(&mut self, module: usize, source: &Source<'_>) {
        let file = source.file.display();
        let text = (source.read)(source.file).unwrap_or_else(|| panic!("{file} cannot be read"));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file} cannot be parsed: {error}"));
        if are_for_tests(&parsed.attrs) {
            return;
        }
        let tokens = text.parse().expect("what syn has parsed consists of tokens");
        self.0[module].tokens.push(clean(tokens));
        self.add_items(module, &parsed.items, source);
    }

    fn add_items(&mut self, module: usize, items: &[Item], source: &Source<'_>) {
        for item in items {
            let (attributes, name, is_a_type) = facts(item);
            if are_for_tests(attributes) {
                continue;
            }
            let file = self.0[module].file;
            let this = &mut self.0[module];
            match (item, name) {
                (Item::Mod(item), _) => self.add_module(module, item, source),
                (Item::Use(declaration), _) => this.imports.extend(imports(declaration)),
                (Item::Macro(_), Some(name)) => {
                    this.macros.insert(name.to_string(), file);
                    this.items.insert(name.to_string());
                }
                (_, Some(name)) => {
                    this.items.insert(name.to_string());
                    this.types.extend(is_a_type.then(|| name.to_string()));
                }
                (_, None) => {}
            }
        }
    }

    fn add_module(&mut self, parent: usize, item: &ItemMod, source: &Source<'_>) {
        let name = item.ident.to_string();
        let child = self.child(parent, &name, item.content.is_some());
        let folder = source.folder.join(name.trim_start_matches("r#"));
        if let Some((_, items)) = &item.content {
            self.add_items(child, items, &Source { folder: &folder, ..*source });
        } else if let Some(path) = path_attribute(&item.attrs) {
            let file = source.file.parent().expect("a file lies in a folder").join(path);
            let folder = file.parent().expect("a file lies in a folder");
            self.add_file(child, &Source { file: &file, folder, read: source.read });
        } else {
            let beside = folder.with_extension("rs");
            let file = if (source.read)(&beside).is_some() { beside } else { folder.join("mod.rs") };
            self.add_file(child, &Source { file: &file, folder: &folder, read: source.read });
        }
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_use")) {
            let macros = self.0[child].macros.clone();
            self.0[parent].macros.extend(macros);
        }
    }

    /// Returns the child of this name. Declarations under different `cfg` are alternatives of one
    /// module.
    fn child(&mut self, parent: usize, name: &str, inline: bool) -> usize {
        if let Some(&child) = self.0[parent].children.get(name) {
            return child;
        }
        let child = self.0.len();
        let path = if parent == 0 { name.to_owned() } else { format!("{}::{name}", self.0[parent].path) };
        let file = if inline { self.0[parent].file } else { child };
        self.0.push(Module { path, parent: Some(parent), file, ..Module::default() });
        self.0[parent].children.insert(name.to_owned(), child);
        child
    }
}

fn are_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| is_for_tests(&attribute.meta))
}

/// Returns the file that `#[path = ".."]` names.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("path"))?;
    match &attribute.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) => Some(path.value()),
        _ => None,
    }
}

/// An item's attributes, its name, and whether it declares a type or a trait.
fn facts(item: &Item) -> (&[Attribute], Option<&Ident>, bool) {
    match item {
        Item::Struct(item) => (&item.attrs, Some(&item.ident), true),
        Item::Enum(item) => (&item.attrs, Some(&item.ident), true),
        Item::Union(item) => (&item.attrs, Some(&item.ident), true),
        Item::Trait(item) => (&item.attrs, Some(&item.ident), true),
        Item::TraitAlias(item) => (&item.attrs, Some(&item.ident), true),
        Item::Type(item) => (&item.attrs, Some(&item.ident), true),
        Item::Const(item) => (&item.attrs, Some(&item.ident), false),
        Item::Static(item) => (&item.attrs, Some(&item.ident), false),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident), false),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref(), false),
        Item::Mod(item) => (&item.attrs, None, false),
        Item::Use(item) => (&item.attrs, None, false),
        Item::Impl(item) => (&item.attrs, None, false),
        Item::ExternCrate(item) => (&item.attrs, None, false),
        Item::ForeignMod(item) => (&item.attrs, None, false),
        _ => (&[], None, false),
    }
}
