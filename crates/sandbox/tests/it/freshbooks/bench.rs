//! A FreshBooks with a clock in the test's hand, and an HTTP client for it.

use std::collections::BTreeMap;
use std::ops::Deref;

use ledgerhook_sandbox::freshbooks::{
    App, Business, Callback, FreshBooks, FreshBooksOptions, NoticeStats, RecordOperation, User,
};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};
use url::Url;

use crate::client::{Answer, Client, DEADLINE, HandClock, Tokens, bearer, parameter};
use crate::receiver::{Received, Receiver};

pub(crate) const CLIENT_ID: &str = "fb-app";
pub(crate) const CLIENT_SECRET: &str = "fb-app-secret";
pub(crate) const OTHER_CLIENT_ID: &str = "fb-other-app";
pub(crate) const REDIRECT_URI: &str = "https://app.example/callback";
pub(crate) const USER: u64 = 712_001;
pub(crate) const OTHER_USER: u64 = 712_002;
pub(crate) const BUSINESS: u64 = 439_000;
pub(crate) const ACCOUNT: &str = "ABC123";
pub(crate) const OTHER_BUSINESS: u64 = 438_000;
pub(crate) const OTHER_ACCOUNT: &str = "XYZ789";
pub(crate) const BUSINESS_WITHOUT_ACCOUNT: u64 = 437_000;
/// A business of the other user alone.
pub(crate) const FOREIGN_BUSINESS: u64 = 436_000;
pub(crate) const FOREIGN_ACCOUNT: &str = "FRN456";

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

    pub(crate) async fn start_with(change: impl FnOnce(&mut FreshBooksOptions)) -> Self {
        Self::open(change, false).await
    }

    /// A sandbox in which even notices wait for the clock in hand.
    pub(crate) async fn start_on_its_clock(change: impl FnOnce(&mut FreshBooksOptions)) -> Self {
        Self::open(change, true).await
    }

    async fn open(change: impl FnOnce(&mut FreshBooksOptions), waits_follow_clock: bool) -> Self {
        let clock = HandClock::at("2026-03-10T19:00:00.5Z");
        let mut freshbooks = FreshBooksOptions {
            apps: vec![
                App::new(CLIENT_ID, CLIENT_SECRET),
                App::new(OTHER_CLIENT_ID, CLIENT_SECRET),
            ],
            users: vec![User::new(USER, "Simona", "Varga"), User::new(OTHER_USER, "Otto", "Lind")],
            businesses: vec![
                Business::new(BUSINESS, ACCOUNT, "Harbour Studio"),
                Business::new(OTHER_BUSINESS, OTHER_ACCOUNT, "Second Studio"),
                Business::without_account(BUSINESS_WITHOUT_ACCOUNT, "No Books"),
                Business::new(FOREIGN_BUSINESS, FOREIGN_ACCOUNT, "Otto alone")
                    .of_members(vec![OTHER_USER]),
            ],
            ..FreshBooksOptions::default()
        };
        change(&mut freshbooks);
        let options = SandboxOptions {
            clock: clock.of_sandbox(),
            waits_follow_clock,
            freshbooks,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let client = Client::of(sandbox.freshbooks().base_url());
        Self { sandbox, clock, client }
    }

    pub(crate) fn freshbooks(&self) -> &FreshBooks {
        self.sandbox.freshbooks()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.pass(seconds);
        self.freshbooks().clock_moved();
    }

    pub(crate) fn set_clock(&self, at: &str) {
        self.clock.set(at);
        self.freshbooks().clock_moved();
    }

    /// Presses Approve as a user; the address the person is sent back to.
    pub(crate) async fn approve(&self, client_id: &str, user: u64, more: &[(&str, &str)]) -> Url {
        let user = user.to_string();
        let mut fields = vec![
            ("client_id", client_id),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT_URI),
            ("state", "st&te"),
            ("identity_id", user.as_str()),
        ];
        fields.extend_from_slice(more);
        self.press("/oauth/authorize", &fields).await
    }

    /// A call of the token endpoint as an app.
    pub(crate) async fn token_call(&self, client_id: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = json!({
            "client_id": client_id,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": REDIRECT_URI,
        });
        for (name, value) in fields {
            body[*name] = (*value).into();
        }
        self.post_json("/auth/oauth/token", body).await
    }

    /// Goes the whole way from the authorize page to the tokens.
    pub(crate) async fn connect(&self) -> Tokens {
        self.connect_as(CLIENT_ID, USER).await
    }

    pub(crate) async fn connect_as(&self, client_id: &str, user: u64) -> Tokens {
        let code = parameter(&self.approve(client_id, user, &[]).await, "code");
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
        self.token_call(client_id, &fields).await.tokens()
    }

    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
        self.token_call(CLIENT_ID, &fields).await
    }

    /// A call with a token; `Value::Null` sends no body.
    pub(crate) async fn call(
        &self,
        tokens: &Tokens,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let headers = [bearer(tokens), ("content-type", "application/json".to_owned())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, body).await
    }

    pub(crate) async fn get(&self, tokens: &Tokens, path: &str) -> Answer {
        self.call(tokens, "GET", path, Value::Null).await
    }

    /// Creates a client over the API; its id.
    pub(crate) async fn create_client(&self, tokens: &Tokens, organization: &str) -> u64 {
        let body = json!({"client": {"organization": organization}});
        let answer = self.call(tokens, "POST", &accounting("users/clients"), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["response"]["result"]["client"]["id"].as_u64().unwrap()
    }

    /// Changes a record as a user of the product; the record.
    pub(crate) fn change(&self, noun: &str, operation: RecordOperation, body: Value) -> Value {
        self.freshbooks().change_record(BUSINESS, noun, operation, body).unwrap()
    }

    /// Registers a callback; the content of the answer.
    pub(crate) async fn register(&self, tokens: &Tokens, event: &str, uri: &str) -> Value {
        let body = json!({"callback": {"event": event, "uri": uri}});
        let answer = self.call(tokens, "POST", &callbacks(), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["response"]["result"]["callback"].clone()
    }

    /// Registers a callback and goes through its handshake.
    pub(crate) async fn subscribe(
        &self,
        tokens: &Tokens,
        event: &str,
        receiver: &Receiver,
    ) -> Callback {
        let id = self.register(tokens, event, &receiver.url).await["callbackid"].as_u64().unwrap();
        self.sent().await;
        let received = receiver.received();
        let handshakes = received.iter().map(fields);
        let own = handshakes.filter(|fields| fields["object_id"] == id.to_string()).last().unwrap();
        let body = json!({"callback": {"verifier": own["verifier"]}});
        let answer = self.call(tokens, "PUT", &format!("{}/{id}", callbacks()), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.callback(id)
    }

    pub(crate) fn callback(&self, id: u64) -> Callback {
        let all = self.freshbooks().callbacks(BUSINESS).unwrap();
        all.into_iter().find(|one| one.callback_id == id).unwrap()
    }

    /// Waits until no notice waits.
    pub(crate) async fn sent(&self) -> NoticeStats {
        self.freshbooks().wait_until_sent(DEADLINE).await.unwrap()
    }
}

/// A path of the accounting service of [`ACCOUNT`].
pub(crate) fn accounting(path: &str) -> String {
    format!("/accounting/account/{ACCOUNT}/{path}")
}

/// The path of the callbacks of [`ACCOUNT`].
pub(crate) fn callbacks() -> String {
    format!("/events/account/{ACCOUNT}/events/callbacks")
}

/// The fields of a form that was received.
pub(crate) fn fields(received: &Received) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&received.body).into_owned().collect()
}

/// `name` and `object_id` of everything but handshakes, in the order of arrival.
pub(crate) fn events(receiver: &Receiver) -> Vec<(String, String)> {
    let all = receiver.received();
    let forms = all.iter().map(fields).filter(|fields| !fields.contains_key("verifier"));
    forms.map(|fields| (fields["name"].clone(), fields["object_id"].clone())).collect()
}
