//! What is generated beside the function, and under which names.

use super::parsed::Handle;
use super::spec::{MemoizeFacet, MemoizeOption};
use super::values;
use syn::parse::ParseStream;
use syn::{Error, LitBool, LitStr, Path, Result};

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "surface",
    options: &[
        MemoizeOption {
            name: "name",
            usage: "`name = \"users\"`",
            doc: "The name in `memokit::report()`. By default the path of the function.",
            read: |options, input| {
                options.name = Some(input.value(name)?);
                Ok(())
            },
            rules: &[],
        },
        MemoizeOption {
            name: "handle",
            usage: "`handle = Name` or `handle = false`",
            doc: "Another name for the handle (for a method: another prefix of its operations), or no operations at all.",
            read: |options, input| {
                options.handle = Some(input.value(handle)?);
                Ok(())
            },
            rules: &[],
        },
        MemoizeOption {
            name: "assoc",
            usage: "`assoc` or `assoc = false`",
            doc: "`assoc`: required on an associated function that mentions neither `self` nor `Self`, because a macro \
                  cannot see the `impl` block around it. `assoc = false`: a free function, although its body has `Self` \
                  in the input of another macro.",
            read: |options, input| {
                options.assoc = Some(input.is_alone() || input.value(values::boolean)?);
                Ok(())
            },
            rules: &[],
        },
        MemoizeOption {
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
};

fn name(input: ParseStream<'_>) -> Result<LitStr> {
    let literal: LitStr =
        input.parse().map_err(|error| Error::new(error.span(), "expected a string: `name = \"users\"`"))?;
    if literal.value().trim().is_empty() {
        return Err(Error::new(literal.span(), "an empty name cannot be found in a report; write one, or drop `name`"));
    }
    Ok(literal)
}

fn handle(input: ParseStream<'_>) -> Result<Handle> {
    if !input.peek(LitBool) {
        return input.parse().map(Handle::Named).map_err(|error| {
            Error::new(
                error.span(),
                "expected a name for the handle, or `false` for none: `handle = FibCache`, `handle = false`",
            )
        });
    }
    let literal: LitBool = input.parse()?;
    if literal.value {
        return Err(Error::new(
            literal.span,
            "a handle is there by default; give it another name with `handle = Name`",
        ));
    }
    Ok(Handle::Off)
}
