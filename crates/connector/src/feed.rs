//! Asking a provider for changes.

use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Change, Detection, Moment};

use crate::access::Access;
use crate::provider_error::ProviderError;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct FeedRequest<'a> {
    /// With what.
    pub access: &'a Access,
    /// The instance's configuration without its secrets (sandbox switch, minor version).
    pub configuration: &'a Configuration,
    /// Changes from this moment on, inclusive.
    pub since: Moment,
    /// Of these resources.
    pub resources: &'a [String],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The changes; per record in order of version.
    pub changes: Vec<Change>,
    /// The provider's own time of the answer: everything before it is in `changes`.
    pub provider_time: Moment,
    /// Metered calls that were made.
    pub reads: u32,
    /// The provider has more: `provider_time` is earlier than now, and asking again at once, from
    /// `provider_time` itself, brings the next part.
    pub more: bool,
    /// Something the operator should know of this read, in words for people: that changes from
    /// before some moment could not be asked for, and what was done instead.
    pub note: Option<String>,
}

/// A number of metered reads a month that a provider sells under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPlan {
    /// Its name, in small letters.
    pub name: &'static str,
    /// Reads a month; `None` when the provider publishes no figure.
    pub reads: Option<i64>,
}

/// How a provider's changes are asked for.
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// Its name, by which its cursors are kept: `cdc`, `query`.
    fn name(&self) -> &str;
    /// What its findings are called: `cdc`, or `poll`.
    fn detection(&self) -> Detection;
    /// Whether it tells of changes of a resource, for an instance with this configuration. A
    /// resource is covered by one feed at most.
    fn covers(&self, resource: &str, configuration: &Configuration) -> bool;
    /// Whether its changes of a resource are dated by when they were made; if not, by when they
    /// were read, because the records do not say.
    fn tells_when(&self, _resource: &str) -> bool {
        true
    }
    /// Whether one call tells of all resources (QuickBooks' change data capture): then it is the
    /// cheapest way to read what several notices point at, and each group of notices of a hybrid
    /// instance is read by it.
    fn reads_all_at_once(&self) -> bool {
        false
    }
    /// How often it is asked when the instance says nothing of this feed
    /// (`event.poller.<name>.refresh_interval`, in minutes): `None` for the instance's own
    /// interval.
    fn interval_default(&self) -> Option<Duration>;
    /// What the provider sells a month of the reads that asking costs.
    fn read_plans(&self) -> &'static [ReadPlan] {
        &[]
    }
    /// All changes since a moment, of those asked-for resources that this feed covers.
    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError>;
}
