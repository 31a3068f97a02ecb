//! Signing in at Sage, and the life of its tokens.

use super::bench::{
    Bench, CENTRAL, CLIENT_ID, CLIENT_SECRET, CURRENT, FOREIGNER, OWNER, REDIRECT_URI,
};
use crate::client::{basic, bearer, form, parameter};

const INVALID_GRANT: &str = r#"{"error":"invalid_grant"}"#;

#[tokio::test]
async fn the_page_offers_every_user_and_sends_back_code_country_and_state() {
    let bench = Bench::start().await;
    let query = form(&[
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "full_access"),
        ("state", "<st&te>"),
        ("filter", CURRENT),
    ]);
    let page = bench.send("GET", &format!("{CENTRAL}?{query}"), &[], String::new()).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("owner@example.com (Business One, Business Two)"), "{}", page.text);
    assert!(page.text.contains("&lt;st&amp;te&gt;"), "{}", page.text);
    let back = bench.approve(CENTRAL, CURRENT, OWNER).await;
    assert!(back.as_str().starts_with(REDIRECT_URI));
    assert!(parameter(&back, "code").starts_with("GB/"), "{back}");
    assert_eq!(
        (parameter(&back, "country"), parameter(&back, "state")),
        ("GB".into(), "st&te".into())
    );
}

#[tokio::test]
async fn a_code_becomes_long_tokens_that_expire_soon() {
    let bench = Bench::start().await;
    let back = bench.approve(CENTRAL, CURRENT, OWNER).await;
    let body = bench.redeem("/token", &parameter(&back, "code")).await.json();
    let mut keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    keys.sort_unstable();
    let expected = [
        "access_token",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
        "requested_by_id",
        "scope",
        "token_type",
    ];
    assert_eq!(keys, expected);
    assert_eq!(
        (&body["expires_in"], &body["refresh_token_expires_in"]),
        (&300.into(), &2_678_400.into())
    );
    assert_eq!((&body["scope"], &body["token_type"]), (&"full_access".into(), &"bearer".into()));
    for token in ["access_token", "refresh_token"] {
        assert!((1_280..1_320).contains(&body[token].as_str().unwrap().len()), "{token}");
    }
}

#[tokio::test]
async fn a_code_works_once_and_for_a_minute() {
    let bench = Bench::start().await;
    let code = parameter(&bench.approve(CENTRAL, CURRENT, OWNER).await, "code");
    bench.pass(59);
    assert_eq!(bench.redeem("/token", &code).await.status, 200);
    let again = bench.redeem("/token", &code).await;
    assert_eq!((again.status, again.text.as_str()), (400, INVALID_GRANT));
    let code = parameter(&bench.approve(CENTRAL, CURRENT, OWNER).await, "code");
    bench.pass(60);
    assert_eq!(bench.redeem("/token", &code).await.text, INVALID_GRANT);
}

#[tokio::test]
async fn a_token_call_is_a_form_with_the_right_credentials_and_address() {
    let bench = Bench::start().await;
    let code = parameter(&bench.approve(CENTRAL, CURRENT, OWNER).await, "code");
    let fields = [
        ("client_id", CLIENT_ID),
        ("client_secret", "wrong"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT_URI),
    ];
    let wrong = bench.post_form("/token", &[], &fields).await;
    assert_eq!((wrong.status, wrong.text.as_str()), (401, r#"{"error":"invalid_client"}"#));
    let json = bench.post_json("/token", serde_json::json!({"client_id": CLIENT_ID})).await;
    assert_eq!(json.status, 400);
    let grant_type = ("grant_type", "password");
    let unknown = bench.token_call("/token", &[grant_type]).await;
    assert_eq!(unknown.text, r#"{"error":"unsupported_grant_type"}"#);
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "http://127.0.0.1:9/callback/"),
    ];
    assert_eq!(bench.token_call("/token", &elsewhere).await.text, INVALID_GRANT);
}

#[tokio::test]
async fn credentials_may_stand_in_the_authorization_header() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let headers = [
        basic(CLIENT_ID, CLIENT_SECRET),
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
    ];
    let body = form(&[("grant_type", "refresh_token"), ("refresh_token", &first.refresh)]);
    assert_eq!(bench.send("POST", "/token", &headers, body).await.status, 200);
}

#[tokio::test]
async fn an_access_token_lives_five_minutes_and_a_refresh_gives_the_next() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    bench.pass(299);
    assert_eq!(bench.get(&first, "contacts").await.status, 200);
    bench.pass(1);
    assert_eq!(bench.get(&first, "contacts").await.status, 401);
    let second = bench.refresh("/token", &first.refresh).await.tokens();
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(bench.get(&second, "contacts").await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_connection() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let winner = bench.refresh("/token", &first.refresh).await.tokens();
    let loser = bench.refresh("/token", &first.refresh).await;
    assert_eq!((loser.status, loser.text.as_str()), (400, INVALID_GRANT));
    assert_eq!(bench.get(&winner, "contacts").await.status, 401);
    assert_eq!(bench.refresh("/token", &winner.refresh).await.text, INVALID_GRANT);
}

