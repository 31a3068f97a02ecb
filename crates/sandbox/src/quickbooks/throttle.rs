//! Throttling (reference §3.1): how many calls of the Accounting API are answered.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::times;
use crate::sliding_window::SlidingWindow;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Windows kept at most; beyond, those whose last call has left them are forgotten.
const WINDOWS_MAX: usize = 30_000;

const MESSAGE: &str = "message=ThrottleExceeded; errorCode=003001; statusCode=429";
/// The two spaces are in the captured body.
const DETAIL: &str = "The request limit was reached.  Try again later";

/// How many calls are answered. The default is what Intuit documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// Calls in any 60 seconds for one company, of all apps together; 500 at Intuit.
    pub requests_per_minute: u32,
    /// Calls in any second for one company and app; 10 at Intuit.
    pub requests_per_second: u32,
    /// Batch calls in any 60 seconds for one company and app; 40 at Intuit.
    pub batch_calls_per_minute: u32,
    /// The form of the refusal.
    pub answer: ThrottleAnswer,
}

impl Default for ThrottleLimits {
    fn default() -> Self {
        Self {
            requests_per_minute: 500,
            requests_per_second: 10,
            batch_calls_per_minute: 40,
            answer: ThrottleAnswer::Xml,
        }
    }
}

/// The form of a 429. None has a `Retry-After`: Intuit documents none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThrottleAnswer {
    /// The captured XML, whatever was accepted.
    #[default]
    Xml,
    /// The JSON rendering of it.
    Json,
    /// Plain text.
    Text,
}

impl ThrottleAnswer {
    pub(super) fn respond(self, now: Timestamp) -> Response {
        match self {
            Self::Xml => xml(now),
            Self::Json => json(now),
            Self::Text => (StatusCode::TOO_MANY_REQUESTS, DETAIL).into_response(),
        }
    }
}

/// Captured by users of several libraries (reference §3.1).
fn xml(now: Timestamp) -> Response {
    let time = times::answer_time(now);
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<IntuitResponse time="{time}" xmlns="http://schema.intuit.com/finance/v3">
    <Fault type="SERVICE">
        <Error code="3001">
            <Message>{MESSAGE}</Message>
            <Detail>{DETAIL}</Detail>
        </Error>
    </Fault>
</IntuitResponse>"#
    );
    let content_type = [(header::CONTENT_TYPE, "application/xml")];
    (StatusCode::TOO_MANY_REQUESTS, content_type, body).into_response()
}

fn json(now: Timestamp) -> Response {
    let error = json!({"Message": MESSAGE, "Detail": DETAIL, "code": "3001"});
    let body = json!({
        "Fault": {"Error": [error], "type": "SERVICE"},
        "time": times::answer_time(now),
    });
    (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response()
}

/// A call as the limits see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThrottledCall<'c> {
    pub(super) realm_id: &'c str,
    pub(super) client_id: &'c str,
    pub(super) is_batch: bool,
}

/// What a window counts; the company and app are beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    OfCompany,
    OfApp,
    BatchOfApp,
}

type WindowKey = (String, String, Counted);

/// The calls of the last minute, and of the last second.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    windows: BTreeMap<WindowKey, SlidingWindow>,
}

impl Throttle {
    /// Whether a call may be answered now; if so, it is counted.
    pub(super) fn admit(
        &mut self,
        limits: &ThrottleLimits,
        call: ThrottledCall<'_>,
        now: Timestamp,
    ) -> bool {
        let key = |app: &str, counted| (call.realm_id.to_owned(), app.to_owned(), counted);
        let mut windows = vec![
            (key("", Counted::OfCompany), MINUTE, limits.requests_per_minute),
            (key(call.client_id, Counted::OfApp), SECOND, limits.requests_per_second),
        ];
        if call.is_batch {
            let batch = key(call.client_id, Counted::BatchOfApp);
            windows.push((batch, MINUTE, limits.batch_calls_per_minute));
        }
        if self.windows.len() >= WINDOWS_MAX {
            self.forget_quiet(now);
        }
        let admitted = windows
            .iter()
            .all(|(key, span, calls_max)| self.window(key, *span).room(*calls_max, now).is_ok());
        if admitted {
            windows.iter().for_each(|(key, span, _)| self.window(key, *span).count(now));
        }
        admitted
    }

    fn window(&mut self, key: &WindowKey, span: SignedDuration) -> &mut SlidingWindow {
        self.windows.entry(key.clone()).or_insert_with(|| SlidingWindow::of(span))
    }

    fn forget_quiet(&mut self, now: Timestamp) {
        self.windows.retain(|_, window| !window.is_quiet(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ThrottleLimits = ThrottleLimits {
        requests_per_minute: 5,
        requests_per_second: 2,
        batch_calls_per_minute: 1,
        answer: ThrottleAnswer::Xml,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_770_000_000 + seconds).unwrap()
    }

    fn call(client_id: &str) -> ThrottledCall<'_> {
        ThrottledCall { realm_id: "1", client_id, is_batch: false }
    }

    #[test]
    fn a_second_is_per_app_and_a_minute_is_per_company() {
        let mut throttle = Throttle::default();
        let mut admit = |client_id, second| throttle.admit(&LIMITS, call(client_id), at(second));
        assert_eq!([admit("a", 0), admit("a", 0), admit("a", 0)], [true, true, false]);
        assert_eq!([admit("b", 0), admit("b", 0), admit("b", 1)], [true, true, true]);
        assert!(!admit("a", 1), "five calls of the company in one minute");
        assert!(!admit("a", 59));
        assert!(admit("a", 60));
    }

    #[test]
    fn another_company_has_a_minute_of_its_own() {
        let mut throttle = Throttle::default();
        let limits = ThrottleLimits { requests_per_minute: 1, ..LIMITS };
        assert!(throttle.admit(&limits, call("a"), at(0)));
        let other = ThrottledCall { realm_id: "2", ..call("a") };
        assert!(throttle.admit(&limits, other, at(0)));
    }

    #[test]
    fn batches_have_a_limit_of_their_own() {
        let mut throttle = Throttle::default();
        let batch = ThrottledCall { is_batch: true, ..call("a") };
        assert!(throttle.admit(&LIMITS, batch, at(0)));
        assert!(!throttle.admit(&LIMITS, batch, at(1)));
        assert!(throttle.admit(&LIMITS, call("a"), at(1)));
    }

    #[test]
    fn quiet_windows_are_forgotten() {
        let mut throttle = Throttle::default();
        assert!(throttle.admit(&LIMITS, call("a"), at(0)));
        assert_eq!(throttle.windows.len(), 2);
        throttle.forget_quiet(at(59));
        assert_eq!(throttle.windows.len(), 1);
        throttle.forget_quiet(at(60));
        assert!(throttle.windows.is_empty());
    }
}
