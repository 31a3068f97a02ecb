//! Error answers: `{requestId, message}` with a status that says who must act (reference:
//! cloud-elements §1.3).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledgerhook_engine::Refusal;
use serde::Serialize;

use crate::answer;

/// Seconds after which a caller may try again when the gateway itself cannot work. A full disk or
/// a database that restarts is not mended sooner, and callers of an API wait for an answer.
const RETRY_AFTER_S: u32 = 1;

/// A request that is not done, before it is known which request it was.
///
/// As a response it travels in the response's extensions, and [`crate::answer::complete`], which
/// knows the request's id, writes the body.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    status: StatusCode,
    message: String,
    provider_message: Option<String>,
    retry_after_s: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailureShape<'f> {
    request_id: &'f str,
    message: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_message: Option<&'f str>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), provider_message: None, retry_after_s: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 401, in the words of the original (reference: cloud-elements §1.2).
    pub(crate) fn unauthorized() -> Self {
        let message = "Invalid Organization or User secret, or invalid Element token provided.";
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// What the provider refused, with its own words.
    fn of_provider(status: StatusCode, message: String, provider_message: String) -> Self {
        Self { provider_message: Some(provider_message), ..Self::new(status, message) }
    }

    /// 503: come again after `retry_after_s` seconds.
    pub(crate) fn unavailable(message: impl Into<String>, retry_after_s: u32) -> Self {
        let failure = Self::new(StatusCode::SERVICE_UNAVAILABLE, message);
        Self { retry_after_s: Some(retry_after_s), ..failure }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The answer to the request of that id.
    pub(crate) fn into_answer(self, request_id: &str) -> Response {
        let shape = FailureShape {
            request_id,
            message: &self.message,
            provider_message: self.provider_message.as_deref(),
        };
        let mut answer = (self.status, Json(shape)).into_response();
        answer::set_request_id(&mut answer, request_id);
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::BadRequest(_) => Self::bad_request(message),
            Refusal::NotFound(_) => Self::not_found(message),
            Refusal::Conflict(_) => Self::new(StatusCode::CONFLICT, message),
            Refusal::Provider { provider_message, .. } => {
                Self::of_provider(StatusCode::BAD_REQUEST, message, provider_message)
            }
            Refusal::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, message),
            Refusal::ProviderForbids { provider_message, .. } => {
                Self::of_provider(StatusCode::FORBIDDEN, message, provider_message)
            }
            Refusal::ProviderLacks { provider_message, .. } => {
                Self::of_provider(StatusCode::NOT_FOUND, message, provider_message)
            }
            Refusal::ProviderThrottles { wait } => {
                let failure = Self::new(StatusCode::TOO_MANY_REQUESTS, message);
                let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1);
                Self { retry_after_s: Some(seconds), ..failure }
            }
            Refusal::BudgetSpent(_) => Self::new(StatusCode::TOO_MANY_REQUESTS, message),
            Refusal::ProviderUnavailable(_) => Self::new(StatusCode::BAD_GATEWAY, message),
            Refusal::Unavailable(_) => Self::unavailable(message, RETRY_AFTER_S),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_has_the_status_of_who_must_act() {
        let text = || "why".to_owned();
        let provider = Refusal::Provider { message: text(), provider_message: text() };
        let forbids = Refusal::ProviderForbids { message: text(), provider_message: text() };
        let lacks = Refusal::ProviderLacks { message: text(), provider_message: text() };
        let wait = Duration::from_secs(60);
        for (refusal, status, retry_after) in [
            (Refusal::BadRequest(text()), 400, None),
            (Refusal::NotFound(text()), 404, None),
            (Refusal::Conflict(text()), 409, None),
            (provider, 400, None),
            (Refusal::Forbidden(text()), 403, None),
            (Refusal::BudgetSpent(text()), 429, None),
            (forbids, 403, None),
            (lacks, 404, None),
            (Refusal::ProviderThrottles { wait }, 429, Some("60")),
            (Refusal::ProviderThrottles { wait: Duration::ZERO }, 429, Some("1")),
            (Refusal::ProviderUnavailable(text()), 502, None),
            (Refusal::Unavailable(text()), 503, Some("1")),
        ] {
            let answer = Failure::from(refusal).into_answer("5a0c");
            assert_eq!(answer.status(), status);
            let header = answer.headers().get(header::RETRY_AFTER);
            assert_eq!(header.map(|seconds| seconds.to_str().unwrap()), retry_after);
        }
    }
}
