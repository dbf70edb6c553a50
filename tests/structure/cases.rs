//! Tests of the checks themselves, on small crates.

use std::path::Path;

use crate::known::Package;
use crate::modules::Modules;
use crate::names::duplicates;
use crate::paths::graph;

/// Makes a crate of these files.
fn crate_of(files: &[(&str, &str)]) -> Modules {
    let text = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new("src").join(name) == path);
        found.map(|(_, text)| (*text).to_owned())
    };
    Modules::read(Path::new("src/lib.rs"), &text)
}

/// Returns the edges between `a`, `b` and `a::c`, which have these texts.
fn edges(a: &str, b: &str, c: &str) -> Vec<String> {
    let a = format!("mod c; {a}");
    graph(&crate_of(&[("lib.rs", "mod a; mod b;"), ("a/mod.rs", &a), ("b.rs", b), ("a/c.rs", c)])).edges()
}

/// Returns the cycles of a crate with the modules `a` and `b`.
fn cycles(a: &str, b: &str) -> Vec<String> {
    let modules = crate_of(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", b)]);
    graph(&modules).cycles().iter().map(ToString::to_string).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_cycle_is_found_and_printed_with_its_names() {
    let found = cycles("use crate::b::{B, C}; pub struct A;", "fn b() -> super::a::A { todo!() }");
    let expected =
        "  cycle of 2 modules: a, b\n    a -> b, by `crate::b::B`, `crate::b::C`\n    b -> a, by `super::a::A`\n";
    assert_eq!(found, [expected]);
}

#[test]
fn an_acyclic_crate_has_no_cycle() {
    assert_eq!(cycles("use crate::b::B; use std::fmt;", "use std::collections::BTreeMap; pub struct B;"), NONE);
}

#[test]
fn cycles_that_share_a_module_are_one_and_others_are_apart() {
    let modules = crate_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e; mod f;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::{a::A, c::C};"),
        ("c.rs", "use crate::b::B; use crate::d::D;"),
        ("d.rs", "use crate::e::E;"),
        ("e.rs", "use crate::d::D; use crate::f::F;"),
        ("f.rs", ""),
    ]);
    let found: Vec<_> = graph(&modules).cycles().iter().map(|cycle| cycle.modules.join(" ")).collect();
    assert_eq!(found, ["a b c", "d e"]);
}

#[test]
fn declarations_and_modules_on_the_way_are_no_edges() {
    assert_eq!(edges("pub struct A;", "use crate::a::c::C;", ""), ["b -> a::c"]);
}

#[test]
fn a_path_through_a_reexport_ends_where_the_reexport_is() {
    assert_eq!(edges("pub use c::C;", "use crate::a::C;", "pub struct C;"), ["a -> a::c", "b -> a"]);
    assert_eq!(edges("pub use c::*;", "fn b() { crate::a::C::new() }", "pub struct C;"), ["a -> a::c", "b -> a"]);
    assert_eq!(edges("pub use c::C;", "", "use super::C as Same; pub struct C;"), ["a -> a::c", "a::c -> a"]);
}

#[test]
fn a_reexported_module_is_an_item_of_the_one_that_reexports_it() {
    assert_eq!(edges("pub use crate::b;", "", "use crate::a::b::B;"), ["a -> b", "a::c -> a"]);
}

#[test]
fn super_and_self_are_followed() {
    assert_eq!(edges("fn a() { self::c::f() }", "", "use super::super::b::B;"), ["a -> a::c", "a::c -> b"]);
    assert_eq!(edges("", "", "type C = super::A;"), ["a::c -> a"]);
    assert_eq!(edges("", "", "use super::*;"), ["a::c -> a"]);
    assert_eq!(edges("", "pub(super) fn f() {} pub(crate) fn g() {}", "pub(self) fn f() {}"), NONE);
    assert_eq!(edges("", "", "pub(in crate::a) fn f() {}"), ["a::c -> a"]);
}

