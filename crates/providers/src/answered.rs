//! When an answer was given, and how far it is final. Where a provider prints whole seconds and has
//! no revision, a state that was read in the second of its change may not be the last one of that
//! second; and what changes while an answer is made is not in it.

use std::time::Duration;

use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ledgerhook_egress::Answer;
use ledgerhook_model::Moment;

/// The provider's time of an answer, by its `Date`.
pub(crate) fn answered_at(answer: &Answer) -> Option<Moment> {
    let text = answer.headers.get(DATE)?.to_str().ok()?;
    Some(rfc2822::parse(text).ok()?.timestamp().into())
}

/// How long a throttled answer asks to wait, if it does. A date in `Retry-After` is held against
/// the answer's own, so the two clocks need not agree; without one the end of time, after which no
/// date asks to wait.
pub(crate) fn wait_asked_for(answer: &Answer) -> Option<Duration> {
    let now = answered_at(answer).map_or(Timestamp::MAX, Moment::timestamp);
    answer.retry_after(now).filter(|wait| !wait.is_zero())
}

/// The second, by the provider's clock, in which the books were read at the earliest: not before
/// the call was made. What changed before it is in the answer, in the last state of its second.
pub(crate) fn settled_until(answer: &Answer) -> Option<Moment> {
    let called_at = answered_at(answer)?.minus(answer.took);
    Some(Moment::from_millis(called_at.seconds() * 1_000))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn answer(date: &'static str, took_ms: u64) -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]),
            body: "{}".into(),
            truncated: false,
            took: Duration::from_millis(took_ms),
        }
    }

    #[test]
    fn the_books_may_have_been_read_as_soon_as_the_call_was_made() {
        let seconds = |took_ms| {
            let until = settled_until(&answer("Fri, 20 Nov 2026 08:00:10 GMT", took_ms)).unwrap();
            until.seconds() - Moment::parse("2026-11-20T08:00:00Z").unwrap().seconds()
        };
        let found = [0, 1, 999, 1_000, 1_001, 70_000].map(seconds);
        assert_eq!(found, [10, 9, 9, 9, 8, -60]);
        assert_eq!(settled_until(&answer("soon", 0)), None);
        assert_eq!(answered_at(&answer("soon", 0)), None);
    }
}
