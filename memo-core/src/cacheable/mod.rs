//! Which results are cached, and how a cached value becomes a return value.
//!
//! The caching rule of a function is [chosen](Returns) by its return type or by an option of its
//! attribute, and then [checked](check_cacheable).

mod choose;
mod fit;
mod results;
mod rule;
mod skip_none;
mod values;

#[cfg(test)]
mod tests;

pub use choose::{AutoCacheable1, AutoCacheable2, AutoCacheable3, Returns};
pub use fit::{
    AutoFit1, AutoFit2, Fallible, NotCacheable, Optional, Requirements, Reuses, RuleCheck, all_of_result,
    check_cacheable,
};
pub use results::{OkOnly, OkSharedErr, OkValue};
pub use rule::{Cacheable, CachedView, Reusable};
pub use skip_none::{AutoSkipNone1, AutoSkipNone2, AutoSkipNone3, OkSome, ReturnsOption};
pub use values::{All, SomeOnly};
