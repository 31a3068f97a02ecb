//! The rules of writing records.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

fn kind(name: &str) -> &'static EntityKind {
    EntityKind::find(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const MORNING: &str = "2026-03-10T16:00:00.5Z";
const NOON: &str = "2026-03-10T19:00:00.5Z";

fn save(books: &mut Books, entity: &str, body: Value, time: &str) -> Result<Fields, Refusal> {
    books.save(kind(entity), fields_of(body), at(time)).map(|written| written.shown)
}

fn customer(books: &mut Books, name: &str) -> String {
    let shown = save(books, "Customer", json!({"DisplayName": name}), MORNING).unwrap();
    shown["Id"].as_str().unwrap().to_owned()
}

fn invoice_body(customer: &str, amounts: &[Value]) -> Value {
    let lines: Vec<Value> = amounts
        .iter()
        .map(|amount| json!({"Amount": amount, "DetailType": "SalesItemLineDetail"}))
        .collect();
    json!({"CustomerRef": {"value": customer}, "Line": lines})
}

#[test]
fn a_new_customer_looks_as_recorded() {
    let mut books = Books::default();
    let shown = save(&mut books, "Customer", json!({"DisplayName": "Jane"}), MORNING).unwrap();
    assert_eq!(
        Value::Object(shown),
        json!({
            "domain": "QBO",
            "sparse": false,
            "Id": "1",
            "SyncToken": "0",
            "MetaData": {
                "CreateTime": "2026-03-10T09:00:00-07:00",
                "LastUpdatedTime": "2026-03-10T09:00:00-07:00",
            },
            "DisplayName": "Jane",
            "Taxable": true,
            "Job": false,
            "BillWithParent": false,
            "Balance": 0,
            "BalanceWithJobs": 0,
            "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
            "PreferredDeliveryMethod": "Print",
            "PrintOnCheckName": "Jane",
            "FullyQualifiedName": "Jane",
            "Active": true,
        })
    );
}

#[test]
fn a_new_invoice_is_dated_numbered_and_summed() {
    let mut books = Books::default();
    let id = customer(&mut books, "Jane");
    let mut body = invoice_body(&id, &[json!(0.1), json!(0.2), json!("99.70")]);
    body["TxnTaxDetail"] = json!({"TotalTax": 26.82});
    let shown = save(&mut books, "Invoice", body, MORNING).unwrap();
    assert_eq!(shown["TotalAmt"].to_string(), "126.82");
    assert_eq!(shown["Balance"].to_string(), "126.82");
    assert_eq!(shown["DocNumber"], "1001");
    assert_eq!(shown["TxnDate"], "2026-03-10");
    assert_eq!(shown["DueDate"], "2026-04-09");
    assert_eq!(shown["CustomerRef"], json!({"value": id, "name": "Jane"}));
    let lines = shown["Line"].as_array().unwrap();
    assert_eq!((&lines[0]["Id"], &lines[0]["LineNum"]), (&json!("1"), &json!(1)));
    let subtotal =
        json!({"Amount": 100.0, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}});
    assert_eq!(lines[3], subtotal);
}

#[test]
fn a_sparse_update_keeps_the_rest_and_a_full_one_does_not() {
    for (sparse, kept) in [(true, json!("a note")), (false, Value::Null)] {
        let mut books = Books::default();
        let body = json!({"DisplayName": "Jane", "Notes": "a note"});
        save(&mut books, "Customer", body, MORNING).unwrap();
        let body =
            json!({"Id": "1", "SyncToken": "0", "sparse": sparse, "DisplayName": "Jane Moe"});
        let shown = save(&mut books, "Customer", body, NOON).unwrap();
        assert_eq!(shown.get("Notes").cloned().unwrap_or_default(), kept);
        assert_eq!(shown["DisplayName"], "Jane Moe");
        assert_eq!(shown["SyncToken"], "1");
        assert_eq!(shown["sparse"], false);
        assert_eq!(shown["MetaData"]["CreateTime"], "2026-03-10T09:00:00-07:00");
        assert_eq!(shown["MetaData"]["LastUpdatedTime"], "2026-03-10T12:00:00-07:00");
    }
}

