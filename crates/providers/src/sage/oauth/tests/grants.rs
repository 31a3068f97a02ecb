//! Renewing and ending what was granted.

use super::*;

/// Renews or ends a grant of an instance with this `base.url`.
async fn with_grant<T>(
    base_url: &str,
    status: &'static str,
    body: &str,
    ask: impl AsyncFnOnce(SageOAuth, GrantRequest<'_>) -> T,
) -> (T, Vec<Asked>) {
    let server = ScriptedServer::new().await;
    let credentials =
        ClientCredentials { api_key: Secret::new("key"), api_secret: Secret::new("secret") };
    let mut configuration = Configuration::default();
    configuration.set("base.url", base_url);
    let refresh_token = Secret::new("old");
    let request = GrantRequest {
        credentials: &credentials,
        configuration: &configuration,
        refresh_token: &refresh_token,
    };
    let (script, oauth) = (|_: &Asked, _| answer(status, body), oauth(&server));
    let result = server.during(script, ask(oauth, request)).await;
    (result, server.asked())
}

async fn refresh(
    base_url: &str,
    status: &'static str,
    body: &str,
) -> (Result<Tokens, RefreshError>, Vec<Asked>) {
    with_grant(base_url, status, body, async |oauth, request| oauth.refresh(request).await).await
}

#[tokio::test]
async fn a_refresh_brings_new_tokens_however_they_are_written() {
    let cases = [
        ("", GRANTED, "r", 300, Some(2_678_400)),
        (
            "",
            r#"{"access_token":"a","refresh_token":"n","expires_in":" 60 ","refresh_token_expires_in":"90"}"#,
            "n",
            60,
            Some(90),
        ),
        ("", r#"{"access_token":"a","expires_in":-5}"#, "old", 300, None),
        (COLUMBUS, r#"{"access_token":"a","expires_in":3600}"#, "old", 3_600, None),
    ];
    for (base_url, body, refresh_token, access_seconds, refresh_seconds) in cases {
        let (result, asked) = refresh(base_url, "200 OK", body).await;
        let tokens = result.unwrap();
        assert_eq!(tokens.access, Secret::new("a"), "{body}");
        assert_eq!(tokens.refresh, Secret::new(refresh_token), "{body}");
        assert_eq!(tokens.access_lifetime, Duration::from_secs(access_seconds), "{body}");
        assert_eq!(tokens.refresh_lifetime, refresh_seconds.map(Duration::from_secs), "{body}");
        assert_eq!(
            asked[0].body,
            "client_id=key&client_secret=secret&grant_type=refresh_token&refresh_token=old"
        );
        let path = if base_url.is_empty() { "POST /token" } else { "POST /na/token" };
        assert_eq!(asked[0].line, path);
    }
}

#[tokio::test]
async fn an_instance_that_names_no_api_of_sages_cannot_be_renewed() {
    let (result, asked) = refresh("https://example.com", "200 OK", GRANTED).await;
    assert!(result.unwrap_err().to_string().contains("configuration.base.url"));
    assert!(asked.is_empty());
}

#[tokio::test]
async fn a_connection_is_ended_with_its_refresh_token_where_that_can_be_done() {
    let cases = [
        ("", "200 OK", r#"{"success":"ok"}"#, "POST /revoke", None),
        (COLUMBUS, "200 OK", "", "POST /na/revoke", None),
        ("", "400 Bad Request", r#"{"error":"invalid_grant"}"#, "POST /revoke", Some("refused")),
        ("", "503 Service Unavailable", "", "POST /revoke", Some("Sage answered 503")),
    ];
    for (base_url, status, body, line, problem) in cases {
        let revoke =
            async |oauth: SageOAuth, request: GrantRequest<'_>| oauth.revoke(request).await;
        let (result, asked) = with_grant(base_url, status, body, revoke).await;
        match problem {
            None => assert_eq!(result, Ok(())),
            Some(words) => assert!(result.unwrap_err().to_string().contains(words), "{status}"),
        }
        assert_eq!(asked[0].line, line);
        assert_eq!(asked[0].body, "client_id=key&client_secret=secret&token=old");
    }
    let revoke = async |oauth: SageOAuth, request: GrantRequest<'_>| oauth.revoke(request).await;
    let (result, asked) = with_grant(V1, "200 OK", "", revoke).await;
    assert_eq!((result, asked.len()), (Ok(()), 0));
}
