//! The models.

#![expect(clippy::missing_panics_doc, reason = "a model panics where the code is wrong")]

pub(crate) mod cache;
pub(crate) mod counters;
mod live;
pub(crate) mod lookup;
pub(crate) mod memory_model;
mod model_table;
pub(crate) mod reclamation;
mod runner;
pub(crate) mod single_flight;

/// Calls a macro with all models, by file. A model that is missing here is dead code, which the
/// compiler warns of.
#[macro_export]
macro_rules! each_model {
    ($each:ident) => {
        $each! {
            memory_model {
                an_acquired_release_passes_on_earlier_stores
                a_relaxed_access_passes_on_nothing
                fences_order_relaxed_accesses
                full_fences_forbid_store_buffering
                weaker_fences_allow_store_buffering
                membarrier_and_a_compiler_fence_forbid_store_buffering
                a_relaxed_store_after_a_release_passes_on_nothing
                a_relaxed_update_after_a_release_passes_it_on
                one_atomic_is_coherent
                a_published_write_is_no_race
                an_unpublished_write_is_a_race
                a_free_that_races_with_a_use_is_found
            }
            reclamation {
                a_protected_entry_is_not_reused
                a_hazard_pointer_that_moves_on_has_released_the_old_entry
                a_guard_that_moves_on_has_released_the_old_entry
                a_reused_hazard_pointer_has_released_the_old_entry
                nested_readers_and_pins_protect_their_entries
                cleared_memory_stays_until_no_reader_is_inside
                ending_threads_pass_on_their_records
            }
            lookup {
                a_replaced_key_is_never_missed
                a_slot_leads_to_its_chunk
                a_tag_leads_to_its_chunk_though_the_bucket_overflows
                keys_are_found_while_a_segment_grows
                keys_are_found_while_a_segment_splits
                keys_are_found_while_one_of_two_segments_grows
                an_entry_that_moves_from_a_neighbour_is_found
                an_entry_that_is_rehomed_is_found
                an_entry_that_moves_is_found_though_its_old_bucket_overflows_then
                an_unchanged_version_proves_absence
            }
            counters {
                stamps_that_are_skipped_count_no_hits
                an_ended_thread_has_counted_all_its_hits
            }
            cache {
                a_value_lives_while_it_is_read_though_it_is_evicted
                a_visited_value_belongs_to_its_key
                a_key_that_is_inserted_again_is_always_there
                a_cache_is_cleared_while_it_is_read
                a_listener_is_told_of_each_removal_once
                a_cache_is_resized_while_it_is_written
                hits_are_counted_for_the_cache_they_happen_in
            }
            single_flight {
                waiters_get_the_value_though_it_is_evicted
                a_waiter_leads_when_a_run_fails
                an_invalidated_run_leaves_no_entry
                a_run_goes_on_in_a_cache_that_is_cleared
            }
        }
    };
}
