//! The plan of a call, as one type: store, key, and what is cached of the result.

use std::any::Any;
use std::marker::PhantomData;

use super::request::{BorrowedKey, KeySource};
use super::writing::Writing;
use crate::cacheable::{Cacheable, CachedView};
use crate::engine::{Face, Multiplicity, Several, ShowEntry, Typed, ViewEntry};
use crate::home::Holds;
use crate::key::{Components, Lookup, StoredArgs};
use crate::level::{Level, Unbacked};
use crate::table::{EntryVtable, ShortHash};

/// The types of a call, without the lifetimes of its arguments: what a leader still knows when the
/// arguments have been moved into the body.
pub trait Signature {
    #[doc(hidden)]
    type Sharing: Face;
    /// The type of the stored key.
    type Key;
    /// The function's return type.
    type Output;
    /// The rule for what is cached of a result.
    type Cacheable: Cacheable<Self::Output>;
    #[doc(hidden)]
    type Multiplicity: Multiplicity;
    /// The level behind the store.
    type Level: Level<Self::Key, Self::Output>;
}

/// The type of the stored value of a call.
pub(crate) type Stored<T> = <<T as Signature>::Cacheable as Cacheable<<T as Signature>::Output>>::Stored;
/// The type of the stored key of a call.
pub(crate) type KeyOf<T> = <T as Signature>::Key;

/// The types of a call as parameters.
#[expect(clippy::type_complexity, reason = "a marker")]
pub struct Types<S, K, R, C, M, L = Unbacked>(PhantomData<fn() -> (S, K, R, C, M, L)>);

impl<S: Face, K, R, C: Cacheable<R>, M: Multiplicity, L: Level<K, R>> Signature for Types<S, K, R, C, M, L> {
    type Sharing = S;
    type Key = K;
    type Output = R;
    type Cacheable = C;
    type Multiplicity = M;
    type Level = L;
}

/// The store and the hash of a call's entry.
pub struct Target<'a, T: Signature> {
    pub(crate) typed: Typed<'a, T::Sharing, T::Key, Stored<T>, T::Multiplicity>,
    pub(crate) hash: ShortHash,
}

impl<T: Signature> Clone for Target<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Signature> Copy for Target<'_, T> {}

/// The plan of a call: its store, its key, and what is cached of the result.
pub trait Plan<'a> {
    /// The types of the call.
    type Types: Signature;
    /// The source of its key.
    #[doc(hidden)]
    type Source: KeySource<KeyOf<Self::Types>>;

    /// Hashes the key and returns the target of the call. `None` if the thread's locals have been
    /// destroyed.
    #[doc(hidden)]
    fn target(&self) -> Option<Target<'a, Self::Types>>;

    #[doc(hidden)]
    fn matches(&self, key: &KeyOf<Self::Types>) -> bool;

    #[doc(hidden)]
    fn cacheable(&self) -> <Self::Types as Signature>::Cacheable;

    #[doc(hidden)]
    fn level(&self) -> <Self::Types as Signature>::Level;

    #[doc(hidden)]
    fn into_source(self) -> Self::Source;
}

/// The plan of a memoized function's call: its value can be looked at in place, and the rules of
/// the attribute apply to writes.
pub trait FunctionPlan<'a, R>:
    Plan<'a, Types: Signature<Key: StoredArgs, Output = R, Cacheable: CachedView<R>>>
{
    /// Returns the key, for another use.
    #[doc(hidden)]
    fn source(&self) -> Self::Source;

    /// Applies the attribute's rules to a value that the operation brings. At most once.
    #[doc(hidden)]
    fn apply_rules<'w>(&mut self, writing: Writing<'w, KeyOf<Self::Types>, R>) -> Writing<'w, KeyOf<Self::Types>, R>;
}

/// The plan of one call of a memoized function.
pub struct CallPlan<'a, 'q, H, Q, R, C, W, L = Unbacked> {
    home: &'a H,
    query: &'q Q,
    cacheable: C,
    level: L,
    /// The rules, until a value is written by them.
    write: Option<W>,
    output: PhantomData<fn() -> R>,
}

/// Joins the parts of a call. `write` applies the rules to a value that the operation brings.
#[inline]
pub fn plan<'a, 'q, R, H, Q, C, W>(home: &'a H, query: &'q Q, cacheable: C, write: W) -> CallPlan<'a, 'q, H, Q, R, C, W>
where
    H: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: CachedView<R, Stored: 'static>,
    W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
{
    CallPlan { home, query, cacheable, level: Unbacked, write: Some(write), output: PhantomData }
}

impl<'a, 'q, H, Q, R, C, W> CallPlan<'a, 'q, H, Q, R, C, W> {
    /// Returns the same plan with a level behind the store.
    pub fn backed_by<L>(self, level: L) -> CallPlan<'a, 'q, H, Q, R, C, W, L> {
        let Self { home, query, cacheable, write, output, .. } = self;
        CallPlan { home, query, cacheable, level, write, output }
    }
}

/// Shows the arguments and the value of a call as trait objects.
struct AsCall<R, C>(PhantomData<(R, C)>);

impl<K: Components + 'static, R, C: CachedView<R, Stored: 'static>> ViewEntry<K, C::Stored, dyn Components>
    for AsCall<R, C>
{
    fn key(key: &K) -> &(dyn Components + 'static) {
        key
    }

    fn value(value: &C::Stored) -> &dyn Any {
        C::as_any(value)
    }
}

impl<'a, 'q, H, Q, R, C, W, L> Plan<'a> for CallPlan<'a, 'q, H, Q, R, C, W, L>
where
    H: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: CachedView<R, Stored: 'static>,
    L: Level<Q::Stored, R>,
{
    type Types = Types<H::Sharing, Q::Stored, R, C, Several, L>;
    type Source = BorrowedKey<'q, Q>;

    #[inline(always)]
    fn target(&self) -> Option<Target<'a, Self::Types>> {
        let (store, hasher) = self.home.parts()?;
        let hash = ShortHash::of::<H::Hasher>(self.query.hash(hasher));
        let vtable = const {
            &EntryVtable::with_attachment::<Q::Stored, C::Stored>(
                const { &ShowEntry::<dyn Components>::new::<Q::Stored, C::Stored, AsCall<R, C>>() },
            )
        };
        // SAFETY: the vtable belongs to these types.
        Some(Target { typed: unsafe { Typed::of_any(store, vtable) }, hash })
    }

    #[inline(always)]
    fn matches(&self, key: &Q::Stored) -> bool {
        self.query.matches(key)
    }

    #[inline(always)]
    fn cacheable(&self) -> C {
        self.cacheable
    }

    #[inline(always)]
    fn level(&self) -> L {
        self.level
    }

    fn into_source(self) -> Self::Source {
        BorrowedKey::new(self.query)
    }
}

impl<'a, H, Q, R, C, W, L> FunctionPlan<'a, R> for CallPlan<'a, '_, H, Q, R, C, W, L>
where
    H: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: CachedView<R, Stored: 'static>,
    L: Level<Q::Stored, R>,
    W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
{
    fn source(&self) -> Self::Source {
        BorrowedKey::new(self.query)
    }

    fn apply_rules<'w>(&mut self, writing: Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R> {
        match self.write.take() {
            Some(write) => write(writing),
            None => writing,
        }
    }
}
