//! membarrier(2). Some systems have it, others do not: each run is on one or the other.

pub(crate) use super::access::barrier_everywhere;
pub(crate) use super::memory::random_bool as register;
