//! Compares the reference of an attribute, a Markdown file under `docs/`, with its declared
//! options: an option without documentation fails the test.

use super::{Facet, OptionSpec, Rule, specs};
use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

/// Checks that the declarations are consistent and that the reference in `docs/` has their tables.
/// With `MEMOKIT_REFERENCE=overwrite` in the environment the tables are written first.
pub(crate) fn check<O, S>(facets: &'static [Facet<O, S>], file: &str) {
    check_names(facets);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docs").join(file);
    let mut text = std::fs::read_to_string(&path).unwrap();
    for facet in facets {
        let table = format!("\n{}\n", table(facets, facet));
        let (begin, end) = (format!("<!-- options: {} -->\n", facet.title), "<!-- end -->");
        let start = text.find(&begin).unwrap_or_else(|| panic!("{file} needs {begin}{table}{end}")) + begin.len();
        let length = text[start..].find(end).unwrap_or_else(|| panic!("{begin} in {file} needs {end}"));
        if std::env::var_os("MEMOKIT_REFERENCE").is_some_and(|value| value == "overwrite") {
            text.replace_range(start..start + length, &table);
            std::fs::write(&path, &text).unwrap();
        } else {
            let help = "run the tests with MEMOKIT_REFERENCE=overwrite, and read the difference";
            assert_eq!(&text[start..start + length], table, "{file}, {begin}: {help}");
        }
    }
}

/// Names are unique, and rules name options that exist.
fn check_names<O, S>(facets: &'static [Facet<O, S>]) {
    let mut names = HashSet::new();
    for spec in specs(facets) {
        assert!(names.insert(spec.name), "`{}` is declared twice", spec.name);
    }
    for spec in specs(facets) {
        for rule in spec.rules {
            if let Rule::Excludes(others, _) | Rule::Needs(others, _) = rule {
                for other in *others {
                    assert!(names.contains(other), "`{}` has a rule about `{other}`, which is no option", spec.name);
                }
            }
        }
    }
}

fn table<O, S>(facets: &'static [Facet<O, S>], facet: &Facet<O, S>) -> String {
    let mut table = "| option | effect | combinations |\n|---|---|---|\n".to_owned();
    for spec in facet.options {
        // A vertical bar would end the cell, even inside code.
        let (usage, doc) = (spec.usage.replace('|', "\\|"), spec.doc.replace('|', "\\|"));
        writeln!(table, "| {usage} | {doc} | {} |", combinations(facets, spec)).unwrap();
    }
    table
}

/// `needs a or b; not with c, d`
fn combinations<O, S>(facets: &'static [Facet<O, S>], spec: &OptionSpec<O, S>) -> String {
    let quoted = |names: Vec<&str>, separator: &str| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
    };
    let needs = spec.rules.iter().filter_map(|rule| match rule {
        Rule::Needs(others, _) => Some(format!("needs {}", quoted(others.to_vec(), " or "))),
        _ => None,
    });
    let excluded = specs(facets)
        .filter(|other| other.name != spec.name)
        .filter(|other| spec.excludes(other.name).or_else(|| other.excludes(spec.name)).is_some())
        .map(|other| other.name)
        .collect::<Vec<_>>();
    let excludes = (!excluded.is_empty()).then(|| format!("not with {}", quoted(excluded, ", ")));
    needs.chain(excludes).collect::<Vec<_>>().join("; ")
}
