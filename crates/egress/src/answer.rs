//! What came back: status, headers, a capped body, and how long the other side asks us to wait.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio::time::Instant;

/// Longest wait taken from a `Retry-After`: a server that asks for more than 24 hours, by mistake
/// or to be left alone, is asked again after a day.
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// The answer to a call, whatever its status; a redirect is an answer like any other.
///
/// Headers are bounded by the HTTP library: 100 of them over HTTP/1.1, about 400 kB at most.
#[derive(Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came over the wire, at most the client's `body_bytes_max`.
    pub body: Bytes,
    /// Whether the body went on after the part that was read.
    pub truncated: bool,
    /// How long it took, from the call to the end of the body.
    pub took: Duration,
}

impl Answer {
    /// How long to wait before the next call, from the `Retry-After` header: seconds, or an HTTP
    /// date in any of its three forms (RFC 9110 sections 10.2.3 and 5.6.7). A time that has passed
    /// is zero; [`RETRY_AFTER_MAX`] is the most. `None` without a readable header.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim_ascii();
        let wait = parse_seconds(text).or_else(|| parse_date(text, now))?;
        Some(wait.min(RETRY_AFTER_MAX))
    }
}

/// Shows sizes only: a body or a header may hold a token.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .field("truncated", &self.truncated)
            .finish()
    }
}

/// Whole seconds. A negative number is not in the standard but is sent, and means that the time has
/// come.
fn parse_seconds(text: &str) -> Option<Duration> {
    let (digits, is_negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if is_negative {
        return Some(Duration::ZERO);
    }
    // Only a number too large for u64 fails here.
    Some(digits.parse().map_or(RETRY_AFTER_MAX, Duration::from_secs))
}

fn parse_date(text: &str, now: Timestamp) -> Option<Duration> {
    let date = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// Reads the body chunk by chunk and stops at `body_bytes_max`; the rest is never received.
pub(crate) async fn read_answer(
    mut response: reqwest::Response,
    body_bytes_max: usize,
    called_at: Instant,
) -> Result<Answer, reqwest::Error> {
    let mut body = BytesMut::new();
    let mut truncated = false;
    while let Some(mut chunk) = response.chunk().await? {
        let room_bytes = body_bytes_max - body.len();
        truncated = chunk.len() > room_bytes;
        chunk.truncate(room_bytes);
        body.extend_from_slice(&chunk);
        if truncated {
            break;
        }
    }
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let (body, took) = (body.freeze(), called_at.elapsed());
    Ok(Answer { status, headers, body, truncated, took })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T08:00:00Z";

    fn retry_after(header: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, header.parse().unwrap());
        let status = StatusCode::TOO_MANY_REQUESTS;
        let (body, took) = (Bytes::new(), Duration::ZERO);
        let answer = Answer { status, headers, body, truncated: false, took };
        answer.retry_after(NOW.parse().unwrap())
    }

    #[test]
    fn retry_after_is_read_in_every_form_and_clamped() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            ("0", seconds(0)),
            ("120", seconds(120)),
            (" 120 ", seconds(120)),
            ("86400", seconds(86_400)),
            ("86401", seconds(86_400)),
            ("99999999999999999999999999", seconds(86_400)),
            ("-5", seconds(0)),
            ("Fri, 20 Nov 2026 08:01:30 GMT", seconds(90)),
            ("Friday, 20-Nov-26 08:01:30 GMT", seconds(90)),
            ("Fri Nov 20 08:01:30 2026", seconds(90)),
            ("Fri, 20 Nov 2026 07:59:59 GMT", seconds(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", seconds(0)),
            ("Fri, 20 Nov 2099 08:00:00 GMT", seconds(86_400)),
            ("", None),
            ("-", None),
            ("soon", None),
            ("1.5", None),
            ("+5", None),
            ("2026-11-20T08:01:30Z", None),
        ];
        for (header, expected) in cases {
            assert_eq!(retry_after(header), expected, "{header:?}");
        }
    }

    #[test]
    fn an_answer_without_the_header_asks_for_no_wait() {
        let (status, headers) = (StatusCode::OK, HeaderMap::new());
        let (body, took) = (Bytes::new(), Duration::ZERO);
        let answer = Answer { status, headers, body, truncated: false, took };
        assert_eq!(answer.retry_after(NOW.parse().unwrap()), None);
    }

    #[test]
    fn the_debug_form_hides_headers_and_body() {
        let mut headers = HeaderMap::new();
        headers.insert("x-token", "secret".parse().unwrap());
        let body = Bytes::from_static(b"secret");
        let answer = Answer {
            status: StatusCode::OK,
            headers,
            body,
            truncated: false,
            took: Duration::ZERO,
        };
        assert!(!format!("{answer:?}").contains("secret"));
    }
}
