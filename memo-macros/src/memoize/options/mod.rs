//! The options of `#[memoize(..)]`, one file per facet.
//!
//! A new option is a new entry in the table of its facet. Most options only set up the cache: such
//! an entry is complete in itself, because it names the builder's call that the expansion makes.
//! Options that change the expansion in another way have a field in `parsed.rs`.

mod bound;
mod cacheable;
mod key;
mod load;
pub(super) mod parsed;
mod setting;
mod spec;
mod storage;
mod surface;
mod time;
mod units;
mod values;

use parsed::Options;
use proc_macro2::TokenStream;
use spec::{GivenOptions, MemoizeFacet};
use syn::Result;

/// All facets, in the order of the reference and of errors that list the options.
const FACETS: &[MemoizeFacet] =
    &[bound::FACET, time::FACET, cacheable::FACET, key::FACET, load::FACET, storage::FACET, surface::FACET];

/// Reads the attribute's tokens.
pub(super) fn read(attr: TokenStream) -> Result<(Options, GivenOptions)> {
    crate::options::read(FACETS, attr)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_documents_every_option() {
        crate::options::reference::check(super::FACETS, "memoize.md");
    }
}
