//! Reading what a provider posts.

use std::sync::Arc;

use http::HeaderMap;
use ledgerhook_model::{Change, Moment, Secret};

/// One entry of a notice: a hint that a record of a company changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeEntry {
    /// The company's id at the provider.
    pub company: String,
    /// What is said to have changed; its version is always `Version::Noticed`.
    pub change: Change,
    /// The resources that it may be of, at least two, where the entry does not say which; then
    /// `change.resource` is empty, and the entry is no event before it is known. Else none.
    pub candidates: Vec<Arc<str>>,
}

/// What a notice says. Reading never fails: what cannot be understood is counted and kept raw,
/// because a provider that is answered with an error may hold back everything that follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedNotice {
    /// The entries that were understood, in their order.
    pub entries: Vec<NoticeEntry>,
    /// Entries that were not: no company, no record id, an unknown kind of record; and 1 for a body
    /// that cannot be read at all.
    pub unread_entries: u32,
}

/// How a provider's notices are read.
pub trait Notices: Send + Sync {
    /// Whether the request carries a signature at all.
    fn is_signed(&self, headers: &HeaderMap) -> bool;
    /// Whether the signature fits `verifier_token`, over the raw body, in constant time.
    fn signature_fits(&self, headers: &HeaderMap, body: &[u8], verifier_token: &Secret) -> bool;
    /// Reads a body. `received_at` dates entries that carry no time.
    fn parse(&self, body: &[u8], received_at: Moment) -> ParsedNotice;
}
