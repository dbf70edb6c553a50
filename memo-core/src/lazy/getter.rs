//! The operations that getters under `#[cached_field]` consist of.

use std::cell;
use std::convert::Infallible;
use std::sync::OnceLock;

use super::latest::Latest;
use super::outcome::{GivenByValue, Outcome};
use super::run::Place;
use super::tally::{Miss, Tally};
use super::{Depends, Lazy, always};
use crate::key::Key;

/// A field that a getter may keep its value in.
#[diagnostic::on_unimplemented(
    message = "a getter cannot keep its value in a field of the type `{Self}`",
    label = "the field of this getter is a `{Self}`",
    note = "make it a `memokit::Lazy<T>`, a `OnceLock<T>`, or a `OnceCell<T>` of std or once_cell"
)]
pub trait Field {
    /// What it holds.
    type Value;

    /// The value, if it is there.
    #[doc(hidden)]
    fn value(&self) -> Option<&Self::Value>;

    /// The value, computed if need be.
    #[doc(hidden)]
    #[track_caller]
    fn compute(&self, compute: impl FnOnce() -> Self::Value) -> &Self::Value;

    /// The value, computed if need be and possible.
    #[doc(hidden)]
    #[track_caller]
    fn try_compute<E>(&self, compute: impl FnOnce() -> Result<Self::Value, E>) -> Result<&Self::Value, E>;
}

macro_rules! cells {
    ($($Cell:ty, $try:item)*) => { $(
        impl<T> Field for $Cell {
            type Value = T;

            #[inline]
            fn value(&self) -> Option<&T> {
                self.get()
            }

            #[inline]
            #[track_caller]
            fn compute(&self, compute: impl FnOnce() -> T) -> &T {
                self.get_or_init(compute)
            }

            $try
        }
    )* };
}
/// `get_or_try_init` as the cell has it.
macro_rules! own_try {
    ($($Cell:ty)*) => { cells! { $(
        $Cell,
        #[inline]
        #[track_caller]
        fn try_compute<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
            self.get_or_try_init(compute)
        }
    )* } };
}
/// The cells of std cannot wait for what may fail yet: of several that compute at once, the first to end is kept.
macro_rules! first_try {
    ($($Cell:ty)*) => { cells! { $(
        $Cell,
        #[track_caller]
        fn try_compute<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
            let computed = compute()?;
            Ok(self.get_or_init(|| computed))
        }
    )* } };
}
own_try! { Lazy<T> once_cell::sync::OnceCell<T> once_cell::unsync::OnceCell<T> }
first_try! { OnceLock<T> cell::OnceCell<T> }

/// A field that tasks can wait for.
#[diagnostic::on_unimplemented(
    message = "an async getter cannot keep its value in a field of the type `{Self}`",
    label = "the field of this getter is a `{Self}`",
    note = "make it a `memokit::Lazy<T>`: the other cells can only block"
)]
pub trait AsyncField {
    /// What it holds.
    type Value;

    /// The field itself.
    #[doc(hidden)]
    fn lazy(&self) -> &Lazy<Self::Value>;
}

impl<T> AsyncField for Lazy<T> {
    type Value = T;

    #[inline]
    fn lazy(&self) -> &Self {
        self
    }
}

/// A field that knows what its value was computed from.
#[diagnostic::on_unimplemented(
    message = "a getter with `deps` cannot keep its value in a field of the type `{Self}`",
    label = "the field of this getter is a `{Self}`",
    note = "make it a `memokit::Lazy<T, (A, B)>` with the types of the dependencies, as a tuple also of one"
)]
pub trait FieldWith {
    /// What it holds.
    type Value;
    /// What it depends on.
    type Deps: Depends<Self::Value, Cell = Latest<Self::Value, Self::Deps>> + Key;

    /// The field itself.
    #[doc(hidden)]
    fn lazy(&self) -> &Lazy<Self::Value, Self::Deps>;
}

/// The dependencies of a getter, borrowed.
#[diagnostic::on_unimplemented(
    message = "the dependencies of this getter, `{Self}`, are not those that its field declares, `{D}`",
    label = "the field declares other dependencies",
    note = "with `deps(a, b)` the field is a `memokit::Lazy<T, (A, B)>`, where `A` and `B` are the types of `a` and `b`",
    note = "each of them is a `Key`: derive it for types of your own"
)]
pub trait Fits<D: Key>: Key<Stored = D::Stored> {}

#[diagnostic::do_not_recommend]
impl<K: Key<Stored = D::Stored>, D: Key> Fits<D> for K {}

