//! The texts of the page "FreshBooks Events" of Cloud Elements, letter by letter, with its
//! mistakes, and what comes of them.

use ledgerhook_sandbox::freshbooks::{Business, RecordOperation};
use ledgerhook_testkit::{Candidate, REDIRECT_URI, Stage};
use serde_json::json;

use super::{body_of, fill, post};
use crate::PROGRAM;
use crate::freshbooks::wait_until_confirmed;

/// "Configure Webhooks Through API"; the placeholder of the business lacks its end.
const WEBHOOKS_BODY: &str = r#"{ "element": { "key": "freshbooksv2" }, "providerData": { "code": "<AUTHORIZATION_GRANT_CODE>" }, "configuration": { "oauth.callback.url": "<CALLBACK_URL>", "oauth.api.key": "<CONSUMER_KEY>", "oauth.api.secret": "<CONSUMER_SECRET>", "business.name" : "<Freshbooks Company Name", "event.notification.enabled": true, "event.vendor.type": "webhooks", "event.notification.callback.url": "<CALLBACK_URL>" }, "tags": [ "<Add_Your_Tag>" ], "name": "<INSTANCE_NAME>" }"#;

/// "Example cURL".
const WEBHOOKS_CURL: &str = r#"curl -X POST \
https://api.cloud-elements.com/elements/api-v2/instances \
-H 'authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>' \
-H 'content-type: application/json' \
-d '{
"element": {
"key": "freshbooksv2"
},
"providerData": {
"code": "xoz8AFqScK2ngM04kSSM"
},
"configuration": {
"oauth.callback.url": "https://mycoolapp.com",
"oauth.api.key": "xxxxxxxxxxxxxxxxxx",
"oauth.api.secret": "xxxxxxxxxxxxxxxxxxxxxx",
"business.name" : "MyBiz",
"event.notification.enabled": true,
"event.vendor.type": "webhooks",
"event.notification.callback.url": "https://mycoolapp.com/events"
},
"tags": [
"Docs"
],
"name": "API Instance"
}'"#;

const BUSINESS: u64 = 439_000;
const NAME: &str = "Commonwealth of Systems";
/// Where events are to arrive.
const CALLBACK_PATH: &str = "/events";
/// The kinds of record that FreshBooks tells of.
const NOUNS: usize = 15;

/// Fills in what the guide tells its readers to fill in.
async fn filled(stage: &Stage, printed: &str) -> String {
    let app = &stage.tenant.app;
    let identity = stage.freshbooks().users()[0].identity_id;
    let back = stage.consent(&stage.tenant, &Candidate::freshbooks(NAME, identity)).await;
    let callback = stage.receiver.url(CALLBACK_PATH);
    let mut body = body_of(printed);
    for (name, value) in [
        ("code", back["code"].as_str()),
        ("oauth.callback.url", REDIRECT_URI),
        ("oauth.api.key", &app.client_id),
        ("oauth.api.secret", &app.client_secret),
        ("business.name", NAME),
        ("event.notification.callback.url", &callback),
    ] {
        fill(&mut body, name, value);
    }
    body.replace("<INSTANCE_NAME>", "Our books").replace("<Add_Your_Tag>", "a tag")
}

#[tokio::test]
async fn the_printed_bodies_connect_a_business_whose_changes_arrive_signed() {
    for printed in [WEBHOOKS_BODY, WEBHOOKS_CURL] {
        let stage = Stage::set(PROGRAM, &[]).await;
        stage.open_freshbooks(&stage.tenant, Business::new(BUSINESS, "ABC123", NAME));
        let body = filled(&stage, printed).await;
        let instance = post(&stage, body).await.ok();
        let configuration = &instance["configuration"];
        assert_eq!(configuration["event.vendor.type"], "webhooks");
        assert_eq!(configuration["business.name"], NAME);
        assert_eq!(configuration["freshbooks.account.id"], "ABC123");

        let id = instance["id"].as_i64().unwrap();
        wait_until_confirmed(&stage, id).await;
        let callbacks = stage.freshbooks().callbacks(BUSINESS).unwrap();
        assert_eq!(callbacks.len(), NOUNS, "without a list, of every kind that has notices");

        let client = json!({"fname": "Ada", "email": "ada@example.com"});
        let save = RecordOperation::Save;
        let made = stage.freshbooks().change_record(BUSINESS, "client", save, client).unwrap();
        let events = stage.receiver.wait_for_events(CALLBACK_PATH, 1).await;
        assert_eq!(events[0].object_id, made["id"].to_string());
        assert_eq!((&*events[0].object_type, &*events[0].kind), ("customers", "CREATED"));

        // The guide sets no key for signatures, so they are those that everyone can verify.
        let path = format!("/instances/{id}/verification-key");
        let key = stage.tenant.caller.get(&path).await.ok()["key"].clone();
        let received = stage.receiver.at(CALLBACK_PATH);
        assert!(received[0].is_signed_by(key.as_str().unwrap()), "{:?}", received[0].headers);
    }
}
