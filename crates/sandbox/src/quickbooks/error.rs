//! Why something asked of the handle was not done.

use thiserror::Error;

use super::refusal::Refusal;
use super::webhooks::WebhookStats;

/// Why something asked of the handle was not done.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuickBooksError {
    /// There is no such app.
    #[error("no app has the client id {0:?}")]
    UnknownApp(String),
    /// There is no such company.
    #[error("no company has the realm id {0:?}")]
    UnknownCompany(String),
    /// The realm id is not a number.
    #[error("the realm id {0:?} is not made of digits")]
    BadRealmId(String),
    /// There is no such notice, or it is too old to be remembered.
    #[error("no notice has the number {0}")]
    UnknownNotice(u64),
    /// There are as many apps, companies or waiting faults as a sandbox takes.
    #[error("the sandbox takes no more {0}")]
    Full(&'static str),
    /// The books have no active record of a kind that another one has to refer to.
    #[error("the books have no active {0} to refer to")]
    NothingToReferTo(&'static str),
    /// The books refused, as the Accounting API would.
    #[error("the books refused with code {code}: {detail}")]
    Refused {
        /// The provider's code, such as `5010`.
        code: &'static str,
        /// The provider's explanation.
        detail: String,
    },
    /// The webhooks were not where they were waited for in time.
    #[error("the webhooks did not get there in time: {0:?}")]
    TooLate(WebhookStats),
}

impl From<Refusal> for QuickBooksError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { code: refusal.code, detail: refusal.detail }
    }
}
