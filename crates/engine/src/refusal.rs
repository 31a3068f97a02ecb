//! Why the engine does not do what a caller asked: by who must act.

use std::time::Duration;

use ledgerhook_connector::{ConnectError, ProviderError};
use ledgerhook_model::configuration::ConfigurationError;
use ledgerhook_store::StoreError;
use thiserror::Error;

/// A refused request. Nothing of it was stored.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The caller must change the request; the message names the member and the cure.
    #[error("{0}")]
    BadRequest(String),
    /// There is no such thing in the caller's organisation.
    #[error("{0}")]
    NotFound(String),
    /// There is one already.
    #[error("{0}")]
    Conflict(String),
    /// The provider refused; the caller must act on its words.
    #[error("{message}")]
    Provider {
        /// What it means and what to do.
        message: String,
        /// The provider's own words.
        provider_message: String,
    },
    /// What the request is about is switched off.
    #[error("{0}")]
    Forbidden(String),
    /// The provider does not let the gateway read the company any more: the customer must act.
    #[error("{message}")]
    ProviderForbids {
        /// What it means and what to do.
        message: String,
        /// The provider's own words.
        provider_message: String,
    },
    /// The provider has no such record.
    #[error("{message}")]
    ProviderLacks {
        /// What is not there.
        message: String,
        /// The provider's own words.
        provider_message: String,
    },
    /// The provider takes no more requests for this company for now.
    #[error("the provider takes no more requests for this company for now; try again in {} s",
        .wait.as_secs())]
    ProviderThrottles {
        /// How long.
        wait: Duration,
    },
    /// The reads that the operator gives the app each month are used.
    #[error("{0}")]
    BudgetSpent(String),
    /// The provider could not be reached; try again.
    #[error("{0}")]
    ProviderUnavailable(String),
    /// The gateway cannot work now: the operator must act.
    #[error("the gateway cannot do this now: {0}")]
    Unavailable(String),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists(what) => Self::Conflict(format!("{what} exists already")),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<ConfigurationError> for Refusal {
    fn from(error: ConfigurationError) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<ConnectError> for Refusal {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Request { .. } => Self::BadRequest(error.to_string()),
            ConnectError::Refused { message, provider_message } => {
                Self::Provider { message, provider_message }
            }
            ConnectError::Unavailable { message } => Self::ProviderUnavailable(message),
        }
    }
}

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        const RECONNECT: &str = "the customer must authorise again: send them to the \
            authorisation URL and give the new code to PUT /instances/{id}";
        let message = error.to_string();
        match error {
            ProviderError::Unauthorized => {
                let provider_message = message.clone();
                Self::ProviderForbids {
                    message: format!("{message}; {RECONNECT}"),
                    provider_message,
                }
            }
            ProviderError::Refused(provider_message) => {
                Self::ProviderForbids { message, provider_message }
            }
            ProviderError::Unanswerable(message) => Self::BadRequest(message),
            ProviderError::Rejected(provider_message) => {
                Self::Provider { message, provider_message }
            }
            ProviderError::NotFound(provider_message) => {
                Self::ProviderLacks { message, provider_message }
            }
            ProviderError::Throttled { wait } => Self::ProviderThrottles { wait },
            ProviderError::Unavailable(_) => Self::ProviderUnavailable(message),
        }
    }
}
