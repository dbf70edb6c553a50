//! What a getter under `#[cached_field]` does: returns the value of its field, computed if there is
//! none, and counts the call.
//!
//! There are two general forms, [`get_or_compute`] and [`get_or_compute_async`]; the functions that
//! expansions call adapt them to the getter's return type. Three traits say the rest: how a field
//! is looked up and filled ([`GetterField`], for tasks [`InitCell`]), and what of a computation is
//! stored and returned ([`GetterOutput`]).
//!
//! Type parameters `V` stand for the `Value` of the field: written as a projection, a field that
//! does not fit would be reported once more for each.

use super::depends::DepsTuple;
use super::deps_cell::{KeyedCell, MatchesDeps};
use super::getter_field::{AsyncGetterField, DepsField, GetterField};
use super::getter_output::{CloneOut, GetterOutput};
use super::getter_stats::{GetterEvent, GetterStats, MissGuard};
use super::init_cell::{InitCell, get_or_init_async};
use super::plain_cell::PlainCell;

/// The value of the field, computed if there is none.
#[inline]
#[track_caller]
fn get_or_compute<'f, F: GetterField, R: GetterOutput<F::Value>>(
    field: &'f F,
    stats: &impl GetterStats,
    compute: impl FnOnce() -> R,
) -> Result<F::Found<'f>, R::Error> {
    if let Some(found) = field.find() {
        stats.count(GetterEvent::Hit);
        return Ok(found);
    }
    let mut miss = MissGuard::new(stats);
    let found = R::fill(field, || {
        miss.run_started();
        compute()
    });
    miss.end(found.is_ok());
    found
}

/// [`get_or_compute`] for tasks.
async fn get_or_compute_async<C: InitCell, R: GetterOutput<C::Value>>(
    cell: C,
    stats: &impl GetterStats,
    compute: impl AsyncFnOnce() -> R,
) -> Result<C::Found, R::Error> {
    if let Some(found) = cell.find() {
        stats.count(GetterEvent::Hit);
        return Ok(found);
    }
    let mut miss = MissGuard::new(stats);
    let run = async || {
        miss.run_started();
        compute().await.into_result()
    };
    let found = get_or_init_async(cell, run).await;
    miss.end(found.is_ok());
    found
}

/// `-> T` and `-> Result<T, E>`
#[inline]
#[track_caller]
pub fn by_value<F, V, R>(field: &F, stats: &impl GetterStats, compute: impl FnOnce() -> R) -> R
where
    F: GetterField<Value = V>,
    R: GetterOutput<V>,
    V: CloneOut,
{
    R::from_result(get_or_compute(field, stats, compute).map(|found| V::clone_out(&found)))
}

/// `-> &T`
#[inline]
#[track_caller]
pub fn by_ref<'f, F, V>(field: &'f F, stats: &impl GetterStats, compute: impl FnOnce() -> V) -> &'f V
where
    F: GetterField<Value = V, Found<'f> = &'f V>,
{
    let Ok(value) = get_or_compute(field, stats, compute);
    value
}

/// `-> Result<&T, E>`
///
/// # Errors
/// Those of the computation.
#[inline]
#[track_caller]
pub fn try_by_ref<'f, F, V, E>(
    field: &'f F,
    stats: &impl GetterStats,
    compute: impl FnOnce() -> Result<V, E>,
) -> Result<&'f V, E>
where
    F: GetterField<Value = V, Found<'f> = &'f V>,
{
    get_or_compute(field, stats, compute)
}

/// `async` `-> T` and `-> Result<T, E>`
pub async fn by_value_async<C, V, R>(cell: C, stats: &impl GetterStats, compute: impl AsyncFnOnce() -> R) -> R
where
    C: InitCell<Value = V>,
    R: GetterOutput<V>,
    V: CloneOut,
{
    R::from_result(get_or_compute_async(cell, stats, compute).await.map(|found| V::clone_out(&found)))
}

/// `async` `-> &T`
pub async fn by_ref_async<C: InitCell>(
    cell: C,
    stats: &impl GetterStats,
    compute: impl AsyncFnOnce() -> C::Value,
) -> C::Found {
    let Ok(value) = get_or_compute_async(cell, stats, compute).await;
    value
}

/// `async` `-> Result<&T, E>`
///
/// # Errors
/// Those of the computation.
pub async fn try_by_ref_async<C: InitCell, E>(
    cell: C,
    stats: &impl GetterStats,
    compute: impl AsyncFnOnce() -> Result<C::Value, E>,
) -> Result<C::Found, E> {
    get_or_compute_async(cell, stats, compute).await
}

/// The field of an async getter. A function of its own, so that a field of another type is one
/// error.
#[inline]
pub fn async_cell<L: AsyncGetterField<Value = V>, V>(field: &L) -> &PlainCell<V> {
    field.cell()
}

/// The field of a getter with `deps(a, b)`, and what `(&self.a, &self.b)` are now.
pub fn with_deps<L, V, D, K>(field: &L, deps: K) -> KeyedCell<'_, V, D, K>
where
    L: DepsField<Value = V, Deps = D>,
    D: DepsTuple<V>,
    K: MatchesDeps<D>,
{
    KeyedCell::new(field.cell(), deps)
}

/// Removes the value of a field: all cells are empty by default.
pub fn clear_field<F: Default>(field: &mut F) {
    *field = F::default();
}
