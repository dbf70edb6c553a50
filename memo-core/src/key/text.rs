//! Text, paths and foreign strings: the stored form is a box, whatever type owned them.

use super::key_trait::Key;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// Unsized text, the type that owns it, and what of it is hashed and compared, which is all of it.
/// The owner is hashed and compared as its deref target.
macro_rules! texts {
    ($($Text:ty, $Owner:ty, $whole:expr;)*) => { $(
        impl Key for $Text {
            type Stored = Box<$Text>;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                $whole(self).hash(state);
            }

            #[inline]
            fn matches(&self, stored: &Box<$Text>) -> bool {
                $whole(self) == $whole(&**stored)
            }

            #[inline]
            fn to_stored(&self) -> Box<$Text> {
                self.into()
            }
        }

        impl Key for $Owner {
            type Stored = Box<$Text>;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                <$Text>::hash_key(self, state);
            }

            #[inline]
            fn matches(&self, stored: &Box<$Text>) -> bool {
                <$Text as Key>::matches(self, stored)
            }

            #[inline]
            fn to_stored(&self) -> Box<$Text> {
                <$Text>::to_stored(self)
            }
        }
    )* };
}
texts! {
    str, String, whole;
    // By itself a path is compared by its components: `a//b` would equal `a/b`.
    Path, PathBuf, Path::as_os_str;
    OsStr, OsString, whole;
    CStr, CString, whole;
}

#[inline]
fn whole<T: ?Sized>(text: &T) -> &T {
    text
}
