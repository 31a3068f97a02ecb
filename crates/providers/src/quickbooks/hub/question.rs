//! A question in Intuit's query language, which has fewer words than CEQL: what it lacks is refused
//! with what it has (reference: quickbooks §2.2, cloud-elements §7.2).

use ledgerhook_connector::ProviderError;
use ledgerhook_model::ceql::{Comparison, Condition, Operator, OrderBy, OrderColumn, Test};

use super::field_names::intuit_name;
use super::values::Column;
use crate::quickbooks::entities::Entity;

/// A question of which pages can be asked.
#[derive(Debug)]
pub(super) struct Question {
    entity: &'static str,
    /// ` WHERE …`, or nothing.
    condition: String,
    /// ` ORDERBY …`, or nothing.
    order: String,
}

impl Question {
    /// Translates a condition and an order.
    pub(super) fn new(
        entity: &Entity,
        condition: Option<&Condition>,
        order_by: &OrderBy,
    ) -> Result<Self, ProviderError> {
        Ok(Self {
            entity: entity.name,
            condition: condition
                .map(|all| written_condition(entity, all))
                .transpose()?
                .unwrap_or_default(),
            order: written_order(order_by)?,
        })
    }

    /// The query for `count` rows after the first `offset`.
    pub(super) fn rows(&self, offset: usize, count: usize) -> String {
        let Self { entity, condition, order } = self;
        let start = offset.saturating_add(1);
        format!("SELECT * FROM {entity}{condition}{order} STARTPOSITION {start} MAXRESULTS {count}")
    }

    /// The query for the number of all rows.
    pub(super) fn count(&self) -> String {
        let Self { entity, condition, .. } = self;
        format!("SELECT COUNT(*) FROM {entity}{condition}")
    }
}

fn written_condition(entity: &Entity, condition: &Condition) -> Result<String, ProviderError> {
    let all = condition.conjunction().ok_or_else(|| {
        ProviderError::unanswerable(
            "QuickBooks has no OR; ask once for each part, or ask for one of several values with \
             IN ('a', 'b')",
        )
    })?;
    let parts: Result<Vec<_>, _> = all.into_iter().map(|one| written(entity, one)).collect();
    Ok(format!(" WHERE {}", parts?.join(" AND ")))
}

fn written(entity: &Entity, comparison: &Comparison) -> Result<String, ProviderError> {
    let Comparison { field, test } = comparison;
    let column = Column::of(entity, field, intuit_name(field)?);
    let name = &column.name;
    match test {
        Test::Compare(Operator::NotEqual, _) => Err(ProviderError::unanswerable(format!(
            "{field}: QuickBooks has no `!=`; it has = < > <= >= LIKE and IN. Ask for the values that \
             you want, as in active = false for active != true"
        ))),
        Test::IsNull | Test::IsNotNull => Err(ProviderError::unanswerable(format!(
            "{field}: QuickBooks cannot ask whether a field is empty; leave the condition out and \
             look at the records"
        ))),
        Test::In(values) => {
            let values: Result<Vec<_>, _> =
                values.iter().map(|value| column.value(Operator::Equal, value)).collect();
            Ok(format!("{name} IN ({})", values?.join(",")))
        }
        Test::Compare(operator, value) => {
            if name == "Id" && *operator != Operator::Equal {
                return Err(ProviderError::unanswerable(
                    "id: QuickBooks finds ids by = and IN only",
                ));
            }
            Ok(format!("{name} {operator} {}", column.value(*operator, value)?))
        }
    }
}

fn written_order(order_by: &OrderBy) -> Result<String, ProviderError> {
    match order_by.0.as_slice() {
        [] => Ok(String::new()),
        [OrderColumn { field, descending }] => {
            let name = intuit_name(field)?;
            if name == "Id" {
                return Err(ProviderError::unanswerable(
                    "orderBy: QuickBooks does not order by id any more; metaData.createTime is the \
                     same order",
                ));
            }
            let direction = if *descending { " DESC" } else { "" };
            Ok(format!(" ORDERBY {name}{direction}"))
        }
        [_, ..] => Err(ProviderError::unanswerable("orderBy: QuickBooks orders by one column")),
    }
}

#[cfg(test)]
mod tests;
