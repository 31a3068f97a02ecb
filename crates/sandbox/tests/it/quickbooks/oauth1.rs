//! OAuth 1.0a from the request token to its end, and on to OAuth 2.0.

use ledgerhook_sandbox::quickbooks::CallKind;
use oauth1_request::{Builder, Credentials, HmacSha1, ParameterList};
use serde_json::{Value, json};
use url::Url;

use super::bench::{Bench, CLIENT_ID, CLIENT_SECRET, OTHER_REALM, REALM, REDIRECT_URI};
use crate::client::{Answer, form, parameter};

const DAY_S: i64 = 86_400;

/// A token with its secret; none before there is one.
type Pair = Option<(String, String)>;

/// What is signed beside the request itself.
#[derive(Default)]
struct Extra<'e> {
    callback: Option<&'e str>,
    verifier: Option<&'e str>,
    body: String,
}

async fn signed(bench: &Bench, method: &str, path: &str, token: &Pair, extra: Extra<'_>) -> Answer {
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let url = format!("{}{plain}", bench.sandbox.base_url());
    let parameters: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut builder = Builder::new(Credentials::new(CLIENT_ID, CLIENT_SECRET), HmacSha1::new());
    if let Some((token, secret)) = token {
        builder.token(Credentials::new(token.as_str(), secret.as_str()));
    }
    let authorization = builder.callback(extra.callback).verifier(extra.verifier).authorize(
        method,
        url,
        &ParameterList::new(parameters),
    );
    bench.send(method, path, &[("authorization", authorization)], extra.body).await
}

fn pair(answer: &Answer) -> Pair {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = Url::parse(&format!("http://form/?{}", answer.text)).unwrap();
    Some((parameter(&answer, "oauth_token"), parameter(&answer, "oauth_token_secret")))
}

async fn request_token(bench: &Bench) -> Pair {
    let extra = Extra { callback: Some(REDIRECT_URI), ..Extra::default() };
    let answer = signed(bench, "POST", "/oauth/v1/get_request_token", &None, extra).await;
    assert!(answer.text.contains("oauth_callback_confirmed=true"), "{}", answer.text);
    pair(&answer)
}

async fn approve(bench: &Bench, request: &Pair) -> Url {
    let (token, _) = request.as_ref().unwrap();
    let page = bench.get(&format!("/Connect/Begin?{}", form(&[("oauth_token", token)]))).await;
    assert!(page.text.contains("Second &amp; Sons"), "{}", page.text);
    let fields = [("oauth_token", token.as_str()), ("realm_id", REALM)];
    let back = bench.post_form("/Connect/Begin", &[], &fields).await;
    assert_eq!(back.status, 302, "{}", back.text);
    Url::parse(back.header("location")).unwrap()
}

async fn connect(bench: &Bench) -> Pair {
    let request = request_token(bench).await;
    let back = approve(bench, &request).await;
    let verifier = parameter(&back, "oauth_verifier");
    let extra = Extra { verifier: Some(&verifier), ..Extra::default() };
    pair(&signed(bench, "GET", "/oauth/v1/get_access_token", &request, extra).await)
}

async fn read(bench: &Bench, token: &Pair, realm: &str) -> Answer {
    let query = form(&[("query", "select * from Customer where DisplayName = 'A & B'")]);
    let path = format!("/v3/company/{realm}/query?{query}&minorversion=75");
    signed(bench, "GET", &path, token, Extra::default()).await
}

#[tokio::test]
async fn the_return_names_verifier_realm_and_data_source() {
    let bench = Bench::start().await;
    let request = request_token(&bench).await;
    let back = approve(&bench, &request).await;
    assert!(back.as_str().starts_with(REDIRECT_URI));
    assert_eq!(parameter(&back, "oauth_token"), request.unwrap().0);
    assert_eq!(parameter(&back, "realmId"), REALM);
    assert_eq!(parameter(&back, "dataSource"), "QBO");
    assert!(!parameter(&back, "oauth_verifier").is_empty());
}

#[tokio::test]
async fn signed_calls_are_answered_for_their_company() {
    let bench = Bench::start().await;
    let token = connect(&bench).await;
    let answer = read(&bench, &token, REALM).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(bench.quickbooks().succeeded_calls(REALM, CallKind::Query), 1);
    assert_eq!(read(&bench, &token, OTHER_REALM).await.status, 403);
    let forged = token.map(|(token, _)| (token, "another secret".to_owned()));
    let refused = read(&bench, &forged, REALM).await;
    assert_eq!(
        (refused.status, &refused.json()["fault"]["error"][0]["code"]),
        (401, &json!("3200"))
    );
}

