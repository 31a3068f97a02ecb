//! One outgoing call, before it is made.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::callable_url::CallableUrl;

/// An HTTP request to a URL that a policy accepted.
#[derive(Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where it goes.
    pub url: CallableUrl,
    /// Its headers. `Host`, `Content-Length` and `User-Agent` are added when it is sent.
    pub headers: HeaderMap,
    /// Its body; nothing is sent when it is empty.
    pub body: Bytes,
}

impl Request {
    /// A GET without headers.
    #[must_use]
    pub fn get(url: CallableUrl) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A POST of `body`; the caller says in `headers` what it is.
    #[must_use]
    pub fn post(url: CallableUrl, headers: HeaderMap, body: Bytes) -> Self {
        Self { method: Method::POST, url, headers, body }
    }
}

/// Shows no header value and no body: they hold credentials and customers' books.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
