//! Why something asked of the handle was not done.

use thiserror::Error;

use super::callbacks::NoticeStats;
use super::refusal::Refusal;

/// Why something asked of the handle was not done.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FreshBooksError {
    /// There is no such app.
    #[error("no app has the client id {0:?}")]
    UnknownApp(String),
    /// There is no such user.
    #[error("no user has the identity id {0}")]
    UnknownUser(u64),
    /// There is no such business.
    #[error("no business has the id {0}")]
    UnknownBusiness(u64),
    /// The account id belongs to another business already.
    #[error("another business has the account id {0:?}")]
    AccountTaken(String),
    /// There is no such kind of record.
    #[error("there is no noun {0:?}")]
    UnknownNoun(String),
    /// There is no such callback.
    #[error("no callback has the id {0}")]
    UnknownCallback(u64),
    /// There is no such notice, or it is too old to be remembered.
    #[error("no notice has the number {0}")]
    UnknownNotice(u64),
    /// There are as many of these as a sandbox takes.
    #[error("the sandbox takes no more {0}")]
    Full(&'static str),
    /// The books have no active record of a noun that another one has to refer to.
    #[error("the books have no active {0} to refer to")]
    NothingToReferTo(&'static str),
    /// The books refused, as the API would.
    #[error("the books refused with errno {errno}: {message}")]
    Refused {
        /// The provider's number, such as 1012.
        errno: u32,
        /// The provider's explanation.
        message: String,
    },
    /// The notices were not where they were waited for in time.
    #[error("the notices did not get there in time: {0:?}")]
    TooLate(NoticeStats),
}

impl From<Refusal> for FreshBooksError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { errno: refusal.errno(), message: refusal.message() }
    }
}
