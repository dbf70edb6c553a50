//! `typed = false`: equal numbers share an entry whatever their type, and so does equal text.
//!
//! The rules are Python's, as far as Rust has the same types: `1`, `1u8`, `1.0` and `true` are one
//! key, `0.5f32` and `0.5f64` another; `0.1f32` and `0.1f64` are different numbers. Numbers are
//! compared exactly: a float beyond 2^53 equals the one integer that it represents. A `char` is not
//! text. Only the argument as a whole is untyped: numbers in a slice or an option are typed.

use super::adapt::Adapter;
use super::float::Float;
use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

/// Makes an argument untyped. `A` is the adapter that it would have otherwise, and is used if it is
/// neither a number nor text.
#[derive(Clone, Copy, Debug)]
pub struct Untyped<A>(pub A);

/// The stored form of an untyped argument, one type for all.
pub enum UntypedKey {
    /// An integer, a float without a fraction, or a `bool`.
    Integer(i128),
    /// An integer beyond `i128`.
    Large(u128),
    /// Any other float.
    Float(Float<f64>),
    /// Text that is used by its `Hash + Eq + Clone`.
    Text(Box<str>),
    /// Anything else, in the stored form of its type. That includes text that is a `Key`: its types
    /// share a stored form already.
    Other(Box<dyn Any + Send + Sync>),
}

/// An argument by what untyped keys distinguish, borrowed.
enum UntypedArg<'a> {
    Number(Number),
    Text(&'a str),
    Other,
}

#[derive(Clone, Copy, PartialEq)]
enum Number {
    Integer(i128),
    Large(u128),
    Float(Float<f64>),
}

// `TypeId` comparisons are constants for a given `T`: of these chains only the branch that applies
// is compiled.

macro_rules! integers {
    ($($Int:ty)*) => {
        /// Whether a stored form is a number: then it is a copy, and the argument can be inspected
        /// through it.
        #[inline]
        fn is_number<S: 'static>() -> bool {
            let stored = TypeId::of::<S>();
            $(stored == TypeId::of::<$Int>() ||)*
            stored == TypeId::of::<Float<f32>>() || stored == TypeId::of::<Float<f64>>()
        }

        /// A stored form as a number, if it is one.
        #[inline]
        fn number(stored: &dyn Any) -> Option<Number> {
            $(if let Some(&integer) = stored.downcast_ref::<$Int>() {
                return Some(integer_as_number(integer));
            })*
            if let Some(float) = stored.downcast_ref::<Float<f32>>() {
                return Some(float_as_number(f64::from(**float)));
            }
            stored.downcast_ref::<Float<f64>>().map(|float| float_as_number(**float))
        }
    };
}
integers! { bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

/// An integer in the smaller of the two forms that hold all of them.
#[inline]
fn integer_as_number<I: Copy + TryInto<i128> + TryInto<u128>>(integer: I) -> Number {
    match (integer.try_into(), integer.try_into()) {
        (Ok(integer), _) => Number::Integer(integer),
        (Err(_), Ok(large)) => Number::Large(large),
        (Err(_), Err(_)) => unreachable!("every integer fits in one of the two"),
    }
}

/// A float as the integer that it represents, if it does.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: an integer in the range of the type"
)]
fn float_as_number(float: f64) -> Number {
    const TWO_POW_127: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
    if float.fract() != 0.0 {
        Number::Float(Float::from(float)) // also for NaN and the infinities, whose fraction is NaN
    } else if (-TWO_POW_127..TWO_POW_127).contains(&float) {
        Number::Integer(float as i128)
    } else if (TWO_POW_127..2.0 * TWO_POW_127).contains(&float) {
        Number::Large(float as u128)
    } else {
        Number::Float(Float::from(float))
    }
}

/// The text in an argument that is its own stored form.
#[inline]
fn text(argument: &dyn Any) -> Option<&str> {
    macro_rules! texts {
        ($($Text:ty),*) => {
            None $(.or_else(|| argument.downcast_ref::<$Text>().map(|text| &**text)))*
        };
    }
    texts!(String, &'static str, Cow<'static, str>, Box<str>, Arc<str>, Rc<str>)
}

#[inline]
fn classify<A: Adapter<T>, T: ?Sized>(argument: &T) -> UntypedArg<'_> {
    if is_number::<A::Stored>()
        && let Some(number) = number(&A::to_stored(argument))
    {
        return UntypedArg::Number(number);
    }
    A::as_any(argument).and_then(text).map_or(UntypedArg::Other, UntypedArg::Text)
}

impl<A, T: ?Sized> Adapter<T> for Untyped<A>
where
    A: Adapter<T, Stored: Send + Sync>,
{
    type Stored = UntypedKey;

    #[inline]
    fn hash<H: Hasher>(argument: &T, state: &mut H) {
        match classify::<A, T>(argument) {
            UntypedArg::Number(Number::Integer(integer)) => integer.hash(state),
            UntypedArg::Number(Number::Large(integer)) => integer.hash(state),
            UntypedArg::Number(Number::Float(float)) => float.hash(state),
            UntypedArg::Text(text) => text.hash(state),
            UntypedArg::Other => A::hash(argument, state),
        }
    }

    #[inline]
    fn matches(argument: &T, stored: &UntypedKey) -> bool {
        match (classify::<A, T>(argument), stored) {
            (UntypedArg::Number(Number::Integer(number)), UntypedKey::Integer(stored)) => number == *stored,
            (UntypedArg::Number(Number::Large(number)), UntypedKey::Large(stored)) => number == *stored,
            (UntypedArg::Number(Number::Float(number)), UntypedKey::Float(stored)) => number == *stored,
            (UntypedArg::Text(text), UntypedKey::Text(stored)) => *text == **stored,
            (UntypedArg::Other, UntypedKey::Other(stored)) => {
                stored.downcast_ref().is_some_and(|stored| A::matches(argument, stored))
            }
            _ => false,
        }
    }

    fn to_stored(argument: &T) -> UntypedKey {
        match classify::<A, T>(argument) {
            UntypedArg::Number(Number::Integer(integer)) => UntypedKey::Integer(integer),
            UntypedArg::Number(Number::Large(integer)) => UntypedKey::Large(integer),
            UntypedArg::Number(Number::Float(float)) => UntypedKey::Float(float),
            UntypedArg::Text(text) => UntypedKey::Text(text.into()),
            UntypedArg::Other => UntypedKey::Other(Box::new(A::to_stored(argument))),
        }
    }
}

impl UntypedKey {
    /// The stored value, for a `KeyRef`.
    pub(super) fn as_any(&self) -> &dyn Any {
        match self {
            Self::Integer(integer) => integer,
            Self::Large(integer) => integer,
            Self::Float(float) => float,
            Self::Text(text) => text,
            Self::Other(other) => &**other,
        }
    }
}

impl fmt::Debug for UntypedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Large(integer) => integer.fmt(f),
            Self::Float(float) => float.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Other(other) => match other.downcast_ref::<Box<str>>() {
                Some(text) => text.fmt(f),
                None => f.write_str("_"),
            },
        }
    }
}
