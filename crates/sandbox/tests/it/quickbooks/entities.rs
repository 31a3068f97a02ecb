//! Every kind of record, with a minimal body of its own.

use ledgerhook_sandbox::quickbooks::{QuickBooks, RecordOperation, RecordStanding};
use serde_json::{Value, json};

use super::bench::{Bench, REALM};
use crate::client::{form, text};

/// Kinds whose records are made inactive, not removed (reference §5, `Active`).
const LISTS: [&str; 11] = [
    "Account",
    "Class",
    "CompanyCurrency",
    "Customer",
    "Employee",
    "Item",
    "PaymentMethod",
    "TaxCode",
    "TaxRate",
    "Term",
    "Vendor",
];
const READ_ONLY: [&str; 2] = ["TaxCode", "TaxRate"];

fn sample(bench: &Bench, entity: &str, number: u64) -> Value {
    bench.quickbooks().create_sample(REALM, entity, number).unwrap()
}

#[tokio::test]
async fn one_of_each_kind_can_be_created_over_the_api_in_the_order_told() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    for entity in QuickBooks::entities() {
        let body = bench.quickbooks().sample_body(REALM, entity, 1).unwrap();
        let answer = bench.api_post(&tokens, &entity.to_lowercase(), body.clone()).await;
        if READ_ONLY.contains(&entity) {
            let code = &answer.json()["Fault"]["Error"][0]["code"];
            assert_eq!((answer.status, code), (400, &json!("500")), "{entity}");
            let by_user = bench.quickbooks();
            by_user.change_record(REALM, entity, RecordOperation::Save, body).unwrap();
        } else {
            assert_eq!(answer.status, 200, "{entity}: {}", answer.text);
        }
        let query = form(&[("query", &format!("SELECT * FROM {entity}"))]);
        let found = bench.api_get(&tokens, &format!("query?{query}")).await.json();
        let id = text(&found["QueryResponse"][entity][0]["Id"]);
        let read = bench.api_get(&tokens, &format!("{}/{id}", entity.to_lowercase())).await;
        assert_eq!(read.json()[entity], found["QueryResponse"][entity][0], "{entity}");
    }
}

#[tokio::test]
async fn a_sample_that_lacks_its_references_says_which() {
    let bench = Bench::start().await;
    let error = bench.quickbooks().sample_body(REALM, "Invoice", 1).unwrap_err();
    assert_eq!(error.to_string(), "the books have no active Customer to refer to");
    let invoice = sample(&bench, "Invoice", 1);
    assert_eq!(invoice["CustomerRef"]["value"], "1");
    assert!(bench.quickbooks().snapshot(REALM).unwrap().len() > 2);
}

#[tokio::test]
async fn every_kind_is_updated_and_goes_away_in_its_own_way() {
    let bench = Bench::start().await;
    let quickbooks = bench.quickbooks();
    let change = |entity, operation, body| quickbooks.change_record(REALM, entity, operation, body);
    for entity in QuickBooks::entities() {
        let id = text(&sample(&bench, entity, 7)["Id"]);
        let edit = json!({"Id": id, "SyncToken": "0", "sparse": true, "Notes": "seen"});
        let edited = change(entity, RecordOperation::Save, edit).unwrap();
        assert_eq!(edited["SyncToken"], "1", "{entity}");
        let named = json!({"Id": id, "SyncToken": "1"});
        let deleted = change(entity, RecordOperation::Delete, named);
        assert_eq!(deleted.is_err(), LISTS.contains(&entity), "{entity}");
        if deleted.is_err() {
            let end = json!({"Id": id, "SyncToken": "1", "sparse": true, "Active": false});
            change(entity, RecordOperation::Save, end).unwrap();
        }
        let gone = &quickbooks.snapshot(REALM).unwrap()[&(entity, id)];
        let expected = if LISTS.contains(&entity) {
            RecordStanding::Inactive
        } else {
            RecordStanding::Deleted
        };
        assert_eq!(gone.standing, expected, "{entity}");
    }
}

