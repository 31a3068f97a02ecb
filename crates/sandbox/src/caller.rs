//! Who calls: the parts of a request that say so and that a signature covers.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};

use crate::credentials;

/// A request without its body.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
}

impl Caller {
    /// A header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The scheme of the `Authorization` header and what follows it.
    pub(crate) fn authorization(&self) -> Option<(&str, &str)> {
        credentials::authorization(&self.headers)
    }

    pub(crate) fn bearer_token(&self) -> Option<&str> {
        credentials::bearer_token(&self.headers)
    }

    pub(crate) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// Whether the body is said to be of a media type.
    pub(crate) fn sends(&self, media_type: &str) -> bool {
        let given = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}
