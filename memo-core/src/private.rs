//! The names that expansions of the macros use. Not part of the public interface: it changes with
//! the macros, in the same release.

pub use crate::cacheable::*;
pub use crate::call::{
    Call, Contains, ExpiresIn, Forget, Loading, MapValue, Operation, Peek, Put, Read, Refresh, Waiting, Weight,
    WithOutcome, Writing, as_is, at_once, bypassed, cache, clear, forget_if, info, parameters, plan, reset_info,
    resize,
};
pub use crate::config::{Config, SingleFlight};
pub use crate::engine::{Answer, Outcome, RetryState};
pub use crate::hash::DefaultHashBuilder;
pub use crate::home::{FieldArgs, FieldStore, LocalStore, SharedStore, StaticCache, ThreadCache, field, field_with};
pub use crate::info::{CacheInfo, CacheParameters};
pub use crate::key::*;
pub use crate::lazy::*;
pub use crate::registry::CacheRef;
pub use crate::shareable::*;

/// The traits among which method resolution chooses. They are imported without names, so that the
/// names in the user's code keep their meaning.
pub mod choices {
    pub use crate::cacheable::{
        AutoCacheable1 as _, AutoCacheable2 as _, AutoCacheable3 as _, AutoFit1 as _, AutoFit2 as _,
        AutoSkipNone1 as _, AutoSkipNone2 as _, AutoSkipNone3 as _,
    };
    pub use crate::home::{AutoHome1 as _, AutoHome2 as _};
    pub use crate::key::{
        AutoKey1 as _, AutoKey2 as _, AutoKey3 as _, AutoKey4 as _, AutoKey5 as _, AutoKey6 as _, AutoShare1 as _,
        AutoShare2 as _,
    };
}
