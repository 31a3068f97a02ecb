//! Asking a provider for changes.

use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Change, Detection, Moment, Secret};
use thiserror::Error;

use crate::oauth::ClientCredentials;

/// With what a company is read.
#[derive(Debug, Clone)]
pub struct Access {
    /// The company's id at the provider.
    pub company: String,
    /// The access token.
    pub token: Secret,
    /// What came with it: the refresh token of OAuth 2.0, the token secret of OAuth 1.0a, which
    /// signs calls.
    pub companion: Secret,
    /// Those of the provider app; they sign calls of OAuth 1.0a.
    pub credentials: ClientCredentials,
}

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

/// Why changes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedError {
    /// The access token is not valid: refresh it and ask again.
    #[error("the provider does not accept the access token")]
    Unauthorized,
    /// The company may not be read any more: the customer must act (reconnect, renew).
    #[error("the provider refuses access: {0}")]
    Refused(String),
    /// Too many requests: wait.
    #[error("the provider throttles this company; wait {} s", .wait.as_secs())]
    Throttled {
        /// How long.
        wait: Duration,
    },
    /// The provider failed or could not be reached: try again.
    #[error("the provider is not available: {0}")]
    Unavailable(String),
    /// The provider refused the question itself: a fault of this gateway or of the configuration.
    #[error("the provider refused the request: {0}")]
    Rejected(String),
}

/// How a provider's changes are asked for.
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// Its name, by which its cursors are kept: `cdc`, `query`.
    fn name(&self) -> &'static str;
    /// What its findings are called: `cdc`, or `poll`.
    fn detection(&self) -> Detection;
    /// Whether it tells of changes of a resource. A resource is covered by one feed at most.
    fn covers(&self, resource: &str) -> bool;
    /// How often it is asked when the instance says nothing of this feed
    /// (`event.poller.<name>.refresh_interval`, in minutes): `None` for the instance's own
    /// interval.
    fn interval_default(&self) -> Option<Duration>;
    /// All changes since a moment, of those asked-for resources that this feed covers.
    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, FeedError>;
}
