//! A question as parameters of one of Sage's lists, which know no language: what changed since a
//! moment, and a few names that must have one value. What they lack is refused with what they have
//! (reference: freshbooks-sage §0 and §2.5, cloud-elements §7.5).

use std::time::Duration;

use ledgerhook_connector::{HubQuery, ProviderError};
use ledgerhook_model::Moment;
use ledgerhook_model::ceql::{
    Comparison, Condition, Literal, Operator, OrderBy, OrderColumn, Test,
};

use super::filters;
use crate::sage::api::list_path;
use crate::sage::dialect::Dialect;
use crate::sage::entities::Entity;
use crate::sage::record::LAST_MODIFIED;

const SINCE: &str = "updated_or_created_since";
const UPDATED_AT: &str = "updated_at";

/// Sage tells whole seconds, so later than one is from the next one on.
const SECOND: Duration = Duration::from_secs(1);

/// What rows can be sorted by.
const SORTED_BY: [&str; 3] = [UPDATED_AT, "created_at", "date"];

/// A question of which pages can be asked.
#[derive(Debug)]
pub(super) struct Question {
    entity: &'static Entity,
    parameters: Vec<(String, String)>,
    since: Option<Moment>,
}

impl Question {
    /// Translates a condition, the wanted members and an order.
    pub(super) fn new(
        entity: &'static Entity,
        dialect: Dialect,
        query: &HubQuery<'_>,
    ) -> Result<Self, ProviderError> {
        let own = entity.filter.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut question = Self { entity, parameters: own.into_iter().collect(), since: None };
        if let Some(condition) = query.condition {
            question.add_condition(condition)?;
        }
        if let Some(since) = question.since {
            question.parameters.push((SINCE.to_owned(), since.to_iso_seconds()));
        }
        let attributes = written_attributes(query.attributes);
        question.parameters.push(("attributes".to_owned(), attributes));
        if let Some(sort) = written_order(entity, dialect, query.order_by)? {
            question.parameters.push(("sort".to_owned(), sort));
        }
        Ok(question)
    }

    /// The path of a page, from 1 on, of so many records.
    pub(super) fn page(&self, number: usize, items: usize) -> String {
        let (number, items) = (number.to_string(), items.to_string());
        let own = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let place = [("items_per_page", items.as_str()), ("page", number.as_str())];
        let parameters: Vec<_> = own.chain(place).collect();
        list_path(self.entity.endpoint, &parameters)
    }

    fn add_condition(&mut self, condition: &Condition) -> Result<(), ProviderError> {
        let all = condition.conjunction().ok_or_else(|| {
            ProviderError::unanswerable(
                "Sage has no OR; ask once for each part and put the answers together",
            )
        })?;
        all.into_iter().try_for_each(|comparison| self.add(comparison))
    }

    fn add(&mut self, comparison: &Comparison) -> Result<(), ProviderError> {
        let Comparison { field, test } = comparison;
        if is_of_update(field) || field == SINCE {
            let since = since(field, test)?;
            self.since = self.since.max(Some(since));
            return Ok(());
        }
        match test {
            Test::Compare(Operator::Equal, value)
                if filters::is_known(self.entity.endpoint, field) =>
            {
                self.add_parameter(field, value.text())
            }
            Test::Compare(..) | Test::In(_) | Test::IsNull | Test::IsNotNull => {
                Err(ProviderError::unanswerable(format!("{field}: {}", possible(self.entity))))
            }
        }
    }

    fn add_parameter(&mut self, name: &str, value: &str) -> Result<(), ProviderError> {
        match self.parameters.iter().find(|(own, _)| own == name) {
            Some((_, own)) if own == value => Ok(()),
            Some((_, own)) => Err(ProviderError::unanswerable(format!(
                "{name}: Sage takes one value, which is {own} for {} already",
                self.entity.resource
            ))),
            None => {
                self.parameters.push((name.to_owned(), value.to_owned()));
                Ok(())
            }
        }
    }
}

/// Whether a member of a record tells when it was updated last.
pub(super) fn is_of_update(field: &str) -> bool {
    [LAST_MODIFIED, UPDATED_AT].contains(&field)
}

/// From when on is asked.
fn since(field: &str, test: &Test) -> Result<Moment, ProviderError> {
    let read = |value: &Literal| {
        let problem = format!(
            "{field}: `{}` is not a date such as 2017-05-05 or 2017-05-05T10:00:00Z",
            value.text()
        );
        value.moment().ok_or_else(|| ProviderError::unanswerable(problem))
    };
    match test {
        Test::Compare(Operator::GreaterOrEqual, value) => read(value),
        Test::Compare(Operator::Equal, value) if field == SINCE => read(value),
        Test::Compare(Operator::Greater, value) => Ok(read(value)?.plus(SECOND)),
        Test::Compare(..) | Test::In(_) | Test::IsNull | Test::IsNotNull => {
            Err(ProviderError::unanswerable(format!(
                "{field}: Sage finds what changed since a moment only, as in {LAST_MODIFIED} >= \
                 '2017-05-05T10:00:00Z'"
            )))
        }
    }
}

fn possible(entity: &Entity) -> String {
    let Entity { resource, endpoint, .. } = entity;
    let begin = format!("Sage cannot find {resource} by this; it can by {LAST_MODIFIED} >= '…'");
    match filters::of(endpoint) {
        [] => begin,
        names => format!("{begin}, and by = and one value for {}", names.join(", ")),
    }
}

/// All members, unless some are named. The original's own name for the time of the last update is
/// not one of Sage's.
fn written_attributes(names: &[String]) -> String {
    let mut written: Vec<&str> = Vec::with_capacity(names.len());
    for name in names {
        let own = if name == LAST_MODIFIED { UPDATED_AT } else { name };
        if !written.contains(&own) {
            written.push(own);
        }
    }
    if written.is_empty() { "all".to_owned() } else { written.join(",") }
}

fn written_order(
    entity: &Entity,
    dialect: Dialect,
    order_by: &OrderBy,
) -> Result<Option<String>, ProviderError> {
    let column = match order_by.0.as_slice() {
        [] => return Ok(None),
        [column] => column,
        [_, ..] => return Err(ProviderError::unanswerable("orderBy: Sage orders by one column")),
    };
    if !entity.has_order || !dialect.tells_deletions_and_sorts() {
        let problem = format!("orderBy: Sage gives {} in no order; leave it out", entity.resource);
        return Err(ProviderError::unanswerable(problem));
    }
    let OrderColumn { field, descending } = column;
    let name = if is_of_update(field) { UPDATED_AT } else { field };
    if !SORTED_BY.contains(&name) {
        let names = SORTED_BY.join(", ");
        return Err(ProviderError::unanswerable(format!(
            "orderBy: Sage orders by {names}, not by {field}"
        )));
    }
    let direction = if *descending { "desc" } else { "asc" };
    Ok(Some(format!("{name}:{direction}")))
}

#[cfg(test)]
mod tests;
