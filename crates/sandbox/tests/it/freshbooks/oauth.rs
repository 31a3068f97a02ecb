//! Consent, tokens and revocation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::bench::{
    BUSINESS, Bench, CLIENT_ID, CLIENT_SECRET, OTHER_CLIENT_ID, OTHER_USER, REDIRECT_URI, USER,
};
use crate::client::parameter;

const ME: &str = "/auth/api/v1/users/me";

#[tokio::test]
async fn the_page_lists_who_can_approve() {
    let bench = Bench::start().await;
    for path in ["/oauth/authorize", "/service/auth/oauth/authorize"] {
        let query = format!("client_id={CLIENT_ID}&response_type=code&redirect_uri={REDIRECT_URI}");
        let page = bench.send("GET", &format!("{path}?{query}"), &[], String::new()).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Simona Varga"), "{}", page.text);
    }
    let back = bench.approve(CLIENT_ID, USER, &[]).await;
    assert!(back.as_str().starts_with(REDIRECT_URI));
    assert_eq!(parameter(&back, "state"), "st&te");
}

#[tokio::test]
async fn a_denial_and_a_scope_that_does_not_exist_fail_the_consent() {
    let bench = Bench::start().await;
    let fields = [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("identity_id", ""),
    ];
    let denied = bench.post_form("/oauth/authorize", &[], &fields).await;
    assert!(denied.header("location").ends_with("?error=access_denied"));
    let wrong = [("scope", "user:invoices:read bills")];
    let back = bench.approve(CLIENT_ID, USER, &wrong).await;
    assert_eq!(parameter(&back, "error"), "invalid_scope");
}

#[tokio::test]
async fn a_code_gives_tokens_once_as_json_and_as_a_form() {
    let bench = Bench::start().await;
    let scope = [("scope", "user:profile:read user:invoices:read")];
    let code = parameter(&bench.approve(CLIENT_ID, USER, &scope).await, "code");
    let fields = [
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("redirect_uri", REDIRECT_URI),
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    let answer = bench.post_form("/auth/oauth/token", &[], &fields).await;
    let body = answer.json();
    assert_eq!((answer.status, body["token_type"].as_str()), (200, Some("Bearer")));
    assert_eq!(body["expires_in"], 43_200);
    assert_eq!(body["created_at"], 1_773_169_200);
    assert_eq!(body["scope"], "user:profile:read user:invoices:read");
    assert_eq!(body["refresh_token"].as_str().unwrap().len(), 64);
    assert_eq!(bench.get(&answer.tokens(), ME).await.status, 200);
    let again = bench.post_form("/auth/oauth/token", &[], &fields).await;
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test]
async fn a_code_lives_five_minutes() {
    let bench = Bench::start().await;
    for (seconds, status) in [(299, 200), (300, 400)] {
        let code = parameter(&bench.approve(CLIENT_ID, USER, &[]).await, "code");
        bench.pass(seconds);
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
        assert_eq!(bench.token_call(CLIENT_ID, &fields).await.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn what_does_not_belong_to_the_code_is_refused() {
    let bench = Bench::start().await;
    for (field, value, status, error) in [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_id", "unknown", 401, "invalid_client"),
        ("client_id", OTHER_CLIENT_ID, 400, "invalid_grant"),
        ("redirect_uri", "https://app.example/other", 400, "invalid_grant"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("code", "wrong", 400, "invalid_grant"),
    ] {
        let code = parameter(&bench.approve(CLIENT_ID, USER, &[]).await, "code");
        let fields =
            [("grant_type", "authorization_code"), ("code", code.as_str()), (field, value)];
        let answer = bench.token_call(CLIENT_ID, &fields).await;
        let body = answer.json();
        assert_eq!((answer.status, body["error"].as_str()), (status, Some(error)), "{field}");
        assert!(body["error_description"].is_string());
    }
}

#[tokio::test]
async fn a_challenge_needs_its_verifier() {
    let bench = Bench::start().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(b"the verifier"));
    let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    for (verifier, status) in [("the verifier", 200), ("another", 400)] {
        let code = parameter(&bench.approve(CLIENT_ID, USER, &more).await, "code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", verifier),
        ];
        assert_eq!(bench.token_call(CLIENT_ID, &fields).await.status, status, "{verifier}");
    }
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let second = bench.refresh(&first).await.tokens();
    assert_ne!(second.refresh, first.refresh);
    let reused = bench.refresh(&first).await;
    assert_eq!((reused.status, reused.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(bench.refresh(&second).await.status, 200);
}

#[tokio::test]
async fn a_refresh_needs_the_redirect_uri() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let mut fields = vec![
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_str()),
    ];
    let without = bench.post_form("/auth/oauth/token", &[], &fields).await;
    assert_eq!((without.status, without.json()["error"].as_str()), (400, Some("invalid_request")));
    fields.push(("redirect_uri", "https://app.example/other"));
    let other = bench.post_form("/auth/oauth/token", &[], &fields).await;
    assert_eq!((other.status, other.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(bench.refresh(&first).await.status, 200);
}

#[tokio::test]
async fn only_one_refresh_token_lives_for_a_user_and_an_app() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let other_user = bench.connect_as(CLIENT_ID, OTHER_USER).await;
    let other_app = bench.connect_as(OTHER_CLIENT_ID, USER).await;
    let second = bench.connect().await;
    assert_eq!(bench.refresh(&first).await.status, 400);
    assert_eq!(bench.refresh(&second).await.status, 200);
    assert_eq!(bench.refresh(&other_user).await.status, 200);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", other_app.refresh.as_str())];
    assert_eq!(bench.token_call(OTHER_CLIENT_ID, &fields).await.status, 200);
    assert_eq!(bench.get(&first, ME).await.status, 200, "an access token lives until it expires");
}

#[tokio::test]
async fn access_tokens_live_twelve_hours_or_expire_on_request() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    bench.pass(43_199);
    assert_eq!(bench.get(&first, ME).await.status, 200);
    bench.pass(1);
    assert_eq!(bench.get(&first, ME).await.status, 401);
    let second = bench.refresh(&first).await.tokens();
    assert_eq!(bench.freshbooks().expire_access_tokens(USER), Ok(1));
    assert_eq!(bench.get(&second, ME).await.status, 401);
}

#[tokio::test]
async fn revoking_and_disconnecting_end_everything() {
    let bench = Bench::start().await;
    let revoked = bench.connect().await;
    let fields = [
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("token", revoked.access.as_str()),
    ];
    let answer = bench.post_form("/auth/oauth/revoke", &[], &fields).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    assert_eq!(bench.get(&revoked, ME).await.status, 401);
    assert_eq!(bench.refresh(&revoked).await.status, 400);

    let disconnected = bench.connect().await;
    assert_eq!(bench.freshbooks().disconnect(USER, Some(CLIENT_ID)), Ok(1));
    assert_eq!(bench.get(&disconnected, ME).await.status, 401);
    assert_eq!(bench.refresh(&disconnected).await.status, 400);
    assert!(bench.freshbooks().disconnect(BUSINESS, None).is_err());
}
