//! What a record of an answer means: created, updated, or nothing new.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{DateField, PolledResource};
use crate::change::ChangeKind;
use crate::json_path::JsonPath;
use crate::limits::OBJECT_ID_BYTES_MAX;
use crate::moment::Moment;

/// Bytes of a record's digest in its version: 64 bits tell the states of one record apart.
const VERSION_DIGEST_BYTES: usize = 8;

/// A change that a poll found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// The record's id.
    pub object_id: String,
    /// [`ChangeKind::Created`] or [`ChangeKind::Updated`].
    pub kind: ChangeKind,
    /// When the provider recorded it; when the poll began, for a record without dates.
    pub changed_at: Moment,
    /// Which state of the record this is: the date and a digest of the content, or the digest
    /// alone. The same record read again has the same version, whatever the order of its members.
    pub version: String,
}

/// A record that the configuration does not fit. Nothing may be skipped for it silently: somebody
/// has to correct the configuration, or the provider has a record unlike its others.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{resource}`: a record does not fit {member}: {problem}")]
pub struct RecordError {
    /// The resource.
    pub resource: String,
    /// The member of the configuration.
    pub member: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// Says what `record` means (reference: cloud-elements §6.5); none when it is nothing new.
/// `last_poll` and the resource's delay are as for [`plan`](super::plan), and the
/// [module](super) says why `last_poll` must lie back by an overlap.
///
/// - Both dates within the tolerance: created. Otherwise: updated, also when there is no created
///   date, because then nothing says that the record is new. With one field for both dates it is
///   always created.
/// - Without an updated date the created one stands for it. A blank or null date is none.
/// - A record without dates passes the filters.
pub fn classify(
    resource: &PolledResource,
    record: &Value,
    last_poll: Moment,
    poll_started: Moment,
) -> Result<Option<Polled>, RecordError> {
    let object_id = object_id(&resource.id_field, record)
        .map_err(|problem| error(resource, "idField", problem))?;
    let created = date(resource, resource.created.as_ref(), record, "createdDateField")?;
    let updated = date(resource, resource.updated.as_ref(), record, "updatedDateField")?;
    let Some(changed_at) = updated.or(created) else {
        return Ok(Some(Polled {
            object_id,
            kind: ChangeKind::Updated,
            changed_at: poll_started,
            version: digest(record),
        }));
    };
    let since = last_poll.minus(resource.poll_delay);
    let is_old = resource.filter_by_updated_date && changed_at <= since;
    let is_later = resource.filter_by_current_date && changed_at > poll_started;
    if is_old || is_later {
        return Ok(None);
    }
    let is_created = created.is_some_and(|created| {
        let apart = changed_at.since(created).max(created.since(changed_at));
        apart <= resource.created_check_tolerance
    });
    Ok(Some(Polled {
        object_id,
        kind: if is_created { ChangeKind::Created } else { ChangeKind::Updated },
        changed_at,
        version: format!("{}:{}", changed_at.micros(), digest(record)),
    }))
}

fn error(resource: &PolledResource, member: &'static str, problem: String) -> RecordError {
    RecordError { resource: resource.name.clone(), member, problem }
}

fn object_id(path: &JsonPath, record: &Value) -> Result<String, String> {
    let id = match path.find(record) {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(_) | Value::Null) | None => return Err(format!("`{path}` is missing")),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(format!("`{path}` is neither a text nor a number"));
        }
    };
    if id.len() > OBJECT_ID_BYTES_MAX {
        return Err(format!("`{path}` is longer than {OBJECT_ID_BYTES_MAX} bytes"));
    }
    Ok(id)
}

fn date(
    resource: &PolledResource,
    wanted: Option<&DateField>,
    record: &Value,
    member: &'static str,
) -> Result<Option<Moment>, RecordError> {
    let Some(DateField { field, form, zone }) = wanted else { return Ok(None) };
    let value = match field.find(record) {
        None | Some(Value::Null) => return Ok(None),
        // Blank dates occur (reference: freshbooks-sage §2.5).
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(value) => value,
    };
    let moment = form.read(value, zone.time_zone());
    moment.map(Some).map_err(|wrong| {
        error(resource, member, format!("`{field}`: {}", bounded(&wrong.to_string())))
    })
}

/// An error text of bounded length.
fn bounded(text: &str) -> String {
    text.chars().take(300).collect()
}

/// A digest of a record's content: of its JSON with the members of every object in order of name.
fn digest(record: &Value) -> String {
    let mut text = String::new();
    write_canonical(&mut text, record);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(VERSION_DIGEST_BYTES).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        write!(hex, "{byte:02x}").unwrap_or_default();
        hex
    })
}

fn write_canonical(out: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, member) in names {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(out, member);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
}
