//! The requests that the published guides print, posted as their readers would post them: only the
//! host, the secrets and the placeholders are filled in. What is right is taken; what was
//! misprinted is refused with its place and its cure.

mod cloud_elements;
mod freshbooks;
mod open_connectors;
mod sage;
mod sage_one;

use axum::http::Method;
use ledgerhook_testkit::{Answer, REDIRECT_URI, SIGNATURE_KEY, Stage};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000001";

/// What a member of the configuration is shown as when it is a secret.
const MASK: &str = "********";

/// The comma that every printed cURL lacks stands, when it is there, after this member.
const COMMA_IS_MISSING_AFTER: &str = "\"oauth.api.secret\"";

/// Every resource, run together as the guides print them.
const RUN_TOGETHER: &str = "bill-paymentsbillsclassescredit-memoscredit-termscurrencies\
    customersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproducts\
    purchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activities\
    vendor-creditsvendors";

/// Replaces the string that follows `"name":`.
fn fill(text: &mut String, name: &str, value: &str) {
    let quoted = format!("\"{name}\"");
    let Some((before, after)) = text.split_once(&quoted) else { return };
    let (colon, rest) = after.split_once('"').unwrap();
    let (_, rest) = rest.split_once('"').unwrap();
    *text = format!("{before}{quoted}{colon}\"{value}\"{rest}");
}

/// The body of a printed request.
fn body_of(printed: &str) -> String {
    match printed.split_once("-d '") {
        Some((_, rest)) => rest.rsplit_once('\'').unwrap().0.to_owned(),
        None => printed.to_owned(),
    }
}

/// Fills in what the guides tell their readers to fill in, but not the redirect URI where a guide
/// prints one.
async fn filled(stage: &Stage, printed: &str) -> String {
    let app = &stage.tenant.app;
    let code = stage.authorize(&stage.tenant, REALM).await;
    let mut body = body_of(printed).replace("{{page.elementKey}}", "quickbooks");
    for (name, value) in [
        ("code", code.as_str()),
        ("realmId", REALM),
        ("oauth.api.key", &app.client_id),
        ("oauth.api.secret", &app.client_secret),
        ("event.notification.signature.key", SIGNATURE_KEY),
    ] {
        fill(&mut body, name, value);
    }
    for placeholder in ["\"<CALLBACK_URL>\"", "\"oauth.callback.url\": \"\""] {
        if body.contains(placeholder) {
            fill(&mut body, "oauth.callback.url", REDIRECT_URI);
        }
    }
    if body.contains("<INSTANCE_NAME>") || body.contains("\"name\": \"\"") {
        fill(&mut body, "name", "Our books");
    }
    body.replace("<Add_Your_Tag>", "a tag").replace("\"\"", "\"a tag\"")
}

fn with_comma(body: &str) -> String {
    let lines = body.lines().map(|line| {
        let comma = if line.contains(COMMA_IS_MISSING_AFTER) { "," } else { "" };
        format!("{line}{comma}\n")
    });
    lines.collect()
}

async fn post(stage: &Stage, body: String) -> Answer {
    stage.tenant.caller.send(Method::POST, "/instances", body).await
}

/// The whole answer that the guide's authentication page shows (reference: cloud-elements §2.1),
/// member by member in its order, with what this gateway answers.
fn expected_instance(
    answered: &Value,
    configuration: &Value,
    (name, tags): (&str, &[&str]),
) -> Value {
    json!({
        "id": answered["id"],
        "name": name,
        "createdDate": answered["createdDate"],
        "token": answered["token"],
        "element": {
            "id": 39, "name": "QuickBooks Online", "hookName": "QuickBooksOnline",
            "key": "quickbooks", "description": answered["element"]["description"],
            "image": "elements/provider_quickbooks.png", "active": true, "deleted": false,
            "typeOauth": true, "trialAccount": false,
            "configDescription": answered["element"]["configDescription"],
            "defaultTransformations": [], "objectMetadata": [], "transformationsEnabled": false,
            "bulkDownloadEnabled": false, "bulkUploadEnabled": false, "cloneable": false,
            "extendable": false, "beta": false, "authentication": {"type": "oauth2"},
            "extended": false, "hub": "finance", "protocolType": "http", "parameters": [],
            "private": false,
        },
        "elementId": 39,
        "tags": tags,
        "provisionInteractions": [],
        "valid": true,
        "disabled": false,
        "maxCacheSize": 0,
        "cacheTimeToLive": 0,
        "configuration": configuration,
        "eventsEnabled": true,
        "traceLoggingEnabled": false,
        "cachingEnabled": false,
        "externalAuthentication": "none",
        "user": {"id": 1, "emailAddress": "admin@localhost", "firstName": "", "lastName": ""},
    })
}

