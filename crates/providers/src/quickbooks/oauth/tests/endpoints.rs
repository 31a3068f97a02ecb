//! Endpoints of the operator's, and those that the discovery document names.

use super::*;

#[tokio::test]
async fn what_the_operator_set_goes_over_what_the_discovery_document_says() {
    let server = ScriptedServer::new().await;
    let url = |path: &str| format!("{}{path}", server.url);
    let document = json!({
        "authorization_endpoint": url("/found/authorize"),
        "token_endpoint": url("/found/token"),
        "revocation_endpoint": url("/found/revoke"),
    });
    let script = |asked: &Asked, _| match asked.line.as_str() {
        "GET /discovery" => answer("200 OK", document.to_string()),
        _ => answer("200 OK", GRANTED),
    };
    let entries = [("discovery_url", url("/discovery")), ("revoke_url", url("/own/revoke"))];
    let entries = entries.map(|(name, url)| (name.to_owned(), url));
    let settings =
        ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), BTreeMap::from(entries))]));
    let endpoints = Arc::new(Endpoints::read(&settings.of("quickbooks")).unwrap());
    let api = Arc::new(Api::new(client(), Arc::clone(&endpoints)));
    let oauth = QuickBooksOAuth::new(client(), endpoints, api);
    let request = AuthorizeRequest {
        api_key: "k".to_owned(),
        callback_url: "https://example.com".to_owned(),
        scope: None,
        state: "s".to_owned(),
        request_token: None,
    };
    let before = oauth.authorize_url(&request).unwrap();
    assert!(before.starts_with("https://appcenter.intuit.com/connect/oauth2?"), "{before}");
    let calls = async {
        oauth.look_up_endpoints().await;
        oauth.refresh(Grant::of("old").request()).await.unwrap();
        oauth.revoke(Grant::of("r").request()).await.unwrap();
    };
    server.during(script, calls).await;
    let after = oauth.authorize_url(&request).unwrap();
    assert!(after.starts_with(&url("/found/authorize?scope=")), "{after}");
    let asked: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(asked, ["GET /discovery", "POST /found/token", "POST /own/revoke"]);
}
