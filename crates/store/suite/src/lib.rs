//! The stories that every store adapter lives through.
//!
//! An adapter says how a store is opened, a [`Fixture`], and takes all stories at once:
//!
//! ```text
//! suite::stories!(Postgres);
//! ```
//!
//! Each becomes a test of its own with a fresh store. What a story asserts is a promise of the contract; how an adapter
//! keeps it, its rows, files and plans, is for the adapter's own tests.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story is a test that other crates run: it fails by panicking"
)]

mod house;
mod record;
pub mod stories;

use contract::{Jobs, LogReads, Reads, Writes};

/// A place where a store may be opened, closed and opened again.
pub trait Fixture: Send + Sync + 'static {
    type Store: LogReads + Reads + Writes + Jobs + 'static;

    /// A place without a store.
    fn fresh() -> impl Future<Output = Self> + Send
    where
        Self: Sized;

    /// Opens the store of this place, made if it is missing. The one opened before has been dropped.
    fn open(&self) -> impl Future<Output = Self::Store> + Send;
}

/// Every story as a test with the given fixture.
#[macro_export]
macro_rules! stories {
    (@each $fixture:ty; $($chapter:ident { $($story:ident)+ })+) => {
        $($(
            #[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                $crate::stories::$chapter::$story::<$fixture>().await;
            }
        )+)+
    };
    ($fixture:ty) => {
        $crate::stories! { @each $fixture;
            accounts {
                accounts_credentials_and_keys_come_back_as_they_were_given
                an_account_and_a_key_are_made_once
                a_credential_changes_its_status_and_never_its_account
            }
            commits {
                a_taken_name_is_refused_and_its_secret_stays
                a_change_to_an_older_revision_is_a_conflict
                of_many_changes_to_one_revision_exactly_one_happens
                of_many_that_create_one_name_exactly_one_succeeds
                a_commit_happens_whole_or_not_at_all
                a_failing_commit_leaves_its_neighbours_intact
                a_commit_without_a_matching_permit_is_refused
                a_plan_that_breaks_an_invariant_is_refused
            }
            freshness {
                a_read_after_an_answered_commit_sees_it_while_others_write
            }
            functions {
                a_function_comes_back_as_it_was_left
                what_functions_have_reserved_is_counted_in_each_scope
                code_is_kept_as_long_as_a_version_has_it
                a_deleted_function_leaves_its_name_free
                a_change_of_an_older_function_is_a_conflict
                functions_of_other_accounts_and_regions_are_not_seen
                a_plan_that_breaks_an_invariant_of_functions_is_refused
                a_change_of_a_function_needs_a_permit_for_it
                every_function_is_told_with_its_revision
            }
            guards {
                a_commit_under_an_older_fence_is_refused
                a_commit_about_a_secret_as_it_was_read_is_refused_once_it_changed
                a_full_region_takes_exactly_as_many_secrets_as_it_may
                an_erased_secret_makes_room_in_a_full_region
            }
            identities {
                an_account_s_iam_comes_back_as_it_was_left
                two_answers_without_a_change_between_them_are_one_state
                a_change_of_an_older_state_is_a_conflict
                of_many_changes_to_one_state_exactly_one_happens
                names_are_one_whatever_their_case_and_a_renamed_one_is_free
                a_deleted_access_key_is_found_nowhere
                a_closed_account_lets_nobody_in_and_keeps_its_id
                a_change_needs_a_permit_for_its_account_and_every_kind_in_it
                the_last_use_only_moves_forward
                every_account_is_told_with_its_revision
            }
            jobs {
                due_jobs_come_longest_overdue_first
                scheduling_again_moves_the_due_time_and_raises_the_fence
                a_cancelled_job_is_gone_and_other_kinds_stay
                a_lease_ends_when_its_job_is_scheduled_again
                a_lease_ends_when_its_job_is_cancelled_even_if_it_comes_back
                whoever_holds_the_lease_may_finish_the_job
                jobs_of_one_service_are_not_given_to_another
            }
            keys {
                a_key_comes_back_as_it_was_left
                a_change_of_an_older_key_is_a_conflict
                of_many_changes_to_one_key_exactly_one_happens
                an_id_is_free_once_in_a_region
                an_alias_is_unique_in_its_scope
                an_alias_moves_from_one_key_to_another_in_one_commit
                a_key_that_is_gone_keeps_nothing_but_its_id
                materials_are_added_or_destroyed_together
                one_of_a_multi_region_key_is_made_again_where_it_was_destroyed
                keys_of_other_accounts_and_regions_are_not_seen
                a_change_of_a_key_needs_a_permit_for_it
                the_deployment_is_made_once_and_changes_step_by_step
                keys_and_the_deployment_are_told_with_their_revisions
            }
            lists {
                every_order_and_page_size_shows_each_secret_once
                scheduled_secrets_are_hidden_unless_asked_for
                name_prefixes_narrow_a_list_by_name
                a_position_survives_what_changes_between_pages
                a_list_shows_labelled_versions_without_values
                a_list_shows_its_own_account_and_region_only
            }
            logs {
                a_log_group_comes_back_as_it_was_left
                log_groups_are_listed_by_name_a_page_at_a_time
                a_change_of_an_older_log_group_is_a_conflict
                streams_are_listed_by_name_and_by_last_event
                a_stream_s_name_is_given_once
                chunks_are_met_in_both_orders_and_no_other_span_s
                chunks_come_a_few_at_a_time
                only_the_wanted_streams_are_searched
                what_is_deleted_is_out_of_sight_at_once_and_erased_by_and_by
                what_has_expired_is_erased_and_no_more
                a_deleted_stream_stays_until_all_its_chunks_are_erased
                a_full_log_group_loses_its_oldest_events
                a_full_deployment_takes_from_the_largest_log_group
                content_of_logs_needs_a_permit_for_it
                logs_stay_shut_without_their_permit
                every_log_group_is_told_with_its_revision
            }
            model {
                random_histories_end_as_in_a_simple_model
            }
            notes {
                access_days_only_move_forward
                a_note_of_an_erased_secret_does_not_reach_its_successor
                a_change_does_not_take_an_access_day_back
                a_note_that_cannot_be_kept_harms_no_commit
            }
            rotation {
                a_secrets_rotation_and_owner_come_back_as_they_were_given
                a_placeholder_has_a_label_before_it_has_a_value
                a_timeline_is_told_newest_first_in_pages
                an_attempt_is_told_again_as_it_ended
                a_timeline_forgets_its_oldest_and_goes_with_its_secret
                an_attempt_needs_a_permit_for_its_secret
                a_leased_job_is_nobody_elses_until_the_lease_has_passed
                opening_the_store_ends_leases_and_nothing_else
                secrets_that_rotate_are_found_where_a_job_is_missing
            }
            secrets {
                a_created_secret_is_read_as_it_was_given
                a_name_that_was_never_given_finds_nothing
                one_name_in_another_region_or_account_is_another_secret
                everything_that_may_change_comes_back_changed
                text_comes_back_in_every_script
                absent_and_empty_are_told_apart
                an_erased_name_is_free_and_nothing_of_the_old_comes_back
                reopening_gives_everything_back
                what_was_read_stays_shut_without_its_permit
            }
            trail {
                pending_records_are_kept_until_noted_recorded
                the_observer_is_shown_every_record_before_its_commit_is_answered
                the_first_observer_stays_and_is_not_kept_alive
                the_log_head_only_moves_forward
                every_secret_is_told_with_its_revision
            }
            versions {
                labels_move_and_stay_on_one_holder
                a_placeholder_is_filled_once_and_keeps_its_labels
                a_value_sealed_anew_replaces_the_old
                values_sealed_anew_leave_the_others_as_they_were
                a_removed_version_is_gone_and_its_id_is_free
                values_of_unlabelled_versions_come_only_when_picked
                versions_come_oldest_first
            }
        }
    };
}
