//! The `Authorization` header of a call for a company, by the kind of its tokens.

use http::HeaderValue;
use ledgerhook_connector::FeedError;
use ledgerhook_egress::Request;

use super::Company;

/// A token that cannot stand in a header is not one that Intuit gave.
pub(super) fn header(company: Company<'_>, _call: &Request) -> Result<HeaderValue, FeedError> {
    let text = format!("Bearer {}", company.access.token.expose());
    let mut value = HeaderValue::try_from(text).map_err(|_| FeedError::Unauthorized)?;
    value.set_sensitive(true);
    Ok(value)
}
