//! Records of Sage Accounting, written over the API.

use serde_json::{Value, json};

use super::bench::{Bench, START};
use crate::client::{Answer, Tokens, bearer, text};

async fn post(bench: &Bench, tokens: &Tokens, endpoint: &str, body: Value) -> Answer {
    bench.call("POST", tokens, endpoint, Some(body)).await
}

#[tokio::test]
async fn a_contact_is_created_changed_and_deleted() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let body = json!({"contact": {
        "name": "Jane", "contact_type_ids": ["VENDOR"], "credit_limit": 1000, "credit_days": 30,
    }});
    let created = post(&bench, &tokens, "contacts", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let contact = created.json();
    let vendor =
        json!({"id": "VENDOR", "displayed_as": "Vendor", "$path": "/contact_types/VENDOR"});
    assert_eq!(contact["contact_types"], json!([vendor]));
    // Numbers are text, but whole ones by definition.
    assert_eq!((&contact["credit_limit"], &contact["credit_days"]), (&"1000.0".into(), &30.into()));
    assert_eq!((&contact["created_at"], &contact["updated_at"]), (&START.into(), &START.into()));
    bench.pass(5);
    let path = format!("contacts/{}", text(&contact["id"]));
    let change = json!({"contact": {"reference": "J1", "id": "other", "updated_at": "2020-01-01"}});
    let changed = bench.call("PUT", &tokens, &path, Some(change)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let changed = changed.json();
    assert_eq!((&changed["id"], &changed["name"]), (&contact["id"], &"Jane".into()));
    assert_eq!(changed["displayed_as"], "Jane (J1)");
    assert_eq!(changed["created_at"], START);
    assert_eq!(changed["updated_at"], "2026-03-10T19:00:05Z");
    let deleted = bench.call("DELETE", &tokens, &path, None).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for method in ["GET", "DELETE"] {
        assert_eq!(bench.call(method, &tokens, &path, None).await.status, 404);
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_saved_names_its_field() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let contact = bench.customer("Jane");
    for (endpoint, body, source, words) in [
        ("contacts", json!({"contact": {"name": "Jane"}}), "contact_type_ids", "required"),
        (
            "contacts",
            json!({"contact": {"name": " ", "contact_type_ids": ["VENDOR"]}}),
            "name",
            "required",
        ),
        (
            "contacts",
            json!({"contact": {"name": "Jane", "contact_type_ids": ["FRIEND"]}}),
            "contact_type_ids",
            "type",
        ),
        ("contacts", json!({"name": "Jane"}), "contact", "required"),
        (
            "sales_invoices",
            json!({"sales_invoice": {"contact_id": contact, "date": "31/12/2014"}}),
            "date",
            "invalid date",
        ),
        (
            "sales_invoices",
            json!({"sales_invoice": {"contact_id": "0", "date": "2026-01-01"}}),
            "contact_id",
            "no such record",
        ),
    ] {
        let refused = post(&bench, &tokens, endpoint, body.clone()).await;
        assert_eq!(refused.status, 422, "{body}");
        let error = refused.json()[0].clone();
        assert_eq!(error["$source"], source, "{body}");
        assert!(text(&error["$message"]).contains(words), "{error}");
    }
    let headers = [bearer(&tokens), ("content-type", "text/plain".to_owned())];
    let plain = bench.send("POST", "/v3.1/contacts", &headers, "{}".to_owned()).await;
    assert_eq!(plain.status, 415);
}

fn invoice(contact: &str) -> Value {
    let line = json!({"description": "Oak", "quantity": "3", "unit_price": 19.99});
    json!({"sales_invoice": {
        "contact_id": contact, "date": "2026-03-10", "invoice_lines": [line],
    }})
}

#[tokio::test]
async fn an_invoice_has_a_number_a_total_and_blank_dates() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let contact = bench.customer("Jane");
    let created = post(&bench, &tokens, "sales_invoices", invoice(&contact)).await.json();
    assert_eq!(
        (&created["displayed_as"], &created["invoice_number"]),
        (&"SI-1".into(), &"SI-1".into())
    );
    assert_eq!(created["total_amount"], "59.97");
    assert_eq!(created["outstanding_amount"], "59.97");
    assert_eq!(created["status"]["id"], "UNPAID");
    assert_eq!(created["contact"]["$path"], format!("/contacts/{contact}"));
    assert_eq!((&created["due_date"], &created["last_paid"]), (&Value::Null, &Value::Null));
    assert_eq!(created["delivery_performance_date"], "");
    assert_eq!(created["invoice_lines"][0]["unit_price"], "19.99");
    let second = post(&bench, &tokens, "sales_invoices", invoice(&contact)).await.json();
    assert_eq!(second["displayed_as"], "SI-2");
}

#[tokio::test]
async fn an_invoice_is_deleted_with_a_reason_only() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let contact = bench.customer("Jane");
    let created = post(&bench, &tokens, "sales_invoices", invoice(&contact)).await.json();
    let path = format!("sales_invoices/{}", text(&created["id"]));
    for query in ["", "?void_reason=", "?void_reason=%20"] {
        let refused = bench.call("DELETE", &tokens, &format!("{path}{query}"), None).await;
        assert_eq!((refused.status, &refused.json()[0]["$source"]), (422, &"void_reason".into()));
    }
    bench.pass(1);
    let deleted = format!("{path}?void_reason=Entered%20twice");
    assert_eq!(bench.call("DELETE", &tokens, &deleted, None).await.status, 204);
    let gone = format!("sales_invoices?deleted_since={START}&attributes=void_reason,status");
    let row = bench.get(&tokens, &gone).await.json()["$items"][0].clone();
    assert_eq!(
        (&row["void_reason"], &row["status"]["id"]),
        (&"Entered twice".into(), &"VOID".into())
    );
    assert_eq!(row["deleted_at"], "2026-03-10T19:00:01Z");
}

