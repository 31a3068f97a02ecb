//! Calls signed by OAuth 1.0a with HMAC-SHA1 (RFC 5849 §3).

use http::{HeaderValue, Method};
use ledgerhook_connector::ClientCredentials;
use ledgerhook_egress::CallableUrl;
use ledgerhook_model::Secret;
use oauth1_request::{Builder, Credentials, HmacSha1, ParameterList};
use url::Url;

/// With what a call is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signer<'a> {
    /// Consumer key and secret.
    pub(super) credentials: &'a ClientCredentials,
    /// Token and token secret; `None` when a request token is asked for.
    pub(super) token: Option<(&'a Secret, &'a Secret)>,
    /// `oauth_callback`.
    pub(super) callback: Option<&'a str>,
    /// `oauth_verifier`.
    pub(super) verifier: Option<&'a str>,
}

impl<'a> Signer<'a> {
    /// Signs calls with a token.
    pub(super) fn new(
        credentials: &'a ClientCredentials,
        token: &'a Secret,
        token_secret: &'a Secret,
    ) -> Self {
        Self { credentials, token: Some((token, token_secret)), callback: None, verifier: None }
    }

    /// The `Authorization` header of a call, whose body is not a form. Nonce and time are made by
    /// the library. `None` when it cannot be written.
    pub(super) fn authorization(&self, method: &Method, url: &CallableUrl) -> Option<HeaderValue> {
        let mut url = Url::parse(url.as_str()).ok()?;
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        let key = self.credentials.api_key.expose();
        let client = Credentials::new(key, self.credentials.api_secret.expose());
        let mut builder: Builder<'_, _, &str> = Builder::new(client, HmacSha1::new());
        builder
            .token(
                self.token.map(|(token, secret)| Credentials::new(token.expose(), secret.expose())),
            )
            .callback(self.callback)
            .verifier(self.verifier);
        let text = builder.authorize(method.as_str(), url, &ParameterList::new(pairs));
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests;
