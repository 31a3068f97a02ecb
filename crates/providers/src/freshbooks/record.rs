//! One record of an answer, and the change that it becomes. Its form is FreshBooks' own, as it
//! stood in the answer: the original hands on the raw field names (reference: cloud-elements §7.6).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_model::limits::OBJECT_ID_BYTES_MAX;
use ledgerhook_model::{Change, ChangeKind, Moment, Timed, Version, signature};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::entities::{Clock, KnownEntity};
use super::stamp::Stamp;

/// How much earlier than its first `updated` a client's `signup_date` may be: FreshBooks' own
/// sample of a new client has 12:17:11 UTC and 07:17:12 in New York. All other kinds have no
/// tolerance.
const SIGNUP_LEAD_MAX: Duration = Duration::from_secs(1);

/// Bytes of a digest that stand in a version: enough that no two states of one record share it.
const DIGEST_BYTES: usize = 16;

/// `vis_state` of a deleted record; 0 is active and 2 archived (reference: freshbooks-sage §1.9).
const VIS_STATE_DELETED: &str = "1";

/// A record as it stands in an answer.
#[derive(Debug)]
pub(super) struct Row<'a> {
    entity: &'a KnownEntity,
    json: &'a RawValue,
    id: String,
    updated_text: Option<Cow<'a, str>>,
    /// When it changed last, where it says so in a way that can be read.
    pub(super) updated: Option<Stamp>,
    created: Option<Stamp>,
    is_signup: bool,
    is_deleted: bool,
}

/// What is read of a record, all but the id leniently: a field of another type says nothing. Older
/// kinds say `updated`, newer ones `updated_at`; a client's creation is its `signup_date`, in UTC.
#[derive(Debug, Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    updated: Option<&'a RawValue>,
    #[serde(borrow)]
    updated_at: Option<&'a RawValue>,
    #[serde(borrow)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow)]
    signup_date: Option<&'a RawValue>,
    #[serde(borrow)]
    vis_state: Option<&'a RawValue>,
    #[serde(borrow)]
    active: Option<&'a RawValue>,
}

impl Head<'_> {
    fn is_deleted(&self) -> bool {
        let says = |json: Option<&RawValue>, text: &str| {
            json.is_some_and(|json| json.get().trim_matches('"') == text)
        };
        says(self.vis_state, VIS_STATE_DELETED) || says(self.active, "false")
    }
}

impl<'a> Row<'a> {
    /// Reads what a change needs.
    pub(super) fn read(
        entity: &'a KnownEntity,
        json: &'a RawValue,
    ) -> Result<Self, serde_json::Error> {
        let head: Head<'_> = serde_json::from_str(json.get())?;
        let clock = entity.entity.clock;
        let is_client = entity.entity.item_key == "client";
        let signup = head.signup_date.filter(|_| is_client).and_then(text);
        let signup = signup.and_then(|text| Stamp::read(&text, Clock::Utc));
        let created_at = head.created_at.and_then(text);
        let created_at = created_at.and_then(|text| Stamp::read(&text, clock));
        let updated_text = head.updated.and_then(text).or(head.updated_at.and_then(text));
        Ok(Self {
            entity,
            json,
            id: id(head.id)?,
            updated: updated_text.as_deref().and_then(|text| Stamp::read(text, clock)),
            updated_text,
            is_signup: signup.is_some(),
            created: signup.or(created_at),
            is_deleted: head.is_deleted(),
        })
    }

    /// The change to this state, which FreshBooks showed at `read_at`. A record without a readable
    /// time of its last change (time entries, services) is dated so; its version is a digest of its
    /// content, so a state that comes back is not told again.
    ///
    /// `since` is from when on changes were asked for, if they were. What was made after that is
    /// new, also where the record says no more than that; and a time that may be either of two is
    /// not the one before it.
    pub(super) fn into_change(self, read_at: Moment, since: Option<Moment>) -> Change {
        let version = self.version(read_at);
        Change {
            resource: Arc::clone(&self.entity.resource),
            kind: self.kind(since),
            changed_at: self.updated.map_or(read_at, |stamp| stamp.since(since)),
            object_id: self.id,
            printed_id: None,
            version,
            record: self.json.get().into(),
        }
    }

    fn version(&self, read_at: Moment) -> Version {
        let content = digest(self.json.get());
        match (&self.updated_text, self.updated) {
            (Some(text), Some(_)) if self.is_deleted => {
                Version::Revision(format!("deleted {}", text.trim()))
            }
            (Some(text), Some(stamp)) => Version::Timed(Timed {
                at: text.trim().to_owned(),
                content,
                is_over: stamp.latest.seconds() < read_at.seconds(),
            }),
            _ => Version::Revision(content),
        }
    }

    fn kind(&self, since: Option<Moment>) -> ChangeKind {
        let is_new = match (self.created, self.updated) {
            (Some(created), Some(updated)) => {
                let lead = if self.is_signup { SIGNUP_LEAD_MAX } else { Duration::ZERO };
                let (created, updated) = (created.earliest, updated.earliest);
                created <= updated && updated.since(created) <= lead
            }
            (Some(created), None) => since.is_some_and(|since| created.latest >= since),
            (None, _) => false,
        };
        match (self.is_deleted, is_new) {
            (true, _) => ChangeKind::Deleted,
            (false, true) => ChangeKind::Created,
            (false, false) => ChangeKind::Updated,
        }
    }
}

fn text(json: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str(json.get()).ok()
}

/// Ids are numbers; a text is as good.
fn id(json: &RawValue) -> Result<String, serde_json::Error> {
    let text = json.get().trim_matches('"');
    let is_sized = !text.is_empty() && text.len() <= OBJECT_ID_BYTES_MAX && text != "null";
    let is_id = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match is_sized && is_id {
        true => Ok(text.to_owned()),
        false => Err(serde::de::Error::custom("id is not an id")),
    }
}

/// A name for a content. It is no secret, so the key only says what it is for.
fn digest(json: &str) -> String {
    let digest = signature::hmac_sha256(b"freshbooks record", &[json.as_bytes()]);
    let digits: String = digest.iter().take(DIGEST_BYTES).map(|b| format!("{b:02x}")).collect();
    format!("content-{digits}")
}

#[cfg(test)]
mod tests;
