//! The data structures that policies are made of. All of them know slot numbers, hashes and ranks
//! only.

mod bit_set;
mod chunked_vec;
mod ghosts;
mod linked_queues;
mod loop_detector;
mod min_rank;
mod second_chance;
mod slot_group;
mod tournament_tree;

pub(super) use bit_set::BitSet;
pub(super) use chunked_vec::ChunkedVec;
pub(super) use ghosts::Ghosts;
pub(super) use linked_queues::{LinkedQueues, QueueId};
pub(super) use loop_detector::LoopDetector;
pub(super) use min_rank::MinRankIndex;
pub(super) use second_chance::SecondChance;
