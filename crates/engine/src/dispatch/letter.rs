//! The request that carries one notification: body, signatures and headers.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use ledgerhook_egress::Request;
use ledgerhook_model::envelope::elements;
use ledgerhook_model::signature::{
    self, ELEMENTS_ID_HEADER, ELEMENTS_SIGNATURE_HEADER, STANDARD_ID_HEADER,
    STANDARD_SIGNATURE_HEADER, STANDARD_TIMESTAMP_HEADER,
};
use ledgerhook_model::{Moment, Secret};
use ledgerhook_store::journal::Notification;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::roster::{Callback, Seat};

/// What the captured body has no room for: how the events of this notification were detected
/// (`webhook`, `poll`, `cdc`, `reconcile`, `replay`) …
const DETECTION_HEADER: &str = "ledgerhook-detection";
/// … the ids of its events, in the order of the body …
const EVENT_IDS_HEADER: &str = "ledgerhook-event-ids";
/// … when this gateway saw the change …
const SEEN_AT_HEADER: &str = "ledgerhook-seen-at";
/// … and when this attempt was sent.
const SENT_AT_HEADER: &str = "ledgerhook-sent-at";

/// The request for one attempt, made at `now`.
pub(super) fn write(
    seat: &Seat,
    callback: &Callback,
    notification: &Notification,
    now: Moment,
) -> Request {
    let subject = elements::Subject {
        element: seat.element,
        hub: seat.hub,
        organization: seat.organization,
        user: seat.user,
        instance: seat.id,
        name: &seat.name,
        tags: &seat.tags,
    };
    let events = &notification.events;
    let body = elements::body(notification.id, notification.created_at, &subject, events);
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    own_headers(seat, &mut headers);
    sign(seat, notification, now, &body, &mut headers);
    describe(notification, now, &mut headers);
    Request::post(callback.url.clone(), headers, Bytes::from(body))
}

/// Headers that the customer configured, and basic authentication.
fn own_headers(seat: &Seat, headers: &mut HeaderMap) {
    for (name, value) in &seat.settings.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            headers.insert(name, value);
        }
    }
    if let Some((name, password)) = &seat.settings.basic {
        let pair = Secret::new(format!("{name}:{}", password.expose()));
        let text = format!("Basic {}", STANDARD.encode(pair.expose()));
        if let Ok(mut value) = HeaderValue::from_str(&text) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
    }
}

/// The original's signature, when a key is configured; beside it those of Standard Webhooks: `v1`
/// with the same key, and `v1a` with the organisation's own key pair.
fn sign(
    seat: &Seat,
    notification: &Notification,
    now: Moment,
    body: &[u8],
    headers: &mut HeaderMap,
) {
    let Some(first) = notification.events.first() else { return };
    let id = first.id.as_str();
    let timestamp = now.seconds().to_string();
    let mut standard = Vec::new();
    if let Some(key) = &seat.settings.signature_key {
        set(headers, ELEMENTS_SIGNATURE_HEADER, &signature::elements(key, body));
        standard.push(signature::standard_v1(key, id, &timestamp, body));
    }
    if seat.settings.asymmetric_signature {
        standard.push(seat.signing_key.standard_v1a(id, &timestamp, body));
    }
    set(headers, ELEMENTS_ID_HEADER, id);
    set(headers, STANDARD_ID_HEADER, id);
    set(headers, STANDARD_TIMESTAMP_HEADER, &timestamp);
    if !standard.is_empty() {
        set(headers, STANDARD_SIGNATURE_HEADER, &standard.join(" "));
    }
}

fn describe(notification: &Notification, now: Moment, headers: &mut HeaderMap) {
    let Some(first) = notification.events.first() else { return };
    set(headers, DETECTION_HEADER, first.detection.as_str());
    let ids: Vec<&str> = notification.events.iter().map(|event| event.id.as_str()).collect();
    set(headers, EVENT_IDS_HEADER, &ids.join(","));
    set(headers, SEEN_AT_HEADER, &first.seen_at.to_iso_millis());
    set(headers, SENT_AT_HEADER, &now.to_iso_millis());
}

/// Sets a header whose value is known to be printable ASCII.
fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
