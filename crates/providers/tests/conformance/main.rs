//! The suite that every provider must pass: what the contract of `ledgerhook-connector` promises,
//! asked of each provider through the contract alone, against the stand-ins of the sandbox.
//!
//! A behaviour is told the provider and opens a bench with it; it panics where something else was
//! answered than promised. A provider that lacks a part says so in its
//! [`Parts`](bench::provider::Parts), and the suite then expects the part to be missing.

#[cfg(test)]
mod behaviours;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod providers;

/// Makes a test of every behaviour of a connection.
#[cfg(test)]
macro_rules! connection_tests {
    ($provider:expr) => {
        behaviour_tests! { $provider;
            profile: what_it_has_is_what_its_parts_say
                every_resource_is_told_of_by_one_feed_or_by_notices
                names_are_unique_and_everything_is_described configuration_keys_are_consistent;
            connect: a_customer_connects_a_company_by_the_consent_page
                what_is_missing_is_named_before_anything_is_asked
                a_refused_consent_says_who_must_act a_code_works_once a_wrong_secret_is_named
                a_provider_that_fails_is_unavailable
                a_failure_after_the_exchange_says_that_the_code_is_spent;
            refresh: new_tokens_work a_spent_refresh_token_is_refused
                a_provider_that_fails_leaves_the_old_token_good a_revoked_connection_is_refused
                a_wrong_secret_is_not_the_end_of_a_connection;
            subscriptions: a_subscription_lives_from_its_creation_to_its_end
                a_provider_that_fails_is_unavailable;
            bounds: an_endless_answer_is_an_error_and_no_memory;
        }
    };
}

/// Makes a test of every behaviour of one kind of record.
#[cfg(test)]
macro_rules! record_tests {
    ($provider:expr) => {
        behaviour_tests! { $provider;
            feed: each_change_is_told_once_with_its_kind
                asking_again_loses_nothing_and_tells_the_same many_records_are_told_completely
                what_was_not_asked_for_is_not_told an_ended_token_is_unauthorized
                a_provider_that_fails_is_never_an_empty_answer a_throttle_says_how_long_to_wait
                a_closed_book_is_refused;
            records: a_record_is_read_as_the_feed_tells_of_it what_is_not_there_is_missing
                what_was_deleted_is_told_as_documented an_ended_token_is_unauthorized
                a_provider_that_fails_loses_no_record a_throttle_says_how_long_to_wait;
            notices: a_genuine_notice_is_verified_and_understood
                what_was_changed_on_the_way_is_refused what_cannot_be_read_is_counted
                a_noticed_record_can_be_read;
            hub: pages_of_any_size_fit_together a_record_is_found_by_its_id
                what_cannot_be_asked_is_named what_was_deleted_is_told_as_the_feed_tells_it
                an_ended_token_is_unauthorized a_provider_that_fails_is_never_an_empty_page
                a_throttle_says_how_long_to_wait;
        }
    };
}

#[cfg(test)]
macro_rules! behaviour_tests {
    ($provider:expr; $($concern:ident: $($behaviour:ident)*;)*) => {$(
        mod $concern {
            use super::*;

            $(#[tokio::test]
            async fn $behaviour() {
                crate::behaviours::$concern::$behaviour(&$provider).await;
            })*
        }
    )*};
}

#[cfg(test)]
mod quickbooks {
    use crate::providers::quickbooks::QuickBooks;

    connection_tests!(QuickBooks::INVOICES);

    mod transactions {
        use super::*;

        record_tests!(QuickBooks::INVOICES);
    }

    mod lists {
        use super::*;

        record_tests!(QuickBooks::CUSTOMERS);
    }
}

#[cfg(test)]
mod freshbooks {
    use crate::providers::freshbooks::FreshBooks;

    connection_tests!(FreshBooks::CUSTOMERS);

    mod accounting {
        use super::*;

        record_tests!(FreshBooks::CUSTOMERS);
    }

    mod projects {
        use super::*;

        record_tests!(FreshBooks::PROJECTS);
    }

    mod without_times {
        use super::*;

        record_tests!(FreshBooks::TIME_ACTIVITIES);
    }
}

#[cfg(test)]
mod sage {
    use crate::providers::sage::Sage;

    connection_tests!(Sage::CUSTOMERS);

    mod without_order {
        use super::*;

        record_tests!(Sage::CUSTOMERS);
    }

    mod in_order {
        use super::*;

        record_tests!(Sage::INVOICES);
    }
}
