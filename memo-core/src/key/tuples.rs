//! Tuples of keys, and of stored components, up to 16.

use super::key_trait::Key;
use super::shape::{Many, Shape};
use std::any::Any;
use std::hash::Hasher;

macro_rules! tuples {
    ($(($($T:ident $index:tt)+);)*) => { $(
        impl<$($T: Key),+> Key for ($($T,)+) {
            type Stored = ($($T::Stored,)+);

            #[inline]
            fn hash_key<Hash: Hasher>(&self, state: &mut Hash) {
                $(self.$index.hash_key(state);)+
            }

            #[inline]
            fn matches(&self, stored: &Self::Stored) -> bool {
                $(self.$index.matches(&stored.$index))&&+
            }

            #[inline]
            fn to_stored(&self) -> Self::Stored {
                ($(self.$index.to_stored(),)+)
            }
        }

        impl<$($T: 'static),+> Shape<($($T,)+)> for Many {
            type View = ($($T,)+);

            #[inline]
            fn view(args: &($($T,)+)) -> &Self::View {
                args
            }

            fn arg(args: &($($T,)+), index: usize) -> Option<&dyn Any> {
                match index {
                    $($index => Some(&args.$index),)+
                    _ => None,
                }
            }

            fn len(_: &($($T,)+)) -> usize {
                [$($index),+].len()
            }
        }
    )* };
}
tuples! {
    (A 0);
    (A 0 B 1);
    (A 0 B 1 C 2);
    (A 0 B 1 C 2 D 3);
    (A 0 B 1 C 2 D 3 E 4);
    (A 0 B 1 C 2 D 3 E 4 F 5);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14);
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15);
}
