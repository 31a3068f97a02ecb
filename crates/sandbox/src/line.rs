//! The line a call came on, and the ways it breaks.

use std::io;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::connection::ConnectionCut;
use crate::running::Running;

/// Bytes of the longest answer that is cut in half: more than any answer here has.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// A call that is not carried out yet, with its connection.
pub(crate) struct Line<'r> {
    pub(crate) running: &'r Running,
    pub(crate) cut: ConnectionCut,
    pub(crate) request: Request,
    pub(crate) next: Next,
}

impl Line<'_> {
    /// The call is carried out and answered.
    pub(crate) async fn carry(self) -> Response {
        self.next.run(self.request).await
    }

    /// No answer until released; then the call is carried out.
    pub(crate) async fn hang(self) -> Response {
        self.running.wait_for_release().await;
        self.carry().await
    }

    /// The connection is dropped and nothing is done.
    pub(crate) fn drop_connection(self) -> Response {
        self.cut.cut();
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }

    /// The call is carried out and its answer is lost.
    pub(crate) async fn lose_answer(self) -> Response {
        let cut = self.cut.clone();
        let answer = self.carry().await;
        cut.cut();
        answer
    }

    /// The call is carried out; the head of its answer and half of the body arrive.
    pub(crate) async fn halve_body(self) -> Response {
        let (mut head, body) = self.carry().await.into_parts();
        let whole = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
        let half = whole.slice(..whole.len() / 2);
        let pieces = stream::unfold(Some(half), async |left: Option<Bytes>| match left {
            Some(half) if !half.is_empty() => Some((Ok(half), Some(Bytes::new()))),
            Some(_) => {
                // Lets the half go out first.
                tokio::task::yield_now().await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None))
            }
            None => None,
        });
        Response::from_parts(head, Body::from_stream(pieces))
    }
}
