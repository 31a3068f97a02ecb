//! The query language, by example.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::books::{Books, fields_of};
use super::super::entities::EntityKind;
use super::super::refusal::Refusal;
use super::select;

/// Four customers a second apart, Id 1 to 4; the last is inactive. And two invoices.
fn books() -> Books {
    let mut books = Books::default();
    let customer = EntityKind::find("Customer").unwrap();
    let invoice = EntityKind::find("Invoice").unwrap();
    let mut now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
    for name in ["Zoe", "Amy's Bird Sanctuary", "Bob & Co", "Gone"] {
        books.save(customer, fields_of(json!({"DisplayName": name})), now).unwrap();
        now += SignedDuration::from_secs(1);
    }
    let gone = json!({"Id": "4", "SyncToken": "0", "sparse": true, "Active": false});
    books.save(customer, fields_of(gone), now).unwrap();
    for amount in [90, 300] {
        let line = json!({"Amount": amount, "DetailType": "SalesItemLineDetail"});
        let body = json!({"CustomerRef": {"value": "1"}, "Line": [line]});
        books.save(invoice, fields_of(body), now).unwrap();
    }
    books
}

fn answer(query: &str) -> Result<Value, Refusal> {
    select(&books(), query).map(|fields| fields["QueryResponse"].clone())
}

fn ids(query: &str) -> Vec<String> {
    let answer = answer(query).unwrap();
    let rows = answer.as_object().unwrap().values().find_map(Value::as_array).cloned();
    rows.unwrap_or_default().iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn conditions_choose_rows() {
    for (query, expected) in [
        ("SELECT * FROM Customer", vec!["2", "3", "1"]),
        ("select * from customer", vec!["2", "3", "1"]),
        ("SELECT * FROM Customer WHERE Active IN (true, false)", vec!["2", "3", "4", "1"]),
        ("SELECT * FROM Customer WHERE Active = false", vec!["4"]),
        (r"SELECT * FROM Customer WHERE DisplayName = 'Amy\'s Bird Sanctuary'", vec!["2"]),
        ("SELECT * FROM Customer WHERE DisplayName = 'Bob & Co'", vec!["3"]),
        ("SELECT * FROM Customer WHERE DisplayName LIKE 'A%'", vec!["2"]),
        ("SELECT * FROM Customer WHERE DisplayName LIKE '%o%'", vec!["3", "1"]),
        ("SELECT * FROM Customer WHERE DisplayName LIKE 'Zoe'", vec!["1"]),
        ("SELECT * FROM Customer WHERE Id IN ('1','3','9')", vec!["3", "1"]),
        ("SELECT * FROM Customer WHERE Id = '1' AND Active = true", vec!["1"]),
        ("SELECT * FROM Customer WHERE Nonsense = '1'", vec![]),
        ("SELECT * FROM Invoice WHERE TotalAmt > '100.00'", vec!["6"]),
        ("SELECT * FROM Invoice WHERE TotalAmt <= 90", vec!["5"]),
        ("SELECT * FROM Invoice WHERE CustomerRef.value = '1'", vec!["5", "6"]),
        (
            "SELECT * FROM Customer WHERE MetaData.LastUpdatedTime >= '2026-03-10T05:00:01-07:00'",
            vec!["2", "3"],
        ),
        (
            "SELECT * FROM Customer WHERE MetaData.LastUpdatedTime < '2026-03-10T12:00:01Z'",
            vec!["1"],
        ),
    ] {
        assert_eq!(ids(query), expected, "{query}");
    }
}

#[test]
fn rows_are_sorted_and_paged() {
    for (query, expected) in [
        ("SELECT * FROM Customer ORDERBY MetaData.LastUpdatedTime", vec!["1", "2", "3"]),
        ("SELECT * FROM Customer ORDER BY MetaData.LastUpdatedTime DESC", vec!["3", "2", "1"]),
        ("SELECT * FROM Customer ORDERBY DisplayName ASC MAXRESULTS 1", vec!["2"]),
        ("SELECT * FROM Customer STARTPOSITION 2 MAXRESULTS 1", vec!["3"]),
        ("SELECT * FROM Customer MAXRESULTS 2 STARTPOSITION 3", vec!["1"]),
        ("SELECT * FROM Customer STARTPOSITION 4", vec![]),
        ("SELECT * FROM Invoice ORDERBY TotalAmt DESC", vec!["6", "5"]),
    ] {
        assert_eq!(ids(query), expected, "{query}");
    }
}

#[test]
fn an_answer_says_where_it_starts_and_how_many_rows_it_has() {
    let answer = answer("SELECT * FROM Customer STARTPOSITION 2").unwrap();
    assert_eq!(answer["startPosition"], 2);
    assert_eq!(answer["maxResults"], 2);
}

#[test]
fn no_rows_and_counts_have_their_own_answers() {
    assert_eq!(answer("SELECT * FROM Vendor").unwrap(), json!({}));
    assert_eq!(answer("SELECT COUNT(*) FROM Customer").unwrap(), json!({"totalCount": 3}));
    assert_eq!(answer("select count(*) from Vendor").unwrap(), json!({"totalCount": 0}));
}

#[test]
fn deleted_transactions_never_show() {
    let mut books = books();
    let invoice = EntityKind::find("Invoice").unwrap();
    let now = "2026-03-10T13:00:00Z".parse().unwrap();
    books.delete(invoice, &fields_of(json!({"Id": "5", "SyncToken": "0"})), now).unwrap();
    for (query, count) in [
        ("SELECT COUNT(*) FROM Invoice", 1),
        ("SELECT COUNT(*) FROM Invoice WHERE Active IN (true, false)", 0),
    ] {
        let answer = select(&books, query).unwrap();
        assert_eq!(answer["QueryResponse"]["totalCount"], count, "{query}");
    }
}

#[test]
fn queries_that_cannot_be_answered_are_refused_with_the_documented_codes() {
    for (query, code, words) in [
        ("", "4000", "the end"),
        ("SELEC * FROM Customer", "4000", "SELEC"),
        ("SELECT * FROM Customer WHERE", "4000", "the end"),
        ("SELECT * FROM Customer WHERE Id = '1' OR Id = '2'", "4000", "OR"),
        ("SELECT * FROM Customer WHERE DisplayName = 'open", "4000", "quote"),
        ("SELECT * FROM Customer; DROP", "4000", ";"),
        ("SELECT * FROM Customer MAXRESULTS many", "4000", "many"),
        ("SELECT * FROM Custmoer", "4001", "invalid context declaration: Custmoer"),
        (
            "SELECT * FROM Customer STARTPOSITION 0",
            "4001",
            "value 0 is too small. Min allowed value is 1",
        ),
        ("SELECT * FROM Customer MAXRESULTS 1001", "4001", "too large"),
        ("SELECT * FROM Customer WHERE Id > '1'", "4001", "Id"),
        ("SELECT * FROM Customer ORDERBY Id", "4001", "Id"),
    ] {
        let refusal = answer(query).unwrap_err();
        assert_eq!(refusal.code, code, "{query}");
        assert!(refusal.detail.contains(words), "{query}: {}", refusal.detail);
    }
}
