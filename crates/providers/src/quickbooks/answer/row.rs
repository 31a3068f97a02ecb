//! One record of an answer, and the change that it becomes.

use std::borrow::Cow;
use std::sync::Arc;

use ledgerhook_model::{Change, ChangeKind, Moment, Version};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::quickbooks::entities::KnownEntity;
use crate::quickbooks::record;

/// A record as it stands in an answer.
#[derive(Debug)]
pub(super) struct Row<'a> {
    entity: &'a KnownEntity,
    json: &'a RawValue,
    head: Head<'a>,
    changed_at: Moment,
}

/// What is read of a record.
#[derive(Debug, Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "Id")]
    id: Cow<'a, str>,
    #[serde(rename = "SyncToken")]
    sync_token: Option<&'a str>,
    status: Option<&'a str>,
    #[serde(rename = "Active")]
    active: Option<bool>,
    #[serde(borrow, rename = "MetaData")]
    meta_data: MetaData<'a>,
}

#[derive(Debug, Deserialize)]
struct MetaData<'a> {
    #[serde(rename = "CreateTime")]
    create_time: Option<&'a str>,
    #[serde(rename = "LastUpdatedTime")]
    last_updated_time: &'a str,
}

impl<'a> Row<'a> {
    /// Reads what a change needs.
    pub(super) fn read(
        entity: &'a KnownEntity,
        json: &'a RawValue,
    ) -> Result<Self, serde_json::Error> {
        let head: Head<'_> = serde_json::from_str(json.get())?;
        let changed_at = Moment::parse(head.meta_data.last_updated_time)
            .ok_or_else(|| serde::de::Error::custom("LastUpdatedTime is not a time"))?;
        Ok(Self { entity, json, head, changed_at })
    }

    /// Whether only an id and a time are left of it.
    pub(super) fn is_deleted(&self) -> bool {
        self.head.status.is_some_and(|status| status.eq_ignore_ascii_case("deleted"))
    }

    /// The change to this state.
    pub(super) fn into_change(self) -> Change {
        let printed_id = match self.head.sync_token {
            Some(token) if !self.is_deleted() => format!("{}|{token}", self.head.id),
            _ => self.head.id.clone().into_owned(),
        };
        Change {
            resource: Arc::clone(&self.entity.resource),
            version: self.version(),
            kind: self.kind(),
            changed_at: self.changed_at,
            record: record::in_original_form(self.entity.entity, self.json, &printed_id).into(),
            object_id: self.head.id.into_owned(),
            printed_id: Some(printed_id),
        }
    }

    /// A recorded answer shows records whose `LastUpdatedTime` is later than their creation and
    /// whose `SyncToken` is still 0, so the token alone does not tell two states apart. Of an
    /// inactive record change data capture shows no token and a query does; it is one state.
    fn version(&self) -> Version {
        let token = match self.has_ended() {
            true => "deleted",
            false => self.head.sync_token.unwrap_or_default(),
        };
        Version::Revision(format!("{token}@{}", self.changed_at.seconds()))
    }

    /// QuickBooks does not delete list records; it makes them inactive and says "deleted" on its
    /// pages.
    fn has_ended(&self) -> bool {
        self.is_deleted() || self.head.active == Some(false)
    }

    fn kind(&self) -> ChangeKind {
        let times = &self.head.meta_data;
        let is_new = times.create_time == Some(times.last_updated_time)
            && matches!(self.head.sync_token, None | Some("0"));
        if self.has_ended() {
            ChangeKind::Deleted
        } else if is_new {
            ChangeKind::Created
        } else {
            ChangeKind::Updated
        }
    }
}
