//! What is checked, and the offenders that are known.
//!
//! The lists of offenders are exact: what is not in them fails the test, and so does what is in
//! them and has been repaired. They only ever get shorter.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Cycle;

/// One crate of the workspace.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// The file that the compiler begins with.
    pub(crate) root: &'static str,
    /// Cycles, each as the alphabetical list of its modules.
    pub(crate) known_cycles: &'static [&'static [&'static str]],
    /// Names of types that are declared more than once.
    pub(crate) known_duplicates: &'static [&'static str],
    /// Names that may be declared more than once, each with the reason.
    pub(crate) allowed: &'static [(&'static str, &'static str)],
}

pub(crate) const PACKAGES: &[Package] = &[MEMOKIT, MEMO_CORE, MEMO_MACROS, BENCH, BENCH_PATHS];

/// Members of the workspace that hold nothing but test code.
pub(crate) const TEST_MEMBERS: &[&str] = &["memo-core/models", "tests/lints", "tests/renamed", "tests/wasm"];

const CLEAN: Package = Package { name: "", root: "", known_cycles: &[], known_duplicates: &[], allowed: &[] };

const MEMOKIT: Package = Package { name: "memokit", root: "src/lib.rs", ..CLEAN };

const MEMO_CORE: Package = Package { name: "memo-core", root: "memo-core/src/lib.rs", ..CLEAN };

const MEMO_MACROS: Package = Package { name: "memo-macros", root: "memo-macros/src/lib.rs", ..CLEAN };

const BENCH: Package = Package { name: "bench", root: "bench/src/main.rs", ..CLEAN };

/// The second binary of the package `bench`: a crate of its own.
const BENCH_PATHS: Package = Package { name: "bench, bin paths", root: "bench/src/bin/paths.rs", ..CLEAN };

impl Package {
    /// The cycles that are not listed, and those that are and should not be.
    pub(crate) fn compare_cycles(&self, found: &[Cycle]) -> Vec<String> {
        let name = self.name;
        let new = found.iter().filter(|cycle| !self.known_cycles.iter().any(|known| cycle.modules == *known));
        let gone = self.known_cycles.iter().filter(|known| !found.iter().any(|cycle| cycle.modules == **known));
        let new = new.map(|cycle| format!("{name}: a cycle that tests/structure/known.rs does not list:\n{cycle}"));
        let gone = gone.map(|known| format!("{name}: no such cycle any more, remove it from known.rs: {known:?}\n"));
        new.chain(gone).collect()
    }

    /// The same of names that are declared more than once.
    pub(crate) fn compare_duplicates(&self, found: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let name = self.name;
        let allowed = self.allowed.iter().map(|(duplicate, _reason)| duplicate);
        let listed: BTreeSet<&str> = self.known_duplicates.iter().chain(allowed).copied().collect();
        let new = found.iter().filter(|(duplicate, _)| !listed.contains(duplicate.as_str()));
        let gone = listed.iter().filter(|duplicate| !found.contains_key(**duplicate));
        let new = new.map(|(duplicate, places)| format!("{name}: `{duplicate}` is declared in {}", places.join(", ")));
        let gone = gone.map(|it| format!("{name}: `{it}` is not declared twice any more, remove it from known.rs"));
        new.chain(gone).collect()
    }
}
