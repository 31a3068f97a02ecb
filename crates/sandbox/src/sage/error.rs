//! Why something asked of the handle was not done.

use thiserror::Error;

use super::refusal::Refusal;

/// Why something asked of the handle was not done.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SageError {
    /// There is no such business.
    #[error("no business has the id {0:?}")]
    UnknownBusiness(String),
    /// There is no such endpoint.
    #[error("no endpoint is called {0:?}")]
    UnknownEndpoint(String),
    /// The id of a business is made of letters, digits and `-`.
    #[error("{0:?} cannot be the id of a business")]
    BadBusinessId(String),
    /// There are as many apps, businesses or waiting faults as a sandbox takes.
    #[error("the sandbox takes no more {0}")]
    Full(&'static str),
    /// The books have no record of an endpoint that another one has to refer to.
    #[error("the books have no record of {0} to refer to")]
    NothingToReferTo(&'static str),
    /// The books refused, as the API would.
    #[error("the books refused with {status}: {message} ({source_field})")]
    Refused {
        /// The HTTP status of the API, such as 422.
        status: u16,
        /// The explanation of the API.
        message: String,
        /// The field it is about; may be empty.
        source_field: String,
    },
}

impl From<Refusal> for SageError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            status: refusal.status.as_u16(),
            message: refusal.message.into_owned(),
            source_field: refusal.source,
        }
    }
}
