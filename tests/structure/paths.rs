//! Finds the edges of the graph: every path in a crate's code that leads into another of its
//! modules.
//!
//! Paths are read from tokens and not from a syntax tree, so that paths in the arguments of a macro
//! and in the body of a `macro_rules!` are found in the same way as all others.

use proc_macro2::{Spacing, TokenStream, TokenTree};

use crate::graph::Graph;
use crate::modules::Modules;
use crate::tokens::{inline_module, is_ident, is_punct};
use crate::uses::{Import, use_at};

/// Returns the graph of a crate's files, with an edge from each file to each file that it names.
pub(crate) fn graph(modules: &Modules) -> Graph {
    let names = modules.0.iter().map(|module| module.path.clone()).collect();
    let mut reader = Reader { modules, graph: Graph::new(names), module: 0, unlisted: 0, locals: Vec::new() };
    for (module, facts) in modules.0.iter().enumerate() {
        reader.module = module;
        for tokens in &facts.tokens {
            reader.read(tokens, true);
        }
    }
    reader.graph
}

struct Reader<'m> {
    modules: &'m Modules,
    graph: Graph,
    /// The module that the tokens are in.
    module: usize,
    /// How many `mod` blocks in a function or in the body of a macro are around the tokens, within
    /// that module. `Modules` does not know these.
    unlisted: usize,
    /// The imports of the blocks around the tokens, the innermost last.
    locals: Vec<Import>,
}

impl Reader<'_> {
    /// Reads the tokens of a module, or those of a block or another group in it.
    fn read(&mut self, tokens: &TokenStream, is_module: bool) {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let outer = self.locals.len();
        if !is_module {
            let imports = (0..trees.len()).filter_map(|at| use_at(&trees, at)).flat_map(|(imports, _)| imports);
            let imports: Vec<_> = imports.map(|import| Import { path: self.listed(&import.path), ..import }).collect();
            self.locals.extend(imports);
        }
        let mut at = 0;
        while at < trees.len() {
            at = self.step(&trees, at, is_module);
        }
        self.locals.truncate(outer);
    }

    /// Reads the construct at this index, and returns the index after it.
    fn step(&mut self, trees: &[TokenTree], at: usize, is_module: bool) -> usize {
        if let TokenTree::Group(group) = &trees[at] {
            self.read(&group.stream(), false);
            return at + 1;
        }
        if let Some((imports, end)) = use_at(trees, at) {
            for import in &imports {
                self.import(import);
            }
            return end;
        }
        if let Some((name, group, end)) = inline_module(trees, at) {
            self.inline_module(&name, &group.stream(), is_module);
            return end;
        }
        let Some((path, end)) = path(trees, at) else { return at + 1 };
        if path.len() > 1 {
            self.path(&path, at == 1 && is_ident(trees.first(), "in"));
        } else if is_punct(trees.get(end), '!') {
            self.macro_call(&path[0]);
        }
        end
    }

    fn inline_module(&mut self, name: &str, tokens: &TokenStream, listed: bool) {
        let outer = self.module;
        if let Some(&child) = self.modules.0[outer].children.get(name).filter(|_| listed) {
            self.module = child;
            self.read(tokens, true);
            self.module = outer;
        } else {
            self.unlisted += 1;
            self.read(tokens, false);
            self.unlisted -= 1;
        }
    }

    fn import(&mut self, import: &Import) {
        let path = self.listed(&import.path);
        let name = import.path.join("::") + if import.name.is_none() { "::*" } else { "" };
        for target in self.modules.imported(self.module, &Import { path, ..import.clone() }) {
            self.edge(target, &name);
        }
    }

    /// Adds the edge of a path in an expression, a type or a pattern. The path ends in an item,
    /// even if a module has the same name; after `pub(in` it ends in a module.
    fn path(&mut self, path: &[String], of_a_module: bool) {
        let listed = self.listed(path);
        let modules = if of_a_module { listed.len() } else { listed.len() - 1 };
        let local = self.locals.iter().rev().find(|import| import.name.as_ref() == listed.first());
        // The edge for a local name is that of its `use`, unless the name is a module's.
        let full = local.map_or_else(Vec::new, |local| [&local.path, &listed[1..modules]].concat());
        let found = match local {
            Some(_) => self.modules.resolve(self.module, &full).filter(|(_, rest)| rest.len() < modules),
            None => self.modules.resolve(self.module, &listed[..modules]),
        };
        if let Some((target, _)) = found {
            self.edge(target, &path.join("::"));
        }
    }

    fn macro_call(&mut self, name: &str) {
        if let Some(target) = self.modules.macro_in_scope(self.module, name) {
            self.edge(target, &format!("{name}!"));
        }
    }

    fn edge(&mut self, target: usize, name: &str) {
        let file = |module: usize| self.modules.0[module].file;
        self.graph.add(file(self.module), file(target), name);
    }

    /// Returns a path as it would be written outside all unlisted modules: each `super` leaves one
    /// of them.
    fn listed(&self, path: &[String]) -> Vec<String> {
        let leads_out = path.iter().take_while(|segment| *segment == "super").count().min(self.unlisted);
        let inside = (leads_out > 0).then(|| "self".to_owned());
        inside.into_iter().chain(path[leads_out..].iter().cloned()).collect()
    }
}

/// Returns the path that begins here, without generic arguments, and the index after it. `None`
/// inside a path: after `::`, as in `<T as Trait>::Item`, or after the `$` of a macro's variable.
fn path(trees: &[TokenTree], start: usize) -> Option<(Vec<String>, usize)> {
    let TokenTree::Ident(first) = &trees[start] else { return None };
    let continues = start >= 2 && is_colons(trees, start - 2);
    if continues || start.checked_sub(1).is_some_and(|before| is_punct(trees.get(before), '$')) {
        return None;
    }
    let (mut path, mut at) = (vec![first.to_string()], start + 1);
    while is_colons(trees, at) {
        match trees.get(at + 2) {
            Some(TokenTree::Ident(next)) => path.push(next.to_string()),
            Some(TokenTree::Punct(angle)) if angle.as_char() == '<' => break,
            // A variable of a macro, or a list with one in it: the item that it names is in the
            // module so far.
            _ => return Some((path.into_iter().chain(["..".to_owned()]).collect(), at + 2)),
        }
        at += 3;
    }
    Some((path, at))
}

fn is_colons(trees: &[TokenTree], at: usize) -> bool {
    let joint = matches!(trees.get(at), Some(TokenTree::Punct(colon)) if colon.spacing() == Spacing::Joint);
    joint && is_punct(trees.get(at), ':') && is_punct(trees.get(at + 1), ':')
}
