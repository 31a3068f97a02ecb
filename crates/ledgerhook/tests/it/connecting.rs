//! Connecting a company: what is proved before anything is stored, and what is said when it is not
//! the company that was meant.

use ledgerhook_sandbox::quickbooks::{CallKind, Company, Fault, FaultPlan, QuickBooksOptions};
use ledgerhook_testkit::{Answer, Stage};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000002";
const OTHER_REALM: &str = "9341452000000003";

async fn nothing_is_stored(stage: &Stage) {
    assert_eq!(stage.tenant.caller.get("/instances").await.status, 404);
}

/// A gateway whose provider has an address for each environment, as Intuit has.
async fn stage_of_two_environments() -> Stage {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let provider = stage.provider_url().to_owned();
    for (name, base) in [("API_URL", "/production"), ("SANDBOX_API_URL", "/development")] {
        stage.gateway.set(&format!("PROVIDERS__QUICKBOOKS__{name}"), &format!("{provider}{base}"));
    }
    stage.restart().await;
    stage
}

/// Connects a company with a code that was given for another.
async fn connect_with_code_of(stage: &Stage, realm: &str, other: &str) -> Answer {
    let code = stage.authorize(&stage.tenant, other).await;
    let body = stage.instance_body(&stage.tenant, realm, &code, &Value::Null);
    stage.tenant.caller.post("/instances", &body).await
}

#[tokio::test]
async fn the_companys_name_is_kept_and_it_costs_two_reads() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &Value::Null).await;
    assert_eq!(instance.body["configuration"]["quickbooks.company.name"], "Company");
    assert_eq!(instance.body["configuration"]["quickbooks.cdc.time_activities"], "false");
    assert_eq!(stage.books.succeeded_calls(REALM, CallKind::Read), 1);
    let cdc = stage.books.calls().into_iter().find(|count| count.kind == CallKind::Cdc).unwrap();
    assert_eq!((cdc.succeeded, cdc.failed), (0, 1), "a failed call is not metered");
}

#[tokio::test]
async fn another_company_than_the_authorised_one_is_refused_and_the_grant_given_back() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.books.add_company(Company::new(REALM, "Meant")).unwrap();
    let answer = connect_with_code_of(&stage, REALM, OTHER_REALM).await;
    let message = answer.refused(400);
    assert!(message.starts_with("providerData.realmId: the authorisation is for another company"));
    assert!(answer.json()["providerMessage"].as_str().unwrap().contains("code 3100"));
    nothing_is_stored(&stage).await;
    assert_eq!(stage.books.disconnect(OTHER_REALM, None), Ok(0), "the app is not connected");
}

#[tokio::test]
async fn a_company_of_the_other_environment_is_named_with_the_switch() {
    let stage = stage_of_two_environments().await;
    stage.books.add_company(Company::new(OTHER_REALM, "Practice").in_sandbox()).unwrap();
    for (realm, configuration, expected) in [
        (OTHER_REALM, Value::Null, "company 9341452000000003 is one of Intuit's sandbox"),
        (REALM, json!({"use_sandbox": true}), "company 9341452000000002 is one of Intuit's prod"),
    ] {
        let code = match realm {
            // Making it again would make it one of production.
            OTHER_REALM => authorize_known(&stage, realm).await,
            _ => stage.authorize(&stage.tenant, realm).await,
        };
        let body = stage.instance_body(&stage.tenant, realm, &code, &configuration);
        let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
        assert!(message.starts_with(expected), "{message}");
        assert!(message.contains("use_sandbox") && message.contains("connect.to.sandbox"));
    }
    nothing_is_stored(&stage).await;
    let code = authorize_known(&stage, OTHER_REALM).await;
    let right = json!({"connect.to.sandbox": true});
    let body = stage.instance_body(&stage.tenant, OTHER_REALM, &code, &right);
    stage.tenant.caller.post("/instances", &body).await.ok();
}

/// A code for a company that stays as it is.
async fn authorize_known(stage: &Stage, realm: &str) -> String {
    let code = stage.authorize(&stage.tenant, realm).await;
    stage.books.add_company(Company::new(realm, "Practice").in_sandbox()).unwrap();
    code
}

#[tokio::test]
async fn a_wrong_secret_redirect_uri_or_code_is_named_and_the_right_ones_still_connect() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let code = stage.authorize(&stage.tenant, REALM).await;
    let other = stage.authorize(&stage.tenant, REALM).await;
    for (code, configuration, expected) in [
        (&code, json!({"oauth.api.secret": "wrong"}), "configuration.oauth.api.key with config"),
        (&"made-up".to_owned(), Value::Null, "does not accept providerData.code"),
        (&other, json!({"oauth.callback.url": "https://a.test"}), "for another redirect URI than"),
    ] {
        let body = stage.instance_body(&stage.tenant, REALM, code, &configuration);
        let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
        assert!(message.contains(expected), "{message}");
    }
    nothing_is_stored(&stage).await;
    let body = stage.instance_body(&stage.tenant, REALM, &code, &Value::Null);
    stage.tenant.caller.post("/instances", &body).await.ok();
}

