//! `GET /instances`: filters and pages.

use serde_json::{Value, json};

use crate::gateway_under_test::GatewayUnderTest;

fn names(list: &Value) -> Vec<&str> {
    let items = list.as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn instances_are_found_by_tags_and_text() {
    let gateway = GatewayUnderTest::start().await;
    for name in ["First Shop", "Second shop", "Office"] {
        gateway.connect(name, json!({})).await;
    }
    for (query, found) in [
        ("", vec!["First Shop", "Second shop", "Office"]),
        ("?tags[]=Office", vec!["Office"]),
        ("?tags%5B%5D=First+Shop", vec!["First Shop"]),
        ("?tags=Office", vec!["Office"]),
        ("?searchText=SHOP", vec!["First Shop", "Second shop"]),
        ("?searchText=bookshelf&hydrate=true", vec!["First Shop", "Second shop", "Office"]),
    ] {
        let answer = gateway.get(&format!("GET /instances{query}")).await;
        assert_eq!(names(&answer.ok()), found, "{query}");
        assert_eq!(answer.header("elements-returned-count"), Some(&*found.len().to_string()));
        assert_eq!(answer.header("elements-next-page-token"), None);
    }
}

#[tokio::test]
async fn no_match_is_404() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect("shop", json!({})).await;
    for query in ["?tags[]=none", "?searchText=none", "?tags[]=shop&tags[]=none"] {
        let answer = gateway.get(&format!("GET /instances{query}")).await;
        assert_eq!(answer.refusal(), (404, "No element instances found".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn pages_lead_through_all_instances_once() {
    let gateway = GatewayUnderTest::start().await;
    let all = ["a", "b", "c", "d", "e"];
    for name in all {
        gateway.connect(name, json!({})).await;
    }
    let mut found = Vec::new();
    let mut next_page = String::new();
    for items in [2, 2, 1] {
        let answer = gateway.get(&format!("GET /instances?pageSize=2{next_page}")).await;
        let page = answer.ok();
        assert_eq!(names(&page).len(), items);
        found.extend(names(&page).into_iter().map(str::to_owned));
        let token = answer.header("elements-next-page-token");
        next_page = token.map(|token| format!("&nextPage={token}")).unwrap_or_default();
    }
    assert_eq!(found, all);
    assert_eq!(next_page, "");
}

#[tokio::test]
async fn a_page_that_cannot_be_is_400() {
    let gateway = GatewayUnderTest::start().await;
    for query in ["pageSize=0", "pageSize=5001", "pageSize=x", "nextPage=x"] {
        for list in ["/instances", "/instances/events", "/deliveries", "/jobs/polling-disabled"] {
            let (status, message) = gateway.get(&format!("GET {list}?{query}")).await.refusal();
            assert_eq!(status, 400, "{list} {query}");
            let name = query.split('=').next().unwrap();
            assert!(message.starts_with(&format!("{name}: ")), "{message}");
        }
    }
}
