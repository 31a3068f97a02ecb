//! The promise that a secret is never printed, logged, returned or stored in clear, after a whole
//! run with everything that has a secret in it.

mod token_relay;

use std::fs;
use std::path::{Path, PathBuf};

use ledgerhook_sandbox::quickbooks::{Fault, FaultPlan, RecordOperation};
use ledgerhook_testkit::{PATIENCE, Reply, SIGNATURE_KEY, Stage, eventually};
use serde_json::{Value, json};

use crate::PROGRAM;
use token_relay::TokenRelay;

const REALM: &str = "9341452000000002";
const PASSWORD: &str = "password-towards-the-callback";
const OWN_SECRET: &str = "a-secret-of-an-unknown-key";
const ACCESS_TOKEN: &str = "an-access-token-that-the-caller-has";
const REFRESH_TOKEN: &str = "a-refresh-token-that-the-caller-has";

/// The file whose purpose is to hold the keys.
const KEY_FILE: &str = "ledgerhook.key";

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// Connections, notices, polls, refreshes and failures; returns every answer of the API, and the
/// tokens that were obtained without the gateway.
async fn whole_run(stage: &Stage) -> (Vec<String>, [String; 2]) {
    let caller = &stage.tenant.caller;
    let secrets = json!({
        "event.vendor.type": "hybrid",
        "event.notification.basic.username": "customer",
        "event.notification.basic.password": PASSWORD,
        "own.secret": OWN_SECRET,
    });
    let instance = stage.connect(&stage.tenant, REALM, &secrets).await;
    let mut answers = vec![instance.body.to_string()];
    let (access, refresh) = stage.tokens(&stage.tenant, "17").await;
    let mut throttled = String::new();
    for (access, refresh) in [(ACCESS_TOKEN, REFRESH_TOKEN), (access.as_str(), refresh.as_str())] {
        let external = json!({"quickbooks.realm.id": "17", "oauth.user.token": access,
            "oauth.user.refresh_token": refresh, "event.vendor.type": "hybrid"});
        let mut body = stage.instance_body(&stage.tenant, "17", "", &external);
        body["providerData"] = Value::Null;
        body["externalAuthentication"] = json!("initial");
        let answer = caller.post("/instances", &body).await;
        throttled = format!("/instances/{}/poll", answer.json()["id"]);
        answers.push(answer.text);
    }
    // Refused bodies are full of secrets, too.
    let mut refused = stage.instance_body(&stage.tenant, "1", "spent", &secrets);
    answers.push(caller.post("/instances", &refused).await.text);
    refused["configuration"]["event.vendor.type"] = json!("pigeon");
    answers.push(caller.post("/instances", &refused).await.text);
    let broken = refused.to_string().replace(",\"name\"", "\"name\"");
    answers.push(caller.send(axum::http::Method::POST, "/instances", broken).await.text);

    stage.receiver.script(&instance.path, [Reply::Status(500)]);
    stage.send_webhooks(&stage.tenant);
    let customer = json!({"DisplayName": "Ada"});
    stage.books.change_record(REALM, "Customer", RecordOperation::Save, customer).unwrap();
    stage.receiver.wait_for_events(&instance.path, 2).await;
    let poll = format!("/instances/{}/poll", instance.id);
    for (poll, fault) in [(&poll, Fault::ServerError), (&throttled, Fault::ThrottleXml)] {
        stage.books.add_fault(FaultPlan::api(fault, 1)).unwrap();
        answers.push(caller.post(poll, &Value::Null).await.text);
    }
    stage.books.expire_access_tokens(REALM).unwrap();
    answers.push(caller.post(&poll, &Value::Null).await.text);
    stage.books.disconnect(REALM, None).unwrap();
    answers.push(caller.post(&poll, &Value::Null).await.text);
    for path in [
        "/instances".to_owned(),
        format!("/instances/{}/configuration", instance.id),
        "/instances/events".to_owned(),
        "/deliveries".to_owned(),
        "/elements/quickbooks/apps".to_owned(),
        format!("/elements/quickbooks/apps/{}/reads", stage.tenant.app_id),
        format!("/instances/{}/health", instance.id),
        format!("/instances/{}/history", instance.id),
        format!("/instances/{}/event-poller-records", instance.id),
        "/elements/quickbooks/configuration".to_owned(),
    ] {
        let answer = caller.get(&path).await;
        answer.ok();
        answers.push(answer.text);
    }
    (answers, [access, refresh])
}

/// Everything that must not be found, with what it is.
fn secrets_of(stage: &Stage) -> Vec<(&'static str, String)> {
    let app = &stage.tenant.app;
    let (user, organization) = stage.tenant.caller.authorization.split_once(", ").unwrap();
    let owned = |what, text: &str| (what, text.to_owned());
    vec![
        owned("client secret", &app.client_secret),
        owned("verifier token", &app.verifier_token),
        owned("signature key", SIGNATURE_KEY),
        owned("password", PASSWORD),
        owned("secret of an unknown key", OWN_SECRET),
        owned("access token", ACCESS_TOKEN),
        owned("refresh token", REFRESH_TOKEN),
        owned("user secret", user.strip_prefix("User ").unwrap()),
        owned("organisation secret", organization.strip_prefix("Organization ").unwrap()),
    ]
}

#[tokio::test]
async fn no_secret_is_found_in_any_file_log_or_answer_after_a_whole_run() {
    let relay = TokenRelay::start().await;
    let settings =
        [("LOG__LEVEL", "trace"), ("PROVIDERS__QUICKBOOKS__TOKEN_URL", relay.url.as_str())];
    let mut stage = Stage::set(PROGRAM, &settings).await;
    relay.pass_on_to(stage.provider_url());
    let (answers, obtained) = whole_run(&stage).await;
    let mut secrets = secrets_of(&stage);
    let tokens = relay.tokens();
    assert!(tokens.len() >= 3, "two access tokens and a refresh token: {}", tokens.len());
    secrets
        .extend(tokens.into_iter().chain(obtained).map(|token| ("token of the provider", token)));

    assert_absent(&stage, &secrets, "while it runs");
    stage.restart().await;
    assert_absent(&stage, &secrets, "after a restart");
    assert!(stage.gateway.terminate().await.success());
    assert_absent(&stage, &secrets, "after its end");
    for answer in &answers {
        for (what, secret) in &secrets {
            assert!(!answer.contains(secret), "an answer shows the {what}: {answer}");
        }
    }
}

fn assert_absent(stage: &Stage, secrets: &[(&str, String)], when: &str) {
    let log = stage.gateway.log();
    let files = files(&stage.gateway.data_folder());
    assert!(files.iter().any(|path| path.ends_with("ledgerhook.db")), "{files:?}");
    for (what, secret) in secrets {
        assert!(!log.contains(secret), "the log shows the {what} {when}");
        for path in files.iter().filter(|path| !path.ends_with(KEY_FILE)) {
            let bytes = fs::read(path).unwrap();
            assert!(!holds(&bytes, secret), "{} holds the {what} {when}", path.display());
        }
    }
}

#[tokio::test]
async fn an_instances_token_is_shown_by_the_api_and_stored_sealed() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let shown = async || {
        let read = stage.tenant.caller.get(&format!("/instances/{}", instance.id)).await.ok();
        (read["token"] == instance.token).then_some(())
    };
    eventually("the token is shown again", PATIENCE, shown).await;
    assert_absent(&stage, &[("token of the instance", instance.token)], "while it runs");
}
