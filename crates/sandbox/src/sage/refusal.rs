//! Refusals of the API: arrays of errors (reference: freshbooks-sage §2.7), and `$diagnoses` in
//! API 1 (§2.6).

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why the API did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    data_code: &'static str,
    pub(super) message: Cow<'static, str>,
    /// The field it is about; often empty.
    pub(super) source: String,
    retry_after_s: Option<u64>,
}

impl Refusal {
    const fn new(status: StatusCode, data_code: &'static str, message: &'static str) -> Self {
        let message = Cow::Borrowed(message);
        Self { status, data_code, message, source: String::new(), retry_after_s: None }
    }

    /// 401: no live token, or a wrong signature. The words of a recorded answer.
    pub(super) const fn access_denied() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "AuthorizationFailure", "Access denied.")
    }

    /// 401 that has nothing to do with the token: the edition lacks the endpoint.
    pub(super) const fn no_subscription() -> Self {
        let message = "No active subscription. (MSE)";
        Self::new(StatusCode::UNAUTHORIZED, "AuthorizationFailure", message)
    }

    /// 403: the user has no right to it.
    pub(super) const fn forbidden() -> Self {
        let message = "The current user is not allowed to access that resource with that method.";
        Self::new(StatusCode::FORBIDDEN, "MultiUserAccessDenied", message)
    }

    /// 404: no such record, business or endpoint.
    pub(super) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "RecordNotFound", "The resource was not found.")
    }

    /// What an endpoint without ids says to one, and to a wrong method.
    pub(super) const fn not_found_or_method(has_id: bool) -> Self {
        if has_id { Self::not_found() } else { Self::method_not_allowed() }
    }

    pub(super) const fn method_not_allowed() -> Self {
        let message = "The resource does not take that method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(super) const fn unsupported_media_type() -> Self {
        let message = "The provided content type is not supported.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    /// 422: a field that must be given is not.
    pub(super) fn required(field: &str) -> Self {
        Self::invalid(field, "This field is required.")
    }

    /// 422: a field or a parameter is not what it should be.
    pub(super) fn invalid(field: &str, message: impl Into<Cow<'static, str>>) -> Self {
        let refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "RecordInvalid", "");
        Self { message: message.into(), source: field.to_owned(), ..refusal }
    }

    /// 429, with the wait in whole seconds, or without one.
    pub(super) fn too_many_requests(retry_after_s: Option<u64>) -> Self {
        let message = "The request limit was reached.";
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message);
        Self { retry_after_s, ..refusal }
    }

    /// 500 or 503, in the words of Sage's page of frequent errors.
    pub(super) const fn unexpected(status: StatusCode) -> Self {
        Self::new(status, "UnexpectedError", "An unexpected error occurred.")
    }

    fn error(&self, data_code: &str) -> Value {
        json!({
            "$severity": "error",
            "$dataCode": data_code,
            "$message": self.message,
            "$source": self.source,
        })
    }

    /// The answer of API 1: an object, with its own word for what cannot be saved.
    pub(super) fn into_diagnoses(self) -> Response {
        let invalid = self.status == StatusCode::UNPROCESSABLE_ENTITY;
        let data_code = if invalid { "ValidationError" } else { self.data_code };
        let body = json!({"$diagnoses": [self.error(data_code)]});
        (self.status, Json(body)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!([self.error(self.data_code)]);
        let mut answer = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