#[test]
fn nested_uses_globs_and_renames_are_taken_apart() {
    let nested = "use crate::{b::{self, B}, a::{*, c::{C as D, E}}};";
    assert_eq!(edges("", "", nested), ["a::c -> a", "a::c -> b"]);
    assert_eq!(edges("", nested, ""), ["b -> a", "b -> a::c"]);
}

#[test]
fn names_of_imported_modules_are_resolved() {
    assert_eq!(edges("use crate as root; fn a() { root::b::f() }", "", ""), ["a -> crate", "a -> b"]);
    assert_eq!(edges("fn a() { use c as d; d::f() }", "", ""), ["a -> a::c"]);
    // The glob is an edge to the parent; through it the sibling is known.
    let modules = crate_of(&[("lib.rs", "mod a; mod b;"), ("a.rs", "use super::*; fn a() { b::f() }"), ("b.rs", "")]);
    assert_eq!(graph(&modules).edges(), ["a -> crate", "a -> b"]);
}

#[test]
fn other_crates_types_and_variables_are_no_modules() {
    let foreign = "use std::b::B; use ::b::C; fn f<b>(b: b) { b::new(); <u8 as b>::a(); Vec::<b>::a::b() }";
    assert_eq!(edges("", "", foreign), NONE);
}

#[test]
fn paths_in_types_patterns_and_generic_arguments_count() {
    let types = "impl crate::b::B for Vec<super::A> {} fn f(x: u8) { match x { crate::b::Z => {} } }";
    assert_eq!(edges("", "", types), ["a::c -> a", "a::c -> b"]);
    assert_eq!(edges("", "", "fn f() { g::<crate::b::B>() }"), ["a::c -> b"]);
}

#[test]
fn paths_in_macros_count() {
    assert_eq!(edges("", "", "fn f() { assert_eq!(crate::b::f(), [super::g()]) }"), ["a::c -> a", "a::c -> b"]);
    assert_eq!(
        edges("", "macro_rules! m { ($x:ident) => { $crate::a::f(); super::a::c::$x } }", ""),
        ["b -> a", "b -> a::c"]
    );
    // `super` in a module that a macro makes is the module with the macro.
    assert_eq!(edges("", "macro_rules! m { ($m:ident) => { mod $m { use super::super::a::A; } } }", ""), ["b -> a"]);
    assert_eq!(edges("", "macro_rules! m { ($m:ident) => { mod $m { use super::B; } } }", ""), NONE);
    assert_eq!(edges("", "fn f() { quote!(crate::a::A) }", ""), NONE);
}

#[test]
fn macros_in_textual_scope_count() {
    let crate_with =
        |root: &str| crate_of(&[("lib.rs", root), ("a.rs", "m!();"), ("b.rs", "macro_rules! m { () => {} }")]);
    assert_eq!(graph(&crate_with("macro_rules! m { () => {} } mod a; mod b;")).edges(), ["a -> crate"]);
    assert_eq!(graph(&crate_with("#[macro_use] mod b; mod a;")).edges(), ["a -> b"]);
    assert_eq!(graph(&crate_with("mod b; mod a;")).edges(), NONE);
}

#[test]
fn inline_modules_are_part_of_their_file() {
    assert_eq!(edges("", "mod sealed { use super::B; use crate::a::A; } fn f() { sealed::g() }", ""), ["b -> a"]);
    assert_eq!(edges("", "pub mod inner {}", "use crate::b::inner::B;"), ["a::c -> b"]);
}

