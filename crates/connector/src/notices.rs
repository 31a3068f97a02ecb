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
    /// Whether the entry says when it happened. One that does not (FreshBooks) is told apart from
    /// its repeats only by what the record says once it is read: the event then has the read
    /// record's version and time.
    pub is_dated: bool,
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

/// A provider's question whether somebody listens at a subscription's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The provider's id of the subscription.
    pub subscription: Option<String>,
    /// What proves that the question arrived; the key of the subscription's signatures from now on.
    pub verifier: Secret,
}

/// How a provider's notices are read.
pub trait Notices: Send + Sync {
    /// Whether the request carries a signature at all.
    fn is_signed(&self, headers: &HeaderMap) -> bool;
    /// The handshake that a post to a subscription's URL is; `None` when it is a notice. One whose
    /// signature does not fit its own verifier is none either.
    fn handshake(&self, _headers: &HeaderMap, _body: &[u8]) -> Option<Handshake> {
        None
    }
    /// Whether the signature fits `verifier_token` (an app's, or a subscription's), over the raw
    /// body, in constant time.
    fn signature_fits(&self, headers: &HeaderMap, body: &[u8], verifier_token: &Secret) -> bool;
    /// Reads a body. `received_at` dates entries that carry no time.
    fn parse(&self, body: &[u8], received_at: Moment) -> ParsedNotice;
}
