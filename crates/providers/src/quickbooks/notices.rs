//! Intuit's notices: their signature, and the two shapes of their body (reference: quickbooks §1).
//!
//! Which shape a body has is seen from its JSON, an object or an array, never from its content
//! type: Intuit sends both to the same URL under several types. This is the busiest code of the
//! gateway, so entries are read in place and only what a change keeps is copied.

mod bounded_list;
mod cloud_events;
mod compact;
mod hint;
mod legacy;

use std::borrow::Cow;

use http::HeaderMap;
use ledgerhook_connector::{Notices, ParsedNotice};
use ledgerhook_model::{Moment, Secret, signature};
use serde::Deserialize;

use crate::quickbooks::entities::KnownEntities;
use hint::Reading;

/// Base64 of HMAC-SHA256(verifier token, raw body) (reference: quickbooks §1.2).
const SIGNATURE_HEADER: &str = "intuit-signature";

/// A text of a notice, copied only where JSON escapes it. The wrapper is needed because an
/// `Option<Cow<str>>` would always be copied.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// How QuickBooks' notices are read.
#[derive(Debug)]
pub(super) struct QuickBooksNotices {
    entities: KnownEntities,
}

impl QuickBooksNotices {
    /// Makes the table of entities.
    pub(super) fn new() -> Self {
        Self { entities: KnownEntities::new() }
    }
}

impl Notices for QuickBooksNotices {
    fn is_signed(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(SIGNATURE_HEADER)
    }

    fn signature_fits(&self, headers: &HeaderMap, body: &[u8], verifier_token: &Secret) -> bool {
        let Some(Ok(claimed)) = headers.get(SIGNATURE_HEADER).map(|value| value.to_str()) else {
            return false;
        };
        let digest = signature::hmac_sha256(verifier_token.expose().as_bytes(), &[body]);
        signature::is_base64_of(claimed.trim_ascii(), &digest)
    }

    fn parse(&self, body: &[u8], received_at: Moment) -> ParsedNotice {
        let mut reading = Reading::new(&self.entities, received_at);
        let is_readable = match body.trim_ascii_start().first() {
            Some(b'{') => legacy::read(body, &mut reading).is_some(),
            Some(b'[') => cloud_events::read(body, &mut reading).is_some(),
            _ => false,
        };
        if !is_readable {
            reading.skip(1);
        }
        reading.finish()
    }
}

#[cfg(test)]
mod tests;