#[tokio::test]
async fn what_can_be_voided_merged_or_sent_is_documented() {
    let bench = Bench::start().await;
    let quickbooks = bench.quickbooks();
    let (mut voided, mut merged, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for entity in QuickBooks::entities() {
        let (one, two) = (sample(&bench, entity, 1), sample(&bench, entity, 2));
        let (one, two) = (text(&one["Id"]), text(&two["Id"]));
        if quickbooks.email_record(REALM, entity, &one).is_ok() {
            sent.push(entity);
        }
        if quickbooks.merge_records(REALM, entity, &one, &two).is_ok() {
            merged.push(entity);
        }
        let sync_token = &quickbooks.snapshot(REALM).unwrap()[&(entity, one.clone())].sync_token;
        let named = json!({"Id": one, "SyncToken": sync_token});
        if quickbooks.change_record(REALM, entity, RecordOperation::Void, named).is_ok() {
            voided.push(entity);
        }
    }
    let sold = ["CreditMemo", "Invoice", "Payment", "RefundReceipt", "SalesReceipt"];
    let lists = ["Account", "Class", "Customer", "Employee", "Item", "PaymentMethod", "Vendor"];
    let with = |one: &'static str| {
        let mut all = sold.to_vec();
        all.push(one);
        all.sort_unstable();
        all
    };
    assert_eq!(voided, with("BillPayment"));
    assert_eq!(sent, with("PurchaseOrder"));
    assert_eq!(merged, lists);
}

#[tokio::test]
async fn an_invoice_is_sent_over_the_api() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let id = text(&sample(&bench, "Invoice", 1)["Id"]);
    let path = format!("invoice/{id}/send?sendTo=jane%40example.com");
    let answer = bench.api_post(&tokens, &path, json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let invoice = &answer.json()["Invoice"];
    assert_eq!(invoice["EmailStatus"], "EmailSent");
    assert_eq!(invoice["BillEmail"], json!({"Address": "jane@example.com"}));
    assert_eq!(invoice["SyncToken"], "1");
    let bill = text(&sample(&bench, "Bill", 1)["Id"]);
    let refused = bench.api_post(&tokens, &format!("bill/{bill}/send"), json!({})).await;
    assert_eq!(refused.json()["Fault"]["Error"][0]["code"], "500");
}

#[tokio::test]
async fn a_merge_moves_references_inside_lines() {
    let bench = Bench::start().await;
    let quickbooks = bench.quickbooks();
    let bill = sample(&bench, "Bill", 1);
    let account = &bill["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"];
    let (loser, survivor) = (text(&account["value"]), text(&sample(&bench, "Account", 2)["Id"]));
    quickbooks.merge_records(REALM, "Account", &survivor, &loser).unwrap();
    let tokens = bench.connect(REALM).await;
    let read = bench.api_get(&tokens, &format!("bill/{}", text(&bill["Id"]))).await.json();
    let moved = &read["Bill"]["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"];
    assert_eq!(moved, &json!({"value": survivor, "name": "Account 2"}));
}

#[tokio::test]
async fn clients_find_the_company_itself() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let read = bench.api_get(&tokens, &format!("companyinfo/{REALM}")).await.json();
    assert_eq!(read["CompanyInfo"]["CompanyName"], "Craig's Landscaping");
    let found = bench.api_get(&tokens, "query?query=select%20*%20from%20CompanyInfo").await.json();
    assert_eq!(found["QueryResponse"]["CompanyInfo"][0], read["CompanyInfo"]);
    let body = json!({"Id": "1", "SyncToken": "0", "CompanyName": "Mine"});
    let refused = bench.api_post(&tokens, "companyinfo", body.clone()).await;
    assert_eq!(refused.json()["Fault"]["Error"][0]["code"], "500");
    let by_user = bench.quickbooks();
    assert!(by_user.change_record(REALM, "CompanyInfo", RecordOperation::Save, body).is_err());
}
