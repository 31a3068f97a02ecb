//! What is said of an authorisation that does not open its company, against a scripted server.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::quickbooks::endpoints::Endpoints;
use crate::quickbooks::stand_in::{access, configuration};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

const COMPANY: &str =
    r#"{"CompanyInfo":{"CompanyName":"Blue Heron"},"time":"2026-11-20T00:00:00-08:00"}"#;
const CAPTURED: &str = r#"{"CDCResponse":[{"QueryResponse":[{}]}],"time":"2026-11-20T08:00:00Z"}"#;

fn fault(code: &str) -> String {
    format!(r#"{{"Fault":{{"Error":[{{"Message":"m","Detail":"d","code":"{code}"}}]}}}}"#)
}

/// Production, and the sandbox below `/sandbox`.
fn api(server: &ScriptedServer) -> Arc<Api> {
    let urls =
        [("api_url", server.url.clone()), ("sandbox_api_url", format!("{}/sandbox", server.url))];
    let entries = urls.map(|(name, url)| (name.to_owned(), url));
    let settings =
        ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), BTreeMap::from(entries))]));
    let endpoints = Endpoints::read(&settings.of("quickbooks")).unwrap();
    Arc::new(Api::new(client(), Arc::new(endpoints)))
}

type Proof = Result<Vec<(&'static str, String)>, ConnectError>;

async fn prove(
    server: &ScriptedServer,
    entries: &[(&str, &str)],
    authorised: Option<&str>,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Proof {
    let (access, configuration) = (access("9130", "t"), configuration(entries));
    let claim = Claim {
        access: &access,
        configuration: &configuration,
        authorised,
        realm_member: "providerData.realmId",
        token_member: "the token",
    };
    server.during(script, claim.prove(&api(server))).await
}

fn message(proof: Proof) -> String {
    match proof.unwrap_err() {
        ConnectError::Refused { message, provider_message } => {
            assert!(!provider_message.is_empty());
            message
        }
        other => panic!("it must be refused, but is {other:?}"),
    }
}

#[tokio::test]
async fn the_companys_name_and_what_its_capture_knows_are_kept() {
    let server = ScriptedServer::new().await;
    let unsupported = fault("500");
    for (status, body, expected) in [
        ("200 OK", CAPTURED, Some("true")),
        ("400 Bad Request", &*unsupported, Some("false")),
        ("200 OK", &*unsupported, Some("false")),
        ("503 Service Unavailable", "stream timeout", None),
        ("429 Too Many Requests", "", None),
    ] {
        let script = |asked: &Asked, _| match asked.line.contains("/cdc?") {
            true => answer(status, body),
            false => answer("200 OK", COMPANY),
        };
        let kept = prove(&server, &[], None, script).await.unwrap();
        assert_eq!(kept.first(), Some(&("quickbooks.company.name", "Blue Heron".to_owned())));
        let probed = kept.get(1).map(|(_, value)| value.as_str());
        assert_eq!(probed, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_company_is_tried_out_once() {
    let server = ScriptedServer::new().await;
    let entries = [("quickbooks.cdc.time_activities", "false")];
    let script = |_: &Asked, _| answer("200 OK", COMPANY);
    assert_eq!(prove(&server, &entries, None, script).await.unwrap().len(), 1);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn the_wrong_environment_is_named_with_the_switch() {
    for (entries, open, expected) in [
        (vec![], "/sandbox/", "company 9130 is one of Intuit's sandbox"),
        (vec![("use_sandbox", "true")], "/v3/", "company 9130 is one of Intuit's production"),
        (
            vec![("connect.to.sandbox", "TRUE")],
            "/v3/",
            "company 9130 is one of Intuit's production",
        ),
    ] {
        let server = ScriptedServer::new().await;
        let script = |asked: &Asked, _| match asked.line.starts_with(&format!("GET {open}")) {
            true => answer("200 OK", COMPANY),
            false => answer("403 Forbidden", fault("003100")),
        };
        let message = message(prove(&server, &entries, Some("9130"), script).await);
        assert!(message.starts_with(expected), "{message}");
        assert!(message.contains("use_sandbox") && message.contains("connect.to.sandbox"));
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn another_company_and_a_missing_scope_are_told_apart_where_intuit_says_whose_it_is() {
    for (authorised, expected) in [
        (Some("77"), "providerData.realmId: the customer authorised company 77, not 9130"),
        (Some("9130"), "the authorisation has not the scope com.intuit.quickbooks.accounting"),
        (None, "providerData.realmId: the authorisation is for another company than 9130, or was"),
    ] {
        let server = ScriptedServer::new().await;
        let script = |_: &Asked, _| answer("403 Forbidden", fault("3100"));
        let message = message(prove(&server, &[], authorised, script).await);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[tokio::test]
async fn other_refusals_keep_their_meaning_and_the_other_environment_is_not_asked() {
    let (lapsed, gone) = (fault("6190"), fault("610"));
    for (status, body, expected) in [
        ("401 Unauthorized", "", "Intuit does not accept the token: it has ended"),
        ("403 Forbidden", &*lapsed, "QuickBooks does not show company 9130: the company's"),
        ("400 Bad Request", &*gone, "QuickBooks does not show company 9130: QuickBooks does not"),
        ("200 OK", &*gone, "QuickBooks does not show company 9130: QuickBooks does not"),
    ] {
        let server = ScriptedServer::new().await;
        let message = message(prove(&server, &[], None, |_, _| answer(status, body)).await);
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn one_failure_is_passed_over_and_two_are_said_to_be_intuits() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, earlier| match earlier {
        0 => answer("503 Service Unavailable", "stream timeout"),
        _ => answer("200 OK", COMPANY),
    };
    let entries = [("quickbooks.cdc.time_activities", "true")];
    prove(&server, &entries, None, script).await.unwrap();
    for status in ["503 Service Unavailable", "429 Too Many Requests"] {
        let proof = prove(&server, &entries, None, |_, _| answer(status, "")).await;
        let Err(ConnectError::Unavailable { message }) = proof else { panic!("{proof:?}") };
        assert!(message.contains("nothing was stored, authorise again"), "{message}");
    }
}
