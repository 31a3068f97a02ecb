//! The customer's program at the callback URL: answers as the test scripted it, and keeps every
//! request.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use ledgerhook_model::Secret;
use ledgerhook_model::signature::{
    ELEMENTS_SIGNATURE_HEADER, STANDARD_ID_HEADER, STANDARD_SIGNATURE_HEADER,
    STANDARD_TIMESTAMP_HEADER, elements_is_valid, standard_v1, standard_v1a_is_valid,
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::eventually::{PATIENCE, eventually};

/// Largest notification kept, in bytes: 20 events of 16 KiB and their envelope are far below.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of one piece of a body without end.
const CHUNK_BYTES: usize = 4 * 1024;

/// One answer of the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A status and no body.
    Status(u16),
    /// 429 with `Retry-After` in seconds.
    RetryAfter(u32),
    /// 302 to this URL.
    Redirect(String),
    /// No answer until [`Receiver::release`]; then 200.
    Hang,
    /// 200 with a body that never ends.
    Endless,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path of the URL.
    pub path: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The raw body.
    pub body: Bytes,
    /// When it had arrived.
    pub at: Instant,
    /// How it is answered.
    pub reply: Reply,
}

/// One event of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its id, from `ledgerhook-event-ids`.
    pub id: String,
    /// `objectType`.
    pub object_type: String,
    /// `objectId`.
    pub object_id: String,
    /// `eventType`.
    pub kind: String,
}

/// The running receiver. Dropping it ends it.
#[derive(Debug)]
pub struct Receiver {
    base: String,
    desk: Arc<Desk>,
    _server: JoinSet<()>,
}

#[derive(Debug)]
struct Desk {
    received: Mutex<Vec<Received>>,
    scripts: Mutex<HashMap<String, Script>>,
    released: watch::Sender<bool>,
    endless_bytes: AtomicU64,
}

#[derive(Debug, Default)]
struct Script {
    next: VecDeque<Reply>,
    otherwise: Option<Reply>,
}

impl Receiver {
    /// Listens on a free loopback port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound port"));
        let desk = Arc::new(Desk {
            received: Mutex::default(),
            scripts: Mutex::default(),
            released: watch::channel(false).0,
            endless_bytes: AtomicU64::new(0),
        });
        let router = Router::new().fallback(receive).with_state(Arc::clone(&desk));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.expect("a working server") });
        Self { base, desk, _server: server }
    }

    /// The URL of a path such as `/books`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Answers the next requests to `path` so; those after them with 200, or as
    /// [`Receiver::always`] says.
    pub fn script(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut scripts = locked(&self.desk.scripts);
        scripts.entry(path.to_owned()).or_default().next.extend(replies);
    }

    /// Answers every request to `path` so that no script is for.
    pub fn always(&self, path: &str, reply: Reply) {
        let mut scripts = locked(&self.desk.scripts);
        scripts.entry(path.to_owned()).or_default().otherwise = Some(reply);
    }

    /// Lets everything that hangs be answered, from now on at once.
    pub fn release(&self) {
        self.desk.released.send_replace(true);
    }

    /// Bytes sent of bodies without end.
    #[must_use]
    pub fn endless_bytes_sent(&self) -> u64 {
        self.desk.endless_bytes.load(Ordering::Relaxed)
    }

    /// All requests so far.
    #[must_use]
    pub fn all(&self) -> Vec<Received> {
        locked(&self.desk.received).clone()
    }

    /// The requests to a path so far.
    #[must_use]
    pub fn at(&self, path: &str) -> Vec<Received> {
        locked(&self.desk.received).iter().filter(|one| one.path == path).cloned().collect()
    }

    /// Waits until a path has been asked at least `count` times, and returns all requests to it.
    pub async fn wait(&self, path: &str, count: usize) -> Vec<Received> {
        let what = format!("{count} requests to {path}");
        let enough = async || Some(self.at(path)).filter(|received| received.len() >= count);
        eventually(&what, PATIENCE, enough).await
    }

    /// Waits until a path has been told of at least `count` events, and returns all of them.
    pub async fn wait_for_events(&self, path: &str, count: usize) -> Vec<Arrived> {
        let what = format!("{count} events at {path}");
        let events = || -> Vec<_> { self.at(path).iter().flat_map(Received::events).collect() };
        eventually(&what, PATIENCE, async || Some(events()).filter(|all| all.len() >= count)).await
    }
}

