//! A sandbox with a clock in the test's hand, and an HTTP client for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ledgerhook_sandbox::quickbooks::{App, Company, QuickBooks, QuickBooksOptions};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

pub(crate) const REALM: &str = "9341452000000001";
pub(crate) const OTHER_REALM: &str = "9341452000000002";
pub(crate) const CLIENT_ID: &str = "app-1";
pub(crate) const CLIENT_SECRET: &str = "app-1-secret";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
/// Longest wait for anything; only a failing test waits for so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The tokens of one connection.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    clock: Arc<Mutex<Timestamp>>,
    http: reqwest::Client,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut QuickBooksOptions)) -> Self {
        Self::open(change, false).await
    }

    /// A sandbox in which even webhooks wait for the clock in hand.
    pub(crate) async fn start_on_its_clock(change: impl FnOnce(&mut QuickBooksOptions)) -> Self {
        Self::open(change, true).await
    }

    async fn open(change: impl FnOnce(&mut QuickBooksOptions), waits_follow_clock: bool) -> Self {
        let clock = Arc::new(Mutex::new("2026-03-10T19:00:00.5Z".parse().unwrap()));
        let mut quickbooks = QuickBooksOptions {
            apps: vec![App::new(CLIENT_ID, CLIENT_SECRET)],
            companies: vec![
                Company::new(REALM, "Craig's Landscaping"),
                Company::new(OTHER_REALM, "Second & Sons"),
            ],
            ..QuickBooksOptions::default()
        };
        change(&mut quickbooks);
        let own = Arc::clone(&clock);
        let options = SandboxOptions {
            clock: Arc::new(move || *own.lock().unwrap()),
            waits_follow_clock,
            quickbooks,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { sandbox, clock, http: http_client() }
    }

    pub(crate) fn quickbooks(&self) -> &QuickBooks {
        self.sandbox.quickbooks()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        *self.clock.lock().unwrap() += SignedDuration::from_secs(seconds);
        self.quickbooks().clock_moved();
    }

    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: String,
    ) -> reqwest::Result<Answer> {
        let url = format!("{}{path}", self.sandbox.base_url());
        let mut request = self.http.request(method.parse().unwrap(), url).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        read_answer(request.send().await?).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: String,
    ) -> Answer {
        self.try_send(method, path, headers, body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], String::new()).await
    }

    /// A control call.
    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json".to_owned())];
        self.send("POST", path, &headers, body.to_string()).await
    }

    pub(crate) async fn post_form(
        &self,
        path: &str,
        headers: &[(&str, String)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut all = headers.to_vec();
        all.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        self.send("POST", path, &all, form(fields)).await
    }

    /// A call of the token endpoint as the app.
    pub(crate) async fn token_call(&self, fields: &[(&str, &str)]) -> Answer {
        self.post_form("/oauth2/v1/tokens/bearer", &[basic(CLIENT_ID, CLIENT_SECRET)], fields).await
    }

    /// Presses Approve for a company; the address the person is sent back to.
    pub(crate) async fn approve(&self, client_id: &str, realm_id: &str) -> Url {
        let fields = [
            ("client_id", client_id),
            ("response_type", "code"),
            ("scope", "com.intuit.quickbooks.accounting"),
            ("redirect_uri", REDIRECT_URI),
            ("state", "st&te"),
            ("realm_id", realm_id),
        ];
        let answer = self.post_form("/connect/oauth2", &[], &fields).await;
        assert_eq!(answer.status, 302, "{}", answer.text);
        Url::parse(answer.header("location")).unwrap()
    }

    /// Goes the whole way from the authorize page to the tokens.
    pub(crate) async fn connect(&self, realm_id: &str) -> Tokens {
        self.connect_as(CLIENT_ID, CLIENT_SECRET, realm_id).await
    }

    pub(crate) async fn connect_as(
        &self,
        client_id: &str,
        client_secret: &str,
        realm_id: &str,
    ) -> Tokens {
        let back = self.approve(client_id, realm_id).await;
        let code = parameter(&back, "code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
        ];
        let credentials = [basic(client_id, client_secret)];
        let answer = self.post_form("/oauth2/v1/tokens/bearer", &credentials, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        Tokens { access: text(&body["access_token"]), refresh: text(&body["refresh_token"]) }
    }

    /// A GET of the Accounting API for [`REALM`].
    pub(crate) async fn api_get(&self, tokens: &Tokens, path: &str) -> Answer {
        let path = format!("/v3/company/{REALM}/{path}");
        self.send("GET", &path, &[bearer(tokens)], String::new()).await
    }

    /// A POST of the Accounting API for [`REALM`].
    pub(crate) async fn api_post(&self, tokens: &Tokens, path: &str, body: Value) -> Answer {
        let path = format!("/v3/company/{REALM}/{path}");
        let headers = [bearer(tokens), ("content-type", "application/json".to_owned())];
        self.send("POST", &path, &headers, body.to_string()).await
    }

    /// Creates a customer over the API; its id.
    pub(crate) async fn create_customer(&self, tokens: &Tokens, name: &str) -> String {
        let answer = self.api_post(tokens, "customer", json!({"DisplayName": name})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        text(&answer.json()["Customer"]["Id"])
    }
}

#[expect(clippy::disallowed_methods, reason = "a test client for plain http on the loopback")]
pub(crate) fn http_client() -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(DEADLINE)
        .no_proxy()
        .build()
        .unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the sandbox's own answers are small")]
pub(crate) async fn read_answer(response: reqwest::Response) -> reqwest::Result<Answer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, text: response.text().await? })
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub(crate) fn basic(client_id: &str, client_secret: &str) -> (&'static str, String) {
    let credentials = STANDARD.encode(format!("{client_id}:{client_secret}"));
    ("authorization", format!("Basic {credentials}"))
}

pub(crate) fn bearer(tokens: &Tokens) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", tokens.access))
}

pub(crate) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(crate) fn invoice_of(customer: &str, amount: u32) -> Value {
    let line = json!({"Amount": amount, "DetailType": "SalesItemLineDetail"});
    json!({"CustomerRef": {"value": customer}, "Line": [line]})
}
