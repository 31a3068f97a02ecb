//! Records of the accounting service.

use ledgerhook_sandbox::freshbooks::{FreshBooks, RecordOperation};
use serde_json::{Value, json};

use super::bench::{BUSINESS, Bench, accounting};

fn inner(answer: &crate::client::Answer, key: &str) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["response"]["result"][key].clone()
}

#[tokio::test]
async fn a_client_lives_from_create_to_delete() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let path = accounting("users/clients");
    let body = json!({"client": {"fname": "Gordon", "email": "gordon@example.com"}});
    let created = inner(&bench.call(&tokens, "POST", &path, body).await, "client");
    let item = format!("{path}/{}", created["id"]);
    assert_eq!(created["userid"], created["id"]);
    assert_eq!(created["updated"], "2026-03-10 15:00:00", "Eastern wall time");
    assert_eq!(created["signup_date"], "2026-03-10 19:00:00", "UTC");
    assert_eq!(created["vis_state"], 0);

    bench.pass(60);
    let change = json!({"client": {"note": "likes cats"}});
    let updated = inner(&bench.call(&tokens, "PUT", &item, change).await, "client");
    assert_eq!((&updated["note"], &updated["fname"]), (&json!("likes cats"), &json!("Gordon")));
    assert_eq!(updated["updated"], "2026-03-10 15:01:00");

    let deletion = json!({"client": {"vis_state": 1}});
    let deleted = inner(&bench.call(&tokens, "PUT", &item, deletion).await, "client");
    assert_eq!(deleted["vis_state"], 1);
    let read = inner(&bench.get(&tokens, &item).await, "client");
    assert_eq!(read["vis_state"], 1, "a GET by id still answers");
    assert_eq!(inner(&bench.get(&tokens, &path).await, "clients"), json!([]));
}

#[tokio::test]
async fn delete_is_for_the_nouns_that_take_it() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (noun, path, status, then) in [
        ("client", "users/clients", 405, 200),
        ("expense", "expenses/expenses", 405, 200),
        ("invoice", "invoices/invoices", 200, 200),
        ("estimate", "estimates/estimates", 200, 200),
        ("tax", "taxes/taxes", 200, 404),
    ] {
        let record = bench.freshbooks().create_sample(BUSINESS, noun, 1).unwrap();
        let item = accounting(&format!("{path}/{}", record["id"]));
        let answer = bench.call(&tokens, "DELETE", &item, Value::Null).await;
        assert_eq!(answer.status, status, "{noun}: {}", answer.text);
        assert_eq!(bench.get(&tokens, &item).await.status, then, "{noun}");
    }
}

#[tokio::test]
async fn every_noun_has_its_path_and_its_envelope() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (noun, path, key, list_key, id) in [
        ("client", "users/clients", "client", "clients", "userid"),
        ("staff", "users/staffs", "staff", "staffs", "userid"),
        ("invoice", "invoices/invoices", "invoice", "invoices", "invoiceid"),
        ("estimate", "estimates/estimates", "estimate", "estimates", "estimateid"),
        ("expense", "expenses/expenses", "expense", "expenses", "expenseid"),
        ("payment", "payments/payments", "payment", "payments", "logid"),
        ("item", "items/items", "item", "items", "itemid"),
        ("tax", "taxes/taxes", "tax", "taxes", "taxid"),
        ("task", "projects/tasks", "task", "tasks", "taskid"),
        ("bill", "bills/bills", "bill", "bills", "id"),
        ("bill_vendor", "bill_vendors/bill_vendors", "bill_vendor", "bill_vendors", "vendorid"),
        ("credit_note", "credit_notes/credit_notes", "credit_note", "credit_notes", "creditid"),
        ("category", "expenses/categories", "category", "categories", "categoryid"),
        (
            "recurring",
            "invoice_profiles/invoice_profiles",
            "invoice_profile",
            "invoice_profiles",
            "invoiceprofileid",
        ),
        ("other_income", "other_incomes/other_incomes", "other_income", "other_income", "incomeid"),
    ] {
        let made = bench.freshbooks().create_sample(BUSINESS, noun, 1).unwrap();
        let item = accounting(&format!("{path}/{}", made["id"]));
        let read = inner(&bench.get(&tokens, &item).await, key);
        assert_eq!((&read, &read[id]), (&made, &made["id"]), "{noun}");
        let list = inner(&bench.get(&tokens, &accounting(path)).await, list_key);
        assert_eq!(list[0]["id"], made["id"], "{noun}");
    }
    assert_eq!(FreshBooks::nouns().count(), 18);
}

