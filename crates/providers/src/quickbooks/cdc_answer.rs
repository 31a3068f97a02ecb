//! An answer to change data capture, and the changes in it (reference: quickbooks §2.1).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use ledgerhook_connector::FeedError;
use ledgerhook_egress::Answer;
use ledgerhook_model::{Change, ChangeKind, Moment, Version};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::entities::{KnownEntities, KnownEntity};
use super::faults::{self, Fault};
use super::record;

/// What an answer holds.
#[derive(Debug)]
pub(super) struct CdcAnswer {
    /// The changes, as they stood in the answer.
    pub(super) changes: Vec<Change>,
    /// Intuit's time of the answer.
    pub(super) time: Moment,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, rename = "CDCResponse")]
    responses: Option<Vec<Response<'a>>>,
    #[serde(rename = "Fault", alias = "fault")]
    fault: Option<Fault>,
    time: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Response<'a> {
    /// One object for each entity that was asked for, empty where nothing changed. Beside the list
    /// named like the entity there are counts, not always the same ones.
    #[serde(borrow, rename = "QueryResponse", default)]
    blocks: Vec<BTreeMap<String, &'a RawValue>>,
    #[serde(rename = "Fault", alias = "fault")]
    fault: Option<Fault>,
}

/// What is read of a record.
#[derive(Deserialize)]
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

#[derive(Deserialize)]
struct MetaData<'a> {
    #[serde(rename = "CreateTime")]
    create_time: Option<&'a str>,
    #[serde(rename = "LastUpdatedTime")]
    last_updated_time: &'a str,
}

/// Reads an answer of any status.
pub(super) fn read(answer: &Answer, entities: &KnownEntities) -> Result<CdcAnswer, FeedError> {
    if answer.truncated {
        let problem = format!("is larger than {} bytes", answer.body.len());
        return Err(faults::not_understood(answer, &problem));
    }
    if !answer.status.is_success() {
        return Err(faults::refusal(answer));
    }
    let Ok(body) = serde_json::from_slice::<Body<'_>>(&answer.body) else {
        return Err(faults::refusal(answer));
    };
    if let Some(fault) = body.fault {
        return Err(faults::of_fault(answer, fault));
    }
    let time = body.time.and_then(|json| serde_json::from_str::<Cow<'_, str>>(json.get()).ok());
    let (Some(responses), Some(time)) =
        (body.responses, time.and_then(|text| Moment::parse(&text)))
    else {
        return Err(faults::not_understood(answer, "has no CDCResponse or no time"));
    };
    let mut changes = Vec::new();
    for response in responses {
        read_response(answer, response, entities, &mut changes)?;
    }
    Ok(CdcAnswer { changes, time })
}

fn read_response(
    answer: &Answer,
    response: Response<'_>,
    entities: &KnownEntities,
    changes: &mut Vec<Change>,
) -> Result<(), FeedError> {
    if let Some(fault) = response.fault {
        return Err(faults::of_fault(answer, fault));
    }
    for (name, json) in response.blocks.iter().flatten() {
        if name == "Fault" {
            let fault = serde_json::from_str(json.get()).unwrap_or_default();
            return Err(faults::of_fault(answer, fault));
        }
        let Some(entity) = entities.find(name) else { continue };
        let unread = |error: serde_json::Error| {
            let problem = format!("has a {name} that cannot be read ({error})");
            faults::not_understood(answer, &problem)
        };
        let records: Vec<&RawValue> = serde_json::from_str(json.get()).map_err(unread)?;
        for record in records {
            changes.push(change(entity, record).map_err(unread)?);
        }
    }
    Ok(())
}

fn change(entity: &KnownEntity, json: &RawValue) -> Result<Change, serde_json::Error> {
    let head: Head<'_> = serde_json::from_str(json.get())?;
    let changed_at = Moment::parse(head.meta_data.last_updated_time)
        .ok_or_else(|| serde::de::Error::custom("LastUpdatedTime is not a time"))?;
    let is_deleted = head.status.is_some_and(|status| status.eq_ignore_ascii_case("deleted"));
    let printed_id = match head.sync_token {
        Some(token) if !is_deleted => format!("{}|{token}", head.id),
        _ => head.id.clone().into_owned(),
    };
    Ok(Change {
        resource: Arc::clone(&entity.resource),
        version: version(&head, is_deleted, changed_at),
        kind: kind(&head, is_deleted),
        changed_at,
        record: record::in_original_form(json, &printed_id).into(),
        object_id: head.id.into_owned(),
        printed_id: Some(printed_id),
    })
}

/// A recorded answer shows records whose `LastUpdatedTime` is later than their creation and whose
/// `SyncToken` is still 0, so the token alone does not tell two states apart.
fn version(head: &Head<'_>, is_deleted: bool, changed_at: Moment) -> Version {
    let token = if is_deleted { "deleted" } else { head.sync_token.unwrap_or_default() };
    Version::Revision(format!("{token}@{}", changed_at.seconds()))
}

/// QuickBooks does not delete list records; it makes them inactive and says "deleted" on its pages.
fn kind(head: &Head<'_>, is_deleted: bool) -> ChangeKind {
    let is_new = head.meta_data.create_time == Some(head.meta_data.last_updated_time)
        && matches!(head.sync_token, None | Some("0"));
    if is_deleted || head.active == Some(false) {
        ChangeKind::Deleted
    } else if is_new {
        ChangeKind::Created
    } else {
        ChangeKind::Updated
    }
}

#[cfg(test)]
mod tests;
