//! Conditions and the searches they become.

use serde_json::json;

use super::*;
use crate::freshbooks::entities::{Clock, of_resource};
use crate::freshbooks::stamp::Stamp;

fn question(resource: &str, condition: &str, order_by: &str) -> Result<Question, ProviderError> {
    let condition = (!condition.is_empty()).then(|| ceql::parse(condition).unwrap());
    let order_by = OrderBy::parse(order_by).unwrap();
    Question::new(of_resource(resource).unwrap(), condition.as_ref(), &order_by)
}

fn query(resource: &str, condition: &str, order_by: &str) -> String {
    let question = question(resource, condition, order_by).unwrap();
    let pairs = question.parameters().into_iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

fn refusal(resource: &str, condition: &str, order_by: &str) -> String {
    let error = question(resource, condition, order_by).unwrap_err();
    let ProviderError::Unanswerable(words) = error else { panic!("{error:?}") };
    words
}

/// A record that changed at noon of a day in New York.
fn shown(record: Value, day: &str) -> Shown {
    Shown { record, updated: Stamp::read(&format!("{day} 12:00:00"), Clock::Eastern) }
}

#[test]
fn a_condition_is_a_search_of_accounting() {
    for (condition, expected) in [
        ("", ""),
        ("email = 'ada@example.com'", "search[email]=ada@example.com"),
        ("userid = 7 AND vis_state = 2", "search[userid]=7&search[vis_state]=2"),
        ("email_like = 'ada' AND amount_min = 10", "search[email_like]=ada&search[amount_min]=10"),
        ("updated_min = '2026-11-20'", "search[updated_min]=2026-11-19"),
        ("updated_max = '2026-11-20'", "search[updated_max]=2026-11-22"),
        ("updated >= '2026-11-20T12:00:00Z'", "search[updated_min]=2026-11-19"),
        ("updated > '2026-11-20 12:00:00'", "search[updated_min]=2026-11-19"),
        ("updated < '2026-11-20'", "search[updated_max]=2026-11-21"),
        (
            "updated = '2026-11-20 12:00:00'",
            "search[updated_min]=2026-11-19&search[updated_max]=2026-11-21",
        ),
    ] {
        assert_eq!(query("customers", condition, ""), expected, "{condition}");
    }
}

#[test]
fn a_condition_is_plain_parameters_outside_accounting() {
    for (resource, condition, expected) in [
        ("projects", "", ""),
        ("projects", "active = false", "active=false"),
        ("projects", "updated_at >= '2026-11-20 08:00:00'", "updated_since=2026-11-20T08:00:00Z"),
        ("time-activities", "", "team=true"),
        ("time-activities", "team = false AND project_id = 3", "team=false&project_id=3"),
        (
            "time-activities",
            "include_deleted = true AND updated_since = '2026-11-20'",
            "include_deleted=true&updated_since=2026-11-20T00:00:00Z&team=true",
        ),
        ("services", "", ""),
    ] {
        assert_eq!(query(resource, condition, ""), expected, "{resource} {condition}");
    }
}

#[test]
fn an_order_is_of_one_column() {
    assert_eq!(query("invoices", "", "updated desc"), "sort=updated_desc");
    assert_eq!(query("projects", "", "title"), "sort=title_asc");
    let words = refusal("invoices", "", "updated, amount");
    assert_eq!(words, "orderBy: FreshBooks orders by one column");
}

#[test]
fn what_freshbooks_lacks_is_refused_with_what_it_has() {
    for (resource, condition, expected) in [
        ("customers", "fname = 'a' OR fname = 'b'", "ask once for each part"),
        ("customers", "fname LIKE 'a%'", "email_like = 'ada'"),
        ("customers", "fname IN ('a', 'b')", "knows = only"),
        ("customers", "fname != 'a'", "knows = only"),
        ("customers", "fname IS NULL", "knows = only"),
        ("invoices", "amount >= 10", "amount_min = 10"),
        ("customers", "id = 7", "by its path"),
        ("invoices", "amount.code = 'USD'", "outer members"),
        ("customers", "`a]=b&x[` = 1", "outer members"),
        ("customers", "per_page = 3", "pageSize"),
        ("customers", "updated >= 'soon'", "`soon` is not a date"),
        ("customers", "updated >= '2026-02-30'", "is not a date"),
        ("services", "updated_since = '2026-11-20'", "do not say when they changed"),
    ] {
        let words = refusal(resource, condition, "");
        assert!(words.contains(expected), "{condition}: {words}");
    }
}

#[test]
fn a_search_that_freshbooks_passed_over_is_held_against_the_records() {
    let rows = || {
        vec![
            shown(json!({"id": 1, "fname": "Ada", "amount": {"amount": "10.00"}}), "2026-11-20"),
            shown(json!({"id": 2, "fname": "Bea", "amount": {"amount": "7.5"}}), "2026-11-20"),
            shown(json!({"id": 3, "fname": null, "lines": []}), "2026-11-20"),
        ]
    };
    for (condition, expected) in [
        ("fname = 'Bea'", vec![2]),
        ("fname = 'Zoe'", vec![]),
        ("amount = 10", vec![1]),
        ("fname_like = 'x'", vec![1, 2, 3]),
    ] {
        let found = question("customers", condition, "").unwrap().narrow(rows()).unwrap();
        let ids: Vec<_> = found.iter().map(|record| record["id"].as_u64().unwrap()).collect();
        assert_eq!(ids, expected, "{condition}");
    }
    for condition in ["fnam = 'Bea'", "lines = 'x'"] {
        let question = question("customers", condition, "").unwrap();
        let error = question.narrow(rows()).unwrap_err().to_string();
        assert!(error.contains("ignores a search that it does not know"), "{error}");
        assert_eq!(question.narrow(Vec::new()), Ok(Vec::new()), "nothing to hold it against");
    }
}

#[test]
fn a_time_is_to_the_second_where_freshbooks_knows_the_day() {
    for (condition, expected) in [
        ("updated >= '2026-11-20T17:00:00Z'", vec![20, 21]),
        ("updated > '2026-11-20 12:00:00'", vec![21]),
        ("updated <= '2026-11-20 12:00:00'", vec![19, 20]),
        ("updated < '2026-11-20 12:00:00'", vec![19]),
        ("updated = '2026-11-20 12:00:00'", vec![20]),
        ("updated_min = '2026-11-20'", vec![20, 21]),
        ("updated_max = '2026-11-20'", vec![19, 20]),
        ("updated_max = '2026-11-20 11:00:00'", vec![19]),
        ("updated_min = '2026-11-20' AND updated_max = '2026-11-20'", vec![20]),
    ] {
        let rows = [19, 20, 21].map(|day| shown(json!({"id": day}), &format!("2026-11-{day}")));
        let found = question("invoices", condition, "").unwrap().narrow(rows.into()).unwrap();
        let days: Vec<_> = found.iter().map(|record| record["id"].as_u64().unwrap()).collect();
        assert_eq!(days, expected, "{condition}");
    }
}

#[test]
fn a_record_without_a_time_fits_where_freshbooks_narrowed_by_the_moment() {
    let undated = || vec![Shown { record: json!({"id": 1}), updated: None }];
    let narrow = |resource, condition| question(resource, condition, "").unwrap().narrow(undated());
    assert_eq!(narrow("customers", "updated >= '2026-11-20'"), Ok(Vec::new()));
    let found = narrow("time-activities", "updated >= '2026-11-20'").unwrap();
    assert_eq!(found.len(), 1);
    for condition in
        ["updated < '2026-11-20'", "updated_max = '2026-11-20'", "updated > '2026-11-20'"]
    {
        let found = narrow("time-activities", condition);
        assert!(matches!(found, Err(ProviderError::Unanswerable(_))), "{condition}");
    }
}
