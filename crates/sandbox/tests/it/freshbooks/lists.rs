//! Pages, filters and order, with their traps.

use serde_json::{Value, json};

use super::bench::{BUSINESS, Bench, accounting};
use crate::client::Tokens;

async fn clients(bench: &Bench, tokens: &Tokens, query: &str) -> Value {
    let answer = bench.get(tokens, &format!("{}?{query}", accounting("users/clients"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["response"]["result"].clone()
}

async fn ids(bench: &Bench, tokens: &Tokens, query: &str) -> Vec<u64> {
    let list = clients(bench, tokens, query).await;
    list["clients"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect()
}

/// Creates clients 1001, 1002, …
fn create(bench: &Bench, count: u64) {
    for number in 1..=count {
        bench.freshbooks().create_sample(BUSINESS, "client", number).unwrap();
    }
}

#[tokio::test]
async fn pages_are_capped_clamped_and_end_empty() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    create(&bench, 120);
    for (query, page, per_page, shown, pages) in [
        ("", 1, 15, 15, 8),
        ("per_page=50&page=3", 3, 50, 20, 3),
        ("per_page=500", 1, 100, 100, 2),
        ("page=0", 1, 15, 15, 8),
        ("page=9", 9, 15, 0, 8),
    ] {
        let list = clients(&bench, &tokens, query).await;
        assert_eq!(list["clients"].as_array().unwrap().len(), shown, "{query}");
        let meta = [&list["page"], &list["per_page"], &list["pages"], &list["total"]];
        assert_eq!(meta, [&json!(page), &json!(per_page), &json!(pages), &json!(120)], "{query}");
    }
}

#[tokio::test]
async fn updated_filters_are_inclusive_eastern_days() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    // Late on the 10th in New York is the 11th in UTC.
    for at in ["2026-03-10T12:00:00Z", "2026-03-11T03:30:00Z", "2026-03-11T04:30:00Z"] {
        bench.set_clock(at);
        bench.freshbooks().create_sample(BUSINESS, "client", 1).unwrap();
    }
    let tokens = bench.refresh(&tokens).await.tokens();
    for (query, expected) in [
        ("search[updated_min]=2026-03-10", vec![1003, 1002, 1001]),
        ("search[updated_min]=2026-03-11", vec![1003]),
        ("search%5Bupdated_max%5D=2026-03-10", vec![1002, 1001]),
        ("search[updated_min]=2026-03-12", vec![]),
        ("search[updated_min]=2026-03-11 23:00:00", vec![1003]),
    ] {
        assert_eq!(ids(&bench, &tokens, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn unknown_search_keys_are_ignored_without_a_word() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    create(&bench, 2);
    for query in ["search[update_min]=2030-01-01", "updated_min=2030-01-01", "search[x]=1"] {
        assert_eq!(ids(&bench, &tokens, query).await, [1002, 1001], "{query}");
    }
    let email = bench.get(&tokens, &accounting("users/clients/1001")).await.json();
    let email = email["response"]["result"]["client"]["email"].as_str().unwrap().to_owned();
    assert_eq!(ids(&bench, &tokens, &format!("search[email]={email}")).await, [1001]);
}

#[tokio::test]
async fn deleted_records_are_listed_only_when_asked_for() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    create(&bench, 3);
    for (id, vis_state) in [(1001, 1), (1002, 2)] {
        let item = accounting(&format!("users/clients/{id}"));
        let body = json!({"client": {"vis_state": vis_state}});
        assert_eq!(bench.call(&tokens, "PUT", &item, body).await.status, 200);
    }
    assert_eq!(ids(&bench, &tokens, "").await, [1003, 1002]);
    assert_eq!(ids(&bench, &tokens, "search[updated_min]=2026-03-10").await, [1003, 1002]);
    assert_eq!(ids(&bench, &tokens, "search[vis_state]=1").await, [1001]);
    assert_eq!(ids(&bench, &tokens, "search[vis_state]=2").await, [1002]);
}

#[tokio::test]
async fn lists_are_sorted_by_their_last_change() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    create(&bench, 3);
    bench.pass(60);
    let body = json!({"client": {"note": "changed"}});
    bench.call(&tokens, "PUT", &accounting("users/clients/1002"), body).await;
    assert_eq!(ids(&bench, &tokens, "sort=updated_desc").await[0], 1002);
    assert_eq!(ids(&bench, &tokens, "sort=updated_asc").await[2], 1002);
    assert_eq!(ids(&bench, &tokens, "sort=shoe_size").await, [1003, 1002, 1001]);
}

#[tokio::test]
async fn the_repeated_hour_of_autumn_is_ambiguous() {
    let bench = Bench::start().await;
    let mut printed = Vec::new();
    for at in ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"] {
        bench.set_clock(at);
        let client = bench.freshbooks().create_sample(BUSINESS, "client", 1).unwrap();
        printed.push(client["updated"].clone());
    }
    assert_eq!(printed, ["2026-11-01 01:30:00", "2026-11-01 01:30:00"]);
}