#[tokio::test]
async fn an_authorisation_without_the_scope_for_books_is_refused() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let own = json!({"scope": "openid profile"});
    let message = stage.try_connect(&stage.tenant, REALM, &own).await.refused(400);
    assert!(message.starts_with("configuration.scope: it must contain com.intuit."), "{message}");
    let code = stage.authorize_for(&stage.tenant, REALM, "openid").await;
    let body = stage.instance_body(&stage.tenant, REALM, &code, &Value::Null);
    let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
    assert!(message.starts_with("the authorisation has not the scope com.intuit."), "{message}");
    nothing_is_stored(&stage).await;
}

#[tokio::test]
async fn where_intuit_says_which_company_was_authorised_it_is_named() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.books.add_company(Company::new(REALM, "Meant")).unwrap();
    let scope = "com.intuit.quickbooks.accounting openid";
    let code = stage.authorize_for(&stage.tenant, OTHER_REALM, scope).await;
    let body = stage.instance_body(&stage.tenant, REALM, &code, &Value::Null);
    let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
    let expected = format!("the customer authorised company {OTHER_REALM}, not {REALM}");
    assert!(message.contains(&expected), "{message}");
}

#[tokio::test]
async fn tokens_of_the_caller_are_proved_too() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let (access, refresh) = stage.tokens(&stage.tenant, REALM).await;
    stage.books.add_company(Company::new(OTHER_REALM, "Other")).unwrap();
    for (realm, token, expected) in [
        (REALM, "made-up", "Intuit does not accept configuration.oauth.user.token"),
        (OTHER_REALM, access.as_str(), "configuration.quickbooks.realm.id: the authorisation is"),
    ] {
        let own = json!({"quickbooks.realm.id": realm, "oauth.user.token": token,
            "oauth.user.refresh_token": refresh});
        let mut body = stage.instance_body(&stage.tenant, realm, "", &own);
        body.as_object_mut().unwrap().remove("providerData");
        body["externalAuthentication"] = json!("initial");
        let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
        assert!(message.starts_with(expected), "{message}");
    }
    nothing_is_stored(&stage).await;
    assert_eq!(stage.books.disconnect(REALM, None), Ok(1), "the caller's own tokens still work");
}

#[tokio::test]
async fn a_company_that_cannot_be_read_now_is_not_connected_and_one_failure_is_passed_over() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.books.add_fault(FaultPlan::api(Fault::Unavailable, 2)).unwrap();
    let message = stage.try_connect(&stage.tenant, REALM, &Value::Null).await.refused(502);
    assert!(message.contains("could not be read after the authorisation"), "{message}");
    nothing_is_stored(&stage).await;
    stage.books.add_fault(FaultPlan::api(Fault::DropConnection, 1)).unwrap();
    stage.connect(&stage.tenant, REALM, &Value::Null).await;
}

#[tokio::test]
async fn time_activities_come_by_change_data_capture_where_it_knows_them_and_by_query_elsewhere() {
    for (cdc_has_time_activities, feed) in [(true, "cdc"), (false, "query")] {
        let options = QuickBooksOptions { cdc_has_time_activities, ..QuickBooksOptions::default() };
        let stage = Stage::set_with(PROGRAM, &[], options).await;
        let polling = json!({"event.vendor.type": "polling", "event.poller.urls": "time-activities",
            "event.poller.refresh_interval": 1000});
        let instance = stage.connect(&stage.tenant, REALM, &polling).await;
        let kept = &instance.body["configuration"]["quickbooks.cdc.time_activities"];
        assert_eq!(*kept, cdc_has_time_activities.to_string());
        stage.books.create_sample(REALM, "TimeActivity", 1).unwrap();
        let poll = format!("/instances/{}/poll", instance.id);
        stage.tenant.caller.post(&poll, &Value::Null).await.ok();
        stage.receiver.wait_for_events(&instance.path, 1).await;
        let kind = if feed == "cdc" { CallKind::Cdc } else { CallKind::Query };
        let other = if feed == "cdc" { CallKind::Query } else { CallKind::Cdc };
        assert!(stage.books.succeeded_calls(REALM, kind) > 0, "{feed}");
        assert_eq!(stage.books.succeeded_calls(REALM, other), 0, "{feed}");
    }
}

#[tokio::test]
async fn a_state_of_the_gateways_own_is_good_for_one_connection() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let path = format!(
        "/elements/quickbooks/oauth/url?apiKey={}&callbackUrl=https://a.test&state=auto",
        stage.tenant.app.client_id
    );
    let url = stage.tenant.caller.get(&path).await.ok()["oauthUrl"].as_str().unwrap().to_owned();
    let (_, rest) = url.split_once("&state=").unwrap();
    let state = rest.split('&').next().unwrap();
    assert!(state.starts_with("lh1."), "{state}");
    let connect = async |realm: &str| {
        let code = stage.authorize(&stage.tenant, realm).await;
        let mut body = stage.instance_body(&stage.tenant, realm, &code, &Value::Null);
        body["providerData"]["state"] = json!(state);
        stage.tenant.caller.post("/instances", &body).await
    };
    connect(REALM).await.ok();
    let message = connect(OTHER_REALM).await.refused(400);
    assert!(message.contains(&format!("it was used already, for company {REALM}")), "{message}");
}
