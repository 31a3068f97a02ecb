//! Who vouches for what is posted: Intuit by its signature, or a caller by an organisation's
//! secrets. The clients of ServiceStack do not sign; they can send a header, or a user name and a
//! password.

use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledgerhook_engine::tenants::Credentials;
use ledgerhook_engine::{Gateway, Trust};
use ledgerhook_model::{OrganizationId, Secret};

use super::service_error::ServiceError;
use crate::authorization::OrganizationCaller;
use crate::failure::Failure;

/// Intuit's signature (reference: quickbooks §1.2).
const SIGNATURE_HEADER: &str = "intuit-signature";

/// Who is said to vouch for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voucher {
    /// Intuit, by a signature that is still to be verified.
    Signature,
    /// A caller who proved to be of an organisation.
    Organization(OrganizationId),
    /// Nobody.
    Nobody,
}

impl Voucher {
    /// Of a request. A signature that is there always counts, whatever else the request has.
    pub(super) async fn of_request(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, ServiceError> {
        if parts.headers.contains_key(SIGNATURE_HEADER) {
            return Ok(Self::Signature);
        }
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self::Nobody);
        }
        let organization = match basic_credentials(parts) {
            Some(credentials) => {
                let caller = gateway.authenticate(&credentials).await.map_err(Failure::from)?;
                caller.ok_or_else(Failure::unauthorized)?.organization
            }
            None => {
                let OrganizationCaller(caller) =
                    OrganizationCaller::from_request_parts(parts, gateway).await?;
                caller.organization
            }
        };
        Ok(Self::Organization(organization))
    }

    /// What the intake is told. It refuses what nobody vouches for, unless it is set not to.
    pub(super) fn trust(self) -> Trust {
        match self {
            Self::Signature | Self::Nobody => Trust::Signature,
            Self::Organization(organization) => Trust::Organization(organization),
        }
    }
}

/// The user's secret as user name and the organisation's as password.
fn basic_credentials(parts: &Parts) -> Option<Credentials> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, encoded) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, organization) = decoded.split_once(':')?;
    let secret = |text: &str| (!text.is_empty()).then(|| Secret::new(text));
    Some(Credentials {
        user: Some(secret(user)?),
        organization: Some(secret(organization)?),
        element: None,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn credentials(values: &[&str]) -> Option<(String, String)> {
        let mut request = Request::builder();
        for value in values {
            request = request.header(header::AUTHORIZATION, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let found = basic_credentials(&parts)?;
        let text = |secret: Option<Secret>| secret.unwrap().expose().to_owned();
        Some((text(found.user), text(found.organization)))
    }

    #[test]
    fn basic_carries_both_secrets() {
        let both = Some(("u=".to_owned(), "o:1".to_owned()));
        assert_eq!(credentials(&["Basic dT06bzox"]), both);
        assert_eq!(credentials(&["basic  dT06bzox "]), both);
    }

    #[test]
    fn anything_else_is_not_basic() {
        for value in
            ["", "Basic", "Basic ", "Basic !", "Basic dQ==", "Basic Om8=", "Basic dTo=", "User u"]
        {
            assert_eq!(credentials(&[value]), None, "{value}");
        }
        assert_eq!(credentials(&["Basic dT06bzox", "Basic dT06bzox"]), None);
    }
}