#[test]
fn a_record_may_keep_its_own_name() {
    let mut books = Books::default();
    customer(&mut books, "Jane");
    let body = json!({"Id": "1", "SyncToken": "0", "DisplayName": "Jane", "Notes": "new"});
    assert_eq!(save(&mut books, "Customer", body, NOON).unwrap()["Notes"], "new");
}

#[test]
fn an_updated_invoice_is_summed_anew() {
    let mut books = Books::default();
    let id = customer(&mut books, "Jane");
    let first = save(&mut books, "Invoice", invoice_body(&id, &[json!(10)]), MORNING).unwrap();
    let mut lines = first["Line"].as_array().unwrap().clone();
    lines[0]["Amount"] = json!(12.5);
    let body = json!({"Id": first["Id"], "SyncToken": "0", "sparse": true, "Line": lines});
    let second = save(&mut books, "Invoice", body, NOON).unwrap();
    assert_eq!(second["TotalAmt"].to_string(), "12.5");
    assert_eq!(second["Line"].as_array().unwrap().len(), 2);
    assert_eq!(second["DocNumber"], first["DocNumber"]);
}

#[test]
fn numbers_for_ids_and_empty_texts_are_taken_as_client_libraries_send_them() {
    let mut books = Books::default();
    let body = json!({"Id": null, "SyncToken": 0, "DisplayName": "Jane", "Notes": ""});
    let shown = save(&mut books, "Customer", body, MORNING).unwrap();
    assert_eq!(shown.get("Notes"), None);
    let body = json!({"Id": 1, "SyncToken": 0, "DisplayName": "Jane Moe"});
    assert_eq!(save(&mut books, "Customer", body, NOON).unwrap()["SyncToken"], "1");
    let mut invoice = invoice_body("1", &[json!(1)]);
    invoice["TxnDate"] = json!("");
    invoice["TotalAmt"] = json!("");
    let shown = save(&mut books, "Invoice", invoice, MORNING).unwrap();
    assert_eq!(shown["TxnDate"], "2026-03-10");
    assert_eq!(shown["TotalAmt"].to_string(), "1.0");
}

#[test]
fn wrong_writes_are_refused_with_their_codes_and_change_nothing() {
    let mut books = Books::default();
    let id = customer(&mut books, "Jane");
    customer(&mut books, "Bob");
    for (entity, body, code) in [
        ("Customer", json!({}), "2020"),
        ("Customer", json!({"DisplayName": " "}), "2020"),
        ("Customer", json!({"DisplayName": "Jane"}), "6240"),
        ("Customer", json!({"Id": "1", "DisplayName": "x"}), "2020"),
        ("Customer", json!({"Id": "1", "SyncToken": "7", "DisplayName": "x"}), "5010"),
        ("Customer", json!({"Id": "1", "SyncToken": "0", "DisplayName": "Bob"}), "6240"),
        ("Customer", json!({"Id": "99", "SyncToken": "0"}), "610"),
        ("Customer", json!({"Id": "1.5", "SyncToken": "0"}), "2030"),
        ("Invoice", json!({"Line": [{"Amount": 1}]}), "2020"),
        ("Invoice", json!({"CustomerRef": {"value": id}}), "2020"),
        ("Invoice", json!({"CustomerRef": {"value": id}, "Line": []}), "2020"),
        ("Invoice", json!({"CustomerRef": {"value": id}, "Line": [{}]}), "2020"),
        ("Invoice", json!({"CustomerRef": {"value": id}, "Line": [1]}), "2010"),
        ("Invoice", invoice_body(&id, &[json!("many")]), "2080"),
        ("Invoice", invoice_body("99", &[json!(1)]), "610"),
    ] {
        let text = body.to_string();
        assert_eq!(save(&mut books, entity, body, NOON).unwrap_err().code, code, "{entity} {text}");
    }
    assert_eq!(books.records_of(kind("Customer")).count(), 2);
    assert_eq!(books.records_of(kind("Invoice")).count(), 0);
    assert_eq!(books.read(kind("Customer"), "1").unwrap()["SyncToken"], "0");
}

