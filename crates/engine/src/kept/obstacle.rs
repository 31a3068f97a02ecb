//! What stands between a visit and the answers of a provider.

use std::time::Duration;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::NoticeId;

/// A visit that a provider gave no answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unanswered {
    /// The first notice that it was asked about.
    pub(super) from: NoticeId,
    /// How long it is not to be asked.
    pub(super) wait: Duration,
}

/// The provider gives no answer now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotNow {
    /// How long it is not to be asked.
    pub(super) wait: Duration,
    /// Why, in words for people.
    pub(super) why: String,
}

/// Why an instance cannot ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Nobody gets an answer now.
    NotNow(NotNow),
    /// It is not let in, or its question is refused; another instance of the company may ask.
    ShutOut(String),
}

impl From<ProviderError> for Obstacle {
    fn from(error: ProviderError) -> Self {
        let why = error.to_string();
        match error {
            ProviderError::Throttled { wait } => Self::NotNow(NotNow { wait, why }),
            ProviderError::Unavailable(_) => Self::NotNow(NotNow { wait: Duration::ZERO, why }),
            ProviderError::Unauthorized
            | ProviderError::Refused(_)
            | ProviderError::Unanswerable(_)
            | ProviderError::Rejected(_)
            | ProviderError::NotFound(_) => Self::ShutOut(why),
        }
    }
}
