//! Throttling: how many calls are answered. FreshBooks publishes no number; a 429 says when to
//! come back in `Retry-After` (reference: freshbooks-sage §1.10).

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::sliding_window::SlidingWindow;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How many calls are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottleLimits {
    /// Calls in any 60 seconds for one business. A refused call does not count.
    pub requests_per_minute: u32,
}

/// The calls of the last minute, for each business.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    windows: BTreeMap<u64, SlidingWindow>,
}

impl Throttle {
    /// Counts a call, or says for how many seconds none is answered.
    pub(super) fn admit(
        &mut self,
        limits: &ThrottleLimits,
        business_id: u64,
        now: Timestamp,
    ) -> Result<(), u32> {
        let minute = self.windows.entry(business_id).or_insert_with(|| SlidingWindow::of(MINUTE));
        let admitted = minute.admit(limits.requests_per_minute, now);
        admitted.map_err(|wait| u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(1))
    }
}

/// 429 with `Retry-After`; no source shows the body.
pub(super) fn too_many(retry_after_seconds: u32) -> Response {
    let headers = [(header::RETRY_AFTER, retry_after_seconds.to_string())];
    let body = json!({"message": "API rate limit exceeded"});
    (StatusCode::TOO_MANY_REQUESTS, headers, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_as_told_is_let_through() {
        let mut throttle = Throttle::default();
        let limits = ThrottleLimits { requests_per_minute: 2 };
        let start: Timestamp = "2026-03-10T19:00:00Z".parse().unwrap();
        let after = |seconds| start + SignedDuration::from_secs(seconds);
        assert_eq!(throttle.admit(&limits, 1, start), Ok(()));
        assert_eq!(throttle.admit(&limits, 1, after(20)), Ok(()));
        let wait = throttle.admit(&limits, 1, after(30)).unwrap_err();
        assert_eq!(throttle.admit(&limits, 2, after(30)), Ok(()));
        assert_eq!(throttle.admit(&limits, 1, after(30 + i64::from(wait))), Ok(()));
    }
}
