//! Answers of Sage's API: a page of a list, or a record (reference: freshbooks-sage §2.5).

use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use ledgerhook_model::Moment;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::faults;
use super::record::Row;
use crate::answered::settled_until;

/// A page of a list.
#[derive(Debug)]
pub(super) struct ListPage<'a> {
    /// Its records.
    pub(super) rows: Vec<Row<'a>>,
    /// How many records the whole list has, where it says so.
    pub(super) total: Option<u64>,
    /// How many records a page of it has, where it says so.
    pub(super) items_per_page: Option<u64>,
    /// Up to when it is final, by Sage's time of the answer, where there is one.
    pub(super) settled_until: Option<Moment>,
}

/// `/businesses` writes the size of its page in another way. `$next` is not read: it is not always
/// given, and drops the filter where it is.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(rename = "$total")]
    total: Option<u64>,
    #[serde(rename = "$itemsPerPage", alias = "$items_per_page")]
    items_per_page: Option<u64>,
    #[serde(borrow, rename = "$items")]
    items: Vec<&'a RawValue>,
}

/// Reads an answer of any status to a question for a list.
pub(super) fn read_list(answer: &Answer) -> Result<ListPage<'_>, ProviderError> {
    let body: Body<'_> = read(answer)?;
    let rows = body.items.into_iter().map(|json| read_row(answer, json));
    Ok(ListPage {
        rows: rows.collect::<Result<_, _>>()?,
        total: body.total,
        items_per_page: body.items_per_page.filter(|items| *items > 0),
        settled_until: settled_until(answer),
    })
}

/// Reads an answer of any status to a question for a record.
pub(super) fn read_record(answer: &Answer) -> Result<Row<'_>, ProviderError> {
    read_row(answer, read(answer)?)
}

/// Reads a body as it stands in an answer of any status.
pub(super) fn read<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, ProviderError> {
    if !answer.status.is_success() {
        return Err(faults::refusal(answer));
    }
    if answer.truncated {
        let problem = format!("is larger than {} bytes", answer.body.len());
        return Err(faults::not_understood(answer, &problem));
    }
    let unread = |_| faults::not_understood(answer, "is not the expected JSON");
    serde_json::from_slice(&answer.body).map_err(unread)
}

fn read_row<'a>(answer: &Answer, json: &'a RawValue) -> Result<Row<'a>, ProviderError> {
    let unread = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let problem =
            format!("has a record that cannot be read (its line {line}, column {column})");
        faults::not_understood(answer, &problem)
    };
    Row::read(json).map_err(unread)
}

#[cfg(test)]
mod tests;
