//! The types of keys: what a call passes, what a store keeps of it, and what it is looked up by.

use std::borrow::Borrow;
use std::hash::Hash;

use equivalent::Equivalent;

use crate::body;
use crate::workload::Random;

/// A key as a caller has it: a number, or references to existing data.
pub(crate) trait Key: Copy + Send + Sync + 'static {
    /// What stores keep.
    type Owned: Hash + Eq + Clone + Send + Sync + Borrow<Self::Borrowed> + 'static;
    /// What `Owned` is looked up by in stores that use `Borrow`, as most do.
    type Borrowed: Hash + Eq + ToOwned<Owned = Self::Owned> + ?Sized;
    /// What it is looked up by in stores that use `Equivalent`: never anything that the call has to
    /// construct.
    type Probe: Hash + Equivalent<Self::Owned> + ?Sized;

    /// The name in tables.
    const NAME: &'static str;

    fn make(id: usize) -> Self;
    fn owned(self) -> Self::Owned;
    /// Calls `f` with the borrowed form. If the caller's data cannot be borrowed as that, it is
    /// constructed for the look-up: those stores require it.
    fn with_borrowed<T>(self, f: impl FnOnce(&Self::Borrowed) -> T) -> T;
    fn probe(&self) -> &Self::Probe;
    /// What the memoized function returns for this key.
    fn value(self) -> u64;
}

/// Distinct numbers without a pattern.
pub(crate) fn number(id: usize) -> u64 {
    (id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 3
}

/// Distinct text of this many characters, at least 15, with a common prefix as many keys have it.
fn text(id: usize, length: usize) -> &'static str {
    let mut random = Random::new(number(id));
    let mut text = format!("user:{id:08x}:");
    while text.len() < length {
        text.push(char::from(b'a' + u8::try_from(random.next() % 26).unwrap_or(0)));
    }
    text.leak()
}

impl Key for u64 {
    type Owned = Self;
    type Borrowed = Self;
    type Probe = Self;

    const NAME: &'static str = "u64";

    fn make(id: usize) -> Self {
        number(id)
    }

    #[inline]
    fn owned(self) -> Self {
        self
    }

    #[inline]
    fn with_borrowed<T>(self, f: impl FnOnce(&Self) -> T) -> T {
        f(&self)
    }

    #[inline]
    fn probe(&self) -> &Self {
        self
    }

    #[inline]
    fn value(self) -> u64 {
        body::of_number(self)
    }
}

/// Two numbers.
pub(crate) type Pair = (u64, u64);

impl Key for Pair {
    type Owned = Self;
    type Borrowed = Self;
    type Probe = Self;

    const NAME: &'static str = "(u64, u64)";

    fn make(id: usize) -> Self {
        (number(id), number(id + 1))
    }

    #[inline]
    fn owned(self) -> Self {
        self
    }

    #[inline]
    fn with_borrowed<T>(self, f: impl FnOnce(&Self) -> T) -> T {
        f(&self)
    }

    #[inline]
    fn probe(&self) -> &Self {
        self
    }

    #[inline]
    fn value(self) -> u64 {
        body::of_pair(self.0, self.1)
    }
}

/// Text of this many characters.
#[derive(Clone, Copy)]
pub(crate) struct Text<const LENGTH: usize>(pub(crate) &'static str);

impl<const LENGTH: usize> Key for Text<LENGTH> {
    type Owned = String;
    type Borrowed = str;
    type Probe = str;

    const NAME: &'static str = match LENGTH {
        20 => "&str of 20",
        200 => "&str of 200",
        _ => panic!("a length without a name"),
    };

    fn make(id: usize) -> Self {
        Self(text(id, LENGTH))
    }

    #[inline]
    fn owned(self) -> String {
        self.0.to_owned()
    }

    #[inline]
    fn with_borrowed<T>(self, f: impl FnOnce(&str) -> T) -> T {
        f(self.0)
    }

    #[inline]
    fn probe(&self) -> &str {
        self.0
    }

    fn value(self) -> u64 {
        body::of_text(self.0)
    }
}

/// Four arguments, three of them borrowed. The float is kept as its bits, because peers require
/// `Hash + Eq`.
#[derive(Clone, Copy, Hash)]
pub(crate) struct Four {
    pub(crate) name: &'static str,
    pub(crate) list: &'static [u32],
    pub(crate) rate: u64,
    pub(crate) tag: Option<&'static str>,
}

/// The owned form of [`Four`], with the same hash.
pub(crate) type OwnedFour = (String, Vec<u32>, u64, Option<String>);

impl Equivalent<OwnedFour> for Four {
    #[inline]
    fn equivalent(&self, owned: &OwnedFour) -> bool {
        self.rate == owned.2 && self.name == owned.0 && self.list == owned.1 && self.tag == owned.3.as_deref()
    }
}

impl Key for Four {
    type Owned = OwnedFour;
    type Borrowed = OwnedFour;
    type Probe = Self;

    const NAME: &'static str = "(&str, &[u32], f64, Option<&str>)";

    fn make(id: usize) -> Self {
        let list: Vec<u32> = (0..8).map(|index| u32::try_from(id * 8 + index).unwrap_or(0)).collect();
        let rate = f64::from(u32::try_from(id).unwrap_or(0)) / 2.0;
        let tag = (!id.is_multiple_of(3)).then(|| text(id / 2, 15));
        Self { name: text(id, 20), list: list.leak(), rate: rate.to_bits(), tag }
    }

    #[inline]
    fn owned(self) -> OwnedFour {
        (self.name.to_owned(), self.list.to_vec(), self.rate, self.tag.map(str::to_owned))
    }

    #[inline]
    fn with_borrowed<T>(self, f: impl FnOnce(&OwnedFour) -> T) -> T {
        f(&self.owned())
    }

    #[inline]
    fn probe(&self) -> &Self {
        self
    }

    fn value(self) -> u64 {
        body::of_four(self.name, self.list, self.rate, self.tag)
    }
}
