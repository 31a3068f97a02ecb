//! A question as a search of FreshBooks', which knows `name=value` and little else: what it lacks
//! is refused with what it has, and what it may ignore is held against the records (reference:
//! freshbooks-sage §1.9, cloud-elements §7.2 and §7.6).

use ledgerhook_connector::ProviderError;
use ledgerhook_model::ceql::{self, Comparison, Condition, Operator, OrderBy, OrderColumn, Test};
use serde_json::Value;

use super::Shown;
use super::times::{self, TimeBound};
use crate::freshbooks::entities::{Entity, Place};

/// Ends of names that ask for more than equality. They are FreshBooks' own (`email_like`,
/// `amount_min`), no members of records, and go to it as they are.
const WISH_ENDS: [&str; 3] = ["_like", "_min", "_max"];

/// Names of projects' and time's parameters that are no members of records either.
const WISHES_OF_BUSINESS: [&str; 5] =
    ["include_deleted", "include_unbilled", "started_from", "started_to", "team"];

/// What a list is asked with by the hub alone.
const RESERVED: [&str; 3] = ["page", "per_page", "sort"];

/// Deleted entries are not shown unless they are asked for.
const INCLUDE_DELETED: &str = "include_deleted";

/// A question of which pages can be asked.
#[derive(Debug)]
pub(super) struct Question {
    resource: &'static str,
    parameters: Vec<(String, String)>,
    /// What the records must be like, whether FreshBooks heeded it or not.
    equalities: Vec<Comparison>,
    bounds: Vec<TimeBound>,
    /// Whether FreshBooks narrows by the moment itself, so that a record without a time fits.
    is_by_moment: bool,
}

impl Question {
    /// Translates a condition and an order.
    pub(super) fn new(
        entity: &Entity,
        condition: Option<&Condition>,
        order_by: &OrderBy,
    ) -> Result<Self, ProviderError> {
        let mut question = Self {
            resource: entity.resource,
            parameters: Vec::new(),
            equalities: Vec::new(),
            bounds: Vec::new(),
            is_by_moment: matches!(entity.place, Place::Business { .. }),
        };
        let all =
            condition.map(|condition| condition.conjunction().ok_or_else(no_or)).transpose()?;
        for comparison in all.into_iter().flatten() {
            question.add(entity, comparison)?;
        }
        question.add_usual(entity);
        question.parameters.extend(sort(order_by)?.map(|sort| ("sort".to_owned(), sort)));
        Ok(question)
    }

