//! The suite that every store must pass: one function for each behaviour that the contract
//! promises, and [`conformance_tests!`](crate::conformance_tests), which makes each a test of its
//! own.
//!
//! A behaviour gets an empty store and returns the error of a call that should have worked; it
//! panics where the store answered something else than promised.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a broken promise fails the test that runs the behaviour"
)]

pub mod appending;
pub mod apps;
pub mod attempts;
pub mod deliveries;
pub mod duplicates;
pub mod events;
pub mod grants;
pub mod history;
pub mod instances;
pub mod kept;
pub mod polls;
pub mod reads;
mod samples;
pub mod subscriptions;
pub mod tenancy;
pub mod trimming;

/// What a behaviour returns.
pub type Outcome = Result<(), crate::StoreError>;

/// Makes a `#[tokio::test]` of every behaviour. `$make` makes an empty store and something to keep
/// until the test is over: `conformance_tests!((MemoryStore::new(), ()));`
#[macro_export]
macro_rules! conformance_tests {
    ($make:expr) => {
        $crate::conformance_tests! { @tests $make;
            tenancy: organization_names_are_unique users_have_one_address_in_an_organization
                secrets_find_their_user a_revoked_user_is_not_found_by_secret
                one_organization_does_not_see_or_revoke_the_users_of_another;
            apps: an_app_reads_back_and_changes a_client_id_is_unique_within_organization_and_element
                one_organization_does_not_touch_the_apps_of_another;
            instances: an_instance_reads_back_and_changes lists_are_filtered_and_paged
                search_text_is_taken_literally_and_in_any_case ids_are_not_given_twice
                one_organization_does_not_see_or_touch_the_instances_of_another
                deleting_takes_grant_and_poll_along_and_parks_what_is_pending;
            grants: generations_fence_refreshes_against_each_other
                only_the_current_generation_is_refused
                a_grant_needs_its_instance;
            polls: a_poll_starts_once failures_are_counted_until_a_cursor_is_stored
                a_poll_needs_its_instance
                the_feeds_of_an_instance_are_polled_apart when_a_change_was_found_last_is_kept
                a_pause_lasts_until_it_is_ended_and_forgets_failures_then;
            reads: counts_of_a_month_add_up_by_instance_and_app
                the_reads_of_a_removed_instance_stay a_mark_is_made_once_a_month_for_each_app;
            history: a_history_reads_back_newest_first_and_in_pages a_history_is_bounded
                what_is_told_once_is_not_told_again
                a_history_belongs_to_its_instance_and_organization;
            subscriptions: a_subscription_reads_back_and_is_replaced
                a_subscription_is_removed_by_instance_and_topic
                a_subscription_needs_its_instance;
            appending: an_append_returns_what_it_wrote new_changes_are_cut_into_notifications_in_order
                what_is_not_delivered_is_kept_for_reading ids_grow_from_append_to_append
                a_notice_without_findings_is_kept an_append_for_a_deleted_instance_keeps_the_notice_only
                a_batch_is_written_whole_or_not_at_all a_cursor_is_stored_with_what_it_covers;
            duplicates: what_is_new_and_what_is_a_duplicate
                a_creation_is_no_other_change_of_its_second
                an_end_is_no_other_change_of_its_second
                a_state_is_told_once
                an_end_without_a_time_is_the_one_beside_it
                duplicates_within_one_finding_are_dropped duplicates_within_one_batch_are_dropped
                duplicates_take_no_room_in_a_notification
                the_same_change_of_another_instance_resource_or_object_is_new;
            events: events_read_back_with_their_notice an_event_is_where_its_delivery_is
                pages_go_from_the_newest_to_the_oldest
                one_organization_does_not_see_the_events_of_another;
            kept: kept_notices_read_back_newest_first kept_notices_are_filtered_and_paged
                a_page_ends_when_its_bodies_are_large
                notices_for_a_company_come_oldest_first
                what_is_settled_is_kept_no_longer_and_told_of_by_its_notice
                a_batch_that_fails_settles_nothing kept_notices_go_when_they_are_old
                one_organization_does_not_see_what_is_kept_for_another;
            deliveries: pending_deliveries_come_in_order_with_their_events
                instances_with_pending_are_listed_once lists_are_filtered_and_newest_first
                a_parked_delivery_is_made_pending_again
                one_organization_does_not_see_or_unpark_the_deliveries_of_another;
            attempts: each_step_leads_where_it_says a_late_record_changes_nothing
                records_of_one_call_are_stored_in_order;
            trimming: what_is_old_goes_and_what_is_young_stays
                pending_and_parked_deliveries_keep_their_events a_step_removes_no_more_than_asked
                ids_are_not_given_twice_after_a_trim a_trimmed_change_is_new_again;
        }
    };
    (@tests $make:expr; $($concern:ident: $($behaviour:ident)*;)*) => {$(
        mod $concern {
            use super::*;

            $(#[tokio::test]
            async fn $behaviour() -> $crate::conformance::Outcome {
                let (store, _kept) = $make;
                $crate::conformance::$concern::$behaviour(&store).await
            })*
        }
    )*};
}
