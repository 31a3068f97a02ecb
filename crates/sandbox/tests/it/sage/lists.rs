//! Lists of Sage Accounting: pages, attributes, times, order.

use serde_json::{Value, json};

use super::bench::{Bench, LEAD, START, ids, message};
use crate::client::text;

#[tokio::test]
async fn a_row_has_three_fields_unless_more_are_asked_for() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let body = json!({"name": "Jane", "contact_type_ids": ["CUSTOMER"], "reference": "J1"});
    let id = bench.save("contacts", body);
    let minimal =
        json!({"id": id, "displayed_as": "Jane (J1)", "$path": format!("/contacts/{id}")});
    let list = bench.get(&tokens, "contacts").await.json();
    let expected = json!({
        "$total": 1, "$page": 1, "$next": null, "$back": null, "$itemsPerPage": 20,
        "$items": [minimal],
    });
    assert_eq!(list, expected);
    let list =
        bench.get(&tokens, "contacts?attributes=created_at,updated_at,nonsense").await.json();
    let mut with_times = minimal;
    with_times["created_at"] = START.into();
    with_times["updated_at"] = START.into();
    assert_eq!(list["$items"][0], with_times);
    let whole = bench.get(&tokens, "contacts?attributes=all").await.json();
    assert_eq!(whole["$items"][0]["reference"], "J1");
    assert_eq!(whole["$items"][0]["contact_types"][0]["$path"], "/contact_types/CUSTOMER");
    assert_eq!(bench.get(&tokens, &format!("contacts/{id}")).await.json(), whole["$items"][0]);
}

#[tokio::test]
async fn a_page_beyond_the_last_is_the_last_page_again() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for number in 0..5 {
        bench.customer(&format!("c{number}"));
    }
    let page = async |number: u32| {
        bench.get(&tokens, &format!("contacts?items_per_page=2&page={number}")).await.json()
    };
    let (first, last) = (page(1).await, page(3).await);
    assert_eq!(first["$next"], "/contacts?page=2&items_per_page=2");
    assert_eq!((&first["$back"], &first["$total"]), (&Value::Null, &5.into()));
    assert_eq!((&last["$next"], ids(&last).len()), (&Value::Null, 1));
    assert_eq!(last["$back"], "/contacts?page=2&items_per_page=2");
    assert_eq!(page(4).await, last);
    assert_eq!(page(4_000_000_000).await, last);
    let mut seen = [ids(&first), ids(&page(2).await), ids(&last)].concat();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let empty = bench.get(&tokens, "products?page=7").await.json();
    assert_eq!((&empty["$page"], &empty["$total"]), (&1.into(), &0.into()));
}

#[tokio::test]
async fn updates_are_inclusive_and_deletes_are_not() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let kept = bench.customer("kept");
    let gone = bench.customer("gone");
    bench.pass(60);
    bench.save("contacts", json!({"id": kept, "notes": "changed"}));
    bench.delete("contacts", &gone);
    let (before, then, after) =
        ("2026-03-10T19:00:59Z", "2026-03-10T19:01:00Z", "2026-03-10T19:01:01Z");
    for (since, updated, deleted) in [(before, 1, 1), (then, 1, 0), (after, 0, 0)] {
        let list = bench.ids(&tokens, &format!("contacts?updated_or_created_since={since}")).await;
        assert_eq!(list, vec![kept.clone(); updated], "{since}");
        let list = bench.ids(&tokens, &format!("contacts?deleted_since={since}")).await;
        assert_eq!(list, vec![gone.clone(); deleted], "{since}");
    }
    let both = format!("contacts?deleted_since={before}&updated_or_created_since");
    assert_eq!(bench.ids(&tokens, &format!("{both}={then}")).await, std::slice::from_ref(&gone));
    assert!(bench.ids(&tokens, &format!("{both}={after}")).await.is_empty());
    let deleted = format!("contacts?deleted_since={before}&attributes=updated_at");
    let row = bench.get(&tokens, &deleted).await.json()["$items"][0].clone();
    assert_eq!((text(&row["deleted_at"]), text(&row["updated_at"])), (then.into(), then.into()));
    assert_eq!(row.get("created_at"), None);
    assert_eq!(bench.ids(&tokens, "contacts").await, [kept]);
    assert_eq!(bench.get(&tokens, &format!("contacts/{gone}")).await.status, 404);
}

