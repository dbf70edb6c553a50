//! The kinds of keys: what a call passes, what a store keeps of it, and what it is looked up by.

use std::borrow::Borrow;
use std::hash::Hash;

use equivalent::Equivalent;

use crate::body;
use crate::draw::Random;

/// A key as a caller has it: a number, or references to what lies ready.
pub(crate) trait Key: Copy + Send + Sync + 'static {
    /// What stores keep.
    type Owned: Hash + Eq + Clone + Send + Sync + Borrow<Self::Borrowed> + 'static;
    /// What `Owned` can be looked up by where a store goes by `Borrow`, as most do.
    type Borrowed: Hash + Eq + ToOwned<Owned = Self::Owned> + ?Sized;
    /// What it can be looked up by where a store goes by `Equivalent`: never anything that has to be made for the call.
    type Like: Hash + Equivalent<Self::Owned> + ?Sized;

    /// What tables call it.
    const NAME: &'static str;

    fn make(id: usize) -> Self;
    fn owned(self) -> Self::Owned;
    /// Where nothing of the caller's can be borrowed as, it is made for the look-up: those stores cannot do better.
    fn borrowed<T>(self, look: impl FnOnce(&Self::Borrowed) -> T) -> T;
    fn like(&self) -> &Self::Like;
    /// What the memoized function gives for it.
    fn value(self) -> u64;
}

/// Distinct numbers without a pattern.
pub(crate) fn number(id: usize) -> u64 {
    (id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 3
}

/// Distinct text of this many characters, 15 at least: a common beginning, as keys have it.
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
    type Like = Self;

    const NAME: &'static str = "u64";

    fn make(id: usize) -> Self {
        number(id)
    }

    #[inline]
    fn owned(self) -> Self {
        self
    }

    #[inline]
    fn borrowed<T>(self, look: impl FnOnce(&Self) -> T) -> T {
        look(&self)
    }

    #[inline]
    fn like(&self) -> &Self {
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
    type Like = Self;

    const NAME: &'static str = "(u64, u64)";

    fn make(id: usize) -> Self {
        (number(id), number(id + 1))
    }

    #[inline]
    fn owned(self) -> Self {
        self
    }

    #[inline]
    fn borrowed<T>(self, look: impl FnOnce(&Self) -> T) -> T {
        look(&self)
    }

    #[inline]
    fn like(&self) -> &Self {
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
    type Like = str;

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
    fn borrowed<T>(self, look: impl FnOnce(&str) -> T) -> T {
        look(self.0)
    }

    #[inline]
    fn like(&self) -> &str {
        self.0
    }

    fn value(self) -> u64 {
        body::of_text(self.0)
    }
}

/// Four arguments, of which three are borrowed. The number is kept as its bits: peers ask for `Hash + Eq`.
#[derive(Clone, Copy, Hash)]
pub(crate) struct Four {
    pub(crate) name: &'static str,
    pub(crate) list: &'static [u32],
    pub(crate) rate: u64,
    pub(crate) tag: Option<&'static str>,
}

/// The same, owned: hashes as [`Four`] does.
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
    type Like = Self;

    const NAME: &'static str = "(&str, &[u32], f64, Option<&str>)";

    fn make(id: usize) -> Self {
        let list: Vec<u32> = (0..8).map(|at| u32::try_from(id * 8 + at).unwrap_or(0)).collect();
        let rate = f64::from(u32::try_from(id).unwrap_or(0)) / 2.0;
        let tag = (!id.is_multiple_of(3)).then(|| text(id / 2, 15));
        Self { name: text(id, 20), list: list.leak(), rate: rate.to_bits(), tag }
    }

    #[inline]
    fn owned(self) -> OwnedFour {
        (self.name.to_owned(), self.list.to_vec(), self.rate, self.tag.map(str::to_owned))
    }

    #[inline]
    fn borrowed<T>(self, look: impl FnOnce(&OwnedFour) -> T) -> T {
        look(&self.owned())
    }

    #[inline]
    fn like(&self) -> &Self {
        self
    }

    fn value(self) -> u64 {
        body::of_four(self.name, self.list, self.rate, self.tag)
    }
}