#[tokio::test]
async fn a_token_lives_180_days_and_is_renewed_in_the_last_30() {
    let bench = Bench::start().await;
    let token = connect(&bench).await;
    let reconnect = "/api/v1/connection/reconnect";
    let early = signed(&bench, "GET", reconnect, &token, Extra::default()).await;
    assert!(early.text.contains("<ErrorCode>212</ErrorCode>"), "{}", early.text);
    bench.pass(151 * DAY_S);
    let renewed = signed(&bench, "GET", reconnect, &token, Extra::default()).await;
    assert!(renewed.text.contains("<ErrorCode>0</ErrorCode>"), "{}", renewed.text);
    assert_eq!(read(&bench, &token, REALM).await.status, 401);
    let element = |name: &str| {
        let (_, rest) = renewed.text.split_once(&format!("<{name}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let token = Some((element("OAuthToken"), element("OAuthTokenSecret")));
    assert_eq!(read(&bench, &token, REALM).await.status, 200);
    bench.pass(180 * DAY_S);
    assert_eq!(read(&bench, &token, REALM).await.status, 401);
}

#[tokio::test]
async fn an_app_or_a_user_can_disconnect() {
    let bench = Bench::start().await;
    let token = connect(&bench).await;
    let path = "/api/v1/connection/disconnect";
    let answer = signed(&bench, "GET", path, &token, Extra::default()).await;
    assert!(answer.text.contains("PlatformResponse"), "{}", answer.text);
    assert_eq!(read(&bench, &token, REALM).await.status, 401);
    let token = connect(&bench).await;
    assert_eq!(bench.quickbooks().disconnect(REALM, Some(CLIENT_ID)), Ok(1));
    assert_eq!(read(&bench, &token, REALM).await.status, 401);
}

#[tokio::test]
async fn a_token_is_exchanged_for_those_of_oauth_2() {
    let bench = Bench::start().await;
    let token = connect(&bench).await;
    let path = "/v2/oauth2/tokens/migrate";
    let body = |client_secret: &str| {
        json!({
            "scope": "com.intuit.quickbooks.accounting",
            "redirect_uri": REDIRECT_URI,
            "client_id": CLIENT_ID,
            "client_secret": client_secret,
        })
        .to_string()
    };
    let extra = |body| Extra { body, ..Extra::default() };
    let answer = signed(&bench, "POST", path, &token, extra(body(CLIENT_SECRET))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let tokens = answer.json();
    assert_eq!(tokens["realmId"], REALM);
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let company = format!("/v3/company/{REALM}/companyinfo/{REALM}");
    let read = bench.send("GET", &company, &[("authorization", bearer)], String::new()).await;
    assert_eq!(read.status, 200);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    assert_eq!(bench.token_call(&fields).await.status, 200);
    for (token, body, status) in [
        (&token, body("wrong"), 401),
        (&token, "{}".to_owned(), 400),
        (&None, body(CLIENT_SECRET), 401),
    ] {
        assert_eq!(signed(&bench, "POST", path, token, extra(body)).await.status, status);
    }
}

#[tokio::test]
async fn wrong_requests_say_what_the_problem_is() {
    let bench = Bench::start().await;
    let unsigned = bench.get("/oauth/v1/get_request_token").await;
    assert_eq!((unsigned.status, unsigned.text.as_str()), (401, "oauth_problem=parameter_absent"));
    let no_callback = signed(&bench, "GET", "/oauth/v1/get_request_token", &None, Extra::default());
    assert_eq!(no_callback.await.text, "oauth_problem=parameter_rejected");
    let request = request_token(&bench).await;
    approve(&bench, &request).await;
    let extra = Extra { verifier: Some("guessed"), ..Extra::default() };
    let guessed = signed(&bench, "GET", "/oauth/v1/get_access_token", &request, extra).await;
    assert_eq!(guessed.text, "oauth_problem=token_rejected");
    assert_eq!(bench.get("/Connect/Begin?oauth_token=made-up").await.status, 400);
}

#[tokio::test]
async fn a_signed_connection_is_told_of_changes() {
    let receiver = crate::receiver::Receiver::start().await;
    let app = ledgerhook_sandbox::quickbooks::App::new(CLIENT_ID, CLIENT_SECRET)
        .with_webhooks(&receiver.url, "verify_me");
    let bench = Bench::start_with(|options| options.apps = vec![app]).await;
    connect(&bench).await;
    bench.quickbooks().create_sample(REALM, "Class", 1).unwrap();
    bench.quickbooks().wait_until_sent(crate::client::DEADLINE).await.unwrap();
    let events: Value = receiver.received()[0].json();
    assert_eq!(events[0]["type"], "qbo.class.created.v1");
}