    /// The parameters of a call, but for the page.
    pub(super) fn parameters(&self) -> Vec<(&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Whether it asks when records changed, which FreshBooks may know more roughly.
    pub(super) fn is_by_time(&self) -> bool {
        !self.bounds.is_empty()
    }

    /// The records that are as the question says.
    pub(super) fn narrow(&self, shown: Vec<Shown>) -> Result<Vec<Value>, ProviderError> {
        for Comparison { field, .. } in &self.equalities {
            let has_it = |one: &Shown| comparable(&one.record, field).is_some();
            if !shown.is_empty() && !shown.iter().any(has_it) {
                return Err(self.unknown(field));
            }
        }
        let mut records = Vec::with_capacity(shown.len());
        for Shown { record, updated } in shown {
            let is_in_time = match updated {
                Some(updated) => self.bounds.iter().all(|bound| bound.takes(updated)),
                None => self.takes_undated()?,
            };
            if is_in_time && self.equalities.iter().all(|one| holds(one, &record)) {
                records.push(record);
            }
        }
        Ok(records)
    }

    fn takes_undated(&self) -> Result<bool, ProviderError> {
        match self.bounds.iter().all(|bound| bound.is_from()) {
            true => Ok(self.bounds.is_empty() || self.is_by_moment),
            false => Err(ProviderError::unanswerable(format!(
                "{} do not all say when they changed; only updated >= '2026-01-31T00:00:00Z' can be \
                 asked for",
                self.resource
            ))),
        }
    }

    fn unknown(&self, field: &str) -> ProviderError {
        ProviderError::unanswerable(format!(
            "{field}: {} have no such member that could be compared, and FreshBooks ignores a search \
             that it does not know. Its own searches end in _like, _min or _max, as in email_like",
            self.resource
        ))
    }

    fn add(&mut self, entity: &Entity, comparison: &Comparison) -> Result<(), ProviderError> {
        let Comparison { field, test } = comparison;
        check_name(field)?;
        if field == "id" {
            return Err(ProviderError::unanswerable(
                "id: FreshBooks does not search by it; ask for the one record by its path, as in \
                 /hubs/finance/customers/12",
            ));
        }
        let Test::Compare(operator, value) = test else { return Err(only_equality(field)) };
        if let Some(asked) = times::Asked::of(entity, field, *operator, value)? {
            self.parameters.extend(asked.parameters);
            self.bounds.extend(asked.bounds);
            return Ok(());
        }
        if *operator != Operator::Equal {
            return Err(only_equality(field));
        }
        let is_in_accounting = matches!(entity.place, Place::Account { .. });
        let name = if is_in_accounting { format!("search[{field}]") } else { field.clone() };
        self.parameters.push((name, value.text().to_owned()));
        let is_wish = WISH_ENDS.iter().any(|end| field.ends_with(*end))
            || (!is_in_accounting && WISHES_OF_BUSINESS.contains(&field.as_str()));
        if !is_wish {
            self.equalities.push(comparison.clone());
        }
        Ok(())
    }

    /// What a list is asked with so that it shows the whole business (`team`), unless the
    /// condition says otherwise.
    fn add_usual(&mut self, entity: &Entity) {
        for (name, value) in entity.lists.first().copied().unwrap_or_default() {
            let is_said = self.parameters.iter().any(|(said, _)| said == name);
            if !is_said && *name != INCLUDE_DELETED {
                self.parameters.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
    }
}

/// A member that can be compared: an amount of money is its number.
fn comparable<'r>(record: &'r Value, field: &str) -> Option<&'r Value> {
    match record.get(field)? {
        Value::Object(members) => members.get("amount"),
        Value::Array(_) => None,
        plain => Some(plain),
    }
}

fn holds(comparison: &Comparison, record: &Value) -> bool {
    let is_money = record.get(&comparison.field).is_some_and(Value::is_object);
    let field = match is_money {
        true => format!("{}.amount", comparison.field),
        false => comparison.field.clone(),
    };
    let own = Comparison { field, test: comparison.test.clone() };
    ceql::matches(&Condition::Comparison(own), record)
}

/// Nothing but names gets into the name of a parameter.
fn check_name(field: &str) -> Result<(), ProviderError> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if field.is_empty() || !field.bytes().all(is_part) {
        return Err(ProviderError::unanswerable(format!(
            "{field}: FreshBooks searches by the outer members of a record, such as currency_code"
        )));
    }
    match RESERVED.contains(&field) {
        true => Err(ProviderError::unanswerable(format!(
            "{field}: pages and order have parameters of their own: page, pageSize and orderBy"
        ))),
        false => Ok(()),
    }
}

fn sort(order_by: &OrderBy) -> Result<Option<String>, ProviderError> {
    match order_by.0.as_slice() {
        [] => Ok(None),
        [OrderColumn { field, descending }] => {
            check_name(field)?;
            let direction = if *descending { "desc" } else { "asc" };
            Ok(Some(format!("{field}_{direction}")))
        }
        [_, ..] => Err(ProviderError::unanswerable("orderBy: FreshBooks orders by one column")),
    }
}

fn no_or() -> ProviderError {
    ProviderError::unanswerable("FreshBooks has no OR; ask once for each part")
}

fn only_equality(field: &str) -> ProviderError {
    ProviderError::unanswerable(format!(
        "{field}: FreshBooks knows = only, and < > <= >= for updated. For some members it has names \
         for more, as in email_like = 'ada' or amount_min = 10"
    ))
}

#[cfg(test)]
mod tests;
