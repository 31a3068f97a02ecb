//! Values of a question in Intuit's query language: in quotes, in the form that the column has
//! there (reference: quickbooks §2.2).

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Moment;
use ledgerhook_model::ceql::{Literal, Operator};

use super::fields;
use crate::quickbooks::entities::Entity;

const SECOND_MILLIS: i64 = 1_000;
const DAY_MILLIS: i64 = 24 * 60 * 60 * SECOND_MILLIS;

/// A column, and how its values are written.
#[derive(Debug)]
pub(super) struct Column<'f> {
    /// As the question has it.
    field: &'f str,
    /// As Intuit has it.
    pub(super) name: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Flag,
    /// A time to the second: `MetaData.LastUpdatedTime`.
    Time,
    /// A date: `TxnDate`.
    Date,
    Other,
}

impl<'f> Column<'f> {
    /// The column that a question calls `field` and Intuit `name`.
    pub(super) fn of(entity: &Entity, field: &'f str, name: String) -> Self {
        let kind = match &*name {
            "Id" => Kind::Id,
            _ if fields::is_boolean(entity, field) => Kind::Flag,
            name if name.ends_with("Time") => Kind::Time,
            name if name.ends_with("Date") => Kind::Date,
            _ => Kind::Other,
        };
        Self { field, name, kind }
    }

    /// A value as it stands in a query after an operator.
    pub(super) fn value(
        &self,
        operator: Operator,
        value: &Literal,
    ) -> Result<String, ProviderError> {
        if operator == Operator::Like {
            return Ok(quoted(value.text()));
        }
        match (self.kind, value) {
            (Kind::Id, _) => Ok(quoted(own_id(value.text()))),
            (Kind::Time, _) => {
                let moment = rounded(self.moment(value)?, SECOND_MILLIS, operator);
                Ok(quoted(&moment.to_iso_seconds()))
            }
            (Kind::Date, _) => {
                let moment = rounded(self.moment(value)?, DAY_MILLIS, operator);
                let date = moment.timestamp().strftime("%Y-%m-%d").to_string();
                Ok(quoted(&date))
            }
            (Kind::Flag, _) | (Kind::Other, Literal::Boolean(_)) => match value.boolean() {
                Some(flag) => Ok(flag.to_string()),
                None => Err(ProviderError::unanswerable(format!(
                    "{}: must be true or false",
                    self.field
                ))),
            },
            (Kind::Other, _) => Ok(quoted(value.text())),
        }
    }

    /// A date in ISO 8601, or milliseconds since the epoch as records print them.
    fn moment(&self, value: &Literal) -> Result<Moment, ProviderError> {
        let millis = || value.text().parse().ok().map(Moment::from_millis);
        value.moment().or_else(millis).ok_or_else(|| {
            ProviderError::unanswerable(format!(
                "{}: `{}` is not a date, such as '2026-01-31T00:00:00Z' or 1769817600000",
                self.field,
                value.text()
            ))
        })
    }
}

/// Intuit's part of an id that a record prints as `Id|SyncToken`.
pub(super) fn own_id(id: &str) -> &str {
    id.split_once('|').map_or(id, |(own, _)| own)
}

/// A moment as precise as the column is. The column's values lie on whole units, so the records
/// that fit stay the same when a moment between two units goes to the one that the operator needs.
fn rounded(moment: Moment, unit_millis: i64, operator: Operator) -> Moment {
    let unit_micros = unit_millis.saturating_mul(1_000);
    let over = moment.micros().rem_euclid(unit_micros);
    let down = moment.micros().saturating_sub(over);
    let goes_up = over > 0 && matches!(operator, Operator::GreaterOrEqual | Operator::Less);
    Moment::from_micros(if goes_up { down.saturating_add(unit_micros) } else { down })
}

/// A text in single quotes; quotes and backslashes in it are escaped, so that it ends where it
/// should.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        if matches!(character, '\'' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('\'');
    quoted
}
