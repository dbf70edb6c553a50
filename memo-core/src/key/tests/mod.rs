//! What holds for every key.

mod choice;
mod containers;
mod instantiations;
mod numbers;
mod queries;
mod stored_forms;
mod transcript;
mod unordered;
mod untyped;
