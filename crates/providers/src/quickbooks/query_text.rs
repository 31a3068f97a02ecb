//! Queries in the words of Intuit's query language (reference: quickbooks §2.2).

use ledgerhook_model::Moment;

use super::entities::{Entity, Rows};

/// Most rows that Intuit shows at once; without asking for them it shows 100.
pub(super) const ROWS_MAX: usize = 1_000;

/// The records of an entity that changed from a moment on, in order of time, from the `start`th
/// on, which counts from 1.
///
/// The order is by time because Intuit does not sort by id any more.
pub(super) fn changed_since(entity: &Entity, since: Moment, start: usize) -> String {
    let time = since.to_iso_seconds();
    let condition = format!("MetaData.LastUpdatedTime >= '{time}'");
    format!(
        "{} ORDERBY MetaData.LastUpdatedTime STARTPOSITION {start} MAXRESULTS {ROWS_MAX}",
        select(entity, &condition)
    )
}

/// The records of an entity with these ids, each of which [`is_id`].
pub(super) fn with_ids(entity: &Entity, ids: &[&str]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("'{id}'")).collect();
    let condition = format!("Id IN ({})", ids.join(","));
    format!("{} MAXRESULTS {ROWS_MAX}", select(entity, &condition))
}

/// Whether a text may be an id at Intuit, where ids are numbers or short words like `NON`. Nothing
/// else is put into a query: an id may come from a notice.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn select(entity: &Entity, condition: &str) -> String {
    let inactive = match entity.rows {
        Some(Rows::ActiveUnlessAsked) => " AND Active IN (true,false)",
        Some(Rows::All) | None => "",
    };
    format!("SELECT * FROM {} WHERE {condition}{inactive}", entity.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::entities::KnownEntities;

    #[test]
    fn queries_name_the_rows_and_their_order() {
        let entities = KnownEntities::new();
        let entity = |name| entities.find(name).unwrap().entity;
        let since = Moment::parse("2026-11-01T00:00:00.9-08:00").unwrap();
        let cases = [
            (
                changed_since(entity("TimeActivity"), since, 1),
                "SELECT * FROM TimeActivity WHERE MetaData.LastUpdatedTime >= \
                 '2026-11-01T08:00:00Z' ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 \
                 MAXRESULTS 1000",
            ),
            (
                changed_since(entity("TaxRate"), since, 1_001),
                "SELECT * FROM TaxRate WHERE MetaData.LastUpdatedTime >= '2026-11-01T08:00:00Z' \
                 AND Active IN (true,false) ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1001 \
                 MAXRESULTS 1000",
            ),
            (
                with_ids(entity("Invoice"), &["1", "20"]),
                "SELECT * FROM Invoice WHERE Id IN ('1','20') MAXRESULTS 1000",
            ),
            (
                with_ids(entity("Customer"), &["1"]),
                "SELECT * FROM Customer WHERE Id IN ('1') AND Active IN (true,false) MAXRESULTS 1000",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn only_what_may_be_an_id_is_put_into_a_query() {
        for id in ["1", "9341455322581846", "NON", "tax_1", "a-b"] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "1'", "1','2", "1 OR", "é", "1\\", "1\n"] {
            assert!(!is_id(id), "{id}");
        }
    }
}
