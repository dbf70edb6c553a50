//! Text, paths and foreign strings: the stored form is a box, whatever type owned them.

use super::key_trait::Key;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// Unsized text and the type that owns it. The owner is hashed and compared as its deref target.
macro_rules! texts {
    ($($Text:ty, $Owner:ty;)*) => { $(
        impl Key for $Text {
            type Stored = Box<$Text>;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                self.hash(state);
            }

            #[inline]
            fn matches(&self, stored: &Box<$Text>) -> bool {
                *self == **stored
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
    str, String;
    Path, PathBuf;
    OsStr, OsString;
    CStr, CString;
}
