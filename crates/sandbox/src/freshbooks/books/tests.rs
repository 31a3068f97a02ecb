//! The rules of the books, without HTTP.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

const START: &str = "2026-03-10T19:00:00.5Z";

fn now() -> Timestamp {
    START.parse().unwrap()
}

fn books() -> Books {
    Books::new(7, Some("A1"), DeletedReads::Shown, now())
}

fn noun(name: &str) -> &'static Noun {
    Noun::find(name).unwrap()
}

fn create(books: &mut Books, name: &str, body: Value) -> Written {
    books.create(noun(name), fields_of(body), now()).unwrap()
}

fn id(written: &Written) -> u64 {
    id_of(&written.shown["id"]).unwrap()
}

fn told(written: &Written) -> Vec<(&'static str, Verb)> {
    written.changes.iter().map(|change| (change.noun.name, change.verb)).collect()
}

fn invoice(books: &mut Books) -> u64 {
    let client = id(&create(books, "client", json!({"organization": "Alder & Co"})));
    let lines = json!([
        {"name": "Bowls", "qty": "4", "unit_cost": {"amount": "5.00"}, "taxAmount1": "10"},
        {"name": "Mugs", "qty": 6, "unit_cost": {"amount": "4.00"}},
    ]);
    let body = json!({"customerid": client, "create_date": "2026-03-10", "lines": lines});
    id(&create(books, "invoice", body))
}

#[test]
fn an_invoice_adds_up_and_takes_over_its_client() {
    let mut books = books();
    let invoice = invoice(&mut books);
    let shown = &books.read(noun("invoice"), invoice).unwrap().fields;
    assert_eq!(shown["amount"], json!({"amount": "46.00", "code": "USD"}));
    assert_eq!(shown["outstanding"]["amount"], "46.00");
    assert_eq!(shown["lines"][0]["amount"]["amount"], "20.00");
    assert_eq!(shown["organization"], "Alder & Co");
    assert_eq!(shown["invoiceid"], shown["id"]);
    assert_eq!(shown["created_at"], "2026-03-10 15:00:00");
    assert_eq!(shown["accounting_systemid"], "A1");
}

#[test]
fn a_payment_changes_its_invoice_too() {
    let mut books = books();
    let invoice = invoice(&mut books);
    let body = json!({
        "invoiceid": invoice,
        "amount": {"amount": "20"},
        "date": "2026-03-10",
        "type": "Cash",
    });
    let payment = create(&mut books, "payment", body);
    assert_eq!(told(&payment), [("payment", Verb::Create), ("invoice", Verb::Update)]);
    let status = |books: &Books| {
        let shown = &books.read(noun("invoice"), invoice).unwrap().fields;
        (shown["payment_status"].clone(), shown["outstanding"]["amount"].clone())
    };
    assert_eq!(status(&books), (json!("partial"), json!("26.00")));
    let deleted = books.delete_somehow(noun("payment"), id(&payment), now()).unwrap();
    assert_eq!(told(&deleted), [("payment", Verb::Delete), ("invoice", Verb::Update)]);
    assert_eq!(status(&books), (json!("unpaid"), json!("46.00")));
}

#[test]
fn what_a_new_record_needs_and_refers_to_is_checked() {
    let mut books = books();
    for (name, body, errno) in [
        ("client", json!({}), 1001),
        ("invoice", json!({"customerid": 5}), 1001),
        ("invoice", json!({"customerid": 5, "create_date": "2026-03-10"}), 1012),
        ("invoice", json!({"customerid": "x", "create_date": "2026-03-10"}), 1004),
        ("service", json!({"name": null}), 1001),
    ] {
        let refused = books.create(noun(name), fields_of(body.clone()), now()).unwrap_err();
        assert_eq!(refused.errno(), errno, "{name} {body}");
    }
}

#[test]
fn a_write_touches_neither_ids_nor_times_nor_what_does_not_exist() {
    let mut books = books();
    let client = id(&create(&mut books, "client", json!({"email": "a@b.c", "id": 5})));
    let body = json!({"id": 6, "userid": 6, "updated": "never", "shoe_size": 43, "fname": "Ada"});
    let later = "2026-03-10T20:00:00Z".parse().unwrap();
    books.update(noun("client"), client, &fields_of(body), later).unwrap();
    let shown = &books.read(noun("client"), client).unwrap().fields;
    assert_eq!((&shown["userid"], &shown["fname"]), (&json!(client), &json!("Ada")));
    assert_eq!(
        (&shown["updated"], &shown["signup_date"]),
        (&json!("2026-03-10 16:00:00"), &json!("2026-03-10 19:00:00"))
    );
    assert!(!shown.contains_key("shoe_size"));
}

#[test]
fn soft_deletes_leave_the_record_and_the_others_do_not() {
    let mut books = books();
    let client = id(&create(&mut books, "client", json!({"email": "a@b.c"})));
    assert_eq!(books.delete(noun("client"), client, now()).unwrap_err().reason, Reason::NotAllowed);
    let body = fields_of(json!({"vis_state": 1}));
    let deleted = books.update(noun("client"), client, &body, now()).unwrap();
    assert!(deleted.changes[0].is_soft_delete);
    assert_eq!(books.read(noun("client"), client).unwrap().fields["vis_state"], 1);
    let again = books.update(noun("client"), client, &body, now()).unwrap();
    assert_eq!(told(&again), [("client", Verb::Update)]);

    let tax = id(&create(&mut books, "tax", json!({"name": "HST"})));
    books.delete(noun("tax"), tax, now()).unwrap();
    assert_eq!(books.read(noun("tax"), tax).unwrap_err().reason, Reason::Unknown);
}

#[test]
fn an_update_that_sends_tells_so() {
    let mut books = books();
    let invoice = invoice(&mut books);
    let body = fields_of(json!({"action_email": true}));
    let sent = books.update(noun("invoice"), invoice, &body, now()).unwrap();
    assert_eq!(told(&sent), [("invoice", Verb::SendByEmail)]);
    assert_eq!((&sent.shown["v3_status"], &sent.shown["status"]), (&json!("sent"), &json!(2)));
}

#[test]
fn marking_as_sent_sends_nothing() {
    let mut books = books();
    let invoice = invoice(&mut books);
    let body = fields_of(json!({"action_mark_as_sent": true}));
    let marked = books.update(noun("invoice"), invoice, &body, now()).unwrap();
    assert_eq!(told(&marked), [("invoice", Verb::Update)]);
    assert_eq!(marked.shown["display_status"], "sent");
}
