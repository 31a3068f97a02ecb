//! The customer's program at the other end: checks each signature, keeps each event.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use ledgerhook_model::Secret;
use ledgerhook_model::signature::{
    ELEMENTS_SIGNATURE_HEADER, STANDARD_ID_HEADER, STANDARD_SIGNATURE_HEADER,
    STANDARD_TIMESTAMP_HEADER, elements_is_valid, standard_v1, standard_v1a_is_valid,
};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Events that may wait to be shown; far more than the story has.
const ARRIVALS_WAITING_MAX: usize = 1_024;

/// One event as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    /// The company that the callback URL names.
    pub(super) company: String,
    /// The event's id.
    pub(super) event_id: String,
    /// `objectType`.
    pub(super) resource: String,
    /// `objectId`, as printed.
    pub(super) object_id: String,
    /// `eventType`.
    pub(super) kind: String,
    /// How it was detected.
    pub(super) detection: String,
    /// Whether all three signatures were right.
    pub(super) verified: bool,
    /// When it arrived.
    pub(super) at: Instant,
}

/// What the receiver knows of the sender.
#[derive(Debug)]
pub(super) struct Keys {
    /// `event.notification.signature.key`.
    pub(super) shared: Secret,
    /// The organisation's public key, `whpk_…`; set once the first instance exists.
    pub(super) public: std::sync::OnceLock<String>,
}

#[derive(Debug, Clone)]
struct Desk {
    keys: Arc<Keys>,
    arrivals: mpsc::Sender<Arrival>,
}

/// The receiver's routes, and where its events can be taken from.
pub(super) fn receiver(keys: Arc<Keys>) -> (Router, mpsc::Receiver<Arrival>) {
    let (arrivals, taken) = mpsc::channel(ARRIVALS_WAITING_MAX);
    let router =
        Router::new().route("/books/{company}", post(receive)).with_state(Desk { keys, arrivals });
    (router, taken)
}

async fn receive(
    State(desk): State<Desk>,
    Path(company): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let at = Instant::now();
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let verified = desk.keys.verify(&header, &body);
    let Ok(notification) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let ids = header("ledgerhook-event-ids");
    let events = notification.pointer("/message/events").and_then(Value::as_array);
    for (event, id) in events.into_iter().flatten().zip(ids.split(',')) {
        let text =
            |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let arrival = Arrival {
            company: company.clone(),
            event_id: id.to_owned(),
            resource: text("objectType"),
            object_id: text("objectId"),
            kind: text("eventType"),
            detection: header("ledgerhook-detection"),
            verified,
            at,
        };
        if desk.arrivals.send(arrival).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    StatusCode::OK
}

impl Keys {
    fn verify(&self, header: &dyn Fn(&str) -> String, body: &[u8]) -> bool {
        let (id, timestamp) = (header(STANDARD_ID_HEADER), header(STANDARD_TIMESTAMP_HEADER));
        let standard = header(STANDARD_SIGNATURE_HEADER);
        let v1 = standard_v1(&self.shared, &id, &timestamp, body);
        let v1a_fits = |entry: &str| {
            let public = self.public.get();
            public.is_some_and(|key| standard_v1a_is_valid(key, &id, &timestamp, body, entry))
        };
        elements_is_valid(&self.shared, body, &header(ELEMENTS_SIGNATURE_HEADER))
            && standard.split(' ').any(|entry| entry == v1)
            && standard.split(' ').any(v1a_fits)
    }
}
