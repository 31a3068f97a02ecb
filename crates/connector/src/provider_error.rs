//! What a provider's refusal or silence means to the engine.

use std::time::Duration;

use thiserror::Error;

/// Why a provider did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
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
    /// The question cannot be answered by this provider, or not with this configuration or budget:
    /// who asks must change it. The provider has refused nothing.
    #[error("{0}")]
    Unanswerable(String),
    /// The provider refused the question itself: a fault of this gateway or of the configuration.
    #[error("the provider refused the request: {0}")]
    Rejected(String),
    /// The provider has no such record, or not any more.
    #[error("the provider has no such record: {0}")]
    NotFound(String),
}

impl ProviderError {
    /// A question that cannot be answered, with what is wrong with it and what would be right.
    pub fn unanswerable(problem: impl Into<String>) -> Self {
        Self::Unanswerable(problem.into())
    }
}
