//! What a call carries, by dialect: the one place that decides it. No host is sent a key that is
//! not meant for it.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use ledgerhook_connector::{ProviderError, UserTokens};
use ledgerhook_egress::Request;
use ledgerhook_model::Secret;

use super::{Company, NonceSource};
use crate::sage::dialect::Dialect;
use crate::sage::profile::{SIGN_V3, SIGNATURE_SECRET, SUBSCRIPTION_KEY};
use crate::sage::request_signature::{Scheme, SignedCall};

const BUSINESS: HeaderName = HeaderName::from_static("x-business");
const SITE: HeaderName = HeaderName::from_static("x-site");
const SUBSCRIPTION: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");
const NONCE: HeaderName = HeaderName::from_static("x-nonce");
const SIGNATURE: HeaderName = HeaderName::from_static("x-signature");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// The headers of a call without a body.
pub(super) async fn of(
    company: Company<'_>,
    dialect: Dialect,
    call: &Request,
    nonces: NonceSource,
) -> Result<HeaderMap, ProviderError> {
    let tokens = company.access.tokens().await?;
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, bearer(&tokens).ok_or(ProviderError::Unauthorized)?);
    headers.insert(ACCEPT, JSON);
    let id = company.access.company.as_str();
    let seal = Seal { company, call, tokens: &tokens, nonces };
    match dialect {
        // Without it the user's lead business would be read, silently.
        Dialect::V31 => drop(headers.insert(BUSINESS, plain("the company's id", id)?)),
        Dialect::Columbus(_) => {
            headers.insert(CONTENT_TYPE, JSON);
            headers.insert(SITE, plain("the company's id", id)?);
            let key = secret(company, SUBSCRIPTION_KEY)?;
            let key = sensitive(key.expose()).ok_or_else(|| unsendable(SUBSCRIPTION_KEY))?;
            headers.insert(SUBSCRIPTION, key);
            let asked = company.configuration.text(SIGN_V3);
            if asked.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
                seal.sign(Scheme::Body { body: b"", resource_owner_id: id }, &mut headers)?;
            }
        }
        Dialect::V1 => {
            headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
            headers.insert(CONTENT_TYPE, FORM);
            seal.sign(Scheme::Form(b""), &mut headers)?;
        }
    }
    Ok(headers)
}

/// What a signature is made of.
struct Seal<'a> {
    company: Company<'a>,
    call: &'a Request,
    tokens: &'a UserTokens,
    nonces: NonceSource,
}

impl Seal<'_> {
    fn sign(&self, scheme: Scheme<'_>, headers: &mut HeaderMap) -> Result<(), ProviderError> {
        let signing_secret = secret(self.company, SIGNATURE_SECRET)?;
        let nonce = (self.nonces)().ok_or_else(|| {
            ProviderError::Unavailable("the operating system gives no random numbers".to_owned())
        })?;
        let Request { method, url, .. } = self.call;
        let call = SignedCall { method, url, scheme, nonce: &nonce };
        let signature = call.signature(&signing_secret, &self.tokens.token);
        let unsigned = || ProviderError::unanswerable("the call cannot be signed");
        headers.insert(NONCE, plain("the nonce", &nonce)?);
        headers.insert(SIGNATURE, plain("the signature", &signature.ok_or_else(unsigned)?)?);
        Ok(())
    }
}

/// A token that cannot stand in a header is not one that was given.
fn bearer(tokens: &UserTokens) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {}", tokens.token.expose()))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn plain(name: &str, text: &str) -> Result<HeaderValue, ProviderError> {
    HeaderValue::try_from(text).map_err(|_| unsendable(name))
}

fn unsendable(name: &str) -> ProviderError {
    ProviderError::unanswerable(format!("{name} cannot be sent in a header"))
}

fn secret(company: Company<'_>, key: &str) -> Result<Secret, ProviderError> {
    let secret = company.access.secret(key).map(|secret| Secret::new(secret.expose().trim()));
    secret.filter(|secret| !secret.is_empty()).ok_or_else(|| {
        let problem = "this base.url needs it and it was not given";
        ProviderError::unanswerable(format!("configuration.{key}: {problem}"))
    })
}
