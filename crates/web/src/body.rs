//! Reading request bodies: bounded in size and time; JSON objects with errors that name the place
//! and the cure.

mod fault;
mod members;
mod syntax;

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use ledgerhook_model::limits::API_BODY_BYTES_MAX;
use serde_json::Value;
use thiserror::Error;

pub(crate) use members::Members;

use crate::failure::Failure;

/// Longest time for a whole body to arrive. The largest body is 2 MiB, which takes a tenth of this
/// from a slow office line; a client that takes longer holds memory for nothing.
const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum BodyError {
    /// It is longer than what this address takes.
    #[error("the body is larger than {bytes_max} bytes")]
    TooLarge {
        /// What this address takes.
        bytes_max: usize,
    },
    /// It did not arrive in time.
    #[error("the body did not arrive within {} s", BODY_READ_TIMEOUT.as_secs())]
    TooSlow,
    /// The connection broke, or the body breaks the rules of HTTP.
    #[error("the body could not be read to its end")]
    Broken,
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Broken => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

/// Reads a whole body of at most `bytes_max` bytes. One that arrived in one piece is not copied.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
        return Err(BodyError::TooLarge { bytes_max });
    }
    let reading = Limited::new(body, bytes_max).collect();
    match tokio::time::timeout(BODY_READ_TIMEOUT, reading).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge { bytes_max }),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow),
    }
}

/// A body that is a JSON object.
#[derive(Debug)]
pub(crate) struct JsonObject(pub(crate) Members);

impl<S: Sync> FromRequest<S> for JsonObject {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        check_content_type(&parts.headers)?;
        let body = read(body, API_BODY_BYTES_MAX).await?;
        parse_object(&body).map(Self).map_err(Failure::bad_request)
    }
}

/// A content type that is missing or cannot be read says nothing; one that plainly is not JSON is
/// refused.
fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    if essence.is_empty() || essence.ends_with("/json") || essence.ends_with("+json") {
        return Ok(());
    }
    let message = format!("content-type: `{essence}` is not JSON; send application/json");
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

fn parse_object(body: &[u8]) -> Result<Members, String> {
    let text = std::str::from_utf8(body).map_err(|error| {
        format!("the body is not UTF-8: byte {} cannot be read", error.valid_up_to() + 1)
    })?;
    if text.trim().is_empty() {
        return Err("the body is empty; expected a JSON object".to_owned());
    }
    match serde_json::from_str(text).map_err(|error| fault::explain(text, &error))? {
        Value::Object(members) => Ok(Members::new(members)),
        other => Err(format!("the body must be a JSON object, not {}", members::kind_of(&other))),
    }
}

#[cfg(test)]
mod tests;
