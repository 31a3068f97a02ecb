//! The `Authorization` header of a call for a company, by the kind of its tokens: the one place
//! that decides it.

use http::HeaderValue;
use ledgerhook_connector::FeedError;
use ledgerhook_egress::Request;

use super::Company;
use crate::quickbooks::oauth1_signature::Signer;
use crate::quickbooks::profile::{AUTHENTICATION_TYPE, OAUTH1};

/// A bearer token of OAuth 2.0, or a signature of OAuth 1.0a. A token that cannot stand in a header
/// is not one that was given.
pub(super) fn header(company: Company<'_>, call: &Request) -> Result<HeaderValue, FeedError> {
    let kind = company.configuration.text(AUTHENTICATION_TYPE);
    let value = match kind.is_some_and(|kind| kind.eq_ignore_ascii_case(OAUTH1)) {
        true => signature(company, call),
        false => bearer(company),
    };
    value.ok_or(FeedError::Unauthorized)
}

fn signature(company: Company<'_>, call: &Request) -> Option<HeaderValue> {
    let access = company.access;
    let signer = Signer::new(&access.credentials, &access.token, &access.companion);
    signer.authorization(&call.method, &call.url)
}

fn bearer(company: Company<'_>) -> Option<HeaderValue> {
    let text = format!("Bearer {}", company.access.token.expose());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