#[tokio::test]
async fn of_two_refreshes_at_once_one_is_answered_and_none_is_left() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let refresh = || bench.refresh("/token", &first.refresh);
    let (one, other) = tokio::join!(refresh(), refresh());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let winner = if one.status == 200 { one.tokens() } else { other.tokens() };
    assert_eq!(bench.refresh("/token", &winner.refresh).await.text, INVALID_GRANT);
}

#[tokio::test]
async fn without_the_option_only_the_second_use_is_refused() {
    let bench = Bench::start_with(|options| options.revoke_on_token_reuse = false).await;
    let first = bench.connect().await;
    let winner = bench.refresh("/token", &first.refresh).await.tokens();
    assert_eq!(bench.refresh("/token", &first.refresh).await.text, INVALID_GRANT);
    assert_eq!(bench.get(&winner, "contacts").await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_dies_after_31_days() {
    const DAY_S: i64 = 86_400;
    let bench = Bench::start().await;
    let first = bench.connect().await;
    bench.pass(31 * DAY_S - 1);
    let second = bench.refresh("/token", &first.refresh).await.tokens();
    bench.pass(31 * DAY_S);
    assert_eq!(bench.refresh("/token", &second.refresh).await.text, INVALID_GRANT);
}

#[tokio::test]
async fn a_revoked_token_takes_its_connection_with_it() {
    let bench = Bench::start().await;
    let (one, other) = (bench.connect().await, bench.connect().await);
    let revoked = bench.token_call("/revoke", &[("token", &one.refresh)]).await;
    assert_eq!(revoked.status, 200);
    assert_eq!(bench.get(&one, "contacts").await.status, 401);
    assert_eq!(bench.get(&other, "contacts").await.status, 200);
    let headers = [bearer(&other)];
    assert_eq!(bench.send("POST", "/revoke", &headers, String::new()).await.status, 400);
}

#[tokio::test]
async fn who_says_no_or_signs_in_from_another_country_is_sent_back_with_an_error() {
    let bench = Bench::start().await;
    let denied = bench.approve(CENTRAL, CURRENT, "").await;
    assert_eq!(parameter(&denied, "error"), "access_denied");
    let fields = [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("scope", "full_access"),
        ("redirect_uri", REDIRECT_URI),
        ("filter", CURRENT),
        ("country", "gb"),
        ("user", FOREIGNER),
    ];
    let answer = bench.post_form(CENTRAL, &[], &fields).await;
    let location = answer.header("location");
    assert!(location.ends_with("?error=Invalid+request&reason=Email+already+in+use"), "{location}");
}

#[tokio::test]
async fn what_is_wrong_with_an_app_is_shown_and_not_sent_back() {
    let bench = Bench::start().await;
    for (client_id, scope, redirect_uri) in [
        ("nobody", "full_access", REDIRECT_URI),
        (CLIENT_ID, "everything", REDIRECT_URI),
        (CLIENT_ID, "full_access", "ftp://127.0.0.1/"),
    ] {
        let fields = [
            ("client_id", client_id),
            ("response_type", "code"),
            ("scope", scope),
            ("redirect_uri", redirect_uri),
            ("filter", CURRENT),
            ("user", OWNER),
        ];
        assert_eq!(bench.post_form(CENTRAL, &[], &fields).await.status, 400, "{client_id} {scope}");
    }
}

#[tokio::test]
async fn a_user_disconnects_an_app_and_tokens_expire_on_request() {
    use super::bench::{FOREIGN, LEAD};

    let bench = Bench::start().await;
    let (own, foreign) = (bench.connect().await, bench.connect_as(FOREIGNER, "full_access").await);
    assert_eq!(bench.sage().expire_access_tokens(LEAD), Ok(1));
    assert_eq!(bench.get(&own, "contacts").await.status, 401);
    assert_eq!(bench.get(&foreign, "contacts").await.status, 200);
    let own = bench.refresh("/token", &own.refresh).await.tokens();
    assert_eq!(bench.sage().disconnect(FOREIGN, Some(CLIENT_ID)), Ok(1));
    assert_eq!(bench.sage().disconnect(FOREIGN, None), Ok(0));
    assert_eq!(bench.get(&foreign, "contacts").await.status, 401);
    assert_eq!(bench.refresh("/token", &foreign.refresh).await.text, INVALID_GRANT);
    assert_eq!(bench.get(&own, "contacts").await.status, 200);
}
