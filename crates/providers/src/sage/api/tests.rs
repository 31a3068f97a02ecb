//! What calls carry, seen by a scripted server.

use http::Method;
use ledgerhook_connector::UserTokens;
use ledgerhook_model::Secret;

use super::*;
use crate::sage::request_signature::{Scheme, SignedCall};
use crate::sage::stand_in::{
    COLUMBUS, NONCE, V1, access, access_by, api, configuration, endpoints,
};
use crate::scripted_server::{Asked, ScriptedServer, answer, client};

const OWN_HEADERS: [&str; 5] =
    ["x-business", "x-site", "ocp-apim-subscription-key", "x-nonce", "x-signature"];

/// Asks for a list of contacts, and returns what arrived.
async fn asked(entries: &[(&str, &str)]) -> (Asked, String) {
    let server = ScriptedServer::new().await;
    let (api, access, configuration) = (api(&server), access(), configuration(entries));
    let company = Company { access: &access, configuration: &configuration };
    let path = list_path("contacts", &[("attributes", "created_at,updated_at"), ("page", "1")]);
    let script = |_: &Asked, _| answer("200 OK", "{}");
    server.during(script, api.get(company, &path)).await.unwrap();
    (server.asked().remove(0), server.url.clone())
}

fn own_headers(asked: &Asked) -> Vec<(&str, &str)> {
    OWN_HEADERS.iter().filter_map(|name| Some((*name, asked.header(name)?))).collect()
}

fn signature(url: &str, scheme: Scheme<'_>) -> String {
    let url = callable(url).unwrap();
    let call = SignedCall { method: &Method::GET, url: &url, scheme, nonce: NONCE };
    call.signature(&Secret::new("signing secret"), &Secret::new("token-1")).unwrap()
}

#[tokio::test]
async fn api_v3_1_is_sent_the_business_and_no_key_that_is_meant_for_others() {
    let (asked, _) = asked(&[("country", "US"), ("sage.sign.v3", "true")]).await;
    assert_eq!(asked.line, "GET /v3.1/contacts?attributes=created_at%2Cupdated_at&page=1");
    assert_eq!(own_headers(&asked), [("x-business", "b1")]);
    assert_eq!(asked.header("authorization"), Some("Bearer token-1"));
    assert_eq!(asked.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn api_v3_is_sent_the_site_and_the_subscription_key() {
    let (asked, _) = asked(&[("base.url", COLUMBUS)]).await;
    assert!(asked.line.starts_with("GET /columbus/us/sageone/accounts/v3/contacts?"));
    assert_eq!(
        own_headers(&asked),
        [("x-site", "b1"), ("ocp-apim-subscription-key", "subscription")]
    );
    assert_eq!(asked.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn api_v3_is_signed_where_that_is_asked_for() {
    let (asked, url) = asked(&[("base.url", COLUMBUS), ("sage.sign.v3", "True")]).await;
    let path = asked.line.strip_prefix("GET ").unwrap();
    let scheme = Scheme::Body { body: b"", resource_owner_id: "b1" };
    let expected = signature(&format!("{url}{path}"), scheme);
    assert_eq!(asked.header("x-nonce"), Some(NONCE));
    assert_eq!(asked.header("x-signature"), Some(expected.as_str()));
}

#[tokio::test]
async fn api_v1_is_always_signed() {
    let (asked, url) = asked(&[("base.url", V1)]).await;
    let path = asked.line.strip_prefix("GET ").unwrap();
    assert!(path.starts_with("/one/accounts/v1/contacts?"), "{path}");
    let expected = signature(&format!("{url}{path}"), Scheme::Form(b""));
    assert_eq!(own_headers(&asked), [("x-nonce", NONCE), ("x-signature", expected.as_str())]);
    assert_eq!(asked.header("accept"), Some("*/*"));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
}

#[tokio::test]
async fn a_call_that_lacks_something_is_not_sent_and_says_what() {
    let server = ScriptedServer::new().await;
    let tokens = |token: &str| {
        let tokens = UserTokens { token: Secret::new(token), companion: Secret::new("r") };
        access_by(Arc::new(tokens))
    };
    let cases = [
        (
            tokens("t"),
            COLUMBUS,
            "configuration.apim.subscription.key: this base.url \
             needs it and it was not given",
        ),
        (
            tokens("t"),
            V1,
            "configuration.signature.secret: this base.url needs \
             it and it was not given",
        ),
        (tokens("t\n"), "", "the provider does not accept the access token"),
        (
            Access { company: "b\n".to_owned(), ..tokens("t") },
            "",
            "the company's id cannot be sent in a header",
        ),
        (
            tokens("t"),
            "https://example.com",
            "configuration.base.url: `https://example.com` is \
             none of Sage's APIs: leave it out for https://api.accounting.sage.com/v3.1, or write \
             https://api.columbus.sage.com/us/sageone or https://api.sageone.com/accounts/v1",
        ),
    ];
    for (access, base_url, expected) in cases {
        let configuration = configuration(&[("base.url", base_url)]);
        let company = Company { access: &access, configuration: &configuration };
        let error = api(&server).get(company, "contacts").await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let access = access();
    let configuration = configuration(&[("base.url", V1)]);
    let company = Company { access: &access, configuration: &configuration };
    let api = Api::new(client(), endpoints(&server), || None);
    let error = api.get(company, "contacts").await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_retired_api_that_is_gone_is_explained() {
    let server = ScriptedServer::new().await;
    let api = api(&server);
    drop(server);
    let access = access();
    for (base_url, is_retired) in [(COLUMBUS, true), (V1, true), ("", false)] {
        let configuration = configuration(&[("base.url", base_url)]);
        let company = Company { access: &access, configuration: &configuration };
        let words = api.get(company, "contacts").await.unwrap_err().to_string();
        assert_eq!(words.contains("Sage has retired this generation"), is_retired, "{words}");
    }
}

#[test]
fn what_cannot_be_an_id_has_no_path() {
    let path = record_path("contacts", "8a2291d8361711e7");
    assert_eq!(path.as_deref(), Some("contacts/8a2291d8361711e7"));
    for id in ["", "..", "a/b", "a?b", "a b", "ü", &"a".repeat(129)] {
        assert_eq!(record_path("contacts", id), None, "{id}");
    }
}
