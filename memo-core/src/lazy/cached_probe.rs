//! The operation `area_cached` next to a getter: returns the value of the field if there is one,
//! and never computes.
//!
//! The getter already reports what is wrong with its field, so the probe must not report it again.
//! `(&&CachedProbe::..).probe()` chooses by autoref: where the field does not fit, it falls back to
//! a probe that finds nothing, in code that never runs.

use std::marker::PhantomData;

use super::deps_cell::MatchesDeps;
use super::getter_field::{DepsField, GetterField};
use super::getter_output::CloneOut;

/// A look-up of a value of the type `V` in a field. The mode is how the getter returns it.
pub struct CachedProbe<'f, F, Mode, V: ?Sized> {
    field: &'f F,
    mode: Mode,
    _value: PhantomData<V>,
}

/// The getter returns the value: the field must hold exactly that type.
pub struct ByValue;

/// The getter returns a reference to the value, or to a part of it.
pub struct ByRef;

/// The getter returns a reference to what is in the value, an `Option`.
pub struct ByRefSome;

/// The getter returns the value and has dependencies, which are now these.
pub struct WithDeps<K>(pub K);

impl<'f, F, Mode, V: ?Sized> CachedProbe<'f, F, Mode, V> {
    /// A look-up in this field.
    #[inline]
    pub fn new(field: &'f F, mode: Mode) -> Self {
        Self { field, mode, _value: PhantomData }
    }
}

/// Stands for the value where the return type of a getter is an alias of `Result`: the name of the
/// alias does not tell what is stored. Write `Result<T, E>` in the signature, or `handle = false`.
pub struct AnAliasOfResultWriteItOut;

/// First choice: the field fits the getter.
pub trait CachedProbe1 {
    /// What the probe returns.
    type Seen;
    /// Looks the value up.
    fn probe(&self) -> Self::Seen;
}

impl<'f, F: GetterField<Value = V, Found<'f> = &'f V>, V: 'f> CachedProbe1 for &&CachedProbe<'f, F, ByValue, V> {
    type Seen = Option<&'f V>;

    #[inline]
    fn probe(&self) -> Option<&'f V> {
        self.field.find()
    }
}

impl<'f, F: GetterField, V: ?Sized> CachedProbe1 for &&CachedProbe<'f, F, ByRef, V> {
    type Seen = Option<F::Found<'f>>;

    #[inline]
    fn probe(&self) -> Option<F::Found<'f>> {
        self.field.find()
    }
}

impl<'f, F: GetterField<Value = Option<T>>, T, V: ?Sized> CachedProbe1 for &&CachedProbe<'f, F, ByRefSome, V> {
    type Seen = Option<F::Found<'f>>;

    #[inline]
    fn probe(&self) -> Option<F::Found<'f>> {
        self.field.find()
    }
}

impl<F: DepsField<Value = V>, K: MatchesDeps<F::Deps>, V: CloneOut> CachedProbe1
    for &&CachedProbe<'_, F, WithDeps<K>, V>
{
    type Seen = Option<V>;

    fn probe(&self) -> Option<V> {
        self.field.cell().fresh(&self.mode.0).map(|found| V::clone_out(&found))
    }
}

/// Second choice: a `Result` was taken for the value.
pub trait CachedProbe2 {
    /// Returns a type that fits nowhere, and whose name says why.
    fn probe(&self) -> AnAliasOfResultWriteItOut {
        AnAliasOfResultWriteItOut
    }
}

impl<F: GetterField, E> CachedProbe2 for &CachedProbe<'_, F, ByValue, Result<F::Value, E>> {}

impl<F: DepsField, K, E> CachedProbe2 for &CachedProbe<'_, F, WithDeps<K>, Result<F::Value, E>> {}

/// Last choice: the getter reports the error.
pub trait CachedProbe3 {
    /// What the probe would return.
    type Seen;
    /// Finds nothing.
    fn probe(&self) -> Option<Self::Seen> {
        None
    }
}

/// A mode in which the probe returns a reference.
pub trait RefMode {}
impl RefMode for ByValue {}
impl RefMode for ByRef {}
impl RefMode for ByRefSome {}

impl<'f, F, Mode: RefMode, V: ?Sized + 'f> CachedProbe3 for CachedProbe<'f, F, Mode, V> {
    type Seen = &'f V;
}

impl<F, K, V> CachedProbe3 for CachedProbe<'_, F, WithDeps<K>, V> {
    type Seen = V;
}