/// What the guides' configuration is stored as: texts, secrets masked, the realm added, and what
/// was read of the company.
fn expected_configuration(vendor_type: &str, callback_host: &str) -> Value {
    let callback = format!("https://{callback_host}/elements/api-v2/events/quickbooks/");
    let mut configuration = json!({
        "authentication.type": "oauth2",
        "event.notification.callback.url": callback,
        "event.notification.enabled": "true",
        "event.notification.signature.key": MASK,
        "event.vendor.type": vendor_type,
        "oauth.api.key": MASK,
        "oauth.api.secret": MASK,
        "oauth.callback.url": REDIRECT_URI,
        "quickbooks.cdc.time_activities": "false",
        "quickbooks.company.name": "Company",
        "quickbooks.realm.id": REALM,
        "scope": "com.intuit.quickbooks.accounting openid profile email phone address",
    });
    if vendor_type == "polling" {
        configuration["event.poller.refresh_interval"] = json!("15");
        configuration["event.poller.urls"] = json!(RUN_TOGETHER);
    }
    configuration.as_object_mut().unwrap().sort_keys();
    configuration
}

async fn assert_connects(
    stage: &Stage,
    body: String,
    configuration: &Value,
    name_and_tags: (&str, &[&str]),
) {
    let answer = post(stage, body).await;
    let answered = answer.ok();
    let expected = expected_instance(&answered, configuration, name_and_tags);
    assert_eq!(answer.text, expected.to_string());
    assert!(answered["id"].as_i64().is_some_and(|id| id > 0));
    assert_eq!(answered["token"].as_str().map(str::len), Some(44), "base64 of 32 bytes");
    let created = answered["createdDate"].as_str().unwrap();
    assert!(created.ends_with('Z') && created.len() == 20, "{created}");
    assert!(created.parse::<jiff::Timestamp>().is_ok(), "{created}");
    for text in ["description", "configDescription"] {
        assert_ne!(answered["element"][text].as_str().unwrap_or_default(), "", "{text}");
    }
    let path = format!("/instances/{}", answered["id"]);
    assert_eq!(stage.tenant.caller.get(&path).await.text, answer.text, "read again");
}

const CLOUD_ELEMENTS: &str = "api.cloud-elements.com";
const OPEN_CONNECTORS: &str = "api.openconnectors.us2.ext.hana.ondemand.com";

#[tokio::test]
async fn the_bodies_that_are_printed_right_create_an_instance() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for (printed, vendor_type, host) in [
        (cloud_elements::POLLING_OAUTH2_BODY, "polling", CLOUD_ELEMENTS),
        (cloud_elements::WEBHOOKS_OAUTH2_BODY, "webhooks", CLOUD_ELEMENTS),
        (open_connectors::WEBHOOKS_BODY, "webhooks", OPEN_CONNECTORS),
    ] {
        let body = filled(&stage, printed).await;
        let configuration = expected_configuration(vendor_type, host);
        assert_connects(&stage, body, &configuration, ("Our books", &["a tag"])).await;
    }
}

