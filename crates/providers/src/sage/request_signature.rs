//! Signatures of calls to Sage's retired APIs: the same construction in v1 and v3, over other
//! parameters (reference: freshbooks-sage §2.2 and §2.3).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use ledgerhook_egress::CallableUrl;
use ledgerhook_model::Secret;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use url::{Url, form_urlencoded};

/// Bytes of chance in a nonce.
const NONCE_BYTES: usize = 16;

/// A call that is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedCall<'a> {
    /// Its method.
    pub(super) method: &'a Method,
    /// Where it goes, with its query.
    pub(super) url: &'a CallableUrl,
    /// What is signed beside it.
    pub(super) scheme: Scheme<'a>,
    /// A text that no other call has.
    pub(super) nonce: &'a str,
}

/// What is signed beside method, URL and nonce.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scheme<'a> {
    /// API v1 and v2: the parameters of a body that is a form.
    Form(&'a [u8]),
    /// API v3: the whole body, and the company's id.
    Body {
        /// The body as it is sent.
        body: &'a [u8],
        /// The company's id.
        resource_owner_id: &'a str,
    },
}

impl SignedCall<'_> {
    /// The value of `X-Signature`; `None` for a URL that cannot be read.
    pub(super) fn signature(
        &self,
        signing_secret: &Secret,
        access_token: &Secret,
    ) -> Option<String> {
        let key =
            format!("{}&{}", encoded(signing_secret.expose()), encoded(access_token.expose()));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        Some(STANDARD.encode(hmac::sign(&key, self.base_string()?.as_bytes())))
    }

    fn base_string(&self) -> Option<String> {
        let mut url = Url::parse(self.url.as_str()).ok()?;
        let mut pairs: Vec<(String, String)> = url.query_pairs().map(encoded_pair).collect();
        url.set_query(None);
        let mut owner = None;
        match self.scheme {
            Scheme::Form(form) => pairs.extend(form_urlencoded::parse(form).map(encoded_pair)),
            Scheme::Body { body, resource_owner_id } => {
                pairs.push(("body".to_owned(), encoded(&STANDARD.encode(body))));
                owner = Some(resource_owner_id);
            }
        }
        pairs.sort();
        let parameters: Vec<_> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let parts = [url.as_str(), &parameters.join("&"), self.nonce];
        let mut text = self.method.as_str().to_ascii_uppercase();
        for part in parts.into_iter().chain(owner) {
            text.push('&');
            text.push_str(&encoded(part));
        }
        Some(text)
    }
}

fn encoded_pair((name, value): (impl AsRef<str>, impl AsRef<str>)) -> (String, String) {
    (encoded(name.as_ref()), encoded(value.as_ref()))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986; a blank becomes `%20`.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            // Writing to a text cannot fail.
            other => drop(write!(out, "%{other:02X}")),
        }
    }
    out
}

/// A fresh nonce; `None` when the operating system gives no random numbers.
pub(super) fn random_nonce() -> Option<String> {
    let mut bytes = [0; NONCE_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests;
