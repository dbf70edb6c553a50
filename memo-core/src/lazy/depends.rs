//! Which cell a field has: by whether it names dependencies.

use std::fmt;

use super::Lazy;
use super::getter::FieldWith;
use super::latest::Latest;
use super::once::Once;
use crate::key::Key;

/// The dependencies that a [`Lazy`](super::Lazy) may name: none, or a tuple of keys. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the dependencies of a `Lazy` field",
    label = "not a tuple of keys",
    note = "write the types of the fields that the value depends on as a tuple, also of one: `Lazy<f64, (f64,)>`"
)]
pub trait Depends<T>: sealed::Sealed {
    /// Where the value is.
    #[doc(hidden)]
    type Cell;

    /// A cell without a value.
    #[doc(hidden)]
    const EMPTY: Self::Cell;

    /// Shows the value or that there is none.
    #[doc(hidden)]
    fn debug(cell: &Self::Cell, f: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        T: fmt::Debug;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
}

impl<T> Depends<T> for () {
    type Cell = Once<T>;
    const EMPTY: Once<T> = Once::EMPTY;

    fn debug(cell: &Once<T>, f: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        T: fmt::Debug,
    {
        show(cell.get(), f)
    }
}

fn show<T: fmt::Debug>(value: Option<&T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Some(value) => value.fmt(f),
        None => f.write_str("<not computed>"),
    }
}

/// As long as a tuple may be to be a key.
macro_rules! tuples {
    ($($D:ident)*) => { tuples!(@ [] $($D)*); };
    (@ [$($D:ident)*] $Next:ident $($Rest:ident)*) => {
        impl<$($D: Key,)* $Next: Key> sealed::Sealed for ($($D,)* $Next,) {}
        impl<T, $($D: Key,)* $Next: Key> Depends<T> for ($($D,)* $Next,) {
            type Cell = Latest<T, Self>;
            const EMPTY: Latest<T, Self> = Latest::EMPTY;

            fn debug(cell: &Latest<T, Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result
            where
                T: fmt::Debug,
            {
                show(cell.any().as_ref().map(|kept| &kept.1), f)
            }
        }
        // Each for itself: a blanket implementation would count a field without dependencies as nearly right.
        impl<T, $($D: Key,)* $Next: Key> FieldWith for Lazy<T, ($($D,)* $Next,)> {
            type Value = T;
            type Deps = ($($D,)* $Next,);

            fn lazy(&self) -> &Self {
                self
            }
        }
        tuples!(@ [$($D)* $Next] $($Rest)*);
    };
    (@ [$($D:ident)*]) => {};
}
tuples! { D0 D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D15 }
