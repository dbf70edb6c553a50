//! The key of one call: its arguments and, for a generic function, the instantiation.

use super::components::Components;
use super::key_ref::KeyRef;
use super::key_trait::Key;
use super::shape::Shape;
use std::any::Any;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;

/// The borrowed key of one call, for look-ups.
///
/// `I` distinguishes the instantiations of a generic function (`()` for other functions), `A` is a
/// tuple of [adapted arguments](super::adapted::Adapted). Both are hashed and compared; a
/// [`KeyRef`] shows only the arguments.
#[derive(Clone, Copy, Debug)]
pub struct Query<I, A, Sh> {
    instantiation: I,
    args: A,
    shape: PhantomData<Sh>,
}

/// Combines the arguments of a call into its key.
#[inline]
pub fn query<I, A, Sh>(instantiation: I, args: A, _: Sh) -> Query<I, A, Sh> {
    Query { instantiation, args, shape: PhantomData }
}

/// The stored key of a call: `I` and `A` are stored forms.
pub struct StoredKey<I, A, Sh> {
    instantiation: I,
    args: A,
    shape: PhantomData<Sh>,
}

impl<I: Key, A: Key, Sh: Shape<A::Stored> + 'static> Key for Query<I, A, Sh> {
    type Stored = StoredKey<I::Stored, A::Stored, Sh>;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.instantiation.hash_key(state);
        self.args.hash_key(state);
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        self.instantiation.matches(&stored.instantiation) && self.args.matches(&stored.args)
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        StoredKey { instantiation: self.instantiation.to_stored(), args: self.args.to_stored(), shape: PhantomData }
    }
}

/// A [`Key`] for look-ups in a store of calls: one whose stored form shows its components.
pub trait Lookup: Key<Stored: StoredArgs> {
    /// The hash of this key. The only place where the hasher of a call runs.
    #[inline]
    fn hash<S: BuildHasher>(&self, hasher: &S) -> u64 {
        let mut state = hasher.build_hasher();
        self.hash_key(&mut state);
        state.finish()
    }
}

impl<Q: Key<Stored: StoredArgs>> Lookup for Q {}

/// A stored key that shows its components.
pub trait StoredArgs: Components + Sized + 'static {
    /// The type of a closure's `key`.
    type View: ?Sized;

    /// All components.
    fn view(&self) -> &Self::View;

    /// The components one by one.
    #[inline]
    fn key_ref(&self) -> KeyRef<'_> {
        KeyRef::new(self)
    }
}

impl<I, A, Sh: Shape<A>> Components for StoredKey<I, A, Sh> {
    fn arg(&self, index: usize) -> Option<&dyn Any> {
        Sh::arg(&self.args, index)
    }

    fn count(&self) -> usize {
        Sh::len(&self.args)
    }
}

impl<I: 'static, A: 'static, Sh: Shape<A> + 'static> StoredArgs for StoredKey<I, A, Sh> {
    type View = Sh::View;

    #[inline]
    fn view(&self) -> &Sh::View {
        Sh::view(&self.args)
    }
}

impl<I: 'static, A: 'static, Sh: Shape<A> + 'static> fmt::Debug for StoredKey<I, A, Sh> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key_ref().fmt(f)
    }
}
