//! What an option of `#[memoize]` is declared with.

use super::parsed::Options;
use crate::memoize::model::Model;
use crate::options::{Facet, Given, OptionSpec, Rule};

pub(crate) type MemoizeFacet = Facet<Options, Model>;
pub(crate) type MemoizeOption = OptionSpec<Options, Model>;
pub(crate) type MemoizeRule = Rule<Model>;
/// The options that were given, to be checked against the function.
pub(crate) type GivenOptions = Given<Options, Model>;
