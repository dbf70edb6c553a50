//! Resolves a path to the module in which it ends.

use crate::modules::Modules;
use crate::uses::Import;

impl Modules {
    /// Follows a path from a module, through child modules and through imports of modules. Returns
    /// the last module on the way, and the rest of the path: the item that it names there.
    ///
    /// A re-export is an item like any other: the path ends in the module that has it. Returns
    /// `None` if the path begins with a name that is no module: another crate, a type, a local
    /// variable.
    pub(crate) fn resolve<'p>(&self, from: usize, path: &'p [String]) -> Option<(usize, &'p [String])> {
        self.follow(from, path, &mut Vec::new())
    }

    fn follow<'p>(
        &self,
        from: usize,
        path: &'p [String],
        visited: &mut Vec<(usize, String)>,
    ) -> Option<(usize, &'p [String])> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => 0,
            "self" => from,
            "super" => self.0[from].parent?,
            name => self.named(from, name, visited)?,
        };
        while let Some((next, tail)) = rest.split_first() {
            let step = if next == "super" { self.0[module].parent } else { self.0[module].children.get(next).copied() };
            let Some(step) = step else { break };
            (module, rest) = (step, tail);
        }
        Some((module, rest))
    }

    /// Returns the module that a plain name means in this module. `visited` stops at imports that
    /// form a cycle.
    fn named(&self, module: usize, name: &str, visited: &mut Vec<(usize, String)>) -> Option<usize> {
        let lookup = (module, name.to_owned());
        if visited.contains(&lookup) {
            return None;
        }
        visited.push(lookup);
        if let Some(&child) = self.0[module].children.get(name) {
            return Some(child);
        }
        self.0[module].imports.iter().find_map(|import| {
            if import.name.as_ref().is_some_and(|imported| imported != name) {
                return None;
            }
            let (target, rest) = self.follow(module, &import.path, visited)?;
            match &import.name {
                Some(_) => rest.is_empty().then_some(target),
                None if rest.is_empty() => self.named(target, name, visited),
                None => None, // the glob of an enum
            }
        })
    }

    /// Returns the modules that a `use` names: the module that the path leads to and, if an item
    /// beside that module has the same name (both are imported then), the module that has the item.
    pub(crate) fn imported(&self, from: usize, import: &Import) -> Vec<usize> {
        let Some((target, rest)) = self.resolve(from, &import.path) else { return Vec::new() };
        let beside = self.0[target].parent.filter(|&parent| {
            let name = import.path.last().filter(|_| rest.is_empty() && !import.of_a_module);
            name.is_some_and(|name| self.has_item(parent, name))
        });
        beside.into_iter().chain([target]).collect()
    }

    fn has_item(&self, module: usize, name: &str) -> bool {
        let module = &self.0[module];
        module.items.contains(name) || module.imports.iter().any(|import| import.name.as_deref() == Some(name))
    }

    /// Returns where the macro of this plain name is defined, if textual scope brings it here: in
    /// this file or in a file whose `mod` declarations lead here.
    pub(crate) fn macro_in_scope(&self, mut module: usize, name: &str) -> Option<usize> {
        loop {
            if self.has_item(module, name) && !self.0[module].macros.contains_key(name) {
                return None;
            }
            match self.0[module].macros.get(name) {
                Some(&defined) => return Some(defined),
                None => module = self.0[module].parent?,
            }
        }
    }
}
