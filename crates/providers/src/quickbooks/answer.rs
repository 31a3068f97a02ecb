//! Answers of the Accounting API, and the records in them (reference: quickbooks §2.1 and §2.2).

mod row;

use std::borrow::Cow;
use std::collections::BTreeMap;

use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use ledgerhook_model::{Change, Moment};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::entities::KnownEntities;
use super::faults::{self, Fault};
use row::Row;

/// Records of an answer.
#[derive(Debug)]
pub(super) struct Records {
    /// Whole records, as they stood in the answer.
    pub(super) found: Vec<Change>,
    /// What is left of deleted ones, as it stood in the answer; a query shows none.
    pub(super) deleted: Vec<Change>,
    /// Intuit's time of the answer.
    pub(super) time: Moment,
}

impl Records {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.found.len() + self.deleted.len()
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, rename = "CDCResponse")]
    captured: Option<Vec<Captured<'a>>>,
    #[serde(borrow, rename = "QueryResponse")]
    queried: Option<Block<'a>>,
    #[serde(rename = "Fault", alias = "fault")]
    fault: Option<Fault>,
    time: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Captured<'a> {
    /// One for each entity that was asked for, empty where nothing changed.
    #[serde(borrow, rename = "QueryResponse", default)]
    blocks: Vec<Block<'a>>,
    #[serde(rename = "Fault", alias = "fault")]
    fault: Option<Fault>,
}

/// A list named like the entity, and beside it counts, not always the same ones.
type Block<'a> = BTreeMap<String, &'a RawValue>;

/// Reads an answer of any status to change data capture.
pub(super) fn read_cdc(
    answer: &Answer,
    entities: &KnownEntities,
) -> Result<Records, ProviderError> {
    let body = read_body(answer)?;
    let (Some(responses), Some(time)) = (body.captured, time_of(body.time)) else {
        return Err(faults::not_understood(answer, "has no CDCResponse or no time"));
    };
    let mut records = Records { found: Vec::new(), deleted: Vec::new(), time };
    for response in responses {
        if let Some(fault) = response.fault {
            return Err(faults::of_fault(answer, fault));
        }
        for block in &response.blocks {
            read_block(answer, block, entities, &mut records)?;
        }
    }
    Ok(records)
}

/// Reads an answer of any status to a query.
pub(super) fn read_query(
    answer: &Answer,
    entities: &KnownEntities,
) -> Result<Records, ProviderError> {
    let body = read_body(answer)?;
    let (Some(block), Some(time)) = (body.queried, time_of(body.time)) else {
        return Err(faults::not_understood(answer, "has no QueryResponse or no time"));
    };
    let mut records = Records { found: Vec::new(), deleted: Vec::new(), time };
    read_block(answer, &block, entities, &mut records)?;
    Ok(records)
}

/// Reads how many rows fit, from an answer of any status to a query for their number.
pub(super) fn read_count(answer: &Answer) -> Result<u64, ProviderError> {
    let block = read_body(answer)?.queried.unwrap_or_default();
    let total = block.get("totalCount").and_then(|json| json.get().parse().ok());
    total.ok_or_else(|| faults::not_understood(answer, "has no totalCount"))
}

fn read_body(answer: &Answer) -> Result<Body<'_>, ProviderError> {
    if answer.truncated {
        let problem = format!("is larger than {} bytes", answer.body.len());
        return Err(faults::not_understood(answer, &problem));
    }
    if !answer.status.is_success() {
        return Err(faults::refusal(answer));
    }
    match serde_json::from_slice::<Body<'_>>(&answer.body) {
        Ok(Body { fault: Some(fault), .. }) => Err(faults::of_fault(answer, fault)),
        Ok(body) => Ok(body),
        Err(_) => Err(faults::refusal(answer)),
    }
}

/// A refused token is told with a number for a time, which must not hide the refusal.
fn time_of(json: Option<&RawValue>) -> Option<Moment> {
    Moment::parse(&serde_json::from_str::<Cow<'_, str>>(json?.get()).ok()?)
}

fn read_block(
    answer: &Answer,
    block: &Block<'_>,
    entities: &KnownEntities,
    records: &mut Records,
) -> Result<(), ProviderError> {
    for (name, json) in block {
        if name == "Fault" {
            let fault = serde_json::from_str(json.get()).unwrap_or_default();
            return Err(faults::of_fault(answer, fault));
        }
        let Some(entity) = entities.find(name) else { continue };
        let unread = |error: serde_json::Error| {
            let problem = format!("has a {name} that cannot be read ({error})");
            faults::not_understood(answer, &problem)
        };
        let rows: Vec<&RawValue> = serde_json::from_str(json.get()).map_err(unread)?;
        for json in rows {
            let row = Row::read(entity, json).map_err(unread)?;
            let list = if row.is_deleted() { &mut records.deleted } else { &mut records.found };
            list.push(row.into_change());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
