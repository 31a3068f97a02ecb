//! From OAuth 1.0a to OAuth 2.0: a company connected by signed calls is migrated, over the API and
//! on the command line, and polled on.

use std::collections::BTreeMap;

use axum::http::Method;
use ledgerhook_sandbox::quickbooks::{App, Company, RecordOperation};
use ledgerhook_testkit::{Instance, REDIRECT_URI, Stage};
use serde_json::{Value, json};
use url::Url;

use crate::PROGRAM;

const REALM: &str = "9341452000000002";

/// The app of OAuth 2.0 that follows the one of OAuth 1.0a.
const CLIENT_ID: &str = "client-id-of-oauth-2";
const CLIENT_SECRET: &str = "client-secret-of-oauth-2";

/// A gateway whose provider still speaks OAuth 1.0a.
async fn stage() -> Stage {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let provider = stage.provider_url().to_owned();
    for (name, path) in [
        ("REQUEST_TOKEN_URL", "/oauth/v1/get_request_token"),
        ("ACCESS_TOKEN_URL", "/oauth/v1/get_access_token"),
        ("CONNECT_URL", "/Connect/Begin"),
        ("MIGRATE_URL", "/v2/oauth2/tokens/migrate"),
    ] {
        stage.gateway.set(&format!("PROVIDERS__QUICKBOOKS__{name}"), &format!("{provider}{path}"));
    }
    stage.restart().await;
    stage.books.put_app(App::new(CLIENT_ID, CLIENT_SECRET)).unwrap();
    stage.books.add_company(Company::new(REALM, "Blue Heron")).unwrap();
    stage
}

/// Connects the company as users of the original did before 2019.
async fn connect_by_oauth1(stage: &Stage) -> Instance {
    let caller = &stage.tenant.caller;
    let app = &stage.tenant.app;
    let keys = format!(
        "apiKey={}&apiSecret={}&callbackUrl={REDIRECT_URI}",
        app.client_id, app.client_secret
    );
    let request = caller.get(&format!("/elements/quickbooks/oauth/token?{keys}")).await.ok();
    let token = request["token"].as_str().unwrap();
    let path = format!("/elements/quickbooks/oauth/url?{keys}&requestToken={token}");
    let page = caller.get(&path).await.ok()["oauthUrl"].as_str().unwrap().to_owned();
    let (address, _) = page.split_once('?').unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let consent = format!("oauth_token={token}&realm_id={REALM}");
    let answer = stage.http().call(Method::POST, address, &form, consent).await;
    let back = Url::parse(answer.header("location").unwrap()).unwrap();
    let mut data: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
    data.insert("secret".to_owned(), request["secret"].as_str().unwrap().to_owned());
    let own = json!({"authentication.type": "oauth1", "event.vendor.type": "polling",
        "event.poller.refresh_interval": 1000});
    let mut body = stage.instance_body(&stage.tenant, REALM, "", &own);
    body["providerData"] = json!(data);
    let body = caller.post("/instances", &body).await.ok();
    Instance {
        id: body["id"].as_i64().unwrap(),
        token: body["token"].as_str().unwrap().to_owned(),
        path: format!("/{REALM}"),
        body,
    }
}

/// Changes the books and polls; the names of the customers that were told of.
async fn poll_after_change(stage: &Stage, instance: &Instance, name: &str, events: usize) {
    let customer = json!({"DisplayName": name});
    stage.books.change_record(REALM, "Customer", RecordOperation::Save, customer).unwrap();
    let path = format!("/instances/{}/poll", instance.id);
    stage.tenant.caller.post(&path, &Value::Null).await.ok();
    stage.receiver.wait_for_events(&instance.path, events).await;
}

fn app_of_oauth2() -> Value {
    json!({"configuration": {"oauth.api.key": CLIENT_ID, "oauth.api.secret": CLIENT_SECRET,
        "oauth.callback.url": REDIRECT_URI}})
}

#[tokio::test]
async fn a_connection_by_oauth_1_is_migrated_and_polled_on() {
    let stage = stage().await;
    let instance = connect_by_oauth1(&stage).await;
    poll_after_change(&stage, &instance, "Ada", 1).await;
    let path = format!("/instances/{}/migrate-oauth1", instance.id);
    let caller = &stage.tenant.caller;
    let mut wrong = app_of_oauth2();
    wrong["configuration"]["oauth.api.secret"] = json!("another secret");
    let message = caller.post(&path, &wrong).await.refused(400);
    assert!(message.contains("check the consumer key and secret"), "{message}");
    poll_after_change(&stage, &instance, "Bea", 2).await;

    let answer = caller.post(&path, &app_of_oauth2()).await;
    let migrated = answer.ok();
    assert_eq!(migrated["id"], instance.id);
    let configuration = &migrated["configuration"];
    assert_eq!(configuration["authentication.type"], "oauth2");
    assert_eq!(configuration["quickbooks.company.name"], "Blue Heron");
    assert_eq!(configuration["oauth.callback.url"], REDIRECT_URI);
    assert!(!answer.text.contains(CLIENT_SECRET));
    // The old token is of no use any more, and an access token of the new ones ends.
    stage.books.disconnect(REALM, Some(&stage.tenant.app.client_id)).unwrap();
    stage.books.expire_access_tokens(REALM).unwrap();
    poll_after_change(&stage, &instance, "Cleo", 3).await;
    let message = caller.post(&path, &app_of_oauth2()).await.refused(400);
    assert!(message.contains("connected by OAuth 2.0 already"), "{message}");
}

#[tokio::test]
async fn the_command_migrates_at_the_running_gateway() {
    let stage = stage().await;
    let instance = connect_by_oauth1(&stage).await;
    let id = instance.id.to_string();
    let base = format!("http://{}", stage.gateway.addresses().public());
    let (user, organization) = stage.tenant.caller.authorization.split_once(", ").unwrap();
    let user = user.strip_prefix("User ").unwrap();
    let organization = organization.strip_prefix("Organization ").unwrap();
    let file = stage.gateway.work_folder().join("organization-secret");
    std::fs::write(&file, format!("{organization}\n")).unwrap();
    let from_file = format!("@{}", file.display());
    let arguments = [
        "migrate-oauth1",
        "--instance",
        &id,
        "--url",
        &base,
        "--organization",
        &from_file,
        "--api-key",
        CLIENT_ID,
        "--callback-url",
        REDIRECT_URI,
    ];

    let missing = stage.gateway.run(&arguments).await.failed();
    assert!(missing.contains("--user is missing; or set LEDGERHOOK_USER_SECRET"), "{missing}");
    let wrong = [("LEDGERHOOK_USER_SECRET", user), ("LEDGERHOOK_API_SECRET", "another secret")];
    let refused = stage.gateway.run_with(&arguments, &wrong).await.failed();
    assert!(refused.contains("nothing was changed; the gateway answered 400"), "{refused}");

    let right = [("LEDGERHOOK_USER_SECRET", user), ("LEDGERHOOK_API_SECRET", CLIENT_SECRET)];
    let printed = stage.gateway.run_with(&arguments, &right).await.ok();
    assert!(printed.contains("Intuit ended OAuth 1.0a on 2019-12-17"), "{printed}");
    let done = format!("Instance {id} is connected by OAuth 2.0 now: company {REALM} (Blue Heron)");
    assert!(printed.contains(&done), "{printed}");
    for secret in [user, organization, CLIENT_SECRET] {
        assert!(!printed.contains(secret));
    }
    poll_after_change(&stage, &instance, "Ada", 1).await;
}