#[tokio::test]
async fn answers_are_dated_by_the_clock_that_dates_records() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.pass(61);
    let answer = bench.get(&tokens, "contacts").await;
    assert_eq!(answer.header("date"), "Tue, 10 Mar 2026 19:01:01 GMT");
}

#[tokio::test]
async fn a_time_is_a_date_or_has_an_offset() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.customer("Jane");
    for (since, total) in [
        ("2026-03-10", 1),
        ("2026-03-11", 0),
        ("2026-03-10T20:00:00%2B01:00", 1),
        ("2026-03-10T20:00:01%2B01:00", 0),
        ("2026-03-10T14:00:00-05:00", 1),
    ] {
        let list = bench.ids(&tokens, &format!("contacts?updated_or_created_since={since}")).await;
        assert_eq!(list.len(), total, "{since}");
    }
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_refused() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (query, source) in [
        ("contacts?updated_or_created_since=lately", "updated_or_created_since"),
        // A plus sign that was not encoded arrives as a space.
        ("contacts?updated_or_created_since=2026-03-10T20:00:00+01:00", "updated_or_created_since"),
        ("contacts?deleted_since=2026-03-10T20:00:00", "deleted_since"),
        ("contacts?items_per_page=201", "items_per_page"),
        ("contacts?items_per_page=0", "items_per_page"),
        ("contacts?page=0", "page"),
        ("sales_invoices?sort=colour", "sort"),
        ("sales_invoices?from_date=10/03/2026", "from_date"),
    ] {
        let answer = bench.get(&tokens, query).await;
        assert_eq!(answer.status, 422, "{query}");
        let error = answer.json()[0].clone();
        assert_eq!(
            (text(&error["$dataCode"]), text(&error["$source"])),
            ("RecordInvalid".into(), source.into())
        );
    }
}

#[tokio::test]
async fn a_list_is_sorted_where_sort_is_known_and_in_no_order_elsewhere() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let contact = bench.customer("Jane");
    let (mut contacts, mut invoices) = (vec![contact.clone()], Vec::new());
    for number in 0..12 {
        bench.pass(1);
        contacts.push(bench.customer(&format!("c{number}")));
        let body = json!({"contact_id": contact, "date": format!("2026-03-{:02}", 28 - number)});
        invoices.push(bench.save("sales_invoices", body));
    }
    let sorted = |query: &'static str| bench.ids(&tokens, query);
    assert_eq!(sorted("sales_invoices?sort=updated_at").await, invoices);
    assert_eq!(sorted("sales_invoices?sort=date:desc").await, invoices);
    let mut newest_first = invoices.clone();
    newest_first.reverse();
    assert_eq!(sorted("sales_invoices?sort=updated_at:desc").await, newest_first);
    let unsorted = sorted("contacts?sort=updated_at").await;
    assert_ne!(unsorted, contacts);
    assert_eq!(sorted("contacts").await, unsorted);
    assert_ne!(sorted("sales_invoices").await, invoices);
}

#[tokio::test]
async fn lists_are_filtered_by_what_the_endpoint_knows() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let jane = bench.customer("Jane");
    let vendor = json!({"name": "Mill", "contact_type_ids": ["VENDOR"], "email": "a@example.com"});
    let mill = bench.save("contacts", vendor);
    let both = json!({"name": "Both", "contact_type_ids": ["CUSTOMER", "VENDOR"]});
    let both = bench.save("contacts", both);
    let invoice = bench.save("sales_invoices", json!({"contact_id": jane, "date": "2026-03-01"}));
    let oak = bench.save("products", json!({"description": "Oak", "active": true}));
    let elm = bench.save("products", json!({"description": "Elm", "active": false}));
    let transaction = bench.save("transactions", json!({"reference": "T1"}));
    let sorted = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    for (query, expected) in [
        ("contacts?contact_type_id=CUSTOMER", vec![&jane, &both]),
        ("contacts?contact_type_id=VENDOR", vec![&mill, &both]),
        ("contacts?search=jan", vec![&jane]),
        ("contacts?email=a@example.com", vec![&mill]),
        ("contacts?colour=red", vec![&jane, &mill, &both]),
        (&format!("sales_invoices?contact_id={jane}"), vec![&invoice]),
        (&format!("sales_invoices?contact_id={mill}"), vec![]),
        ("sales_invoices?from_date=2026-03-02", vec![]),
        ("products?active=true", vec![&oak]),
        ("products?active=false", vec![&elm]),
        ("transactions?updated_from_date=2026-03-10", vec![&transaction]),
        ("transactions?updated_to_date=2026-03-09", vec![]),
        ("sales_invoices?to_date=2026-03-01&status_id=UNPAID", vec![&invoice]),
    ] {
        let expected: Vec<String> = expected.into_iter().cloned().collect();
        assert_eq!(sorted(bench.ids(&tokens, query).await), sorted(expected), "{query}");
    }
}

