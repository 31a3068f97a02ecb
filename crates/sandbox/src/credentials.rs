//! What the `Authorization` header of a call holds.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The scheme and what follows it.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = header.split_once(' ')?;
    Some((scheme, rest.trim()))
}

pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = authorization(headers)?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// User and password of HTTP's basic scheme: an app's client id and secret.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = authorization(headers)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (client_id, secret) = decoded.split_once(':')?;
    Some((client_id.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_apart_whatever_their_case() {
        let headers =
            |value: &str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        assert_eq!(bearer_token(&headers("bEARER  abc ")), Some("abc"));
        assert_eq!(bearer_token(&headers("Basic YTpiOmM=")), None);
        let app = Some(("a".to_owned(), "b:c".to_owned()));
        assert_eq!(basic(&headers("basic YTpiOmM=")), app);
        for refused in ["Bearer YTpiOmM=", "Basic ?", "Basic YQ==", "Basic"] {
            assert_eq!(basic(&headers(refused)), None, "{refused}");
        }
    }
}
