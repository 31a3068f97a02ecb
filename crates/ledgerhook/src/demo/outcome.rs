//! Which events must come, by which way, and which came.

use std::collections::HashMap;
use std::time::Duration;

use super::books::Record;
use super::companies::{Company, FRESHBOOKS, QUICKBOOKS_NOTICED, QUICKBOOKS_POLLED, SAGE};
use super::receiver::Arrival;

/// One way by which changes are detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    LegacyWebhook,
    CloudEvents,
    ChangeDataCapture,
    FreshBooksWebhook,
    SagePolling,
}

impl Way {
    pub(super) const ALL: [Self; 5] = [
        Self::LegacyWebhook,
        Self::CloudEvents,
        Self::ChangeDataCapture,
        Self::FreshBooksWebhook,
        Self::SagePolling,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::LegacyWebhook => "QuickBooks webhook, legacy",
            Self::CloudEvents => "QuickBooks webhook, CloudEvents",
            Self::ChangeDataCapture => "QuickBooks polling, CDC",
            Self::FreshBooksWebhook => "FreshBooks webhook",
            Self::SagePolling => "Sage polling",
        }
    }

    pub(super) fn company(self) -> Company {
        match self {
            Self::LegacyWebhook | Self::CloudEvents => QUICKBOOKS_NOTICED,
            Self::ChangeDataCapture => QUICKBOOKS_POLLED,
            Self::FreshBooksWebhook => FRESHBOOKS,
            Self::SagePolling => SAGE,
        }
    }

    fn detection(self) -> &'static str {
        match self {
            Self::LegacyWebhook | Self::CloudEvents | Self::FreshBooksWebhook => "webhook",
            Self::ChangeDataCapture => "cdc",
            Self::SagePolling => "poll",
        }
    }

    /// Whether a record tells no two changes of one second apart (FreshBooks and Sage print whole
    /// seconds and no revision).
    pub(super) fn has_whole_seconds(self) -> bool {
        matches!(self, Self::FreshBooksWebhook | Self::SagePolling)
    }

    /// What a merge is seen as: a poll sees two changed records and does not learn of their pair.
    pub(super) fn merge(
        self,
        survivor: Record,
        merged_away: Record,
    ) -> Vec<(Record, &'static str)> {
        match self {
            Self::LegacyWebhook | Self::CloudEvents => vec![(survivor, "MERGED")],
            _ => vec![(survivor, "UPDATED"), (merged_away, "DELETED")],
        }
    }
}

/// An event that must come, once.
#[derive(Debug, Clone)]
pub(super) struct Expectation {
    pub(super) way: Way,
    /// What was done in the books.
    pub(super) action: &'static str,
    pub(super) record: Record,
    pub(super) kind: &'static str,
    /// How often it came.
    pub(super) arrived: u32,
    /// Whether its signatures were right each time.
    pub(super) verified: bool,
    /// From the change to the receipt.
    pub(super) latency: Option<Duration>,
}

impl Expectation {
    pub(super) fn new(way: Way, action: &'static str, record: Record, kind: &'static str) -> Self {
        Self { way, action, record, kind, arrived: 0, verified: false, latency: None }
    }
}

/// What came of the whole story.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) expected: Vec<Expectation>,
    /// Events that nobody expected.
    pub(super) unexpected: u32,
    /// Repeats of an event id.
    pub(super) repeated: u32,
    seen: HashMap<String, u32>,
}

impl Outcome {
    /// Everything expected came once, verified, and nothing else came.
    pub(super) fn complete(&self) -> bool {
        let fine = |one: &Expectation| one.arrived == 1 && one.verified;
        self.unexpected == 0 && self.repeated == 0 && self.expected.iter().all(fine)
    }

    /// Whether everything expected so far has come.
    pub(super) fn is_there(&self) -> bool {
        self.expected.iter().all(|one| one.arrived > 0)
    }

    /// Takes an event that came so long after the change.
    pub(super) fn take(&mut self, arrival: &Arrival, latency: Duration) {
        let times = self.seen.entry(arrival.event_id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            self.repeated += 1;
        }
        // A whole record of QuickBooks has an id with its revision: `7|0`.
        let id = arrival.object_id.split('|').next().unwrap_or_default();
        let fits = |one: &&mut Expectation| {
            one.arrived == 0
                && one.way.company().id == arrival.company
                && one.way.detection() == arrival.detection
                && one.record.resource == arrival.resource
                && one.record.id == id
                && one.kind == arrival.kind
        };
        match self.expected.iter_mut().find(fits) {
            Some(expected) => {
                expected.arrived += 1;
                expected.verified = arrival.verified;
                expected.latency = Some(latency);
            }
            None => self.unexpected += 1,
        }
    }
}
