//! A record as Sage tells it, and the change that it becomes (reference: freshbooks-sage §2.5, §2.6
//! and §0).

use std::sync::Arc;

use ledgerhook_model::{Change, ChangeKind, Moment, Timed, Version};
use ring::digest;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The original's name for the time of the last update, which it wrote beside Sage's own.
pub(super) const LAST_MODIFIED: &str = "lastModifiedDate";

/// Bytes of its hash that tell a record's states apart.
const FINGERPRINT_BYTES: usize = 8;

/// A record as it stands in an answer.
#[derive(Debug)]
pub(super) struct Row<'a> {
    json: &'a RawValue,
    head: Head,
}

/// What is read of a record. API v1 numbers its records and has other names for times.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
    #[serde(alias = "entry_date")]
    created_at: Option<String>,
    #[serde(alias = "last_updated")]
    updated_at: Option<String>,
    deleted_at: Option<String>,
    /// Transactions say so without a time.
    deleted: Option<bool>,
    #[serde(rename = "lastModifiedDate")]
    last_modified: Option<serde::de::IgnoredAny>,
}

impl<'a> Row<'a> {
    /// Reads what a change needs.
    pub(super) fn read(json: &'a RawValue) -> Result<Self, serde_json::Error> {
        Ok(Self { json, head: serde_json::from_str(json.get())? })
    }

    /// Sage's id of the record.
    pub(super) fn id(&self) -> &str {
        &self.head.id
    }

    /// When it was updated last, where it says so.
    pub(super) fn updated_at(&self) -> Option<Moment> {
        dated(&self.head.updated_at).map(|(_, moment)| moment)
    }

    /// The change to this state, which Sage showed at `read_at`. A record without any time is one
    /// change for each state, at that moment.
    pub(super) fn into_change(self, resource: &Arc<str>, read_at: Moment) -> Change {
        let head = &self.head;
        if head.deleted == Some(true) || dated(&head.deleted_at).is_some() {
            return self.into_deletion(resource, read_at);
        }
        let created = dated(&head.created_at);
        let (version, kind, changed_at) = match dated(&head.updated_at).or(created) {
            Some((text, moment)) => {
                let is_new = created.is_some_and(|(_, created)| created == moment);
                let kind = if is_new { ChangeKind::Created } else { ChangeKind::Updated };
                let (at, content) = (text.to_owned(), self.fingerprint());
                let is_over = moment.seconds() < read_at.seconds();
                (Version::Timed(Timed { at, content, is_over }), kind, moment)
            }
            None => {
                let version = Version::Revision(format!("undated {}", self.fingerprint()));
                (version, ChangeKind::Updated, read_at)
            }
        };
        self.told_as(resource, version, kind, changed_at)
    }

    /// The change to its deletion.
    pub(super) fn into_deletion(self, resource: &Arc<str>, read_at: Moment) -> Change {
        let head = &self.head;
        let told = dated(&head.deleted_at).or_else(|| dated(&head.updated_at));
        let (text, moment) = told.unwrap_or(("undated", read_at));
        let version = Version::Revision(format!("deleted {text}"));
        self.told_as(resource, version, ChangeKind::Deleted, moment)
    }

    fn told_as(
        self,
        resource: &Arc<str>,
        version: Version,
        kind: ChangeKind,
        changed_at: Moment,
    ) -> Change {
        Change {
            resource: Arc::clone(resource),
            printed_id: None,
            version,
            kind,
            changed_at,
            record: self.in_original_form().into(),
            object_id: self.head.id,
        }
    }

    /// Sage's own text, with the time of the last update once more under the original's name.
    pub(super) fn in_original_form(&self) -> String {
        let json = self.json.get();
        let updated_at = dated(&self.head.updated_at).map(|(text, _)| text);
        let members = json.trim_end().strip_suffix('}');
        match (members, updated_at, &self.head.last_modified) {
            (Some(members), Some(updated_at), None) => {
                let value = serde_json::Value::from(updated_at);
                format!("{},\"{LAST_MODIFIED}\":{value}}}", members.trim_end())
            }
            _ => json.to_owned(),
        }
    }

    fn fingerprint(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.json.get().as_bytes());
        hash.as_ref().iter().take(FINGERPRINT_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A time with its text; blank ones occur and are none.
fn dated(text: &Option<String>) -> Option<(&str, Moment)> {
    let text = text.as_deref()?.trim();
    Some((text, Moment::parse(text)?))
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    match Id::deserialize(deserializer)? {
        Id::Text(text) if text.trim().is_empty() => {
            Err(serde::de::Error::custom("its id is blank"))
        }
        Id::Text(text) => Ok(text),
        Id::Number(number) => Ok(number.to_string()),
    }
}

#[cfg(test)]
mod tests;
