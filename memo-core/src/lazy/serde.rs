//! A lazy field is not serialized, and is empty when deserialized: it can be computed from the
//! fields that are.
//!
//! It is written as `none` and read as an option whose content is ignored: one byte, or the word
//! `null`. Formats that name their fields accept a missing one, so data that was written before the
//! field existed stays readable.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, Visitor};
use serde::ser::{Serialize, Serializer};

use super::depends::Depends;
use super::field::Lazy;

impl<T, D: Depends<T>> Serialize for Lazy<T, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de, T, D: Depends<T>> Deserialize<'de> for Lazy<T, D> {
    fn deserialize<S: Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
        deserializer.deserialize_option(IgnoreContent(PhantomData))
    }
}

struct IgnoreContent<L>(PhantomData<L>);

impl<'de, T, D: Depends<T>> Visitor<'de> for IgnoreContent<Lazy<T, D>> {
    type Value = Lazy<T, D>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything, for a lazy field is not read")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Lazy::new())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Lazy::new())
    }

    fn visit_some<S: Deserializer<'de>>(self, deserializer: S) -> Result<Self::Value, S::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Lazy::new())
    }
}
