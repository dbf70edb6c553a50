//! A directed graph whose edges know the names that they stand for, and its cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The modules of a crate, and the names by which they name each other.
pub(crate) struct Graph {
    modules: Vec<String>,
    /// From a module to another: the names, as they are written.
    edges: BTreeMap<(usize, usize), BTreeSet<String>>,
}

/// Modules each of which can be reached from every other of them: a strongly connected component.
pub(crate) struct Cycle {
    /// In alphabetical order.
    pub(crate) modules: Vec<String>,
    edges: Vec<(String, String, BTreeSet<String>)>,
}

impl Graph {
    pub(crate) fn new(modules: Vec<String>) -> Self {
        Self { modules, edges: BTreeMap::new() }
    }

    /// Adds a name to an edge. A module that names its own items gets no edge.
    pub(crate) fn add(&mut self, from: usize, to: usize, name: &str) {
        if from != to {
            self.edges.entry((from, to)).or_default().insert(name.to_owned());
        }
    }

    /// Returns all edges, as `from -> to`.
    pub(crate) fn edges(&self) -> Vec<String> {
        let name = |module: usize| &self.modules[module];
        self.edges.keys().map(|&(from, to)| format!("{} -> {}", name(from), name(to))).collect()
    }

    /// Returns the strongly connected components of more than one module. An acyclic graph has
    /// none.
    pub(crate) fn cycles(&self) -> Vec<Cycle> {
        let mut search = Search { graph: self, indices: BTreeMap::new(), open: Vec::new(), found: Vec::new() };
        for module in 0..self.modules.len() {
            if !search.indices.contains_key(&module) {
                search.visit(module);
            }
        }
        let mut cycles: Vec<_> = search.found.iter().map(|component| self.cycle(component)).collect();
        cycles.sort_by(|a, b| a.modules.cmp(&b.modules));
        cycles
    }

    fn cycle(&self, component: &[usize]) -> Cycle {
        let name = |module: usize| self.modules[module].clone();
        let mut modules: Vec<_> = component.iter().copied().map(name).collect();
        modules.sort();
        let within = self.edges.iter().filter(|((from, to), _)| component.contains(from) && component.contains(to));
        let mut edges: Vec<_> = within.map(|(&(from, to), names)| (name(from), name(to), names.clone())).collect();
        edges.sort();
        Cycle { modules, edges }
    }
}

/// Tarjan's algorithm (Depth-First Search and Linear Graph Algorithms, 1972): one depth-first
/// search.
struct Search<'g> {
    graph: &'g Graph,
    /// The index of each module in the order of first visits.
    indices: BTreeMap<usize, usize>,
    /// Visited modules whose component is not complete, in the order of the visits.
    open: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Returns the earliest index of an open module that can be reached from this one.
    fn visit(&mut self, module: usize) -> usize {
        let index = self.indices.len();
        self.indices.insert(module, index);
        self.open.push(module);
        let mut lowest = index;
        let graph = self.graph;
        for &(_, next) in graph.edges.range((module, 0)..=(module, usize::MAX)).map(|(edge, _)| edge) {
            match self.indices.get(&next) {
                None => lowest = lowest.min(self.visit(next)),
                Some(&earlier) if self.open.contains(&next) => lowest = lowest.min(earlier),
                Some(_) => {}
            }
        }
        if lowest == index {
            let first = self.open.iter().position(|&open| open == module).expect("it was opened above");
            let component = self.open.split_off(first);
            self.found.extend((component.len() > 1).then_some(component));
        }
        lowest
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  cycle of {} modules: {}", self.modules.len(), self.modules.join(", "))?;
        for (from, to, names) in &self.edges {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            writeln!(f, "    {from} -> {to}, by {}", names.join(", "))?;
        }
        Ok(())
    }
}
