//! Options of an attribute: `name`, `name = value` or `name(list)`, in any order, separated by
//! commas.
//!
//! Each option is declared once, as an [`OptionSpec`]: its name, its documentation, how its value
//! is read, and what it conflicts with. Unknown names, duplicates and conflicts are found here,
//! from those declarations, so an attribute cannot forget to look for them.

mod input;
#[cfg(test)]
pub(crate) mod reference;
mod translations;

pub(crate) use input::OptionInput;

use self::translations::translation;
use crate::diagnostics::{Diagnostics, nearest};
use proc_macro2::{Ident, Span, TokenStream};
use std::fmt::Write;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, LitInt, Result, Token};

/// The declaration of an option. `O` collects what was read; `S` is what the attribute is on.
pub(crate) struct OptionSpec<O: 'static, S: 'static> {
    pub(crate) name: &'static str,
    /// How it is written. Shown when its value is missing.
    pub(crate) usage: &'static str,
    /// What it does. The reference of the attribute has this text, see [`reference`].
    #[cfg_attr(not(test), expect(dead_code, reason = "tests compare the reference with it"))]
    pub(crate) doc: &'static str,
    pub(crate) read: fn(&mut O, &OptionInput<'_>) -> Result<()>,
    pub(crate) rules: &'static [Rule<S>],
}

/// When an option may be given. Each rule carries the way out that its error shows.
pub(crate) enum Rule<S: 'static> {
    /// Not together with any of these; an exclusion is declared on one of the two options.
    Excludes(&'static [&'static str], &'static str),
    /// Only together with one of these.
    Needs(&'static [&'static str], &'static str),
    /// Only on some functions; mistakes are reported at the option's span, unless a better one is
    /// known.
    Fits(fn(&S, Span, &mut Diagnostics)),
}

/// Options about one subject.
pub(crate) struct Facet<O: 'static, S: 'static> {
    pub(crate) title: &'static str,
    pub(crate) options: &'static [OptionSpec<O, S>],
}

/// The options that were given, in their order.
pub(crate) struct Given<O: 'static, S: 'static>(Vec<(&'static OptionSpec<O, S>, Span)>);

/// Reads an attribute's tokens. On success, no option is unknown, repeated, or in conflict with
/// another.
pub(crate) fn read<O: Default, S>(facets: &'static [Facet<O, S>], attr: TokenStream) -> Result<(O, Given<O, S>)> {
    let mut diagnostics = Diagnostics::default();
    let (mut options, mut given) = (O::default(), Given(Vec::new()));
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let name = input.call(Ident::parse_any).map_err(|error| {
                Error::new(error.span(), format!("expected an option; {}", expected(input, facets)))
            })?;
            match given.admit(facets, &name) {
                Ok(spec) => (spec.read)(&mut options, &OptionInput::new(&name, spec.usage, input))?,
                Err(error) => {
                    diagnostics.add(error);
                    input::skip_value(input);
                }
            }
            if input.is_empty() {
                break;
            }
            input
                .parse::<Token![,]>()
                .map_err(|error| Error::new(error.span(), format!("expected a comma after `{name}` and its value")))?;
        }
        Ok(())
    };
    // A mistake inside a value ends the reading: where that value ends is a guess, and a wrong
    // guess would blame correct options.
    let parsed = parser.parse2(attr);
    diagnostics.ok(parsed);
    diagnostics.finish()?;
    let mut diagnostics = Diagnostics::default();
    given.check_conflicts(&mut diagnostics);
    diagnostics.finish()?;
    Ok((options, given))
}

impl<O, S> Given<O, S> {
    /// Adds an option, if it is known and new.
    fn admit(&mut self, facets: &'static [Facet<O, S>], name: &Ident) -> Result<&'static OptionSpec<O, S>> {
        let text = name.to_string();
        let Some(spec) = specs(facets).find(|spec| spec.name == text) else {
            return Err(Error::new(name.span(), unknown(&text, facets)));
        };
        if self.has(spec.name) {
            return Err(Error::new(name.span(), format!("`{text}` is given twice; keep one of them")));
        }
        self.0.push((spec, name.span()));
        Ok(spec)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(spec, _)| spec.name == name)
    }

    /// Checks the options against each other. Of two that exclude each other, the later one is
    /// blamed.
    fn check_conflicts(&self, diagnostics: &mut Diagnostics) {
        for (position, (spec, span)) in self.0.iter().enumerate() {
            for (earlier, _) in &self.0[..position] {
                if let Some(way_out) = spec.excludes(earlier.name).or_else(|| earlier.excludes(spec.name)) {
                    let (name, other) = (spec.name, earlier.name);
                    diagnostics.at(*span, format!("`{name}` cannot be combined with `{other}`: {way_out}"));
                }
            }
            for rule in spec.rules {
                if let Rule::Needs(others, way_out) = rule
                    && !others.iter().any(|other| self.has(other))
                {
                    diagnostics.at(*span, way_out);
                }
            }
        }
    }

    /// Checks the options against what the attribute is on.
    pub(crate) fn check(&self, subject: &S, diagnostics: &mut Diagnostics) {
        for (spec, span) in &self.0 {
            for rule in spec.rules {
                if let Rule::Fits(fits) = rule {
                    fits(subject, *span, diagnostics);
                }
            }
        }
    }
}

impl<O, S> OptionSpec<O, S> {
    /// Why this option excludes the other one, as far as this option's own rules say.
    fn excludes(&self, other: &str) -> Option<&'static str> {
        self.rules.iter().find_map(|rule| match rule {
            Rule::Excludes(others, way_out) if others.contains(&other) => Some(*way_out),
            _ => None,
        })
    }
}

fn specs<O, S>(facets: &'static [Facet<O, S>]) -> impl Iterator<Item = &'static OptionSpec<O, S>> {
    facets.iter().flat_map(|facet| facet.options)
}

/// The message for an unknown option: what to write if it is another tool's word, else the nearest
/// known one if there is any, else all of them.
fn unknown<O, S>(name: &str, facets: &'static [Facet<O, S>]) -> String {
    let known: Vec<&str> = specs(facets).map(|spec| spec.name).collect();
    if let Some(advice) = translation(name, |option| known.contains(&option)) {
        return format!("unknown option `{name}`; {advice}");
    }
    match nearest(name, &known) {
        Some(near) => format!("unknown option `{name}`; did you mean `{near}`?"),
        None => format!("unknown option `{name}`; {}", list(facets)),
    }
}

/// What to write where there is no option: in place of a bare number a bound, else any of all.
fn expected<O, S>(input: ParseStream<'_>, facets: &'static [Facet<O, S>]) -> String {
    let is_known = |option: &str| specs(facets).any(|spec| spec.name == option);
    let bound = input.peek(LitInt).then(|| translation("size", is_known)).flatten();
    bound.map_or_else(|| list(facets), str::to_owned)
}

/// All options, one line per facet if there are several.
fn list<O, S>(facets: &'static [Facet<O, S>]) -> String {
    let mut text = "the options are".to_owned();
    for Facet { title, options } in facets {
        let names: Vec<&str> = options.iter().map(|spec| spec.name).collect();
        let names = names.join(", ");
        // Writing to a `String` cannot fail.
        let _ = if facets.len() == 1 { write!(text, " {names}") } else { write!(text, "\n{title}: {names}") };
    }
    text
}
