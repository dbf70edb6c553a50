//! Text, paths and bytes of other worlds: stored boxed, whoever owns them.

use super::Key;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// Unsized text and the type that owns it. The owner hashes and compares as what it derefs to.
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
