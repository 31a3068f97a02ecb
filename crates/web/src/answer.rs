//! What every answer of the API has: a request id, lists with their headers, and errors in one
//! shape, whoever made them.

use std::any::Any;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ledgerhook_engine::Gateway;
use serde::Serialize;

use crate::failure::Failure;

/// The id of the request, on every answer (reference: cloud-elements §1.4).
const REQUEST_ID: HeaderName = HeaderName::from_static("elements-request-id");
/// How many items a list answer has.
const RETURNED_COUNT: HeaderName = HeaderName::from_static("elements-returned-count");
/// What to send as `nextPage` for the rest of a list; absent on the last page.
const NEXT_PAGE_TOKEN: HeaderName = HeaderName::from_static("elements-next-page-token");

/// Gives the request an id, and the answer the header and the body that carry it.
pub(crate) async fn complete(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let request_id = gateway.new_request_id();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let Some(failure) = failure_of(&mut response) else {
        set_request_id(&mut response, &request_id);
        return response;
    };
    let (status, message) = (failure.status(), failure.message());
    if matches!(status, StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE) {
        tracing::error!(request_id, %method, path, status = status.as_u16(), message, "not done");
    }
    let allowed_methods = response.headers_mut().remove(header::ALLOW);
    let mut answer = failure.into_answer(&request_id);
    answer.headers_mut().extend(allowed_methods.map(|methods| (header::ALLOW, methods)));
    answer
}

/// Puts the request's id on its answer.
pub(crate) fn set_request_id(response: &mut Response, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

/// The failure that a response stands for; also of one that the HTTP library made.
fn failure_of(response: &mut Response) -> Option<Failure> {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    response.extensions_mut().remove().or_else(|| {
        let message = status.canonical_reason().unwrap_or("the request cannot be answered");
        is_error.then(|| Failure::new(status, message))
    })
}

/// A list, with the token of its next page if there is one.
pub(crate) fn list<T: Serialize>(items: &[T], next_page: Option<&str>) -> Response {
    let mut response = part(items, next_page);
    response.headers_mut().insert(RETURNED_COUNT, HeaderValue::from(items.len()));
    response
}

/// A part of something that has a list in it, with the token of its next part if there is one.
pub(crate) fn part<T: Serialize + ?Sized>(shape: &T, next_page: Option<&str>) -> Response {
    let mut response = Json(shape).into_response();
    if let Some(token) = next_page.and_then(|token| HeaderValue::from_str(token).ok()) {
        response.headers_mut().insert(NEXT_PAGE_TOKEN, token);
    }
    response
}

/// 404 for what no route has.
pub(crate) async fn no_such_address(uri: Uri) -> Failure {
    Failure::not_found(format!("there is nothing at {}", uri.path()))
}

/// 405 for a route without that method.
pub(crate) async fn no_such_method(method: Method, uri: Uri) -> Failure {
    let message = format!("{} does not take {method}; see the allow header", uri.path());
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, message)
}

/// 500 for a handler that panicked: a fault of this program. What it said goes to the log through
/// the panic hook, and never to the caller.
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    let message = "the gateway has a fault that this request met; its log says more";
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
}
