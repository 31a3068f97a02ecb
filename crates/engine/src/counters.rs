//! What happened since the start, as numbers.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The counters as they are counted.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter,)* }

        /// The counters at one moment.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct CountersSnapshot { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            pub(crate) fn snapshot(&self) -> CountersSnapshot {
                CountersSnapshot { $($name: self.$name.0.load(Ordering::Relaxed),)* }
            }
        }

        impl CountersSnapshot {
            /// Names and values.
            pub fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

counters! {
    /// Notices on disk and answered 200.
    notices_accepted,
    /// Notices with a signature that fits no app, or with none.
    notices_refused,
    /// Notices that could not be stored; the provider was asked to come again.
    notices_not_stored,
    /// Entries of notices that became no event when they came: they could not be understood, were
    /// of a kind that is not known yet, or no instance takes them. Some become events later.
    entries_unrouted,
    /// Events written.
    events_appended,
    /// Changes that were in the journal already.
    duplicates_dropped,
    /// Attempts to deliver.
    attempts,
    /// Deliveries that arrived.
    deliveries_arrived,
    /// Deliveries that were parked.
    deliveries_parked,
    /// Polls that ended well.
    polls,
    /// Polls that failed.
    polls_failed,
    /// Polls that were not made because the reads of the app are used.
    polls_held_back,
    /// Warnings that most or all of an app's reads of the month are used.
    budget_warnings,
    /// Metered reads of providers.
    provider_reads,
}

/// One number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub(crate) fn one(&self) {
        self.many(1);
    }

    /// `n` more.
    pub(crate) fn many(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }
}
