//! A Sage Accounting with a clock in the test's hand, and an HTTP client for it.

use std::ops::Deref;

use ledgerhook_sandbox::sage::{App, Business, RecordOperation, Sage, SageOptions};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};
use url::Url;

use crate::client::{Answer, Client, HandClock, Tokens, bearer, parameter, text};

pub(crate) const LEAD: &str = "0d40342d0287cd6b13555c54afca6c90";
pub(crate) const SECOND: &str = "49c196153fb1524b7d888cece84e8b12";
/// Of another user, in another country.
pub(crate) const FOREIGN: &str = "b88ee3a4ebb47c0c515d7ae56dc0bccf";
pub(crate) const OWNER: &str = "owner@example.com";
pub(crate) const FOREIGNER: &str = "someone@example.com";
pub(crate) const CLIENT_ID: &str = "sage-app";
pub(crate) const CLIENT_SECRET: &str = "sage-secret";
pub(crate) const SIGNING_SECRET: &str = "TestSigningSecret";
pub(crate) const SUBSCRIPTION_KEY: &str = "subscription-1";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
pub(crate) const CENTRAL: &str = "/oauth2/auth/central";
pub(crate) const CURRENT: &str = "apiv3.1";
/// What the clock shows at first, in whole seconds.
pub(crate) const START: &str = "2026-03-10T19:00:00Z";

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

    pub(crate) async fn start_with(change: impl FnOnce(&mut SageOptions)) -> Self {
        let clock = HandClock::at("2026-03-10T19:00:00.5Z");
        let app =
            App::new(CLIENT_ID, CLIENT_SECRET).with_older_apis(SIGNING_SECRET, SUBSCRIPTION_KEY);
        let mut sage = SageOptions {
            apps: vec![app],
            businesses: vec![
                Business::new(LEAD, "Business One"),
                Business::new(SECOND, "Business Two"),
                Business::new(FOREIGN, "Business Three").of_user(FOREIGNER).in_country("US"),
            ],
            ..SageOptions::default()
        };
        change(&mut sage);
        let options =
            SandboxOptions { clock: clock.of_sandbox(), sage, ..SandboxOptions::default() };
        let sandbox = Sandbox::start(options).await.unwrap();
        let client = Client::of(sandbox.sage().base_url());
        Self { sandbox, clock, client }
    }

    pub(crate) fn sage(&self) -> &Sage {
        self.sandbox.sage()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.pass(seconds);
    }

    /// Signs in on the authorize page; the address the person is sent back to.
    pub(crate) async fn approve(&self, path: &str, filter: &str, user: &str) -> Url {
        self.approve_scope(path, filter, user, "full_access").await
    }

    async fn approve_scope(&self, path: &str, filter: &str, user: &str, scope: &str) -> Url {
        let fields = [
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("scope", scope),
            ("redirect_uri", REDIRECT_URI),
            ("state", "st&te"),
            ("filter", filter),
            ("user", user),
        ];
        self.press(path, &fields).await
    }

    /// A call of a token endpoint with the credentials of the app.
    pub(crate) async fn token_call(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let credentials = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        self.post_form(path, &[], &[&credentials, fields].concat()).await
    }

    pub(crate) async fn redeem(&self, path: &str, code: &str) -> Answer {
        let grant_type = ("grant_type", "authorization_code");
        let fields = [grant_type, ("code", code), ("redirect_uri", REDIRECT_URI)];
        self.token_call(path, &fields).await
    }

    pub(crate) async fn refresh(&self, path: &str, refresh_token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.token_call(path, &fields).await
    }

    /// Goes the whole way from the authorize page to the tokens of API 3.1.
    pub(crate) async fn connect(&self) -> Tokens {
        self.connect_as(OWNER, "full_access").await
    }

    pub(crate) async fn connect_as(&self, user: &str, scope: &str) -> Tokens {
        let back = self.approve_scope(CENTRAL, CURRENT, user, scope).await;
        self.redeem("/token", &parameter(&back, "code")).await.tokens()
    }

    /// A GET of API 3.1.
    pub(crate) async fn get(&self, tokens: &Tokens, path: &str) -> Answer {
        self.call("GET", tokens, path, None).await
    }

    /// A call of API 3.1, with a JSON body if there is one.
    pub(crate) async fn call(
        &self,
        method: &str,
        tokens: &Tokens,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut headers = vec![bearer(tokens)];
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, &format!("/v3.1/{path}"), &headers, body).await
    }

    /// The ids of a list, in its order.
    pub(crate) async fn ids(&self, tokens: &Tokens, path: &str) -> Vec<String> {
        let answer = self.get(tokens, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        ids(&answer.json())
    }

    /// Saves a record of the lead business as a user of the product; its id.
    pub(crate) fn save(&self, endpoint: &str, body: Value) -> String {
        let shown = self.sage().change_record(LEAD, endpoint, RecordOperation::Save, body);
        text(&shown.unwrap()["id"])
    }

    pub(crate) fn customer(&self, name: &str) -> String {
        self.save("contacts", json!({"name": name, "contact_type_ids": ["CUSTOMER"]}))
    }

    pub(crate) fn delete(&self, endpoint: &str, id: &str) {
        let body = json!({"id": id, "void_reason": "Entered twice"});
        self.sage().change_record(LEAD, endpoint, RecordOperation::Delete, body).unwrap();
    }
}

pub(crate) fn ids(list: &Value) -> Vec<String> {
    list["$items"].as_array().unwrap().iter().map(|item| text(&item["id"])).collect()
}

/// The message of the first error of a refusal.
pub(crate) fn message(answer: &Answer) -> String {
    text(&answer.json()[0]["$message"])
}
