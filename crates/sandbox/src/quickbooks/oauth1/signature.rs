//! Whether a request is signed as OAuth 1.0a asks (RFC 5849 §3): signs it once more with a client
//! library and compares.
//!
//! Times and nonces are signed but not judged: the clock of a sandbox may be anywhere.

use std::collections::HashMap;
use std::num::NonZeroU64;

use axum::http::header;
use oauth1_request::{Builder, Credentials, HmacSha1, ParameterList};

use crate::caller::Caller;

const FORM: &str = "application/x-www-form-urlencoded";

/// A request with an `Authorization: OAuth` header.
#[derive(Debug)]
pub(super) struct SignedRequest {
    method: String,
    /// Without its query.
    url: String,
    /// The protocol's parameters, from the header.
    protocol: HashMap<String, String>,
    /// All other parameters, from the query and from a form.
    parameters: Vec<(String, String)>,
}

impl SignedRequest {
    /// Reads a request; none when it has no such header.
    pub(super) fn read(caller: &Caller, body: &[u8]) -> Option<Self> {
        let (scheme, fields) = caller.authorization()?;
        if !scheme.eq_ignore_ascii_case("oauth") {
            return None;
        }
        let host = caller.headers.get(header::HOST)?.to_str().ok()?;
        let query = caller.uri.query().unwrap_or_default();
        let mut parameters = pairs(query.as_bytes());
        let content_type = caller.headers.get(header::CONTENT_TYPE);
        if content_type.is_some_and(|given| given.as_bytes().starts_with(FORM.as_bytes())) {
            parameters.extend(pairs(body));
        }
        Some(Self {
            method: caller.method.to_string(),
            url: format!("http://{}{}", host.to_ascii_lowercase(), caller.uri.path()),
            protocol: fields.split(',').filter_map(header_field).collect(),
            parameters,
        })
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.protocol.get(name).map(String::as_str)
    }

    pub(super) fn consumer_key(&self) -> Option<&str> {
        self.field("oauth_consumer_key")
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.field("oauth_token")
    }

    pub(super) fn callback(&self) -> Option<&str> {
        self.field("oauth_callback")
    }

    pub(super) fn verifier(&self) -> Option<&str> {
        self.field("oauth_verifier")
    }

    /// Whether the signature is HMAC-SHA1 with these secrets.
    pub(super) fn is_signed_with(&self, client_secret: &str, token_secret: Option<&str>) -> bool {
        let expected = self.sign(client_secret, token_secret);
        expected.is_some() && expected.as_deref() == self.field("oauth_signature")
    }

    fn sign(&self, client_secret: &str, token_secret: Option<&str>) -> Option<String> {
        if self.field("oauth_signature_method") != Some("HMAC-SHA1") {
            return None;
        }
        let client = Credentials::new(self.consumer_key()?, client_secret);
        let mut builder = Builder::new(client, HmacSha1::new());
        if let Some(secret) = token_secret {
            builder.token(Credentials::new(self.token()?, secret));
        }
        let authorization = builder
            .nonce(self.field("oauth_nonce")?)
            .timestamp(self.field("oauth_timestamp")?.parse::<NonZeroU64>().ok()?)
            .callback(self.callback())
            .verifier(self.verifier())
            .version(self.field("oauth_version").is_some())
            .authorize(&self.method, &self.url, &ParameterList::new(self.parameters.clone()));
        let fields = authorization.strip_prefix("OAuth ")?;
        let mut fields = fields.split(',').filter_map(header_field);
        fields.find(|(name, _)| name == "oauth_signature").map(|(_, signature)| signature)
    }
}

/// `oauth_nonce="a%2Bb"` as name and value. The header writes every `+` and space as a percent
/// code, so that reading it like a form is right.
fn header_field(field: &str) -> Option<(String, String)> {
    let (name, value) = field.trim().split_once('=')?;
    let pair = format!("{name}={}", value.trim_matches('"'));
    pairs(pair.as_bytes()).into_iter().next()
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method};

    use super::*;

    /// The example of RFC 5849 §1.2 (errata 2550): a GET with two query parameters.
    fn photo(authorization: &str) -> SignedRequest {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "Photos.example.net".parse().unwrap());
        headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        let uri = "/photos?file=vacation.jpg&size=original".parse().unwrap();
        SignedRequest::read(&Caller { method: Method::GET, uri, headers }, &[]).unwrap()
    }

    const PHOTO: &str = concat!(
        r#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", "#,
        r#"oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", "#,
        r#"oauth_timestamp="137131202", oauth_nonce="chapoH", "#,
        r#"oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D""#,
    );

    #[test]
    fn the_example_of_the_standard_is_signed() {
        assert!(photo(PHOTO).is_signed_with("kd94hf93k423kf44", Some("pfkkdhi9sl3r4s00")));
    }

    #[test]
    fn another_secret_parameter_or_method_is_not() {
        let (client, token) = ("kd94hf93k423kf44", Some("pfkkdhi9sl3r4s00"));
        assert!(!photo(PHOTO).is_signed_with("wrong", token));
        assert!(!photo(PHOTO).is_signed_with(client, Some("wrong")));
        assert!(!photo(PHOTO).is_signed_with(client, None));
        let plain = PHOTO.replace("HMAC-SHA1", "PLAINTEXT");
        assert!(!photo(&plain).is_signed_with(client, token));
        let mut changed = photo(PHOTO);
        changed.parameters.pop();
        assert!(!changed.is_signed_with(client, token));
    }
}
