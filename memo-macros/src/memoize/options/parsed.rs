//! What the options of an attribute said.

use super::setting::{Setting, Value};
use crate::options::OptionInput;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Expr, LitStr, Path, Result, Type};

/// What the user asked for. Options that only set up the cache are in `config` and `write`; of each
/// other option there is a field, under its name if that is no keyword.
#[derive(Default)]
pub(crate) struct Options {
    /// Calls of the builder that sets up the cache, `Config`.
    pub(crate) config: Vec<Setting>,
    /// Calls of the builder that sees each key and value before they are stored, `Writing`.
    pub(crate) write: Vec<Setting>,
    pub(crate) cache_err: bool,
    pub(crate) skip_none: bool,
    pub(crate) when: Option<Expr>,
    pub(crate) key: Option<Expr>,
    pub(crate) ignore: Vec<Ident>,
    pub(crate) typed: Option<bool>,
    pub(crate) local: bool,
    /// `in`
    pub(crate) field: Option<Expr>,
    pub(crate) hasher: Option<Type>,
    pub(crate) name: Option<LitStr>,
    pub(crate) handle: Option<Handle>,
    pub(crate) assoc: Option<bool>,
    /// `crate`: the facade, which has the private module.
    pub(crate) facade: Option<Path>,
}

/// What `handle` says.
pub(crate) enum Handle {
    /// The operations have this name (a method's: this prefix).
    Named(Ident),
    /// There are no operations.
    Off,
}

impl Options {
    /// No operations are generated.
    pub(crate) fn without_handle(&self) -> bool {
        matches!(self.handle, Some(Handle::Off))
    }

    /// The option is a call of `Config` under its own name.
    pub(super) fn configure(
        &mut self,
        input: &OptionInput<'_>,
        parse: fn(ParseStream<'_>) -> Result<Value>,
    ) -> Result<()> {
        self.config.push(Setting::new(input.name, input.value(parse)?));
        Ok(())
    }

    /// The option is a call of `Writing` under its own name.
    pub(super) fn on_write(
        &mut self,
        input: &OptionInput<'_>,
        parse: fn(ParseStream<'_>) -> Result<Value>,
    ) -> Result<()> {
        self.write.push(Setting::new(input.name, input.value(parse)?));
        Ok(())
    }
}
