//! `/me`.

use serde_json::json;

use super::bench::{ACCOUNT, Bench, CLIENT_ID, FOREIGN_ACCOUNT, OTHER_ACCOUNT, OTHER_USER};

const ME: &str = "/auth/api/v1/users/me";

#[tokio::test]
async fn a_user_has_several_businesses_and_one_has_no_account() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let me = bench.get(&tokens, ME).await.json();
    let response = &me["response"];
    assert!(response.get("result").is_none());
    assert_eq!(response["first_name"], "Simona");
    let memberships = response["business_memberships"].as_array().unwrap();
    let accounts: Vec<_> =
        memberships.iter().map(|one| one["business"]["account_id"].clone()).collect();
    assert_eq!(accounts, [json!(null), json!(OTHER_ACCOUNT), json!(ACCOUNT)]);
    assert_eq!(memberships[2]["business"]["name"], "Harbour Studio");
    assert_eq!(response["subscription_statuses"][ACCOUNT], "active");
    assert_eq!(response["groups"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn each_user_sees_the_own_businesses() {
    let bench = Bench::start().await;
    let tokens = bench.connect_as(CLIENT_ID, OTHER_USER).await;
    let me = bench.get(&tokens, ME).await.json();
    let memberships = me["response"]["business_memberships"].as_array().unwrap().clone();
    assert_eq!(memberships.len(), 4);
    assert_eq!(memberships[0]["business"]["account_id"], FOREIGN_ACCOUNT);
}

#[tokio::test]
async fn nobody_is_told_that_authentication_is_missing() {
    let bench = Bench::start().await;
    let answer = bench.send("GET", ME, &[], String::new()).await;
    let body = json!({
        "error": "unauthenticated",
        "error_description": "This action requires authentication to continue.",
    });
    assert_eq!((answer.status, answer.json()), (401, body));
}