/// `-> &T`
#[inline]
#[track_caller]
pub fn lent<'f, F: Field<Value = V>, V>(field: &'f F, tally: &impl Tally, compute: impl FnOnce() -> V) -> &'f V {
    if let Some(value) = field.value() {
        tally.hit();
        return value;
    }
    let mut miss = Miss::new(tally);
    let value = field.compute(|| {
        miss.begin();
        compute()
    });
    miss.end(&Ok::<_, Infallible>(value));
    value
}

/// `-> Result<&T, E>`
///
/// # Errors
/// Those of the computation.
#[inline]
#[track_caller]
pub fn lent_ok<'f, F: Field<Value = V>, V, E>(
    field: &'f F,
    tally: &impl Tally,
    compute: impl FnOnce() -> Result<V, E>,
) -> Result<&'f V, E> {
    if let Some(value) = field.value() {
        tally.hit();
        return Ok(value);
    }
    let mut miss = Miss::new(tally);
    let value = field.try_compute(|| {
        miss.begin();
        compute()
    });
    miss.end(&value);
    value
}

/// `-> T` and `-> Result<T, E>`
#[inline]
#[track_caller]
pub fn given<F, V, R>(field: &F, tally: &impl Tally, compute: impl FnOnce() -> R) -> R
where
    F: Field<Value = V>,
    R: Outcome<V>,
    V: GivenByValue,
{
    R::answer(R::fill(field, tally, compute).map(GivenByValue::give))
}

/// The field of an async getter. In an operation of its own, so that a field of another type is one error.
#[inline]
pub fn async_field<L: AsyncField<Value = V>, V>(field: &L) -> &Lazy<V> {
    field.lazy()
}

/// `async` `-> &T`
pub async fn lent_async<'f, V, F>(field: &'f Lazy<V>, tally: &impl Tally, compute: impl FnOnce() -> F) -> &'f V
where
    F: Future<Output = V>,
{
    always(lent_ok_async(field, tally, async || Ok(compute().await)).await)
}

/// `async` `-> Result<&T, E>`
///
/// # Errors
/// Those of the computation.
pub async fn lent_ok_async<'f, V, F, E>(
    field: &'f Lazy<V>,
    tally: &impl Tally,
    compute: impl FnOnce() -> F,
) -> Result<&'f V, E>
where
    F: Future<Output = Result<V, E>>,
{
    if let Some(value) = field.get() {
        tally.hit();
        return Ok(value);
    }
    let mut miss = Miss::new(tally);
    let value = field
        .get_or_try_init_async(|| {
            miss.begin();
            compute()
        })
        .await;
    miss.end(&value);
    value
}

/// `async` `-> T` and `-> Result<T, E>`
pub async fn given_async<V, R, F>(field: &Lazy<V>, tally: &impl Tally, compute: impl FnOnce() -> F) -> R
where
    R: Outcome<V>,
    F: Future<Output = R>,
    V: GivenByValue,
{
    R::answer(lent_ok_async(field, tally, async || compute().await.settle()).await.map(GivenByValue::give))
}

/// `deps(a, b)` `-> T` and `-> Result<T, E>`
#[track_caller]
pub fn given_with<L, V, D, K, R>(field: &L, tally: &impl Tally, key: K, compute: impl FnOnce() -> R) -> R
where
    L: FieldWith<Value = V, Deps = D>,
    D: Depends<V, Cell = Latest<V, D>> + Key,
    K: Fits<D>,
    R: Outcome<V>,
    V: GivenByValue,
{
    let cell = &field.lazy().cell;
    let kept = if let Some(kept) = cell.fresh(&key) {
        tally.hit();
        Ok(kept)
    } else {
        let mut miss = Miss::new(tally);
        let kept = cell.with(&key).compute(|| {
            miss.begin();
            compute().settle()
        });
        miss.end(&kept);
        kept
    };
    R::answer(kept.map(|kept| kept.1.give()))
}

/// `deps(a, b)` on an `async` getter
pub async fn given_with_async<L, V, D, K, R, F>(field: &L, tally: &impl Tally, key: K, compute: impl FnOnce() -> F) -> R
where
    L: FieldWith<Value = V, Deps = D>,
    D: Depends<V, Cell = Latest<V, D>> + Key,
    K: Fits<D>,
    R: Outcome<V>,
    F: Future<Output = R>,
    V: GivenByValue,
{
    let cell = &field.lazy().cell;
    let kept = if let Some(kept) = cell.fresh(&key) {
        tally.hit();
        Ok(kept)
    } else {
        let mut miss = Miss::new(tally);
        let run = async || {
            miss.begin();
            compute().await.settle()
        };
        let kept = cell.with(&key).compute_async(run).await;
        miss.end(&kept);
        kept
    };
    R::answer(kept.map(|kept| kept.1.give()))
}

/// Forgets the value of a field: all cells are empty by default.
pub fn clear_field<F: Default>(field: &mut F) {
    *field = F::default();
}
