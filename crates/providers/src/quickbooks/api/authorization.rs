//! The `Authorization` header of a call for a company, by the kind of its tokens: the one place
//! that decides it.

use http::HeaderValue;
use ledgerhook_connector::{ProviderError, UserTokens};
use ledgerhook_egress::Request;

use super::Company;
use crate::quickbooks::oauth1_signature::Signer;
use crate::quickbooks::profile::{AUTHENTICATION_TYPE, OAUTH1};

/// A bearer token of OAuth 2.0, or a signature of OAuth 1.0a. A token that cannot stand in a header
/// is not one that was given.
pub(super) async fn header(
    company: Company<'_>,
    call: &Request,
) -> Result<HeaderValue, ProviderError> {
    let tokens = company.access.tokens().await?;
    let kind = company.configuration.text(AUTHENTICATION_TYPE);
    let value = match kind.is_some_and(|kind| kind.eq_ignore_ascii_case(OAUTH1)) {
        true => signature(company, &tokens, call),
        false => bearer(&tokens),
    };
    value.ok_or(ProviderError::Unauthorized)
}

fn signature(company: Company<'_>, tokens: &UserTokens, call: &Request) -> Option<HeaderValue> {
    let signer = Signer::new(&company.access.credentials, &tokens.token, &tokens.companion);
    signer.authorization(&call.method, &call.url)
}

fn bearer(tokens: &UserTokens) -> Option<HeaderValue> {
    let text = format!("Bearer {}", tokens.token.expose());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
