//! A lazy field is not written, and is empty when it is read: it can be computed from the fields that are.
//!
//! Written as `none` and read as an option whose content is ignored: that is one byte or the word `null`, and of the formats that
//! name their fields a missing one will do, so data written before the field existed stays readable.

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
        deserializer.deserialize_option(Ignore(PhantomData))
    }
}

struct Ignore<L>(PhantomData<L>);

impl<'de, T, D: Depends<T>> Visitor<'de> for Ignore<Lazy<T, D>> {
    type Value = Lazy<T, D>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything: a lazy field is not read")
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
