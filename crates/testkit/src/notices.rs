//! Notices as QuickBooks posts them, for tests that post their own.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ledgerhook_model::signature::hmac_sha256;
use serde_json::{Value, json};

use crate::http::{Answer, Http};
use crate::process::Addresses;

/// Where notices of QuickBooks go.
const PATH: &str = "/events/quickbooks";

/// One changed record: entity, id, operation.
pub type Entity<'a> = (&'a str, &'a str, &'a str);

/// A body of the older shape that tells of records of one company, all changed at `at`
/// (RFC 3339).
#[must_use]
pub fn legacy_body(realm: &str, at: &str, entities: &[Entity<'_>]) -> String {
    let entities: Vec<Value> = entities
        .iter()
        .map(|(name, id, operation)| {
            json!({"name": name, "id": id, "operation": operation, "lastUpdated": at})
        })
        .collect();
    let notification = json!({"realmId": realm, "dataChangeEvent": {"entities": entities}});
    json!({ "eventNotifications": [notification] }).to_string()
}

/// The `intuit-signature` of a body: base64 of HMAC-SHA256 (reference: quickbooks §1.2).
#[must_use]
pub fn intuit_signature(verifier_token: &str, body: &[u8]) -> String {
    STANDARD.encode(hmac_sha256(verifier_token.as_bytes(), &[body]))
}

/// Posts notices to the gateway.
#[derive(Clone, Debug)]
pub struct Notices {
    http: Http,
    addresses: Addresses,
}

impl Notices {
    /// Posts to the gateway at those addresses.
    #[must_use]
    pub fn new(http: Http, addresses: Addresses) -> Self {
        Self { http, addresses }
    }

    /// Posts a body with its right signature.
    ///
    /// # Panics
    /// When no answer came, as all posts do but [`Notices::try_post`].
    pub async fn post(&self, verifier_token: &str, body: impl Into<Bytes>) -> Answer {
        let body = body.into();
        let signature = intuit_signature(verifier_token, &body);
        self.post_as(PATH, &[("intuit-signature", &signature)], body).await
    }

    /// Posts a body with headers of the test's own to a path under the base path.
    pub async fn post_as(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let url = format!("{}{path}", self.addresses.api());
        self.http.call(Method::POST, &url, headers, body).await
    }

    /// Posts a body with its right signature to a gateway that may be killed meanwhile; the status
    /// of its answer, if a whole one came.
    pub async fn try_post(&self, verifier_token: &str, body: String) -> Option<u16> {
        let body = Bytes::from(body);
        let signature = intuit_signature(verifier_token, &body);
        let headers = [("intuit-signature", &*signature), ("content-type", "application/json")];
        let url = format!("{}{PATH}", self.addresses.api());
        let answer = self.http.try_call(Method::POST, &url, &headers, body).await?;
        Some(answer.status)
    }
}
