//! A QuickBooks Online with a clock in the test's hand, and an HTTP client for it.

use std::ops::Deref;

use ledgerhook_sandbox::quickbooks::{App, Company, QuickBooks, QuickBooksOptions};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};
use url::Url;

use crate::client::{Answer, Client, HandClock, Tokens, basic, bearer, parameter, text};

pub(crate) const REALM: &str = "9341452000000001";
pub(crate) const OTHER_REALM: &str = "9341452000000002";
pub(crate) const CLIENT_ID: &str = "app-1";
pub(crate) const CLIENT_SECRET: &str = "app-1-secret";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    clock: HandClock,
    client: Client,
}

impl Deref for Bench {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
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
        let clock = HandClock::at("2026-03-10T19:00:00.5Z");
        let mut quickbooks = QuickBooksOptions {
            apps: vec![App::new(CLIENT_ID, CLIENT_SECRET)],
            companies: vec![
                Company::new(REALM, "Craig's Landscaping"),
                Company::new(OTHER_REALM, "Second & Sons"),
            ],
            ..QuickBooksOptions::default()
        };
        change(&mut quickbooks);
        let options = SandboxOptions {
            clock: clock.of_sandbox(),
            waits_follow_clock,
            quickbooks,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let client = Client::of(sandbox.base_url());
        Self { sandbox, clock, client }
    }

    pub(crate) fn quickbooks(&self) -> &QuickBooks {
        self.sandbox.quickbooks()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.pass(seconds);
        self.quickbooks().clock_moved();
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
        self.press("/connect/oauth2", &fields).await
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
        self.post_form("/oauth2/v1/tokens/bearer", &credentials, &fields).await.tokens()
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

pub(crate) fn invoice_of(customer: &str, amount: u32) -> Value {
    let line = json!({"Amount": amount, "DetailType": "SalesItemLineDetail"});
    json!({"CustomerRef": {"value": customer}, "Line": [line]})
}
