//! Which questions become which parameters, and which are refused.

use ledgerhook_connector::HubPlace;
use ledgerhook_model::ceql;
use url::form_urlencoded;

use super::*;
use crate::sage::country::Country;
use crate::sage::entities;

fn asked_in(
    dialect: Dialect,
    resource: &str,
    condition: &str,
    order_by: &str,
) -> Result<String, String> {
    let parsed = (!condition.is_empty()).then(|| ceql::parse_closing_text(condition).unwrap());
    let (condition, attributes) = parsed.map_or((None, Vec::new()), Condition::split_attributes);
    let query = HubQuery {
        resource,
        condition: condition.as_ref(),
        attributes: &attributes,
        order_by: &OrderBy::parse(order_by).unwrap(),
        page: HubPlace::Page(1),
        page_size: 50,
        with_total: false,
    };
    let question = Question::new(entities::find(resource).unwrap(), dialect, &query);
    let path = question.map_err(|error| error.to_string())?.page(2, 50);
    let (endpoint, query) = path.split_once('?').unwrap();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let pairs: Vec<_> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    let pairs = pairs.join("&");
    Ok(format!("{endpoint}?{}", pairs.strip_suffix("&items_per_page=50&page=2").unwrap()))
}

fn asked(resource: &str, condition: &str) -> Result<String, String> {
    asked_in(Dialect::V31, resource, condition, "")
}

#[test]
fn conditions_become_parameters() {
    for (resource, condition, expected) in [
        ("contacts", "", "contacts?attributes=all"),
        ("customers", "", "contacts?contact_type_id=CUSTOMER&attributes=all"),
        ("vendors", "contact_type_id = 'VENDOR'", "contacts?contact_type_id=VENDOR&attributes=all"),
        (
            "customers",
            "lastModifiedDate>='2026-11-01T10:00:00Z' and attributes='created_at,updated_at",
            "contacts?contact_type_id=CUSTOMER&updated_or_created_since=2026-11-01T10:00:00Z\
             &attributes=created_at,updated_at",
        ),
        (
            "contacts",
            "lastModifiedDate >= '2017-05-05'",
            "contacts?updated_or_created_since=2017-05-05T00:00:00Z&attributes=all",
        ),
        (
            "contacts",
            "updated_at > '2017-05-05T10:00:00.5Z'",
            "contacts?updated_or_created_since=2017-05-05T10:00:01Z&attributes=all",
        ),
        (
            "contacts",
            "updated_at >= 2015-01-06T09:31:38-07:00 and updated_at >= '2014-01-01'",
            "contacts?updated_or_created_since=2015-01-06T16:31:38Z&attributes=all",
        ),
        (
            "journal-entries",
            "updated_or_created_since = '2017-05-05'",
            "journals?updated_or_created_since=2017-05-05T00:00:00Z&attributes=all",
        ),
        (
            "payments",
            "transaction_type_id='VENDOR_PAYMENT' and attributes='date, lastModifiedDate,updated_at'",
            "contact_payments?transaction_type_id=VENDOR_PAYMENT&attributes=date,updated_at",
        ),
        (
            "products",
            "search='a & b' and active=true",
            "products?search=a & b&active=true&attributes=all",
        ),
        (
            "ledger-accounts",
            "visible_in='banking' and nested_attributes='all'",
            "ledger_accounts?visible_in=banking&nested_attributes=all&attributes=all",
        ),
    ] {
        assert_eq!(asked(resource, condition).as_deref(), Ok(expected), "{condition}");
    }
}

#[test]
fn what_sage_cannot_find_is_refused_with_what_it_can() {
    for (resource, condition, words) in [
        ("contacts", "search='a' or search='b'", "Sage has no OR; ask once for each part"),
        ("contacts", "name LIKE 'a%'", "name: Sage cannot find contacts by this; it can by"),
        ("contacts", "displayed_as = 'Ada'", "contact_type_id, context_date, email"),
        ("contacts", "email IN ('a', 'b')", "= and one value for contact_type_id"),
        ("contacts", "email IS NULL", "email: Sage cannot find contacts by this"),
        ("contacts", "email != 'a'", "email: Sage cannot find contacts by this"),
        ("contacts", "page = 2", "page: Sage cannot find contacts by this"),
        ("contacts", "deleted_since = '2017-05-05'", "deleted_since: Sage cannot find"),
        ("tax-profiles", "name = 'a'", "it can by lastModifiedDate >= '…'"),
        ("contacts", "lastModifiedDate <= '2017-05-05'", "Sage finds what changed since a moment"),
        ("contacts", "lastModifiedDate = '2017-05-05'", "Sage finds what changed since a moment"),
        ("contacts", "updated_at IS NOT NULL", "updated_at: Sage finds what changed since"),
        ("contacts", "updated_at >= 'monday'", "updated_at: `monday` is not a date such as"),
        ("contacts", "email = 'a' and email = 'b'", "email: Sage takes one value, which is a for"),
        ("customers", "contact_type_id = 'VENDOR'", "which is CUSTOMER for customers already"),
    ] {
        let refused = asked(resource, condition).unwrap_err();
        assert!(refused.contains(words), "{condition}: {refused}");
    }
}

#[test]
fn lists_are_sorted_where_sage_does_it() {
    let by = |resource, order_by| asked_in(Dialect::V31, resource, "", order_by);
    for (order_by, expected) in [
        ("lastModifiedDate desc", "sales_invoices?attributes=all&sort=updated_at:desc"),
        ("created_at", "sales_invoices?attributes=all&sort=created_at:asc"),
        ("date asc", "sales_invoices?attributes=all&sort=date:asc"),
    ] {
        assert_eq!(by("invoices", order_by).as_deref(), Ok(expected));
    }
    let columbus = Dialect::Columbus(Country::find("US").unwrap());
    for (refused, words) in [
        (by("contacts", "updated_at"), "Sage gives contacts in no order"),
        (by("invoices", "reference"), "Sage orders by updated_at, created_at, date, not by"),
        (by("invoices", "date, created_at"), "Sage orders by one column"),
        (asked_in(columbus, "invoices", "", "date"), "Sage gives invoices in no order"),
    ] {
        let refused = refused.unwrap_err();
        assert!(refused.contains(words), "{refused}");
    }
}
