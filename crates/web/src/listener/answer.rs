//! Answers of the operation: the success text, errors, and the headers of a ServiceStack host.
//!
//! Two headers of the original are left out or changed: it says `X-Powered-By: ServiceStack/…`,
//! which this is not, and no `WWW-Authenticate`, which a 401 must have.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::format::Format;
use super::negotiation::AnswerForm;
use super::service_error::{SERIALIZATION, ServiceError};

/// What the operation returns. A string goes out as it is in every format; this one is JSON,
/// because the original's own clients read it as that (reference: qbo-webhooks-listener §3.1).
pub(super) const SUCCESS: &str = r#"{"status":"ok"}"#;

/// How many requests of a batch were done.
const BATCH_COMPLETED: HeaderName = HeaderName::from_static("x-autobatch-completed");

/// The success text.
pub(super) fn success(form: &AnswerForm) -> Response {
    let body = match &form.callback {
        Some(callback) => return in_callback(StatusCode::OK, callback, SUCCESS),
        None => SUCCESS.to_owned(),
    };
    written(StatusCode::OK, &with_charset(&form.content_type), body, form.format)
}

/// The success texts of a batch: a list of strings, in JSON whatever the format. The original would
/// write .NET lists of strings in the other formats, which no client of it asks for.
pub(super) fn batch_success(requests: usize) -> Response {
    let texts = serde_json::json!(vec![SUCCESS; requests]);
    let content_type = with_charset(Format::Json.content_type());
    let body = texts.to_string();
    batch_completed(written(StatusCode::OK, &content_type, body, Some(Format::Json)), requests)
}

/// Says how many requests of a batch were done.
pub(super) fn batch_completed(mut response: Response, requests: usize) -> Response {
    response.headers_mut().insert(BATCH_COMPLETED, HeaderValue::from(requests));
    response
}

/// An error. A body that could not be read is not wrapped in a callback, as before version 8 of the
/// original; since then it is, with status 200, and a loader would take it for success.
pub(super) fn error(form: &AnswerForm, error: &ServiceError) -> Response {
    let callback = form.callback.as_ref().filter(|_| error.code != SERIALIZATION);
    let mut response = match (callback, form.format) {
        (Some(callback), _) => in_callback(error.status, callback, &error.to_json()),
        (None, Some(format)) => error_in(format, error),
        (None, None) => written(error.status, &form.content_type, String::new(), None),
    };
    let headers = response.headers_mut();
    if let Some(seconds) = error.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"Ledgerhook\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// 404 for what no route has: a plain text of three digits.
pub(super) fn nothing() -> Response {
    written(StatusCode::NOT_FOUND, "text/plain", "404".to_owned(), None)
}

/// 500 for a page that could not be made: a fault of this program.
pub(super) fn fault(error: &askama::Error) -> Response {
    tracing::error!(%error, "a page of the listener could not be made");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn error_in(format: Format, error: &ServiceError) -> Response {
    let content_type = format.content_type();
    let content_type =
        if format == Format::Json { with_charset(content_type) } else { content_type.to_owned() };
    match error.to_body(format) {
        Ok(body) => written(error.status, &content_type, body, Some(format)),
        Err(fault_of_page) => fault(&fault_of_page),
    }
}

fn in_callback(status: StatusCode, callback: &str, json: &str) -> Response {
    written(status, "text/javascript; charset=utf-8", format!("{callback}({json})"), None)
}

fn with_charset(content_type: &str) -> String {
    if content_type.to_ascii_lowercase().contains("charset") {
        content_type.to_owned()
    } else {
        format!("{content_type}; charset=utf-8")
    }
}

fn written(
    status: StatusCode,
    content_type: &str,
    body: String,
    format: Option<Format>,
) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    // The type may be the request's own, whose header was valid.
    if let Ok(value) = HeaderValue::from_str(content_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    if format == Some(Format::Csv) {
        let name = "attachment;filename=\"QboWebhooksRequest.csv\"";
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    }
    (status, headers, body).into_response()
}
