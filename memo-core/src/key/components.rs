//! The components of a stored key, for code that does not know its type.

use std::any::Any;

/// The components of a stored key without its type.
pub trait Components {
    /// The component at `index`.
    fn arg(&self, index: usize) -> Option<&dyn Any>;

    /// The number of components.
    fn count(&self) -> usize;
}
