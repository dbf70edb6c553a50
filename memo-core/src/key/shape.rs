//! How the components of a stored key are accessed.

use std::any::Any;

/// Access to the stored components `A` of a call: all of them as one [`View`](Shape::View), for the
/// closures of an attribute, or one by one, for a `KeyRef`.
pub trait Shape<A>: Copy {
    /// The type of a closure's `key`.
    type View: ?Sized;

    /// All components.
    fn view(args: &A) -> &Self::View;

    /// One component.
    fn arg(args: &A, index: usize) -> Option<&dyn Any>;

    /// The number of components.
    fn len(args: &A) -> usize;
}

/// A key of one component, viewed as itself: that of a function with one argument, or of
/// `key = expression`.
#[derive(Clone, Copy, Debug)]
pub struct Single;

impl<T: 'static> Shape<(T,)> for Single {
    type View = T;

    #[inline]
    fn view(args: &(T,)) -> &T {
        &args.0
    }

    fn arg(args: &(T,), index: usize) -> Option<&dyn Any> {
        Many::arg(args, index)
    }

    fn len(_: &(T,)) -> usize {
        1
    }
}

/// A key of up to 16 components, viewed as a tuple.
#[derive(Clone, Copy, Debug)]
pub struct Many;

impl Shape<()> for Many {
    type View = ();

    #[inline]
    fn view(args: &()) -> &() {
        args
    }

    fn arg((): &(), _: usize) -> Option<&dyn Any> {
        None
    }

    fn len((): &()) -> usize {
        0
    }
}

/// The shape of the keys of one method in the cache of a field: a type of its own for each method,
/// so that two methods that use one field do not take each other's entries.
#[derive(Clone, Copy, Debug)]
pub struct OfMethod<const ID: u64, Sh>(pub Sh);

/// The number of a method, from its name and its place in the source: a hash, FNV-1a.
#[must_use]
pub const fn method_id(file: &str, line: u32, column: u32, name: &str) -> u64 {
    let mut hash = fnv_1a(0xcbf2_9ce4_8422_2325, file.as_bytes());
    hash = fnv_1a(hash, &line.to_le_bytes());
    hash = fnv_1a(hash, &column.to_le_bytes());
    fnv_1a(hash, name.as_bytes())
}

const fn fnv_1a(mut hash: u64, mut bytes: &[u8]) -> u64 {
    while let [first, rest @ ..] = bytes {
        hash = (hash ^ *first as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    hash
}

impl<A, const ID: u64, Sh: Shape<A>> Shape<A> for OfMethod<ID, Sh> {
    type View = Sh::View;

    #[inline]
    fn view(args: &A) -> &Sh::View {
        Sh::view(args)
    }

    fn arg(args: &A, index: usize) -> Option<&dyn Any> {
        Sh::arg(args, index)
    }

    fn len(args: &A) -> usize {
        Sh::len(args)
    }
}

/// A key of more than 16 components: the first 16 as a tuple, then the rest in the shape `Rest`.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<Rest>(pub Rest);

impl<First, Others, Rest> Shape<(First, Others)> for Chunk<Rest>
where
    Many: Shape<First>,
    Rest: Shape<Others>,
{
    type View = (First, Others);

    #[inline]
    fn view(args: &(First, Others)) -> &(First, Others) {
        args
    }

    fn arg((first, others): &(First, Others), index: usize) -> Option<&dyn Any> {
        match index.checked_sub(Many::len(first)) {
            None => Many::arg(first, index),
            Some(index) => Rest::arg(others, index),
        }
    }

    fn len((first, others): &(First, Others)) -> usize {
        Many::len(first) + Rest::len(others)
    }
}
