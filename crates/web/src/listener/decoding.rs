//! Bodies in every format to one [`Notice`]. Pure, bounded, and never with a silent loss: text that
//! is not well formed is an error, also where the original answers 200 and has read half of it.
//!
//! Each format is read into the same tree, and the tree is bound to a notice in one place, so equal
//! content is an equal notice whatever it was written in.

mod binding;
mod csv;
mod json;
mod jsv;
mod tree;
mod xml;

use thiserror::Error;

use super::format::Format;
use super::notice::Notice;
use tree::Node;

/// Deepest nesting that is read. A notice is 6 deep; what is deeper is in members that are skipped.
pub const DEPTH_MAX: usize = 32;

/// Most values of one body, counting texts, lists and objects alike: as many entities as a notice
/// may have (10,000), with all members and the lists around them.
pub const VALUES_MAX: usize = 100_000;

/// Most requests of a batch. ServiceStack's clients put what they queued into one; this is more
/// than any of them holds back.
pub const BATCH_REQUESTS_MAX: usize = 1_000;

/// How much of a body that is no object an error shows, in characters (the original's number).
const SHOWN_CHARS_MAX: usize = 50;

/// Why a body could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// It is no text.
    #[error("the body is not UTF-8: byte {0} cannot be read")]
    NotUtf8(usize),
    /// It breaks the rules of its format.
    #[error("{0}")]
    NotWellFormed(String),
    /// It is no object. In the words of the original.
    #[error(
        "Type definitions should start with a '{{', expecting serialized type \
         'QboWebhooksRequest', got string starting with: {0}"
    )]
    NotAnObject(String),
    /// It is nested too deep.
    #[error("the body is nested deeper than {DEPTH_MAX} levels")]
    TooDeep,
    /// It has too many values.
    #[error("the body has more than {VALUES_MAX} values")]
    TooManyValues,
    /// The batch is too long.
    #[error("the batch has more than {BATCH_REQUESTS_MAX} requests")]
    TooManyRequests,
    /// A member has a value that it cannot have.
    #[error("`{member}` must be {expected}")]
    WrongKind {
        /// The member.
        member: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// A member is there twice, and one of the two would be lost.
    #[error("`{0}` is there more than once")]
    Repeated(&'static str),
    /// The first line of a table names no column that is known.
    #[error("the first line names neither `realmId` nor `dataChangeEvent`")]
    NoKnownColumn,
}

impl DecodeError {
    fn not_an_object(text: &str) -> Self {
        Self::NotAnObject(text.chars().take(SHOWN_CHARS_MAX).collect())
    }
}

/// What a body holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A notice in the shape of the original's request.
    Notice(Notice),
    /// Intuit's newer shape, an array of CloudEvents, which the provider's own reader takes as it
    /// is.
    CloudEvents,
}

/// The text of a body, without a byte order mark.
///
/// # Errors
/// [`DecodeError::NotUtf8`].
pub fn text(body: &[u8]) -> Result<&str, DecodeError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| DecodeError::NotUtf8(error.valid_up_to().saturating_add(1)))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a body of one request. A blank body is an empty notice.
///
/// # Errors
/// [`DecodeError`] for what is not well formed, too large, or not a notice.
pub fn decode(format: Format, text: &str) -> Result<Content, DecodeError> {
    if text.trim().is_empty() {
        return Ok(Content::Notice(Notice::default()));
    }
    let notice = match format {
        Format::Json | Format::Html => return json_content(text, json::read(text)?),
        Format::Jsv => return json_content(text, jsv::read(text)?),
        Format::Xml => binding::notice(xml::read(text)?)?,
        // What the pages of the original show for these two is JSON by accident.
        Format::Csv if text.trim_start().starts_with('{') => binding::notice(json::read(text)?)?,
        Format::Csv => csv::read(text)?,
        Format::Jsonl => json_lines(text)?,
    };
    Ok(Content::Notice(notice))
}

/// Reads a batch: a list of requests. A blank body is an empty list.
///
/// # Errors
/// [`DecodeError`] as for [`decode`], and for formats that have no lists of requests.
pub fn decode_batch(format: Format, text: &str) -> Result<Vec<Notice>, DecodeError> {
    let list = match format {
        _ if text.trim().is_empty() => Node::List(Vec::new()),
        Format::Json | Format::Html => json::read(text)?,
        Format::Jsv => jsv::read(text)?,
        Format::Xml => xml::read_batch(text)?,
        Format::Jsonl => Node::List(json::read_many(text)?),
        Format::Csv => {
            let problem = "a batch cannot be written as CSV; send JSON".to_owned();
            return Err(DecodeError::NotWellFormed(problem));
        }
    };
    let Node::List(requests) = list else {
        return Err(DecodeError::WrongKind { member: "the body of a batch", expected: "a list" });
    };
    if requests.len() > BATCH_REQUESTS_MAX {
        return Err(DecodeError::TooManyRequests);
    }
    requests.into_iter().map(binding::notice).collect()
}

/// Reads the list of notifications alone, in JSV: the value of a form's field or of the query's
/// member `eventNotifications`.
///
/// # Errors
/// [`DecodeError`] as for [`decode`].
pub fn decode_notifications(text: &str) -> Result<Notice, DecodeError> {
    if text.trim().is_empty() {
        return Ok(Notice::default());
    }
    Ok(Notice { notifications: binding::notifications(jsv::read(text)?)? })
}

/// An object is the original's request. A list is CloudEvents, or nothing that is known.
fn json_content(text: &str, root: Node) -> Result<Content, DecodeError> {
    match root {
        Node::Members(_) => binding::notice(root).map(Content::Notice),
        Node::List(events) if are_cloud_events(&events) => Ok(Content::CloudEvents),
        Node::List(_) | Node::Text(_) | Node::Null => Err(DecodeError::not_an_object(text)),
    }
}

/// Whether each element has what makes it one of Intuit's events (reference: quickbooks §1.4).
fn are_cloud_events(events: &[Node]) -> bool {
    let is_event = |event: &Node| event.has_member("type") && event.has_member("intuitaccountid");
    !events.is_empty() && events.iter().all(is_event)
}

/// Each line is a notification; a whole request, as the page of the original shows it, is taken
/// too.
fn json_lines(text: &str) -> Result<Notice, DecodeError> {
    let mut notice = Notice::default();
    for node in json::read_many(text)? {
        if node.has_member_in_any_case("eventNotifications") {
            notice.notifications.extend(binding::notice(node)?.notifications);
        } else {
            notice.notifications.extend(binding::notification(node)?);
        }
    }
    Ok(notice)
}

#[cfg(test)]
mod tests;
