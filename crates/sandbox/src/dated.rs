//! The date of answers: by the sandbox's clock, as a provider's servers date theirs by their own.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::fmt::rfc2822;

use crate::options::Clock;

/// The layer that dates every answer.
pub(crate) async fn date(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&clock());
    if let Some(date) = date.ok().and_then(|date| HeaderValue::try_from(date).ok()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}
