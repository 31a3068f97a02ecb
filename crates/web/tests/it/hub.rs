//! `/hubs/…`: records listed, found, cut to pages and refused.

use ledgerhook_engine::connector::ProviderError;
use serde_json::{Value, json};

use crate::catalogue::refusals;
use crate::gateway_under_test::{Answer, GatewayUnderTest, request};

/// A gateway with one company of `count` records, called with the instance's token.
struct Library {
    gateway: GatewayUnderTest,
    instance: Value,
    authorization: String,
}

impl Library {
    async fn of(count: i64) -> Self {
        let gateway = GatewayUnderTest::start().await;
        gateway.shelf.catalogue.fill(count);
        let instance = gateway.connect("library", json!({})).await;
        let token = instance["token"].as_str().unwrap();
        let authorization = format!("{}, Element {token}", gateway.user);
        Self { gateway, instance, authorization }
    }

    async fn get(&self, path: &str) -> Answer {
        self.gateway.call_as(&self.authorization, &format!("GET {path}"), Value::Null).await
    }

    async fn ids(&self, query: &str) -> Vec<String> {
        let page = self.get(&format!("/hubs/finance/invoices?{query}")).await.ok();
        let records = page.as_array().unwrap();
        records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_list_says_whose_and_how_many_records_it_has_whatever_the_hub_is_called() {
    let library = Library::of(3).await;
    let id = library.instance["id"].to_string();
    for hub in ["finance", "crap", "sageaccounting"] {
        let answer = library.get(&format!("/hubs/{hub}/invoices")).await;
        assert_eq!(answer.ok().as_array().unwrap().len(), 3, "{hub}");
        assert_eq!(answer.header("elements-element-instance-id"), Some(&*id));
        assert_eq!(answer.header("elements-returned-count"), Some("3"));
        assert_eq!(answer.header("elements-request-id").unwrap().len(), 24);
        assert_eq!(answer.header("elements-next-page-token"), None);
        assert_eq!(answer.header("elements-total-count"), None);
    }
}

#[tokio::test]
async fn records_are_found_ordered_and_cut_to_the_members_asked_for() {
    let library = Library::of(5).await;
    for (query, ids) in [
        ("where=lent%3Dtrue", vec!["2", "4"]),
        ("where=lent%3D'true'%20and%20balance%3E1", vec!["2"]),
        ("where=title%20LIKE%20'%255'", vec!["5"]),
        ("where=meta.shelf%20IN%20(1,3)%20OR%20id%3D'5'", vec!["1", "3", "5"]),
        ("orderBy=balance", vec!["5", "4", "3", "2", "1"]),
        ("orderBy=lent%20desc,balance%20asc&pageSize=3", vec!["4", "2", "5"]),
        ("where=id%3D'none'", vec![]),
    ] {
        assert_eq!(library.ids(query).await, ids, "{query}");
    }
    let cut = library.get("/hubs/finance/invoices?pageSize=1&fields=id,meta.shelf").await.ok();
    assert_eq!(cut, json!([{"id": "1", "meta": {"shelf": 1}}]));
}

#[tokio::test]
async fn two_pages_are_one_of_twice_the_size() {
    let library = Library::of(9).await;
    for size in 1..=5 {
        let mut parts = library.ids(&format!("page=1&pageSize={size}")).await;
        parts.extend(library.ids(&format!("page=2&pageSize={size}")).await);
        let both = library.ids(&format!("page=1&pageSize={}", 2 * size)).await;
        assert_eq!(parts, both, "{size}");
    }
}

#[tokio::test]
async fn tokens_lead_through_all_records_once_also_with_another_page_size() {
    let library = Library::of(7).await;
    let (mut found, mut next) = (Vec::new(), String::new());
    for size in [3, 1, 3] {
        let path = format!("/hubs/finance/invoices?pageSize={size}{next}");
        let answer = library.get(&path).await;
        let page = answer.ok();
        found
            .extend(page.as_array().unwrap().iter().map(|record| record["meta"]["shelf"].as_i64()));
        let token = answer.header("elements-next-page-token");
        next = token.map(|token| format!("&page=9&nextPage={token}")).unwrap_or_default();
    }
    assert_eq!(found, (1..=7).map(Some).collect::<Vec<_>>());
    assert_eq!(next, "");
}

#[tokio::test]
async fn a_total_is_told_when_it_is_asked_for() {
    let library = Library::of(7).await;
    for (query, total) in [
        ("returnCount=true&pageSize=2", Some("7")),
        ("returnCount=TRUE&where=lent%3Dtrue", Some("3")),
        ("returnCount=false", None),
    ] {
        let answer = library.get(&format!("/hubs/finance/invoices?{query}")).await;
        assert_eq!(answer.header("elements-total-count"), total, "{query}");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_400_and_named() {
    let library = Library::of(3).await;
    let of_magazines = library.get("/hubs/finance/magazines?pageSize=1").await;
    let token = of_magazines.header("elements-next-page-token").unwrap();
    for (query, words) in [
        ("where=a%20b", "where: Error parsing query at character 3: expected one of = != <"),
        ("where=a%3D'x", "where: Error parsing query at character 5"),
        ("orderBy=a%20down", "orderBy: Error parsing query at character 1"),
        ("fields=a,,b", "fields: Error parsing query at character 3"),
        ("page=0", "page: must be a whole number from 1"),
        ("page=one", "page: must be a whole number from 1"),
        ("pageSize=0", "pageSize: must be a whole number from 1 to 5000"),
        ("pageSize=5001", "pageSize: must be a whole number from 1 to 5000"),
        ("returnCount=yes", "returnCount: must be true or false"),
        ("nextPage=x", "nextPage: not a token of this list"),
        (&format!("nextPage={token}"), "nextPage: a token of another resource than invoices"),
    ] {
        let (status, message) =
            library.get(&format!("/hubs/finance/invoices?{query}")).await.refusal();
        assert_eq!(status, 400, "{query}");
        assert!(message.starts_with(words), "{query}: {message}");
    }
}

#[tokio::test]
async fn one_record_is_read_by_its_id() {
    let library = Library::of(3).await;
    let answer = library.get("/hubs/finance/invoices/2").await;
    assert_eq!(answer.ok()["title"], "Book 2");
    assert!(answer.header("elements-element-instance-id").is_some());
    let cut = library.get("/hubs/finance/invoices/2?fields=id").await;
    assert_eq!(cut.ok(), json!({"id": "2"}));
    let missing = library.get("/hubs/finance/invoices/9%7C1").await;
    assert_eq!(missing.refusal().0, 404);
    assert_eq!(missing.json()["providerMessage"], "no book 9|1");
}

#[tokio::test]
async fn an_unknown_resource_is_404_with_those_there_are() {
    let library = Library::of(1).await;
    for path in ["cars", "cars/1", "objects/cars/metadata", "tax-codes"] {
        let (status, message) = library.get(&format!("/hubs/finance/{path}")).await.refusal();
        assert_eq!(status, 404, "{path}");
        assert!(message.ends_with("known: invoices, magazines"), "{message}");
    }
}

#[tokio::test]
async fn what_the_provider_refuses_has_the_status_of_who_must_act_and_its_words() {
    let library = Library::of(1).await;
    for (refusal, status) in refusals() {
        let is_the_providers = !matches!(refusal, ProviderError::Unanswerable(_));
        let speaks = is_the_providers && matches!(status, 400 | 403 | 404);
        library.gateway.shelf.catalogue.refuse(refusal.clone());
        for path in ["invoices", "invoices/1", "ping"] {
            let answer = library.get(&format!("/hubs/finance/{path}")).await;
            assert_eq!(answer.refusal().0, status, "{path} {refusal:?}");
            assert_eq!(answer.json()["providerMessage"].is_string(), speaks, "{refusal:?}");
            let wait = (status == 429).then_some("60");
            assert_eq!(answer.header("retry-after"), wait, "{refusal:?}");
        }
    }
    library.gateway.shelf.catalogue.refuse(None);
}

#[tokio::test]
async fn objects_and_what_is_known_of_them_are_told() {
    let library = Library::of(1).await;
    let names = library.get("/hubs/finance/objects").await;
    assert_eq!(names.ok(), json!(["invoices", "magazines"]));
    assert_eq!(names.header("elements-returned-count"), Some("2"));
    let detailed = request("GET /hubs/finance/objects")
        .header("authorization", &library.authorization)
        .header("elements-version", "Helium")
        .body(axum::body::Body::empty());
    let detailed = library.gateway.send(detailed.unwrap()).await.ok();
    let magazines = json!({
        "name": "magazines", "path": "/hubs/finance/magazines", "methods": ["GET"],
        "polledEvents": [], "webhookEvents": [],
    });
    assert_eq!(detailed[1], magazines);
    assert_eq!(detailed[0]["polledEvents"], json!(["CREATED", "UPDATED"]));
    assert_eq!(detailed[0]["webhookEvents"], json!(["CREATED"]));
    let metadata = library.get("/hubs/finance/objects/invoices/metadata").await.ok();
    let shelf = json!({
        "path": "meta.shelf", "vendorPath": "meta.shelf", "type": "number", "filterable": true,
    });
    assert_eq!((&metadata["name"], &metadata["fields"][2]), (&json!("invoices"), &shelf));
}

#[tokio::test]
async fn a_ping_says_when_the_provider_answered() {
    let library = Library::of(1).await;
    let answer = library.get("/hubs/finance/ping").await.ok();
    assert_eq!(answer["endpoint"], "bookshelf");
    assert!(answer["dateTime"].as_str().unwrap().starts_with("2026-01-02T03:"), "{answer}");
}

#[tokio::test]
async fn changes_since_a_moment_are_told_in_the_words_of_events() {
    let library = Library::of(1).await;
    for query in [
        "where=changedSince%3D'2026-01-31T00:00:00Z'",
        "where=changedSince%3D1769817600000&entities=invoices",
        "where=changedSince%3E%3D'2026-01-31'%20and%20entities%3D'invoices,tax-codes'",
    ] {
        let answer = library.get(&format!("/hubs/finance/changes?{query}")).await;
        let expected = json!([{
            "objectType": "invoices", "objectId": "polled|0", "eventType": "UPDATED",
            "changedDate": "2026-01-31T00:00:00.000Z", "record": {"Id": "polled"},
        }]);
        assert_eq!(answer.ok(), expected, "{query}");
        assert_eq!(answer.header("elements-returned-count"), Some("1"));
        assert_eq!(answer.header("elements-next-page-token"), None);
    }
    for (query, words) in [
        ("", "where: Error parsing query at character 1"),
        ("where=name%3D'x'", "where: `name` cannot stand here; write changedSince="),
        ("where=changedSince%3D'soon'", "where: write changedSince="),
        ("where=entities%3D'invoices'", "where: write changedSince="),
        ("where=changedSince%3D1%20or%20changedSince%3D2", "where: write changedSince="),
        (
            "where=changedSince%3D1&entities=cars",
            "entities: no changes are told of `cars`; known: inv",
        ),
        ("where=changedSince%3D1&nextPage=x", "nextPage: not a token of this list"),
    ] {
        let (status, message) =
            library.get(&format!("/hubs/finance/changes?{query}")).await.refusal();
        assert_eq!(status, 400, "{query}");
        assert!(message.starts_with(words), "{query}: {message}");
    }
}