#[tokio::test]
async fn a_payment_changes_the_invoice_it_pays() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let contact = bench.customer("Jane");
    let bank = json!({"name": "Current", "bank_account_type_id": "CHECKING"});
    let bank = bench.save("bank_accounts", bank);
    let created = post(&bench, &tokens, "sales_invoices", invoice(&contact)).await.json();
    let id = text(&created["id"]);
    let pay = |artefact: &str, amount: &str| {
        json!({"contact_payment": {
            "transaction_type_id": "CUSTOMER_RECEIPT", "contact_id": contact,
            "bank_account_id": bank, "date": "2026-03-11", "total_amount": amount,
            "allocated_artefacts": [{"artefact_id": artefact, "amount": amount}],
        }})
    };
    for (amount, outstanding, status) in [("9.97", "50.0", "PART_PAID"), ("50", "0.0", "PAID")] {
        bench.pass(60);
        let paid = post(&bench, &tokens, "contact_payments", pay(&id, amount)).await;
        assert_eq!(paid.status, 201, "{}", paid.text);
        let invoice = bench.get(&tokens, &format!("sales_invoices/{id}")).await.json();
        assert_eq!(invoice["outstanding_amount"], outstanding);
        assert_eq!(
            (&invoice["status"]["id"], &invoice["last_paid"]),
            (&status.into(), &"2026-03-10".into())
        );
        assert_ne!(invoice["updated_at"], START);
    }
    let unknown = post(&bench, &tokens, "contact_payments", pay("0", "1")).await;
    assert_eq!(unknown.json()[0]["$source"], "allocated_artefacts");
}

