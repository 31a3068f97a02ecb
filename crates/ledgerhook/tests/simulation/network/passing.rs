//! Passing calls on to the provider and to the gateway, with what goes wrong on the way.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use ledgerhook_testkit::Answer;
use tower::ServiceExt as _;

use super::{Desk, Hitch, locked};

/// Largest body passed on, in bytes: 100 notices, or a form.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A call of the gateway to the provider.
pub(super) async fn to_provider(desk: &Arc<Desk>, path: &str, request: Request) -> Response {
    let hitch = locked(&desk.to_provider).pop_front();
    if let Some(answer) = before(desk, hitch).await {
        return answer;
    }
    match answer_of_provider(desk, path, request).await {
        Some(answer) => after(hitch, answer),
        None => cut(Bytes::new()),
    }
}

/// A call to the provider with which nothing goes wrong on the way.
pub(super) async fn pass_on(desk: &Arc<Desk>, path: &str, request: Request) -> Response {
    let answer = answer_of_provider(desk, path, request).await;
    answer.map_or_else(|| cut(Bytes::new()), |answer| after(None, answer))
}

async fn answer_of_provider(desk: &Desk, path: &str, request: Request) -> Option<Answer> {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let base = desk.provider.get().expect("a provider");
    let url = format!("{base}{path}{query}");
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.ok()?;
    let headers = own_to_the_call(&parts.headers);
    let call = desk.http.try_call(parts.method, &url, &headers, body);
    desk.traffic.ask_provider(call).await
}

/// A notice to the gateway that runs now.
pub(super) async fn to_gateway(desk: &Arc<Desk>, path: &str, mut request: Request) -> Response {
    let hitch = locked(&desk.to_gateway).pop_front();
    if let Some(answer) = before(desk, hitch).await {
        return answer;
    }
    let Some(door) = locked(&desk.door).clone().filter(|door| !door.life.is_over()) else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    *request.uri_mut() = path.parse::<Uri>().expect("a path");
    let answer = tokio::select! {
        biased;
        () = door.life.ended() => return cut(Bytes::new()),
        answer = door.router.oneshot(request) => answer,
    };
    let answer = answer.unwrap_or_else(|error: Infallible| match error {});
    if hitch == Some(Hitch::NoAnswer) { cut(Bytes::new()) } else { answer }
}

/// What goes wrong before a call arrives; an answer ends it.
async fn before(desk: &Arc<Desk>, hitch: Option<Hitch>) -> Option<Response> {
    match hitch? {
        Hitch::Hang => desk.traffic.wait(pending()).await,
        Hitch::Slow(time) => {
            desk.traffic.wait(tokio::time::sleep(time)).await;
            None
        }
        Hitch::Lost => Some(cut(Bytes::new())),
        Hitch::HalfBody | Hitch::NoAnswer => None,
    }
}

/// The answer as it arrives.
fn after(hitch: Option<Hitch>, answer: Answer) -> Response {
    let Answer { status, headers, text } = answer;
    match hitch {
        Some(Hitch::NoAnswer) => cut(Bytes::new()),
        Some(Hitch::HalfBody) => {
            let half = text.as_bytes().get(..text.len() / 2).unwrap_or_default();
            let mut response = cut(Bytes::copy_from_slice(half));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            response
        }
        _ => {
            let mut response =
                (StatusCode::from_u16(status).expect("a status"), text).into_response();
            for (name, value) in &headers {
                if ![CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
                    response.headers_mut().insert(name, value.clone());
                }
            }
            response
        }
    }
}

/// An answer whose connection breaks after `first`; before its head, when `first` is empty.
pub(super) fn cut(first: Bytes) -> Response {
    let broken = || Err(io::Error::from(io::ErrorKind::ConnectionReset));
    let pieces = if first.is_empty() { vec![broken()] } else { vec![Ok(first), broken()] };
    Body::from_stream(stream::iter(pieces)).into_response()
}

fn own_to_the_call(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let of_the_hop = [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];
    let own = headers.iter().filter(|(name, _)| !of_the_hop.contains(name));
    own.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}
