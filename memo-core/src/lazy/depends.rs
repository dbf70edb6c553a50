//! Which cell a lazy field has: decided by whether its type names dependencies.

use std::fmt;

use once_cell::sync::OnceCell;

use super::deps_cell::DepsCell;
use super::plain_cell::PlainCell;
use crate::key::Key;

/// The dependencies that a [`Lazy`](super::field::Lazy) may name: none, or a tuple of keys. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the dependencies of a `Lazy` field",
    label = "not a tuple of keys",
    note = "write the types of the fields that the value depends on as a tuple, also of one: `Lazy<f64, (f64,)>`"
)]
pub trait Depends<T>: sealed::SealedDeps {
    /// Stores the value.
    #[doc(hidden)]
    type Cell: Clone;

    /// A cell without a value.
    #[doc(hidden)]
    const EMPTY: Self::Cell;

    /// Shows the value, or that there is none.
    #[doc(hidden)]
    fn debug(cell: &Self::Cell, f: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        T: fmt::Debug;
}

/// The dependencies of a field that has some: a tuple of keys. Sealed.
pub trait DepsTuple<T>: Depends<T, Cell = DepsCell<T, Self>> + Key + Sized {}

mod sealed {
    pub trait SealedDeps {}
    impl SealedDeps for () {}
}

impl<T> Depends<T> for () {
    type Cell = PlainCell<T>;
    const EMPTY: PlainCell<T> = PlainCell::new(OnceCell::new());

    fn debug(cell: &PlainCell<T>, f: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        T: fmt::Debug,
    {
        show(cell.value.get(), f)
    }
}

fn show<T: fmt::Debug>(value: Option<&T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Some(value) => value.fmt(f),
        None => f.write_str("<not computed>"),
    }
}

/// Calls a macro for the type parameters of each tuple that may be dependencies: of as many
/// elements as a key may have.
macro_rules! for_each_tuple {
    ($macro:ident) => {
        for_each_tuple!(@ $macro [] D0 D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D15);
    };
    (@ $macro:ident [$($D:ident)*] $Next:ident $($Rest:ident)*) => {
        $macro!($($D)* $Next);
        for_each_tuple!(@ $macro [$($D)* $Next] $($Rest)*);
    };
    (@ $macro:ident [$($D:ident)*]) => {};
}
pub(super) use for_each_tuple;

macro_rules! depends {
    ($($D:ident)*) => {
        impl<$($D: Key),*> sealed::SealedDeps for ($($D,)*) {}
        impl<T, $($D: Key),*> DepsTuple<T> for ($($D,)*) {}
        impl<T, $($D: Key),*> Depends<T> for ($($D,)*) {
            type Cell = DepsCell<T, Self>;
            const EMPTY: DepsCell<T, Self> = DepsCell::new();

            fn debug(cell: &DepsCell<T, Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result
            where
                T: fmt::Debug,
            {
                show(cell.any().as_deref(), f)
            }
        }
    };
}
for_each_tuple!(depends);