#[tokio::test]
async fn a_printed_curl_lacks_a_comma_and_is_told_where() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for printed in [
        cloud_elements::POLLING_OAUTH2_CURL,
        cloud_elements::POLLING_OAUTH1_CURL,
        cloud_elements::WEBHOOKS_OAUTH2_CURL,
        cloud_elements::WEBHOOKS_OAUTH1_CURL,
        open_connectors::POLLING_CURL,
        open_connectors::WEBHOOKS_CURL,
    ] {
        let body = filled(&stage, printed).await;
        let line = 1 + body.lines().position(|line| line.contains(COMMA_IS_MISSING_AFTER)).unwrap();
        let message = post(&stage, body.clone()).await.refused(400);
        assert!(message.starts_with(&format!("line {}, column ", line + 1)), "{message}");
        let cure = format!("a comma is missing at the end of line {line}");
        assert!(message.contains(&cure), "{message}");
        assert!(!message.contains(&stage.tenant.app.client_secret), "{message}");
    }
    assert_eq!(stage.tenant.caller.get("/instances").await.status, 404, "nothing is stored");
}

#[tokio::test]
async fn a_curl_with_its_comma_and_a_right_redirect_uri_creates_an_instance() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for (printed, vendor_type, host) in [
        (cloud_elements::POLLING_OAUTH2_CURL, "polling", CLOUD_ELEMENTS),
        (cloud_elements::WEBHOOKS_OAUTH2_CURL, "webhook", CLOUD_ELEMENTS),
        (open_connectors::POLLING_CURL, "polling", OPEN_CONNECTORS),
        (open_connectors::WEBHOOKS_CURL, "webhook", OPEN_CONNECTORS),
    ] {
        let mut body = with_comma(&filled(&stage, printed).await);
        // A code is good for the redirect URI that it was asked for with.
        fill(&mut body, "oauth.callback.url", REDIRECT_URI);
        let configuration = expected_configuration(vendor_type, host);
        assert_connects(&stage, body, &configuration, ("API Instance", &["Docs"])).await;
    }
}

#[tokio::test]
async fn the_misprinted_redirect_uri_of_a_curl_is_told_what_was_meant() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for printed in [cloud_elements::POLLING_OAUTH2_CURL, cloud_elements::WEBHOOKS_OAUTH2_CURL] {
        assert!(printed.contains("https;//mycoolapp.com"));
        let body = with_comma(&filled(&stage, printed).await);
        let message = post(&stage, body).await.refused(400);
        let expected = "configuration.oauth.callback.url: scheme must be followed by `://`; did \
                        you mean https://mycoolapp.com ?";
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn the_misprinted_resource_is_named_with_what_was_meant() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let body = filled(&stage, open_connectors::POLLING_BODY).await;
    let message = post(&stage, body.clone()).await.refused(400);
    assert!(message.starts_with("configuration.event.poller.urls: "), "{message}");
    assert!(message.contains("`tax-customers` is not a resource"), "{message}");
    assert!(message.contains("did you mean `customers`?"), "{message}");
    assert!(message.contains("it has: bill-payments, bills, "), "{message}");

    // Nothing was spent on the refused request: the same code still connects.
    let mended = body.replace("tax-customers", "customers");
    let configuration = expected_configuration("polling", OPEN_CONNECTORS);
    assert_connects(&stage, mended, &configuration, ("Our books", &["a tag"])).await;
}

#[tokio::test]
async fn oauth_1_bodies_are_refused_with_the_reason() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for printed in [
        cloud_elements::POLLING_OAUTH1_BODY,
        cloud_elements::WEBHOOKS_OAUTH1_BODY,
        cloud_elements::POLLING_OAUTH1_CURL,
        cloud_elements::WEBHOOKS_OAUTH1_CURL,
    ] {
        let mut body = filled(&stage, printed).await;
        if printed.contains("curl") {
            body = with_comma(&body);
        }
        let message = post(&stage, body).await.refused(400);
        assert!(message.contains("providerData.oauth_token"), "{message}");
        assert!(message.contains("Intuit ended OAuth 1.0a on 2019-12-17"), "{message}");
        assert!(message.contains("GET /elements/quickbooks/oauth/url"), "{message}");
    }
}