#[tokio::test]
async fn settings_are_one_object_without_an_id() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let settings = bench.get(&tokens, "financial_settings").await.json();
    assert_eq!(
        (&settings["$path"], &settings["updated_at"]),
        (&"/financial_settings".into(), &START.into())
    );
    assert_eq!(settings["base_currency"]["$path"], "/currencies/GBP");
    assert_eq!(
        (&settings["accounts_start_date"], &settings["mtd_authenticated_date"]),
        (&Value::Null, &"".into())
    );
    bench.pass(1);
    let change = json!({"financial_settings": {"year_end_date": "2026-12-31"}});
    let changed = bench.call("PUT", &tokens, "financial_settings", Some(change)).await.json();
    assert_eq!(changed["year_end_date"], "2026-12-31");
    assert_eq!(changed["updated_at"], "2026-03-10T19:00:01Z");
    assert_eq!(bench.get(&tokens, "financial_settings").await.json(), changed);
}

#[tokio::test]
async fn types_can_be_listed_and_read() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    assert_eq!(bench.ids(&tokens, "contact_types").await, ["CUSTOMER", "VENDOR"]);
    assert_eq!(bench.ids(&tokens, "contact_types?items_per_page=1&page=2").await, ["VENDOR"]);
    let one = bench.get(&tokens, "contact_types/VENDOR").await.json();
    assert_eq!(one["displayed_as"], "Vendor");
    assert_eq!(bench.get(&tokens, "contact_types/FRIEND").await.status, 404);
    assert_eq!(bench.ids(&tokens, "tax_offices").await, [""; 0]);
}

#[tokio::test]
async fn a_record_is_displayed_by_its_name_and_code() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (endpoint, body, expected) in [
        ("ledger_accounts", json!({"name": "Sales", "nominal_code": 4000}), "Sales (4000)"),
        ("products", json!({"description": "Oak", "item_code": "O1"}), "Oak (O1)"),
        ("services", json!({"description": "Care"}), "Care"),
        ("bank_deposits", json!({"date": "2026-03-01"}), "bank_deposit 1"),
    ] {
        let id = bench.save(endpoint, body);
        bench.save(endpoint, json!({"id": id, "notes": "seen"}));
        let shown = bench.get(&tokens, &format!("{endpoint}/{id}")).await.json();
        assert_eq!(shown["displayed_as"], expected);
    }
}

#[tokio::test]
async fn amounts_are_text_with_a_decimal_however_they_are_given() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let account = bench.save("ledger_accounts", json!({"name": "Sales", "nominal_code": 4000}));
    let line = json!({"ledger_account_id": account, "debit": 12.5, "credit": "0"});
    let body = json!({"journal": {"date": "2026-03-01", "journal_lines": [line]}});
    let created = post(&bench, &tokens, "journals", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let line = created.json()["journal_lines"][0].clone();
    assert_eq!((&line["debit"], &line["credit"]), (&"12.5".into(), &"0.0".into()));
    assert_eq!(line["ledger_account"]["displayed_as"], "Sales (4000)");
}

#[tokio::test]
async fn a_reference_can_be_changed_and_taken_away() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let (jane, bob) = (bench.customer("Jane"), bench.customer("Bob"));
    let created = post(&bench, &tokens, "sales_invoices", invoice(&jane)).await.json();
    let path = format!("sales_invoices/{}", text(&created["id"]));
    let change = |body: Value| Some(json!({"sales_invoice": body}));
    let body = change(json!({"contact_id": bob, "currency_id": "EUR", "displayed_as": "mine"}));
    let changed = bench.call("PUT", &tokens, &path, body).await.json();
    assert_eq!(changed["contact"]["displayed_as"], "Bob");
    assert_eq!(changed["currency"]["$path"], "/currencies/EUR");
    assert_eq!(changed["displayed_as"], "SI-1");
    let taken = bench.call("PUT", &tokens, &path, change(json!({"currency_id": null}))).await;
    assert_eq!(taken.json()["currency"], Value::Null);
    for body in [json!({"contact_id": null}), json!({"contact_id": 7})] {
        let refused = bench.call("PUT", &tokens, &path, change(body)).await;
        assert_eq!((refused.status, &refused.json()[0]["$source"]), (422, &"contact_id".into()));
    }
}
