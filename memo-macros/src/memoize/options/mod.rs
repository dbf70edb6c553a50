//! The options of `#[memoize(..)]`, one file per facet.
//!
//! A new option is a new entry in the table of its facet. Most options only set up the cache: such
//! an entry is complete in itself, for it names the builder's call that the expansion makes.
//! Options that change the expansion in another way leave a fact in the struct of their facet.

mod bound;
mod cacheable;
mod key;
mod load;
mod setting;
mod storage;
mod surface;
mod time;
mod units;
mod values;

pub(crate) use setting::Setting;
pub(crate) use surface::Handle;

use super::model::Model;
use crate::options::{Facet, Given, OptionInput, OptionSpec};
use cacheable::CacheableOptions;
use key::KeyOptions;
use proc_macro2::TokenStream;
use setting::Value;
use storage::StorageOptions;
use surface::SurfaceOptions;
use syn::Result;
use syn::parse::ParseStream;

type MemoizeFacet = Facet<Options, Model>;
type MemoizeOption = OptionSpec<Options, Model>;

/// All facets, in the order of the reference and of errors that list the options.
const FACETS: &[MemoizeFacet] =
    &[bound::FACET, time::FACET, cacheable::FACET, key::FACET, load::FACET, storage::FACET, surface::FACET];

/// What the user asked for.
#[derive(Default)]
pub(crate) struct Options {
    /// Calls of the builder that sets up the cache, `Config`.
    pub(crate) config: Vec<Setting>,
    /// Calls of the builder that sees each key and value before they are stored, `Writing`.
    pub(crate) write: Vec<Setting>,
    pub(crate) cacheable: CacheableOptions,
    pub(crate) key: KeyOptions,
    pub(crate) storage: StorageOptions,
    pub(crate) surface: SurfaceOptions,
}

impl Options {
    /// Reads the attribute's tokens.
    pub(crate) fn read(attr: TokenStream) -> Result<(Self, Given<Self, Model>)> {
        crate::options::read(FACETS, attr)
    }

    /// The option is a call of `Config` under its own name.
    fn configure(&mut self, input: &OptionInput<'_>, parse: fn(ParseStream<'_>) -> Result<Value>) -> Result<()> {
        self.config.push(Setting::new(input.name, input.value(parse)?));
        Ok(())
    }

    /// The option is a call of `Writing` under its own name.
    fn on_write(&mut self, input: &OptionInput<'_>, parse: fn(ParseStream<'_>) -> Result<Value>) -> Result<()> {
        self.write.push(Setting::new(input.name, input.value(parse)?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_documents_every_option() {
        crate::options::reference::check(super::FACETS, "memoize.md");
    }
}
