//! FreshBooks' notices: a form of a few fields, signed over a JSON text that is made of it
//! (reference: freshbooks-sage §1.2 to §1.4).

mod form;

use http::HeaderMap;
use ledgerhook_connector::{Handshake, NoticeEntry, Notices, ParsedNotice};
use ledgerhook_model::ChangeKind::{Created, Deleted, Emailed, Updated};
use ledgerhook_model::limits::OBJECT_ID_BYTES_MAX;
use ledgerhook_model::{Change, ChangeKind, Moment, Secret, Version, signature};

use super::entities::KnownEntities;
use form::Form;

/// Base64 of HMAC-SHA256(verifier, the form as Python writes it as JSON).
const SIGNATURE_HEADER: &str = "x-freshbooks-hmac-sha256";

/// Longest verifier, in bytes; those that were seen have 33.
const VERIFIER_BYTES_MAX: usize = 512;

/// What a handshake's name begins with, where it has one.
const HANDSHAKE_NAME: &str = "callback";

/// Verbs of a name, as in `invoice.sendByEmail`.
const VERBS: &[(&str, ChangeKind)] =
    &[("create", Created), ("update", Updated), ("delete", Deleted), ("sendByEmail", Emailed)];

/// How FreshBooks' notices are read.
#[derive(Debug)]
pub(super) struct FreshBooksNotices {
    entities: KnownEntities,
}

impl FreshBooksNotices {
    /// Makes the table of entities.
    pub(super) fn new() -> Self {
        Self { entities: KnownEntities::new() }
    }

    fn entry(&self, form: &Form, received_at: Moment) -> Option<NoticeEntry> {
        let name = form.get("name")?;
        let (noun, verb) = name.split_once('.').unwrap_or((name, ""));
        let known = self.entities.of_noun(noun)?;
        let verb = VERBS.iter().find(|(own, _)| *own == verb);
        let kind = verb.map_or(ChangeKind::Unknown, |(_, kind)| *kind);
        let id = |field| form.get(field).filter(|text| is_id(text)).map(str::to_owned);
        let change = Change {
            resource: known.resource.clone(),
            object_id: id("object_id")?,
            printed_id: None,
            // Nothing else tells two notices apart: they carry neither a time nor an id.
            version: Version::Noticed(format!("{} {kind}", received_at.micros())),
            kind,
            changed_at: received_at,
            record: form.to_json().into(),
        };
        let company = id("account_id")?;
        Some(NoticeEntry { company, change, is_dated: false, candidates: Vec::new() })
    }
}

impl Notices for FreshBooksNotices {
    fn is_signed(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(SIGNATURE_HEADER)
    }

    /// A handshake brings its verifier, by which it is signed if it is signed at all: sources
    /// disagree on that, as on the name of its id and on whether it has a name.
    fn handshake(&self, headers: &HeaderMap, body: &[u8]) -> Option<Handshake> {
        let form = Form::read(body)?;
        let name = form.get("name").unwrap_or_default();
        if !name.is_empty() && !name.starts_with(HANDSHAKE_NAME) {
            return None;
        }
        let verifier = form.get("verifier").map(str::trim).unwrap_or_default();
        if verifier.is_empty() || verifier.len() > VERIFIER_BYTES_MAX {
            return None;
        }
        let verifier = Secret::new(verifier);
        if self.is_signed(headers) && !self.signature_fits(headers, body, &verifier) {
            return None;
        }
        let id = |field| form.get(field).filter(|text| is_id(text));
        let subscription = id("object_id").or_else(|| id("callback_id")).map(str::to_owned);
        Some(Handshake { subscription, verifier })
    }

    fn signature_fits(&self, headers: &HeaderMap, body: &[u8], verifier_token: &Secret) -> bool {
        let Some(Ok(claimed)) = headers.get(SIGNATURE_HEADER).map(|value| value.to_str()) else {
            return false;
        };
        let Some(form) = Form::read(body) else { return false };
        let message = form.to_signed_text();
        let key = verifier_token.expose().as_bytes();
        let digest = signature::hmac_sha256(key, &[message.as_bytes()]);
        signature::is_base64_of(claimed.trim_ascii(), &digest)
    }

    /// One entry at most. Delivered names are `noun.verb`; a noun alone is a change of some kind.
    fn parse(&self, body: &[u8], received_at: Moment) -> ParsedNotice {
        let entry = Form::read(body).and_then(|form| self.entry(&form, received_at));
        let unread_entries = u32::from(entry.is_none());
        ParsedNotice { entries: entry.into_iter().collect(), unread_entries }
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= OBJECT_ID_BYTES_MAX
}

#[cfg(test)]
mod tests;