const CHANGED: &str =
    "contacts?updated_or_created_since=2026-03-01&attributes=created_at,updated_at";

#[tokio::test]
async fn a_next_link_may_be_null_and_may_lose_the_filter() {
    let kept = "/contacts?page=2&items_per_page=1&updated_or_created_since=2026-03-01\
                &attributes=created_at,updated_at";
    let dropped = "/contacts?page=2&items_per_page=1&attributes=created_at,updated_at";
    for (drops, lost, expected) in
        [(false, 0, json!(kept)), (true, 0, json!(dropped)), (false, 1_000, Value::Null)]
    {
        let bench = Bench::start_with(|options| {
            options.next_drops_filters = drops;
            options.lost_next_links_per_mille = lost;
        })
        .await;
        let tokens = bench.connect().await;
        bench.customer("one");
        bench.customer("two");
        let list = bench.get(&tokens, &format!("{CHANGED}&items_per_page=1")).await.json();
        assert_eq!((&list["$next"], &list["$total"]), (&expected, &2.into()));
    }
}

#[tokio::test]
async fn a_heavy_page_fails_where_its_rows_can_still_be_read() {
    let bench = Bench::start_with(|options| options.heavy_page_rows_max = Some(1)).await;
    let tokens = bench.connect().await;
    let id = bench.customer("one");
    bench.customer("two");
    let heavy = bench.get(&tokens, "contacts?attributes=all").await;
    assert_eq!(heavy.status, 502);
    assert!(heavy.text.starts_with("<html>"), "{}", heavy.text);
    assert_eq!(bench.get(&tokens, "contacts").await.status, 200);
    assert_eq!(bench.get(&tokens, "contacts?attributes=all&items_per_page=1").await.status, 200);
    assert_eq!(bench.get(&tokens, &format!("contacts/{id}")).await.status, 200);
}

#[tokio::test]
async fn a_long_walk_outlives_its_token() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    for number in 0..3 {
        bench.customer(&format!("c{number}"));
    }
    assert_eq!(bench.ids(&first, "contacts?items_per_page=1&page=1").await.len(), 1);
    bench.pass(300);
    let expired = bench.get(&first, "contacts?items_per_page=1&page=2").await;
    assert_eq!((expired.status, message(&expired)), (401, "Access denied.".into()));
    let second = bench.refresh("/token", &first.refresh).await.tokens();
    assert_eq!(bench.ids(&second, "contacts?items_per_page=1&page=2").await.len(), 1);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids() {
    let bench = Bench::start().await;
    let id = bench.customer("Jane");
    assert_eq!(id.len(), 32);
    assert_eq!(Bench::start().await.customer("Jane"), id);
    assert!(bench.sage().snapshot(LEAD).unwrap().contains_key(&("contacts", id)));
}

#[tokio::test]
async fn a_time_can_be_null_or_blank() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let id = bench.customer("Jane");
    for odd in [Value::Null, json!(""), json!("   ")] {
        let record = ("contacts", id.as_str());
        bench.sage().show_instead(LEAD, record, "created_at", odd.clone()).unwrap();
        let list = bench.get(&tokens, CHANGED).await.json();
        assert_eq!(list["$items"][0]["created_at"], odd);
        assert_eq!(list["$items"][0]["updated_at"], START);
        let minimal = bench.get(&tokens, "contacts").await.json();
        assert_eq!(minimal["$items"][0].get("created_at"), None);
    }
}
