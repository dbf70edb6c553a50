//! The operation `area_cached` next to a getter: returns the value of the field if there is one,
//! and never computes.
//!
//! The getter already reports what is wrong with its field, so the peek must not report it again.
//! `(&&FieldPeek::..).peek()` chooses by autoref: where the field does not fit, it falls back to
//! a peek that finds nothing, in code that never runs.

use std::marker::PhantomData;

use super::deps_cell::MatchesDeps;
use super::getter_field::{DepsField, GetterField};
use super::getter_output::CloneOut;

/// A look-up of a value of the type `V` in a field. The mode is how the getter returns it.
pub struct FieldPeek<'f, F, Mode, V: ?Sized> {
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

impl<'f, F, Mode, V: ?Sized> FieldPeek<'f, F, Mode, V> {
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
pub trait FieldPeek1 {
    /// What the peek returns.
    type Seen;
    /// Looks the value up.
    fn peek(&self) -> Self::Seen;
}

impl<'f, F: GetterField<Value = V, Found<'f> = &'f V>, V: 'f> FieldPeek1 for &&FieldPeek<'f, F, ByValue, V> {
    type Seen = Option<&'f V>;

    #[inline]
    fn peek(&self) -> Option<&'f V> {
        self.field.find()
    }
}

impl<'f, F: GetterField, V: ?Sized> FieldPeek1 for &&FieldPeek<'f, F, ByRef, V> {
    type Seen = Option<F::Found<'f>>;

    #[inline]
    fn peek(&self) -> Option<F::Found<'f>> {
        self.field.find()
    }
}

impl<'f, F: GetterField<Value = Option<T>>, T, V: ?Sized> FieldPeek1 for &&FieldPeek<'f, F, ByRefSome, V> {
    type Seen = Option<F::Found<'f>>;

    #[inline]
    fn peek(&self) -> Option<F::Found<'f>> {
        self.field.find()
    }
}

impl<F: DepsField<Value = V>, K: MatchesDeps<F::Deps>, V: CloneOut> FieldPeek1 for &&FieldPeek<'_, F, WithDeps<K>, V> {
    type Seen = Option<V>;

    fn peek(&self) -> Option<V> {
        self.field.cell().fresh(&self.mode.0).map(|found| V::clone_out(&found))
    }
}

/// Second choice: a `Result` was taken for the value.
pub trait FieldPeek2 {
    /// Returns a type that fits nowhere, and whose name says why.
    fn peek(&self) -> AnAliasOfResultWriteItOut {
        AnAliasOfResultWriteItOut
    }
}

impl<F: GetterField, E> FieldPeek2 for &FieldPeek<'_, F, ByValue, Result<F::Value, E>> {}

impl<F: DepsField, K, E> FieldPeek2 for &FieldPeek<'_, F, WithDeps<K>, Result<F::Value, E>> {}

/// Last choice: the getter reports the error.
pub trait FieldPeek3 {
    /// What the peek would return.
    type Seen;
    /// Finds nothing.
    fn peek(&self) -> Option<Self::Seen> {
        None
    }
}

/// A mode in which the peek returns a reference.
pub trait RefMode {}
impl RefMode for ByValue {}
impl RefMode for ByRef {}
impl RefMode for ByRefSome {}

impl<'f, F, Mode: RefMode, V: ?Sized + 'f> FieldPeek3 for FieldPeek<'f, F, Mode, V> {
    type Seen = &'f V;
}

impl<F, K, V> FieldPeek3 for FieldPeek<'_, F, WithDeps<K>, V> {
    type Seen = V;
}
