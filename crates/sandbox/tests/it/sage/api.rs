//! Who may do what with which business.

use ledgerhook_sandbox::sage::{Business, CallKind};
use serde_json::json;

use super::bench::{Bench, FOREIGN, FOREIGNER, LEAD, OWNER, SECOND, ids, message};
use crate::client::{Tokens, bearer};

async fn status_for(bench: &Bench, tokens: &Tokens, business: &str, path: &str) -> u16 {
    let headers = [bearer(tokens), ("x-business", business.to_owned())];
    bench.send("GET", &format!("/v3.1/{path}"), &headers, String::new()).await.status
}

#[tokio::test]
async fn the_businesses_are_listed_with_a_spelling_of_their_own() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let list = bench.get(&tokens, "businesses").await.json();
    assert_eq!(ids(&list), [LEAD, SECOND]);
    assert_eq!(
        (&list["$items_per_page"], list.get("$itemsPerPage")),
        (&2_147_483_647.into(), None)
    );
    let row =
        json!({"id": LEAD, "displayed_as": "Business One", "$path": format!("/businesses/{LEAD}")});
    assert_eq!(list["$items"][0], row);
    let lead = bench.get(&tokens, "businesses/lead").await.json();
    assert_eq!((&lead["id"], &lead["country"]["id"]), (&LEAD.into(), &"GB".into()));
    let second = bench.get(&tokens, &format!("businesses/{SECOND}")).await.json();
    assert_eq!(second["name"], "Business Two");
    assert_eq!(bench.get(&tokens, &format!("businesses/{FOREIGN}")).await.status, 404);
    assert_eq!(bench.get(&tokens, "user").await.json()["email"], OWNER);
    assert_eq!(bench.call("POST", &tokens, "businesses", None).await.status, 405);
}

#[tokio::test]
async fn without_a_business_the_lead_one_is_used_silently() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let id = bench.customer("of the lead");
    let path = format!("contacts/{id}");
    assert_eq!(bench.get(&tokens, &path).await.status, 200);
    assert_eq!(status_for(&bench, &tokens, LEAD, &path).await, 200);
    assert_eq!(status_for(&bench, &tokens, SECOND, &path).await, 404);
    assert_eq!(status_for(&bench, &tokens, SECOND, "contacts").await, 200);
}

#[tokio::test]
async fn a_business_that_is_not_the_users_is_an_error() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for business in [FOREIGN, "0000", ""] {
        assert_eq!(status_for(&bench, &tokens, business, "contacts").await, 404, "{business}");
    }
    let foreign = bench.connect_as(FOREIGNER, "full_access").await;
    assert_eq!(status_for(&bench, &foreign, FOREIGN, "contacts").await, 200);
}

#[tokio::test]
async fn an_edition_without_an_endpoint_answers_like_a_bad_token() {
    let bench = Bench::start_with(|options| {
        options.businesses[0] = Business {
            missing_endpoints: vec!["stock_items".to_owned()],
            forbidden_endpoints: vec!["journals".to_owned()],
            ..Business::new(LEAD, "Business One")
        };
    })
    .await;
    let tokens = bench.connect().await;
    let missing = bench.get(&tokens, "stock_items").await;
    let expected = json!([{
        "$severity": "error",
        "$dataCode": "AuthorizationFailure",
        "$message": "No active subscription. (MSE)",
        "$source": "",
    }]);
    assert_eq!((missing.status, missing.json()), (401, expected));
    let forbidden = bench.get(&tokens, "journals").await;
    let code = forbidden.json()[0]["$dataCode"].clone();
    assert_eq!((forbidden.status, code), (403, "MultiUserAccessDenied".into()));
    let no_token = bench.send("GET", "/v3.1/stock_items", &[], String::new()).await;
    assert_eq!((no_token.status, message(&no_token)), (401, "Access denied.".into()));
    assert_eq!(status_for(&bench, &tokens, SECOND, "stock_items").await, 200);
}

#[tokio::test]
async fn a_readonly_token_changes_nothing() {
    let bench = Bench::start().await;
    let tokens = bench.connect_as(OWNER, "readonly").await;
    assert_eq!(bench.get(&tokens, "contacts").await.status, 200);
    let body = json!({"contact": {"name": "Jane", "contact_type_ids": ["CUSTOMER"]}});
    assert_eq!(bench.call("POST", &tokens, "contacts", Some(body)).await.status, 403);
}

#[tokio::test]
async fn an_endpoint_or_a_method_that_is_not_there_is_refused() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (method, path, status) in [
        ("GET", "customers", 404),
        ("GET", "contacts/1/2", 404),
        ("PATCH", "contacts/1", 405),
        ("PUT", "contacts", 405),
        ("POST", "contacts/1", 405),
        ("POST", "transactions", 405),
        ("DELETE", "ledger_accounts/1", 405),
        ("PUT", "journals/1", 405),
        ("POST", "contact_types", 405),
        ("GET", "financial_settings/1", 404),
        ("DELETE", "financial_settings", 405),
        ("DELETE", "contacts/1", 404),
    ] {
        let answer = bench.call(method, &tokens, path, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.json()[0]["$severity"], "error", "{method} {path}");
    }
}

#[tokio::test]
async fn a_business_has_so_many_calls_a_minute() {
    let bench = Bench::start_with(|options| options.requests_per_minute = Some(2)).await;
    let tokens = bench.connect().await;
    bench.get(&tokens, "contacts").await;
    bench.pass(10);
    assert_eq!(bench.get(&tokens, "products").await.status, 200);
    let refused = bench.get(&tokens, "contacts").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "50"));
    assert_eq!(refused.json()[0]["$severity"], "error");
    assert_eq!(status_for(&bench, &tokens, SECOND, "contacts").await, 200);
    assert_eq!(bench.get(&tokens, "businesses").await.status, 200);
    bench.pass(50);
    assert_eq!(bench.get(&tokens, "contacts").await.status, 200);
    let counts = bench.sage().calls();
    let lists = counts
        .iter()
        .find(|count| count.kind == CallKind::List && count.business_id.as_deref() == Some(LEAD));
    let lists = lists.unwrap();
    assert_eq!((lists.succeeded, lists.failed, lists.throttled), (3, 1, 1));
}
