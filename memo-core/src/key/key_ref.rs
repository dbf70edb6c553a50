//! A look into a stored key.

use super::query::Components;
use super::{Float, UntypedKey};
use std::any::Any;
use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A stored key, seen component by component: the arguments of a memoized call, without those it ignores.
///
/// The types of stored components follow from [`Key`](super::Key): numbers are themselves, text is `str`, a slice or vector of `T` is
/// `[T]`, and an argument that is no [`Key`](super::Key) is the owned type itself. With `key = expression` the expression is the only component.
///
/// # Examples
/// `forget_if` hands one to its closure:
/// ```
/// # use memo_core as memokit;
/// # use memokit::{KeyRef, private as p};
/// # use p::StoredArgs as _;
/// fn is_draft(key: KeyRef<'_>) -> bool {
///     key.arg::<str>(0).is_some_and(|title| title.starts_with("draft")) && key.arg::<f64>(1) == Some(&0.5)
/// }
/// # let (title, score) = ("draft 1", 0.5);
/// # let query = p::query((), (p::bind(p::ByKey, &title), p::bind(p::ByKey, &score)), p::Many);
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

    /// Whether there are none: the function has no arguments, or ignores them all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The component at `index`, counted from 0, if it is a `T`.
    ///
    /// `T` is a stored type, or `str`, `[T]`, `Path`, `OsStr`, `CStr`, `f32`, `f64` for what is stored in their stead. With
    /// `typed = false` every integer is an `i128` (or a `u128` beyond it) and so is a float without a fraction.
    #[must_use]
    pub fn arg<T: Component + ?Sized>(&self, index: usize) -> Option<&'a T> {
        T::from_stored(stored(self.0, index)?)
    }
}

/// The component as `Component::from_stored` expects it: what an untyped key holds, not the untyped key itself.
fn stored(components: &dyn Components, index: usize) -> Option<&dyn Any> {
    let stored = components.arg(index)?;
    Some(stored.downcast_ref::<UntypedKey>().map_or(stored, UntypedKey::as_any))
}

/// What a component of a stored key can be seen as. Implemented for every sized type and the unsized types of the standard library;
/// sealed by that.
pub trait Component: 'static {
    /// The stored component as this type.
    #[doc(hidden)]
    fn from_stored(stored: &dyn Any) -> Option<&Self>;
}

impl<T: 'static> Component for T {
    fn from_stored(stored: &dyn Any) -> Option<&T> {
        // A float is kept as `Float`, which nobody wants to write.
        fn float<T: 'static, F: 'static>(stored: &dyn Any) -> Option<&T> {
            (&**stored.downcast_ref::<Float<F>>()? as &dyn Any).downcast_ref()
        }
        stored.downcast_ref().or_else(|| float::<T, f64>(stored)).or_else(|| float::<T, f32>(stored))
    }
}

/// The first of these types that the component is, dereferenced. A key stores the first; the others are kept as they are when an
/// argument is known only by its bounds (`T: Hash + Eq + Clone`).
macro_rules! seen_through {
    ($([$($generics:tt)*] $Unsized:ty: $($Stored:ty),*;)*) => { $(
        impl<$($generics)*> Component for $Unsized {
            fn from_stored(stored: &dyn Any) -> Option<&Self> {
                // Without closures, each of which is compiled: see `known`.
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
seen_through! {
    [] str: Box<str>, String, &'static str, Cow<'static, str>, Arc<str>, Rc<str>;
    [] Path: Box<Path>, PathBuf, &'static Path, Cow<'static, Path>, Arc<Path>, Rc<Path>;
    [] OsStr: Box<OsStr>, OsString, &'static OsStr, Cow<'static, OsStr>, Arc<OsStr>, Rc<OsStr>;
    [] CStr: Box<CStr>, CString, &'static CStr, Cow<'static, CStr>, Arc<CStr>, Rc<CStr>;
    [T: 'static] [T]: Box<[T]>, Vec<T>, &'static [T], Arc<[T]>, Rc<[T]>;
}

/// The components that are numbers, text or flags as such, any other as `_`: what a stored type may print is not known.
impl fmt::Debug for KeyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("KeyRef");
        for stored in (0..self.len()).filter_map(|index| stored(self.0, index)) {
            tuple.field(known(stored).unwrap_or(&format_args!("_")));
        }
        tuple.finish()
    }
}

fn known(stored: &dyn Any) -> Option<&dyn fmt::Debug> {
    // By hand and not through `Component`, whose closures for each of these types were a twentieth of this crate's debug build.
    macro_rules! is_one_of {
        ($($Type:ty)*) => { $(
            if let Some(known) = stored.downcast_ref::<$Type>() {
                return Some(known);
            }
        )* };
    }
    is_one_of!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char String Box<str> &'static str PathBuf Box<Path>);
    Some(match stored.downcast_ref::<Float<f64>>() {
        Some(float) => &**float,
        None => &**stored.downcast_ref::<Float<f32>>()?,
    })
}
