//! `#[cached_field]`: getters whose value is kept in a field.

mod asynchronous;
mod beside;
mod cells;
mod deps;
mod fields;
mod forms;
mod places;
mod serialized;
mod sharing;
mod trouble;
