//! An HTTP client of a stand-in, and the sandbox's clock in the test's hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ledgerhook_sandbox::Clock;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

/// Longest wait for anything; only a failing test waits for so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// A clock that stands until it is moved. Clones are the same clock.
#[derive(Clone, Debug)]
pub(crate) struct HandClock(Arc<Mutex<Timestamp>>);

impl HandClock {
    pub(crate) fn at(time: &str) -> Self {
        Self(Arc::new(Mutex::new(time.parse().unwrap())))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    pub(crate) fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }

    pub(crate) fn of_sandbox(&self) -> Clock {
        let own = Arc::clone(&self.0);
        Arc::new(move || *own.lock().unwrap())
    }
}

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

    /// The tokens of a token answer.
    pub(crate) fn tokens(&self) -> Tokens {
        assert_eq!(self.status, 200, "{}", self.text);
        let body = self.json();
        Tokens { access: text(&body["access_token"]), refresh: text(&body["refresh_token"]) }
    }
}

/// The tokens of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// A client that follows no redirect.
#[derive(Debug)]
pub(crate) struct Client {
    base_url: String,
    http: reqwest::Client,
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "a test client for plain http on the loopback")]
    pub(crate) fn of(base_url: &str) -> Self {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .no_proxy()
            .build()
            .unwrap();
        Self { base_url: base_url.to_owned(), http }
    }

    #[expect(clippy::disallowed_methods, reason = "the sandbox's own answers are small")]
    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: String,
    ) -> reqwest::Result<Answer> {
        let url = format!("{}{path}", self.base_url);
        let mut request = self.http.request(method.parse().unwrap(), url).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
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

    /// A GET without a token.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], String::new()).await
    }

    /// A POST without a token, such as a control call.
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

    /// Presses a button of an authorize page; the address the person is sent back to.
    pub(crate) async fn press(&self, path: &str, fields: &[(&str, &str)]) -> Url {
        let answer = self.post_form(path, &[], fields).await;
        assert_eq!(answer.status, 302, "{}", answer.text);
        Url::parse(answer.header("location")).unwrap()
    }
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
