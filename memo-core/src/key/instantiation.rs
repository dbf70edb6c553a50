//! Identity of an instantiation of a generic function.

use super::key_trait::{Key, stored_as_itself};
use std::any::TypeId;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// A type with its lifetimes erased: `&'a str` and `&'static str` are one instantiation, `u8` and
/// `u16` are two.
///
/// That is exactly what distinguishes the instantiations of a generic function: code is generated
/// per type, never per lifetime.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Instantiation(TypeId);

impl Key for Instantiation {
    stored_as_itself!();
}

/// The instantiation of a type, which need not be `'static`.
#[inline]
#[must_use]
pub fn instantiation<T: ?Sized>() -> Instantiation {
    let witness = PhantomData::<T>;
    let borrowed: &(dyn TypeIdentity + '_) = &witness;
    // SAFETY: the two types differ only in the lifetime bound of the trait object, which is no part
    // of its layout or its vtable. The reference is used only to call `TypeIdentity::id` while
    // `witness` lives. The promise `Self: 'static`, on which that call then wrongly relies, reaches
    // `TypeId::of` alone: that makes a constant from the type, has no value of it, and sees the
    // type as code generation does, after lifetimes are erased.
    let erased = unsafe { std::mem::transmute::<&(dyn TypeIdentity + '_), &(dyn TypeIdentity + 'static)>(borrowed) };
    Instantiation(erased.id())
}

/// The instantiation of an argument's type, where the type has no name (`impl Trait`).
#[inline]
#[must_use]
pub fn instantiation_of<T: ?Sized>(_: &T) -> Instantiation {
    instantiation::<T>()
}

/// Carries a `TypeId` past the `'static` bound: the method's bound is met by the trait object's
/// lifetime, not by the type's.
trait TypeIdentity {
    fn id(&self) -> TypeId
    where
        Self: 'static;
}

impl<T: ?Sized> TypeIdentity for PhantomData<T> {
    #[inline]
    fn id(&self) -> TypeId
    where
        Self: 'static,
    {
        TypeId::of::<T>()
    }
}
