//! Looking into a field without computing: the operation `area_cached` beside a getter.
//!
//! The getter itself says what is wrong with its field, so the look must not say it again: by autoref, `(&&Look::..).look()` falls back to a
//! look that finds nothing where the field is not what it should be, code that then never runs.

use std::marker::PhantomData;

use super::getter::{Field, FieldWith, Fits};
use super::outcome::GivenByValue;

/// A look into a field for a value of the type `V`. The mode is what the getter does with it.
pub struct Look<'f, F, Mode, V: ?Sized> {
    field: &'f F,
    mode: Mode,
    _value: PhantomData<V>,
}

/// The getter gives the value out: the field must hold exactly it.
pub struct ByValue;

/// The getter lends the value, or a part of it.
pub struct Lent;

/// The getter lends what is in an `Option`.
pub struct LentSome;

/// The getter has dependencies, and these are what they are now.
pub struct With<K>(pub K);

impl<'f, F, Mode, V: ?Sized> Look<'f, F, Mode, V> {
    /// A look into this field.
    #[inline]
    pub fn new(field: &'f F, mode: Mode) -> Self {
        Self { field, mode, _value: PhantomData }
    }
}

/// Where the return type of a getter is an alias of `Result`: the name of the alias does not tell what is kept. Write
/// `Result<T, E>` in the signature, or say `handle = false`.
pub struct AnAliasOfResultWriteItOut;

/// First choice: the field is as it should be.
pub trait Look1 {
    /// What a look gives.
    type Seen;
    /// Looks.
    fn look(&self) -> Self::Seen;
}

impl<'f, F: Field<Value = V>, V: 'f> Look1 for &&Look<'f, F, ByValue, V> {
    type Seen = Option<&'f V>;

    #[inline]
    fn look(&self) -> Option<&'f V> {
        self.field.value()
    }
}

impl<'f, F: Field, V: ?Sized> Look1 for &&Look<'f, F, Lent, V> {
    type Seen = Option<&'f F::Value>;

    #[inline]
    fn look(&self) -> Option<&'f F::Value> {
        self.field.value()
    }
}

impl<'f, F: Field<Value = Option<T>>, T: 'f, V: ?Sized> Look1 for &&Look<'f, F, LentSome, V> {
    type Seen = Option<Option<&'f T>>;

    #[inline]
    fn look(&self) -> Option<Option<&'f T>> {
        self.field.value().map(Option::as_ref)
    }
}

impl<F: FieldWith<Value = V>, K: Fits<F::Deps>, V: GivenByValue> Look1 for &&Look<'_, F, With<K>, V> {
    type Seen = Option<V>;

    fn look(&self) -> Option<V> {
        self.field.lazy().cell.fresh(&self.mode.0).map(|kept| kept.1.give())
    }
}

/// Second choice: what would be a wrong answer.
pub trait Look2 {
    /// Does not fit, and its name says why.
    fn look(&self) -> AnAliasOfResultWriteItOut {
        AnAliasOfResultWriteItOut
    }
}

impl<F: Field, E> Look2 for &Look<'_, F, ByValue, Result<F::Value, E>> {}

impl<F: FieldWith, K, E> Look2 for &Look<'_, F, With<K>, Result<F::Value, E>> {}

/// Last choice: the getter has the error.
pub trait Look3 {
    /// What a look would give.
    type Seen;
    /// Looks at nothing.
    fn look(&self) -> Self::Seen;
}

impl<'f, F, V: 'f> Look3 for Look<'f, F, ByValue, V> {
    type Seen = Option<&'f V>;

    fn look(&self) -> Option<&'f V> {
        None
    }
}

impl<'f, F, V: ?Sized + 'f> Look3 for Look<'f, F, Lent, V> {
    type Seen = Option<&'f V>;

    fn look(&self) -> Option<&'f V> {
        None
    }
}

impl<'f, F, V: ?Sized + 'f> Look3 for Look<'f, F, LentSome, V> {
    type Seen = Option<Option<&'f V>>;

    fn look(&self) -> Option<Option<&'f V>> {
        None
    }
}

impl<F, K, V> Look3 for Look<'_, F, With<K>, V> {
    type Seen = Option<V>;

    fn look(&self) -> Option<V> {
        None
    }
}
