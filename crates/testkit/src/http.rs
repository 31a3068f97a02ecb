//! The HTTP client of the tests, built in one place, and answers read whole.

use std::time::Duration;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;

/// How long one call may take: longer than anything the gateway waits for in a test.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A client that follows no redirect. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

impl Default for Http {
    fn default() -> Self {
        Self(client())
    }
}

#[expect(clippy::disallowed_methods, reason = "a test calls the gateway as any program would")]
fn client() -> reqwest::Client {
    // An error means that the process has a provider already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(CALL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("an HTTP client can be built")
}

impl Http {
    /// Makes one call; `None` when no whole answer came, as from a process that was killed.
    pub async fn try_call(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Option<Answer> {
        let mut request = self.0.request(method, url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send().await.ok()?;
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            text.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        Some(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text,
        })
    }

    /// Makes one call that must be answered.
    ///
    /// # Panics
    /// When no answer came.
    pub async fn call(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let answer = self.try_call(method.clone(), url, headers, body.into()).await;
        answer.unwrap_or_else(|| panic!("{method} {url} was not answered"))
    }
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// A header's value, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: status {}: {}", self.status, self.text))
    }

    /// The JSON body of an answer that must be 200; `null` when it has none.
    ///
    /// # Panics
    /// When the status is another.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The `message` of an error answer of the API that must have that status.
    ///
    /// # Panics
    /// When the status is another, or the body has not the shape `{requestId, message}`.
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let body = self.json();
        let member = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(member("requestId").as_deref(), self.header("elements-request-id"));
        assert_eq!(member("requestId").map(|id| id.len()), Some(24), "{}", self.text);
        member("message").unwrap_or_else(|| panic!("no message: {}", self.text))
    }
}