impl Received {
    /// A header's text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a notification is JSON")
    }

    /// The events of the notification, each with its id.
    ///
    /// # Panics
    /// When there are not as many ids as events.
    #[must_use]
    pub fn events(&self) -> Vec<Arrived> {
        let body = self.json();
        let events = body.pointer("/message/events").and_then(Value::as_array).expect("events");
        let ids: Vec<&str> = self.header("ledgerhook-event-ids").split(',').collect();
        assert_eq!(ids.len(), events.len(), "an id for each event");
        let arrived = |(event, id): (&Value, &str)| {
            let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
            Arrived {
                id: id.to_owned(),
                object_type: text("objectType").to_owned(),
                object_id: text("objectId").to_owned(),
                kind: text("eventType").to_owned(),
            }
        };
        events.iter().zip(ids).map(arrived).collect()
    }

    /// Whether the original's signature and the symmetric one of Standard Webhooks are right.
    #[must_use]
    pub fn is_signed_with(&self, key: &str) -> bool {
        let key = Secret::new(key);
        let (id, timestamp) =
            (self.header(STANDARD_ID_HEADER), self.header(STANDARD_TIMESTAMP_HEADER));
        let v1 = standard_v1(&key, id, timestamp, &self.body);
        elements_is_valid(&key, &self.body, self.header(ELEMENTS_SIGNATURE_HEADER))
            && self.header(STANDARD_SIGNATURE_HEADER).split(' ').any(|entry| entry == v1)
    }

    /// Whether the asymmetric signature of Standard Webhooks is right under `whpk_…`.
    #[must_use]
    pub fn is_signed_by(&self, public_key: &str) -> bool {
        let (id, timestamp) =
            (self.header(STANDARD_ID_HEADER), self.header(STANDARD_TIMESTAMP_HEADER));
        let fits = |entry| standard_v1a_is_valid(public_key, id, timestamp, &self.body, entry);
        self.header(STANDARD_SIGNATURE_HEADER).split(' ').any(fits)
    }
}

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let path = parts.uri.path().to_owned();
    let reply = desk.next_reply(&path);
    let headers = parts.headers;
    let received = Received { path, headers, body, at: Instant::now(), reply: reply.clone() };
    locked(&desk.received).push(received);
    desk.answer(reply).await
}

impl Desk {
    fn next_reply(&self, path: &str) -> Reply {
        let mut scripts = locked(&self.scripts);
        let script = scripts.get_mut(path);
        let scripted =
            script.and_then(|script| script.next.pop_front().or_else(|| script.otherwise.clone()));
        scripted.unwrap_or(Reply::Status(200))
    }

    async fn answer(self: Arc<Self>, reply: Reply) -> Response {
        match reply {
            Reply::Status(status) => status_of(status).into_response(),
            Reply::RetryAfter(seconds) => {
                (status_of(429), [(header::RETRY_AFTER, seconds.to_string())]).into_response()
            }
            Reply::Redirect(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
            Reply::Hang => {
                // Ends with the receiver at the latest.
                drop(self.released.subscribe().wait_for(|released| *released).await);
                StatusCode::OK.into_response()
            }
            Reply::Endless => {
                let piece = Bytes::from_static(&[b'x'; CHUNK_BYTES]);
                let pieces = futures_util::stream::repeat_with(move || {
                    self.endless_bytes.fetch_add(CHUNK_BYTES as u64, Ordering::Relaxed);
                    Ok::<_, Infallible>(piece.clone())
                });
                Body::from_stream(pieces).into_response()
            }
        }
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("an HTTP status")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
