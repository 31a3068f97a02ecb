//! The requests of the load: QuickBooks notices of one CloudEvents element, each with an event id
//! and an entity id of its own, so that the gateway finds nothing to leave out as already seen.
//!
//! What costs time is done before the clock starts: the text around the few variable fields is
//! rendered once, and every notice is signed. Sending only joins the parts.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::digest::InvalidLength;

use crate::signature::{Digest, Signer};

/// Where a provider posts its notices; the gateway's own address with this path, as a callback URL,
/// means "keep for reading".
pub(crate) const NOTICE_PATH: &str = "/elements/api-v2/events/quickbooks";

/// The entity id of notice 0. Every id has ten digits, so every request has the same length.
const ENTITY_ID_BASE: u64 = 1_000_000_000;

/// The company id of instance 0; QuickBooks company ids have up to 16 digits.
const REALM_ID_BASE: u64 = 9_130_000_000_000_000;

/// The company of one instance, counted from 0.
pub(crate) fn realm_id(instance: u64) -> u64 {
    REALM_ID_BASE.saturating_add(instance)
}

/// The text of all notices of one run, around their variable fields.
#[derive(Debug, Clone)]
struct NoticeText {
    instances: u16,
    before_event_id: &'static str,
    before_entity_id: String,
    before_realm_id: &'static str,
    end: &'static str,
}

impl NoticeText {
    /// Notices go round the companies of `instances`, so that none is hotter than another.
    fn new(run_started: Timestamp, instances: u16) -> Self {
        Self {
            instances,
            before_event_id: r#"[{"specversion":"1.0","id":"b-"#,
            before_entity_id: format!(
                concat!(
                    r#"-{started_us}","source":"intuit.ledgerhook-bench","#,
                    r#""type":"qbo.invoice.updated.v1","datacontenttype":"application/json","#,
                    r#""time":"{time:.3}","intuitentityid":""#,
                ),
                started_us = run_started.as_microsecond(),
                time = run_started,
            ),
            before_realm_id: r#"","intuitaccountid":""#,
            end: r#"","data":{}}]"#,
        }
    }

    fn append_body(&self, text: &mut String, sequence: u64) {
        let entity_id = entity_id(sequence).to_string();
        let instance = sequence.checked_rem(u64::from(self.instances)).unwrap_or(0);
        text.push_str(self.before_event_id);
        text.push_str(&entity_id);
        text.push_str(&self.before_entity_id);
        text.push_str(&entity_id);
        text.push_str(self.before_realm_id);
        text.push_str(&realm_id(instance).to_string());
        text.push_str(self.end);
    }
}

/// The numeric entity id of a notice, unique within a run: `intuitentityid` on the way in,
/// `objectId` on the way out.
fn entity_id(sequence: u64) -> u64 {
    ENTITY_ID_BASE.saturating_add(sequence)
}

/// Where a run takes its notices from; none is handed out twice.
pub(crate) struct NoticeSource {
    text: NoticeText,
    signer: Signer,
    next_sequence: u64,
}

impl NoticeSource {
    /// Notices of a run over `instances`, signed with `verifier_token`.
    ///
    /// # Errors
    /// When the token cannot be a key.
    pub(crate) fn new(
        run_started: Timestamp,
        instances: u16,
        verifier_token: &str,
    ) -> Result<Self, InvalidLength> {
        Ok(Self {
            text: NoticeText::new(run_started, instances),
            signer: Signer::new(verifier_token)?,
            next_sequence: 0,
        })
    }

    /// Signs the next `count` notices.
    pub(crate) fn sign(&mut self, count: u64) -> NoticeSupply {
        let first_sequence = self.next_sequence;
        self.next_sequence = first_sequence.saturating_add(count);
        let mut body = String::new();
        let digests = (first_sequence..self.next_sequence)
            .map(|sequence| {
                body.clear();
                self.text.append_body(&mut body, sequence);
                self.signer.digest(body.as_bytes())
            })
            .collect();
        NoticeSupply { text: self.text.clone(), first_sequence, digests, starts_over: false }
    }
}

