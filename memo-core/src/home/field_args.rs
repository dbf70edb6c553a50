//! Whether the arguments of a method are those that its field's type names. Chosen by autoref, as
//! the parts of a key: a mismatch is one error, at the field.

use std::hash::BuildHasher;
use std::marker::PhantomData;

use super::interface::{Holds, Home};
use super::memo::FieldStore;
use crate::engine::{Shared, Store};
use crate::key::{Key, Query, StoredKey};

/// The store of a field, and the key of a call.
pub struct FieldArgs<'s, 'q, S, Q>(pub &'s S, pub &'q Q);

/// First choice: the field's type names the stored arguments of the method.
pub trait AutoHome1<'s> {
    /// The home.
    type Home;

    /// The store as it is.
    fn __memokit_home(&self) -> &'s Self::Home;
}

impl<'s, S, B, Sh> AutoHome1<'s> for &FieldArgs<'s, '_, S, Query<(), B, Sh>>
where
    S: IsField<Args: Key>,
    B: Key<Stored = <S::Args as Key>::Stored>,
{
    type Home = S;

    #[inline]
    fn __memokit_home(&self) -> &'s S {
        self.0
    }
}

/// Last choice: the error.
pub trait AutoHome2<'s> {
    /// The arguments of the method, as they are stored.
    type Called;
    /// The arguments that the field's type names, as they are stored.
    type Declared;
    /// The home of any entry.
    type Home;

    /// A home that fits every call, so that there is no second error. The bound is not satisfied:
    /// otherwise the first choice would apply.
    fn __memokit_home(&self) -> &'s Self::Home
    where
        Self::Called: DeclaredArgs<Self::Declared>;
}

impl<'s, S: IsField<Args: Key>, B: Key, Sh> AutoHome2<'s> for FieldArgs<'s, '_, S, Query<(), B, Sh>> {
    type Called = B::Stored;
    type Declared = <S::Args as Key>::Stored;
    type Home = NoHome<S::Hasher>;

    fn __memokit_home(&self) -> &'s NoHome<S::Hasher> {
        &NoHome(PhantomData)
    }
}

/// The stored arguments of a method, which are those that its field names.
#[diagnostic::on_unimplemented(
    message = "the field of this method caches by `{Declared}`, and its arguments are stored as `{Self}`",
    label = "a `Memo` with other arguments",
    note = "the field is a `memokit::Memo<(A, B), R>` with the types of the arguments as a tuple, also of one, and with owned \
            types for references: `Memo<(String,), R>` for `text: &str`",
    note = "with `key = ..` the tuple holds the type of that expression"
)]
pub trait DeclaredArgs<Declared> {}

#[diagnostic::do_not_recommend]
impl<A> DeclaredArgs<A> for A {}

/// A [`FieldStore`].
pub trait IsField {
    /// The arguments that the field's type names.
    type Args;
    /// The hasher.
    type Hasher: 'static;
}

impl<A, R, H: 'static> IsField for FieldStore<'_, A, R, H> {
    type Args = A;
    type Hasher = H;
}

/// Fits every call and has no store. Its use is already an error.
pub struct NoHome<H>(PhantomData<fn() -> H>);

impl<H: BuildHasher + 'static> Home for NoHome<H> {
    type Sharing = Shared;
    type Hasher = H;

    fn parts(&self) -> Option<(&Store<Shared>, &H)> {
        None
    }

    fn typed(&self) -> bool {
        false
    }
}

impl<H: BuildHasher + 'static, A, Sh, V> Holds<StoredKey<(), A, Sh>, V> for NoHome<H> {}
