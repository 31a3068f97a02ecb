//! What a request says its body is.

use axum::http::{HeaderMap, header};

/// Of a form in the form of a query.
const URL_ENCODED: &str = "application/x-www-form-urlencoded";
/// Of a form in parts.
const MULTIPART: &str = "multipart/form-data";

/// The content type of a request, as it was sent.
pub(super) fn of_request(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

/// The type without its parameters, in lower case.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The two ways in which a form is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As a query.
    UrlEncoded,
    /// In parts.
    Multipart,
}

impl Form {
    /// Which of them a content type names.
    pub(super) fn of_content_type(content_type: &str) -> Option<Self> {
        match essence(content_type).as_str() {
            URL_ENCODED => Some(Self::UrlEncoded),
            MULTIPART => Some(Self::Multipart),
            _ => None,
        }
    }
}