#[test]
fn a_deactivated_customer_is_renamed_and_its_name_is_free_again() {
    let mut books = Books::default();
    customer(&mut books, "Jane");
    let body = json!({"Id": "1", "SyncToken": "0", "sparse": true, "Active": false});
    let shown = save(&mut books, "Customer", body.clone(), NOON).unwrap();
    assert_eq!(shown["DisplayName"], "Jane (deleted)");
    assert_eq!(shown["Active"], false);
    assert_eq!(shown["SyncToken"], "1");
    assert_eq!(books.read(kind("Customer"), "1").unwrap()["Active"], false);
    customer(&mut books, "Jane");
    let refused = save(&mut books, "Invoice", invoice_body("1", &[json!(1)]), NOON).unwrap_err();
    assert_eq!(refused.code, "610");
}

#[test]
fn deactivating_twice_changes_nothing() {
    let mut books = Books::default();
    customer(&mut books, "Jane");
    for token in ["0", "1"] {
        let body = json!({"Id": "1", "SyncToken": token, "sparse": true, "Active": false});
        let written = books.save(kind("Customer"), fields_of(body), at(NOON)).unwrap();
        assert_eq!(written.shown["SyncToken"], "1");
        assert_eq!(written.change.is_some(), token == "0");
    }
}

#[test]
fn a_reactivated_customer_has_its_name_back() {
    let mut books = Books::default();
    customer(&mut books, "Jane");
    for (token, active) in [("0", false), ("1", true)] {
        let body = json!({"Id": "1", "SyncToken": token, "sparse": true, "Active": active});
        save(&mut books, "Customer", body, NOON).unwrap();
    }
    assert_eq!(books.read(kind("Customer"), "1").unwrap()["DisplayName"], "Jane");
}

