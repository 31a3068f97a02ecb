//! `event.poller.configuration`: which resources are polled, by which question, and which of the
//! answers are changes (reference: cloud-elements §6).
//!
//! Three pure steps: [`parse`] reads the configuration, [`plan`] makes the question of one poll,
//! [`classify`] says what a record of the answer means.
//!
//! # The boundary of a poll
//!
//! A record whose date is not later than the last poll is not a change (reference: cloud-elements
//! §6.5). Providers print whole seconds, so a record may change again in the second in which it was
//! just read, and a provider's index may lag. So a caller must hand in a last poll that lies
//! *before* the moment when the last poll began, by an overlap of some seconds, and must drop what
//! it has seen by [`Polled::version`]. With an overlap of more than a second no change is lost at
//! the boundary: the version tells two states of a record apart even when both have the same date.

mod json;
mod legacy;
mod question;
mod url;
mod verdict;

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::java_date::{DateForm, Zone};
use crate::json_path::JsonPath;

pub use json::{from_json, parse};
pub use legacy::{PollerLine, lines};
pub use question::{Question, plan};
pub use url::PollUrl;
pub use verdict::{Polled, RecordError, classify};

/// How far apart the two dates of a record may be that is called created: what the original's
/// successor uses (reference: cloud-elements §6.1).
pub const CREATED_CHECK_TOLERANCE_DEFAULT: Duration = Duration::from_secs(10);

/// A configuration that cannot be used: whose, which member, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct PollerConfigurationError {
    /// The resource, when the error is one resource's.
    pub resource: Option<String>,
    /// The member: `url`, `datesConfiguration.updatedDateFormat`.
    pub member: Option<String>,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl PollerConfigurationError {
    fn whole(problem: impl Into<String>) -> Self {
        Self { resource: None, member: None, problem: problem.into() }
    }

    fn of(resource: &str, problem: impl Into<String>) -> Self {
        Self { resource: Some(shortened(resource)), member: None, problem: problem.into() }
    }

    fn new(resource: &str, member: &str, problem: impl Into<String>) -> Self {
        Self { member: Some(member.to_owned()), ..Self::of(resource, problem) }
    }
}

impl fmt::Display for PollerConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(resource) = &self.resource {
            write!(f, "`{resource}`: ")?;
        }
        if let Some(member) = &self.member {
            write!(f, "{member}: ")?;
        }
        f.write_str(&self.problem)
    }
}

/// The first characters of a text, for an error.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// One resource to poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolledResource {
    /// The key in the configuration: the object type of the events.
    pub name: String,
    /// What is asked.
    pub url: PollUrl,
    /// Where a record has its id.
    pub id_field: JsonPath,
    /// Where and how a record says when it was last changed.
    pub updated: Option<DateField>,
    /// Where and how a record says when it was made.
    pub created: Option<DateField>,
    /// Whether records are ignored that were not changed since the last poll.
    pub filter_by_updated_date: bool,
    /// Whether records are left for the next poll that changed after this one began.
    pub filter_by_current_date: bool,
    /// How far apart the two dates of a record may be that is called created.
    pub created_check_tolerance: Duration,
    /// How many records are asked for at a time; the provider's own number when not said.
    pub page_size: Option<u32>,
    /// How much earlier than the last poll the question begins: for providers whose search finds a
    /// record only some time after it changed.
    pub poll_delay: Duration,
}

/// A date of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateField {
    /// Where it stands.
    pub field: JsonPath,
    /// How it is written.
    pub form: DateForm,
    /// Where the clock stands that wrote it, unless the date says so itself.
    pub zone: Zone,
}

#[cfg(test)]
mod tests;
