//! How SQLite finds rows: a gateway with ten million events answers as fast as an empty one.

use ledgerhook_model::delivery::DeliveryStatus;
use rusqlite::Connection;

use super::fresh_store;
use crate::{deliveries, grants, history, journal, kept, reads};

#[test]
fn no_query_of_the_journal_reads_a_whole_table() {
    let (store, folder) = fresh_store();
    drop(store);
    let connection = Connection::open(folder.path().join("ledgerhook.db")).unwrap();
    for (sql, index) in [
        (journal::RECORD_BY_ID, "events_event_id"),
        (journal::RECORDS_OF_ORGANIZATION, "events_of_organization"),
        (journal::RECORDS_OF_INSTANCE, "events_change"),
        (journal::append::FIND_OTHER_SORT_IN_SECOND, "events_change"),
        (journal::append::FIND_STATE, "events_change"),
        (journal::append::FIND_CREATION, "events_change"),
        (journal::append::FIND_END, "events_change"),
        (journal::trim::OLD_NOTICES, "notices_by_age"),
        (journal::trim::OLD_EVENTS, "events_by_age"),
        (kept::OF_ORGANIZATION, "kept_notices_of_organization"),
        (kept::FOR_COMPANY, "kept_notices_for_company"),
        (kept::COMPANIES, "PRIMARY KEY"),
        (kept::SETTLE, "PRIMARY KEY"),
        (kept::REMOVE, "PRIMARY KEY"),
        (deliveries::PENDING, "deliveries_pending"),
        (deliveries::COUNT_PENDING, "deliveries_pending"),
        (deliveries::COUNT_PARKED, "deliveries_parked_of_instance"),
        (history::OF_INSTANCE, "history_of_instance"),
        (history::DROP_OLDEST, "history_of_instance"),
        (history::HAS, "history_once"),
        (reads::OF_MONTH, "PRIMARY KEY"),
        (reads::MARKS_OF_MONTH, "PRIMARY KEY"),
        (&deliveries::list_sql(Some(DeliveryStatus::Parked)), "deliveries_parked"),
        (&deliveries::list_sql(None), "deliveries_of_organization"),
    ] {
        let plan = plan(&connection, sql);
        assert!(plan.contains(index), "{sql}\n{plan}");
        assert!(!plan.contains("SCAN"), "{sql}\n{plan}");
    }
    // Of the grants only the refused ones are looked at.
    assert!(plan(&connection, grants::REFUSED).contains("grants_refused"));
}

fn plan(connection: &Connection, sql: &str) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // The plan does not depend on the values, so none are bound.
    let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail"));
    steps.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
}