#[test]
fn a_deleted_invoice_is_gone() {
    let mut books = Books::default();
    let id = customer(&mut books, "Jane");
    let shown = save(&mut books, "Invoice", invoice_body(&id, &[json!(1)]), MORNING).unwrap();
    let named = fields_of(json!({"Id": shown["Id"], "SyncToken": "0"}));
    let stale = fields_of(json!({"Id": shown["Id"], "SyncToken": "1"}));
    assert_eq!(books.delete(kind("Invoice"), &stale, at(NOON)).unwrap_err().code, "5010");
    let written = books.delete(kind("Invoice"), &named, at(NOON)).unwrap();
    let body = Value::Object(written.shown).to_string();
    assert_eq!(body, r#"{"domain":"QBO","status":"Deleted","Id":"2"}"#);
    assert_eq!(books.read(kind("Invoice"), "2").unwrap_err().code, "610");
    assert_eq!(books.delete(kind("Invoice"), &named, at(NOON)).unwrap_err().code, "610");
}

#[test]
fn a_voided_invoice_stays_with_amounts_of_zero() {
    let mut books = Books::default();
    let id = customer(&mut books, "Jane");
    let shown = save(&mut books, "Invoice", invoice_body(&id, &[json!(5)]), MORNING).unwrap();
    let named = fields_of(json!({"Id": shown["Id"], "SyncToken": "0"}));
    let voided = books.void(kind("Invoice"), &named, at(NOON)).unwrap();
    for property in ["TotalAmt", "Balance"] {
        assert_eq!(voided.shown[property].to_string(), "0");
    }
    assert_eq!(voided.shown["PrivateNote"], "Voided");
    assert_eq!(voided.shown["SyncToken"], "1");
    assert_eq!(voided.shown["Line"][0]["Amount"].to_string(), "0");
    assert_eq!(voided.change.unwrap().operation, ChangeOperation::Void);
}

#[test]
fn lists_are_not_deleted_and_not_everything_is_voided() {
    let mut books = Books::default();
    customer(&mut books, "Jane");
    let named = fields_of(json!({"Id": "1", "SyncToken": "0"}));
    assert_eq!(books.delete(kind("Customer"), &named, at(NOON)).unwrap_err().code, "500");
    assert_eq!(books.void(kind("Customer"), &named, at(NOON)).unwrap_err().code, "500");
    assert_eq!(books.void(kind("Bill"), &named, at(NOON)).unwrap_err().code, "500");
}

#[test]
fn a_merge_deactivates_the_loser_and_hands_its_invoices_over() {
    let mut books = Books::default();
    let (survivor, loser) = (customer(&mut books, "Jane"), customer(&mut books, "Jane Doe"));
    save(&mut books, "Invoice", invoice_body(&loser, &[json!(1)]), MORNING).unwrap();
    let written = books.merge(kind("Customer"), &survivor, &loser, at(NOON)).unwrap();
    let change = written.change.unwrap();
    assert_eq!((change.operation, change.id), (ChangeOperation::Merge, survivor.clone()));
    assert_eq!(change.deleted_id.as_deref(), Some(loser.as_str()));
    assert_eq!(written.shown["SyncToken"], "1");
    let lost = books.read(kind("Customer"), &loser).unwrap();
    assert_eq!(lost["DisplayName"], "Jane Doe (deleted)");
    let invoice = books.read(kind("Invoice"), "3").unwrap();
    assert_eq!(invoice["CustomerRef"], json!({"value": survivor, "name": "Jane"}));
    for (one, two) in [(&survivor, &loser), (&loser, &survivor), (&survivor, &survivor)] {
        assert_eq!(books.merge(kind("Customer"), one, two, at(NOON)).unwrap_err().code, "610");
    }
}

#[test]
fn other_kinds_follow_the_same_rules() {
    let mut books = Books::default();
    let vendor = save(&mut books, "vendor", json!({"DisplayName": "Norton"}), MORNING).unwrap();
    let line = json!({"Amount": 103.55, "DetailType": "AccountBasedExpenseLineDetail"});
    let bill = json!({"VendorRef": {"value": vendor["Id"]}, "Line": [line]});
    let bill = save(&mut books, "Bill", bill, MORNING).unwrap();
    assert_eq!(bill["TotalAmt"].to_string(), "103.55");
    assert_eq!(bill["Line"].as_array().unwrap().len(), 1);
    let term = save(&mut books, "Term", json!({"Name": "Net 60"}), MORNING).unwrap();
    assert_eq!(term["Active"], true);
}

#[test]
fn a_journal_entry_balances() {
    let mut books = Books::default();
    let line = |amount: f64, posting: &str| json!({"Amount": amount, "JournalEntryLineDetail": {"PostingType": posting}});
    let balanced = json!({"Line": [line(0.3, "Debit"), line(0.1, "Credit"), line(0.2, "Credit")]});
    let entry = save(&mut books, "JournalEntry", balanced, MORNING).unwrap();
    assert_eq!(entry.get("TotalAmt"), None);
    for (lines, code) in [
        (json!([line(1.0, "Debit"), line(2.0, "Credit")]), "6000"),
        (json!([{"Amount": 1}]), "2020"),
        (json!([]), "2020"),
    ] {
        let refused = save(&mut books, "JournalEntry", json!({"Line": lines}), MORNING);
        assert_eq!(refused.unwrap_err().code, code);
    }
}

#[test]
fn a_renamed_company_is_a_new_version_of_its_record() {
    let mut books = Books::default();
    books.name_company("Before", at(MORNING));
    books.name_company("After", at(NOON));
    let company = books.read(&COMPANY_INFO, "1").unwrap();
    assert_eq!((&company["CompanyName"], &company["SyncToken"]), (&json!("After"), &json!("1")));
    assert_eq!(company["MetaData"]["CreateTime"], "2026-03-10T09:00:00-07:00");
}