#[test]
fn test_code_is_left_out() {
    assert_eq!(edges("", "#[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] mod no_file;", ""), NONE);
    assert_eq!(edges("", "fn f() { #[cfg(all(test, unix))] let x = crate::a::f(1, 2); }", ""), NONE);
    assert_eq!(edges("", "impl B { #[cfg(test)] #[inline] fn f<T, U>() -> u8 { crate::a::f() } }", ""), NONE);
    assert_eq!(edges("", "struct B { #[cfg(test)] x: crate::a::A<1, 2>, y: crate::a::c::C }", ""), ["b -> a::c"]);
    assert_eq!(edges("", "#![cfg(test)] use crate::a::A;", ""), NONE);
    assert_eq!(edges("", "#[cfg(any(test, feature = \"x\"))] fn f() { crate::a::f() }", ""), ["b -> a"]);
    assert_eq!(edges("", "#[cfg(not(test))] fn f() { crate::a::f() }", ""), ["b -> a"]);
}

#[test]
fn an_item_beside_a_module_of_its_name_is_told_apart() {
    // A call can only mean the function, a longer path only the module; an import means both.
    assert_eq!(edges("pub fn c() {}", "fn f() { crate::a::c() }", ""), ["b -> a"]);
    assert_eq!(edges("pub fn c() {}", "fn f() { crate::a::c::g() }", ""), ["b -> a::c"]);
    assert_eq!(edges("pub fn c() {}", "use crate::a::c;", ""), ["b -> a", "b -> a::c"]);
    assert_eq!(edges("pub fn c() {}", "use crate::a::c::{self};", ""), ["b -> a::c"]);
}

#[test]
fn files_are_found_by_path_attributes_and_in_the_folders_of_inline_modules() {
    let modules = crate_of(&[
        ("lib.rs", "#[path = \"other/file.rs\"] mod a; mod b { mod c; }"),
        ("other/file.rs", "mod d;"),
        ("other/d.rs", "use crate::b::c::C;"),
        ("b/c.rs", ""),
    ]);
    assert_eq!(graph(&modules).edges(), ["a::d -> b::c"]);
}

#[test]
fn types_of_one_name_are_found() {
    let modules = crate_of(&[
        ("lib.rs", "mod a; mod b; struct Once; fn f() { struct Local; } #[cfg(test)] struct Tested;"),
        ("a.rs", "struct Twice; trait Mixed { type Once; } fn f() { enum Local {} } struct Tested;"),
        ("b.rs", "mod inner { enum Twice {} } #[cfg(x)] struct One; #[cfg(not(x))] struct One; type Mixed = u8;"),
    ]);
    let found: Vec<_> = duplicates(&modules).into_iter().map(|(name, places)| format!("{name}: {places:?}")).collect();
    assert_eq!(
        found,
        [
            "Local: [\"crate (in a function or macro)\", \"a (in a function or macro)\"]",
            "Mixed: [\"a\", \"b\"]",
            "Twice: [\"a\", \"b::inner\"]"
        ]
    );
}

#[test]
fn lists_of_known_offenders_are_exact() {
    let package = Package {
        name: "sample",
        root: "",
        known_cycles: &[&["a", "b"], &["a", "c"]],
        known_duplicates: &["Known", "Gone"],
        allowed: &[("Allowed", "a reason")],
    };
    let modules = crate_of(&[
        ("lib.rs", "mod a; mod b; mod d; mod e;"),
        ("a.rs", "use crate::b::B; struct Known; struct Allowed;"),
        ("b.rs", "use crate::a::A; struct Known; struct Allowed; struct New;"),
        ("d.rs", "use crate::e::E; struct New;"),
        ("e.rs", "use crate::d::D;"),
    ]);
    let [new, gone] = &package.compare_cycles(&graph(&modules).cycles())[..] else { panic!("not two complaints") };
    assert!(new.contains("does not list") && new.contains("cycle of 2 modules: d, e"), "{new}");
    assert!(gone.contains("remove it") && gone.contains("[\"a\", \"c\"]"), "{gone}");

    let [new, gone] = &package.compare_duplicates(&duplicates(&modules))[..] else { panic!("not two complaints") };
    assert!(new.contains("`New` is declared in b, d"), "{new}");
    assert!(gone.contains("`Gone` is not declared twice any more"), "{gone}");
}