/// Notices signed in advance. A connection takes the next ticket, which names one of them.
#[derive(Debug)]
pub(crate) struct NoticeSupply {
    text: NoticeText,
    first_sequence: u64,
    digests: Vec<Digest>,
    starts_over: bool,
}

impl NoticeSupply {
    /// The same notices without an end, for a server that does not look at them.
    pub(crate) fn starting_over(self) -> Self {
        Self { starts_over: true, ..self }
    }

    /// The head of these requests when they go to `target`.
    pub(crate) fn request_head(&self, target: SocketAddr) -> NoticeHead {
        let mut body = String::new();
        self.text.append_body(&mut body, self.first_sequence);
        NoticeHead {
            before_signature: format!(
                "POST {NOTICE_PATH} HTTP/1.1\r\nhost: {target}\r\n\
                 content-type: application/json\r\nintuit-signature: "
            ),
            end: format!("\r\ncontent-length: {}\r\n\r\n", body.len()),
        }
    }

    /// Renders the request that `ticket` names and tells its entity id; `None` when all are sent.
    pub(crate) fn render(
        &self,
        ticket: u64,
        head: &NoticeHead,
        request: &mut String,
    ) -> Option<u64> {
        let count = u64::try_from(self.digests.len()).ok()?;
        let place = if self.starts_over { ticket.checked_rem(count)? } else { ticket };
        let digest = self.digests.get(usize::try_from(place).ok()?)?;
        let sequence = self.first_sequence.saturating_add(place);
        request.clear();
        request.push_str(&head.before_signature);
        STANDARD.encode_string(digest, request);
        request.push_str(&head.end);
        self.text.append_body(request, sequence);
        Some(entity_id(sequence))
    }
}

/// The head of a request around its signature.
#[derive(Debug, Clone)]
pub(crate) struct NoticeHead {
    before_signature: String,
    end: String,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn source() -> NoticeSource {
        NoticeSource::new("2026-11-20T12:00:00Z".parse().unwrap(), 4, "bench-verifier").unwrap()
    }

    fn request(supply: &NoticeSupply, ticket: u64) -> Option<(u64, String)> {
        let head = supply.request_head(([127, 0, 0, 1], 8420).into());
        let mut request = String::from("what was sent before");
        let entity_id = supply.render(ticket, &head, &mut request)?;
        Some((entity_id, request))
    }

    #[test]
    fn request_carries_its_length_and_the_signature_of_its_body() {
        let (entity_id, request) = request(&source().sign(8), 7).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let digest = Signer::new("bench-verifier").unwrap().digest(body.as_bytes());
        assert!(head.contains(&format!("\r\nintuit-signature: {}\r\n", STANDARD.encode(digest))));
        assert!(head.ends_with(&format!("\r\ncontent-length: {}", body.len())));

        let notice: Value = serde_json::from_str(body).unwrap();
        assert_eq!(notice[0]["intuitentityid"], entity_id.to_string());
        assert_eq!(notice[0]["intuitaccountid"], "9130000000000003");
        assert_eq!(notice[0]["time"], "2026-11-20T12:00:00.000Z");
    }

    #[test]
    fn every_notice_is_handed_out_once_with_ids_of_its_own() {
        let mut source = source();
        let supplies = [source.sign(2), source.sign(1)];
        let entity_ids = supplies.each_ref().map(|supply| {
            [0, 1, 2].map(|ticket| request(supply, ticket).map(|(entity_id, _)| entity_id))
        });
        let first = [Some(1_000_000_000), Some(1_000_000_001), None];
        assert_eq!(entity_ids, [first, [Some(1_000_000_002), None, None]]);
    }

    #[test]
    fn supply_without_end_starts_over() {
        let supply = source().sign(3).starting_over();
        assert_eq!(request(&supply, 4), request(&supply, 1));
    }
}
