//! The customers' programs at the callback URLs: well behaved, or not for a while.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use ledgerhook_engine::ambient::Clock as _;
use ledgerhook_model::Moment;
use ledgerhook_testkit::{Received, Reply};
use tokio::time::Instant;

use super::locked;
use super::passing::cut;
use crate::time::{Traffic, VirtualClock};

/// Largest notification taken, in bytes.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How a customer's program takes notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// 200 at once.
    Well,
    /// Another status.
    Status(u16),
    /// 429 with `Retry-After` in seconds.
    Throttling(u32),
    /// No answer until the gateway gives up.
    Hanging,
    /// 200 after so long.
    Slow(Duration),
    /// Takes it, and its answer is lost.
    Unheard,
}

/// A notification that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Moment,
    pub(crate) received: Received,
}

/// All programs.
#[derive(Debug)]
pub(crate) struct Callbacks {
    clock: VirtualClock,
    arrivals: Mutex<Vec<Arrival>>,
    manners: Mutex<HashMap<String, Manner>>,
}

impl Callbacks {
    pub(super) fn new(clock: VirtualClock) -> Self {
        Self { clock, arrivals: Mutex::default(), manners: Mutex::default() }
    }

    /// Behaves so at a path from now on.
    pub(crate) fn behave(&self, path: &str, manner: Manner) {
        locked(&self.manners).insert(path.to_owned(), manner);
    }

    /// Behaves well from now on.
    pub(crate) fn calm(&self) {
        locked(&self.manners).clear();
    }

    /// What arrived at a path, in order.
    pub(crate) fn at(&self, path: &str) -> Vec<Arrival> {
        let arrivals = locked(&self.arrivals);
        arrivals.iter().filter(|one| one.received.path == path).cloned().collect()
    }

    pub(super) async fn take(&self, traffic: &Arc<Traffic>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let path = parts.uri.path().to_owned();
        let manner = locked(&self.manners).get(&path).copied().unwrap_or(Manner::Well);
        let reply = match manner {
            Manner::Well | Manner::Slow(_) => Reply::Status(200),
            Manner::Status(status) => Reply::Status(status),
            Manner::Throttling(seconds) => Reply::RetryAfter(seconds),
            // Nothing is heard of either.
            Manner::Hanging | Manner::Unheard => Reply::Hang,
        };
        let (headers, at) = (parts.headers, Instant::now());
        let received = Received { path, headers, body, at, reply };
        locked(&self.arrivals).push(Arrival { at: self.clock.now(), received });
        match manner {
            Manner::Well => StatusCode::OK.into_response(),
            Manner::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
            Manner::Throttling(seconds) => {
                let retry_after = [(header::RETRY_AFTER, seconds.to_string())];
                (StatusCode::TOO_MANY_REQUESTS, retry_after).into_response()
            }
            Manner::Hanging => traffic.wait(pending()).await,
            Manner::Unheard => cut(Bytes::new()),
            Manner::Slow(time) => {
                traffic.wait(tokio::time::sleep(time)).await;
                StatusCode::OK.into_response()
            }
        }
    }
}
