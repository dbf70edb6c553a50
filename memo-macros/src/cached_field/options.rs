//! The options of `#[cached_field(..)]`.

use super::form::Form;
use crate::options::{Facet, Given, OptionSpec, Rule};
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, LitBool, Member, Path, Result, Token};

/// What the user asked for.
#[derive(Default)]
pub(crate) struct GetterOptions {
    /// The field, where it has another name than the getter.
    pub(crate) field: Option<Member>,
    /// The fields that the value depends on, each perhaps inside of others: `w`, `size.w`.
    pub(crate) deps: Vec<Dependency>,
    /// Hits are counted too.
    pub(crate) stats: bool,
    /// Nothing is generated beside the getter.
    pub(crate) without_handle: bool,
    /// The value of `crate`: the facade, which holds the private module.
    pub(crate) facade: Option<Path>,
}

/// A field that the value depends on.
pub(crate) type Dependency = Punctuated<Member, Token![.]>;

type GetterOption = OptionSpec<GetterOptions, Form>;

const FACETS: &[Facet<GetterOptions, Form>] = &[Facet {
    title: "cached_field",
    options: &[
        GetterOption {
            name: "field",
            usage: "`field = name`",
            doc: "The field that holds the value. By default the one that has the getter's name.",
            read: |options, input| {
                options.field = Some(input.value(field)?);
                Ok(())
            },
            rules: &[],
        },
        GetterOption {
            name: "deps",
            usage: "`deps(width, height)`",
            doc: "Recomputes the value when one of these fields of `self` has changed since it was computed. The field is a \
                  `Lazy<T, (A, B)>` with their types, a tuple also for one; the getter returns a `T` by value.",
            read: |options, input| {
                options.deps = input.list("the fields that the value depends on", dependency)?;
                Ok(())
            },
            rules: &[Rule::Fits(|form, _, diagnostics| {
                if let Some(reference) = form.reference()
                    && reference.mutability.is_none()
                {
                    diagnostics.over(
                        reference,
                        "with `deps` the value is replaced when a dependency has changed, so it cannot be returned by \
                         reference: return it by value, or share it in an `Arc`",
                    );
                }
            })],
        },
        GetterOption {
            name: "stats",
            usage: "`stats`",
            doc: "Counts hits too, in one counter that all instances share. Without it only computations are counted.",
            read: |options, input| {
                input.flag()?;
                options.stats = true;
                Ok(())
            },
            rules: &[Rule::Excludes(
                &["handle"],
                "with `handle = false` nothing could read the statistics; drop one of them",
            )],
        },
        GetterOption {
            name: "handle",
            usage: "`handle = false`",
            doc: "Generates nothing beside the getter: for a getter in an `impl` of a trait.",
            read: |options, input| {
                input.value(no_handle)?;
                options.without_handle = true;
                Ok(())
            },
            rules: &[],
        },
        GetterOption {
            name: "crate",
            usage: "`crate = ::my_memokit`",
            doc: "The path of memokit, where it is renamed or re-exported.",
            read: |options, input| {
                options.facade = Some(input.value(Path::parse_mod_style)?);
                Ok(())
            },
            rules: &[],
        },
    ],
}];

impl GetterOptions {
    /// Reads the attribute's tokens.
    pub(crate) fn read(attr: TokenStream) -> Result<(Self, Given<Self, Form>)> {
        crate::options::read(FACETS, attr)
    }
}

fn field(input: ParseStream<'_>) -> Result<Member> {
    if input.peek(Token![self]) {
        return Err(input.error("name the field alone, without `self`"));
    }
    input.parse()
}

fn dependency(input: ParseStream<'_>) -> Result<Dependency> {
    if input.peek(Token![self]) {
        return Err(input.error("name the fields alone, without `self`"));
    }
    Dependency::parse_separated_nonempty_with(input, Member::parse)
}

fn no_handle(input: ParseStream<'_>) -> Result<()> {
    let value = if input.peek(LitBool) {
        let literal: LitBool = input.parse()?;
        if !literal.value {
            return Ok(());
        }
        literal.span
    } else {
        input.call(Ident::parse_any)?.span()
    };
    Err(Error::new(value, "the operations of a getter are named after it; this option can only be `handle = false`"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_documents_every_option() {
        crate::options::reference::check(super::FACETS, "cached_field.md");
    }
}
