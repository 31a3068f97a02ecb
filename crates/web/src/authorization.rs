//! Who calls: the `Authorization` header `User <secret>, Organization <secret>[, Element <token>]`
//! (reference: cloud-elements §1.1).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ledgerhook_engine::Gateway;
use ledgerhook_engine::tenants::{Caller, Credentials};
use ledgerhook_model::Secret;

use crate::failure::Failure;

/// A user with the organisation's secret: what the platform's addresses ask for.
#[derive(Debug)]
pub(crate) struct OrganizationCaller(pub(crate) Caller);

/// A user with the organisation's secret or an instance's token.
#[derive(Debug)]
pub(crate) struct AnyCaller(pub(crate) Caller);

impl FromRequestParts<Arc<Gateway>> for OrganizationCaller {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Failure> {
        let credentials = credentials(&parts.headers)?;
        if credentials.organization.is_none() {
            return Err(Failure::unauthorized());
        }
        authenticate(gateway, &credentials).await.map(Self)
    }
}

impl FromRequestParts<Arc<Gateway>> for AnyCaller {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Failure> {
        authenticate(gateway, &credentials(&parts.headers)?).await.map(Self)
    }
}

async fn authenticate(gateway: &Gateway, credentials: &Credentials) -> Result<Caller, Failure> {
    gateway.authenticate(credentials).await?.ok_or_else(Failure::unauthorized)
}

fn credentials(headers: &HeaderMap) -> Result<Credentials, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(parse),
        _ => None,
    }
    .ok_or_else(Failure::unauthorized)
}

/// The secrets of a header value; `None` when it is anything but the original's form. The schemes
/// come in any order, each once, in their exact spelling; blanks do not matter.
fn parse(value: &str) -> Option<Credentials> {
    let mut credentials = Credentials::default();
    for part in value.split(',') {
        let (scheme, secret) = part.trim().split_once(char::is_whitespace)?;
        let place = match scheme {
            "User" => &mut credentials.user,
            "Organization" => &mut credentials.organization,
            "Element" => &mut credentials.element,
            _ => return None,
        };
        let secret = secret.trim();
        if place.is_some() || secret.is_empty() || secret.contains(char::is_whitespace) {
            return None;
        }
        *place = Some(Secret::new(secret));
    }
    Some(credentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// User, organisation and element.
    type Found = (Option<&'static str>, Option<&'static str>, Option<&'static str>);

    #[test]
    fn the_forms_in_use_are_read() {
        let table: [(&str, Found); 7] = [
            ("User u=, Organization o", (Some("u="), Some("o"), None)),
            ("Organization o, User u=", (Some("u="), Some("o"), None)),
            ("User a+/=, Organization o, Element e=", (Some("a+/="), Some("o"), Some("e="))),
            ("Element e=, User u=", (Some("u="), None, Some("e="))),
            ("User u,Organization o", (Some("u"), Some("o"), None)),
            ("  User \t u  ,  Organization   o  ", (Some("u"), Some("o"), None)),
            ("User u", (Some("u"), None, None)),
        ];
        for (value, found) in table {
            let Credentials { user, organization, element } = parse(value).expect(value);
            let text = |secret: &'_ Option<Secret>| secret.as_ref().map(|s| s.expose().to_owned());
            let read = (text(&user), text(&organization), text(&element));
            let owned = |text: Option<&str>| text.map(str::to_owned);
            assert_eq!(read, (owned(found.0), owned(found.1), owned(found.2)), "{value}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for value in [
            "",
            " ",
            "User",
            "User ",
            "User , Organization ",
            "User u, Organization",
            "User u,",
            ",User u",
            "User u,, Organization o",
            "user u, Organization o",
            "USER u, Organization o",
            "User u, User v",
            "User u v, Organization o",
            "User u, Organisation o",
            "User u; Organization o",
            "User=u, Organization=o",
            "Bearer t",
            "Basic dTpv",
        ] {
            assert!(parse(value).is_none(), "{value:?}");
        }
    }

    #[test]
    fn two_headers_are_refused() {
        let mut headers = HeaderMap::new();
        assert!(credentials(&headers).is_err());
        headers.append(header::AUTHORIZATION, "User u, Organization o".parse().unwrap());
        assert!(credentials(&headers).is_ok());
        headers.append(header::AUTHORIZATION, "User u, Organization o".parse().unwrap());
        assert!(credentials(&headers).is_err());
    }
}