#[tokio::test]
async fn bills_and_vendors_print_utc_and_categories_eastern_time() {
    let bench = Bench::start().await;
    bench.freshbooks().create_sample(BUSINESS, "bill", 1).unwrap();
    for (noun, created, updated) in [
        ("bill", "2026-03-10 19:00:00", "2026-03-10 19:00:00"),
        ("bill_vendor", "2026-03-10 19:00:00", "2026-03-10 19:00:00"),
        ("category", "2026-03-10 15:00:00", "2026-03-10 15:00:00"),
    ] {
        let made = bench.freshbooks().create_sample(BUSINESS, noun, 2).unwrap();
        assert_eq!((&made["created_at"], &made["updated_at"]), (&json!(created), &json!(updated)));
    }
}

#[tokio::test]
async fn the_api_neither_writes_categories_nor_creates_staff() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (method, path, body) in [
        ("POST", "expenses/categories", json!({"category": {"category": "Toys"}})),
        ("PUT", "expenses/categories/1001", json!({"category": {"category": "Toys"}})),
        ("POST", "users/staffs", json!({"staff": {"fname": "Ada"}})),
    ] {
        let answer = bench.call(&tokens, method, &accounting(path), body).await;
        assert_eq!(answer.status, 405, "{method} {path}");
    }
    let change = json!({"staff": {"note": "on holiday"}});
    let staff = accounting("users/staffs/1001");
    assert_eq!(bench.call(&tokens, "PUT", &staff, change).await.status, 200);
}

#[tokio::test]
async fn an_invoice_is_worked_out_and_paid() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let client = bench.create_client(&tokens, "Alder & Co").await;
    let lines = json!([{"name": "Mugs", "qty": "6", "unit_cost": {"amount": "4", "code": "CAD"}}]);
    let body = json!({"invoice": {
        "customerid": client,
        "create_date": "2026-03-10",
        "currency_code": "CAD",
        "lines": lines,
    }});
    let path = accounting("invoices/invoices");
    let invoice = inner(&bench.call(&tokens, "POST", &path, body).await, "invoice");
    assert_eq!(invoice["amount"], json!({"amount": "24.00", "code": "CAD"}));
    assert_eq!(invoice["organization"], "Alder & Co");
    assert_eq!(invoice["lines"][0]["lineid"], 1);
    let body = json!({"payment": {
        "invoiceid": invoice["id"],
        "amount": {"amount": "24.00", "code": "CAD"},
        "date": "2026-03-11",
        "type": "Check",
    }});
    let payments = accounting("payments/payments");
    let payment = inner(&bench.call(&tokens, "POST", &payments, body).await, "payment");
    assert_eq!(payment["clientid"], client);
    let paid = inner(&bench.get(&tokens, &format!("{path}/{}", invoice["id"])).await, "invoice");
    assert_eq!((&paid["payment_status"], &paid["v3_status"]), (&json!("paid"), &json!("paid")));
}

#[tokio::test]
async fn a_snapshot_shows_what_is_deleted_and_what_is_gone() {
    let bench = Bench::start().await;
    let client = bench.freshbooks().create_sample(BUSINESS, "client", 1).unwrap();
    let tax = bench.freshbooks().create_sample(BUSINESS, "tax", 1).unwrap();
    bench.pass(5);
    for (noun, record) in [("client", &client), ("tax", &tax)] {
        bench.change(noun, RecordOperation::Delete, json!({"id": record["id"]}));
    }
    let snapshot = bench.freshbooks().snapshot(BUSINESS).unwrap();
    let client = &snapshot[&("client", client["id"].as_u64().unwrap())];
    let tax = &snapshot[&("tax", tax["id"].as_u64().unwrap())];
    assert_eq!((client.vis_state, client.gone), (1, false));
    assert_eq!(client.updated.to_string(), "2026-03-10T19:00:05Z");
    assert!(tax.gone);
}
