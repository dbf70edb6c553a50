//! A stored key, seen component by component.

use super::components::Components;
use super::float::Float;
use super::untyped::UntypedKey;
use std::any::Any;
use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Shows the components of a stored key: the arguments of a memoized call, without the ignored
/// ones.
///
/// The types of components are the [stored forms](super::key_trait::Key::Stored) of the arguments:
/// a number is itself, text is a `str`, a slice or vector is a slice of stored forms, and an
/// argument that is no [`Key`](super::key_trait::Key) is its owned type. With `key = expression`
/// there is one component, the expression. Access costs a type comparison; nothing is copied.
///
/// # Examples
/// A predicate for `forget_if`:
/// ```
/// # extern crate memo_core as memokit;
/// # use memokit::private as p;
/// # use p::StoredArgs as _;
/// use memokit::KeyRef;
///
/// fn is_draft(key: KeyRef<'_>) -> bool {
///     let is_draft = key.arg::<str>(0).is_some_and(|title| title.starts_with("draft"));
///     is_draft && key.arg::<f64>(1) == Some(&0.5)
/// }
/// # let (title, score) = ("draft 1", 0.5);
/// # let query = p::query((), (p::adapt(p::ByKey, &title), p::adapt(p::ByKey, &score)), p::Many);
/// # assert!(is_draft(p::Key::to_stored(&query).key_ref()));
/// ```
#[derive(Clone, Copy)]
pub struct KeyRef<'a>(&'a dyn Components);

impl<'a> KeyRef<'a> {
    #[inline]
    pub(crate) fn new(components: &'a dyn Components) -> Self {
        Self(components)
    }

    /// The number of components.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.count()
    }

    /// Whether there are no components: the function has no arguments, or ignores them all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The component at `index`, counted from 0, if it is a `T`.
    ///
    /// `T` is a stored form, or `str`, `[T]`, `Path`, `OsStr`, `CStr`, `f32` or `f64`, for
    /// components whose stored form contains one. With `typed = false` every integer, and every
    /// float without a fraction, is an `i128`, or a `u128` if it is too large.
    #[must_use]
    pub fn arg<T: Component + ?Sized>(&self, index: usize) -> Option<&'a T> {
        T::from_stored(stored(self.0, index)?)
    }
}

/// The component as `Component::from_stored` expects it: the value in an untyped key, not the
/// untyped key itself.
fn stored(components: &dyn Components, index: usize) -> Option<&dyn Any> {
    let stored = components.arg(index)?;
    Some(stored.downcast_ref::<UntypedKey>().map_or(stored, UntypedKey::as_any))
}

/// A type that a component of a stored key can be accessed as. Implemented for every sized type and
/// the unsized types of the standard library, and sealed by that.
pub trait Component: 'static {
    /// The stored component as this type.
    #[doc(hidden)]
    fn from_stored(stored: &dyn Any) -> Option<&Self>;
}

impl<T: 'static> Component for T {
    fn from_stored(stored: &dyn Any) -> Option<&T> {
        // A float is stored as a `Float`, which callers need not write.
        fn float<T: 'static, F: 'static>(stored: &dyn Any) -> Option<&T> {
            (&**stored.downcast_ref::<Float<F>>()? as &dyn Any).downcast_ref()
        }
        stored.downcast_ref().or_else(|| float::<T, f64>(stored)).or_else(|| float::<T, f32>(stored))
    }
}

/// Dereferences a component of one of these types. The first is the stored form of a `Key`; the
/// others are stored as they are if the compiler knows only the bounds of an argument
/// (`T: Hash + Eq + Clone`).
macro_rules! dereferenced {
    ($([$($generics:tt)*] $Unsized:ty: $($Stored:ty),*;)*) => { $(
        impl<$($generics)*> Component for $Unsized {
            fn from_stored(stored: &dyn Any) -> Option<&Self> {
                // Without closures, each of which would be compiled: see `debug`.
                $(
                    if let Some(stored) = stored.downcast_ref::<$Stored>() {
                        return Some(stored);
                    }
                )*
                None
            }
        }
    )* };
}
dereferenced! {
    [] str: Box<str>, String, &'static str, Cow<'static, str>, Arc<str>, Rc<str>;
    [] Path: Box<Path>, PathBuf, &'static Path, Cow<'static, Path>, Arc<Path>, Rc<Path>;
    [] OsStr: Box<OsStr>, OsString, &'static OsStr, Cow<'static, OsStr>, Arc<OsStr>, Rc<OsStr>;
    [] CStr: Box<CStr>, CString, &'static CStr, Cow<'static, CStr>, Arc<CStr>, Rc<CStr>;
    [T: 'static] [T]: Box<[T]>, Vec<T>, &'static [T], Arc<[T]>, Rc<[T]>;
}

/// Prints components that are numbers, text or `bool`, and `_` for any other: nothing else is known
/// to implement `Debug`.
impl fmt::Debug for KeyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("KeyRef");
        for stored in (0..self.len()).filter_map(|index| stored(self.0, index)) {
            tuple.field(debug(stored).unwrap_or(&format_args!("_")));
        }
        tuple.finish()
    }
}

fn debug(stored: &dyn Any) -> Option<&dyn fmt::Debug> {
    // Not through `Component`, whose closures for each of these types were a twentieth of this
    // crate's debug build.
    macro_rules! is_one_of {
        ($($Type:ty)*) => { $(
            if let Some(value) = stored.downcast_ref::<$Type>() {
                return Some(value);
            }
        )* };
    }
    is_one_of!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char String Box<str> &'static str PathBuf Box<Path>);
    Some(match stored.downcast_ref::<Float<f64>>() {
        Some(float) => &**float,
        None => &**stored.downcast_ref::<Float<f32>>()?,
    })
}
