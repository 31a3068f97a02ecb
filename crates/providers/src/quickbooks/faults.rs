//! What Intuit's refusals mean (reference: quickbooks §3.1 and §3.3).

use std::time::Duration;

use http::StatusCode;
use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ledgerhook_connector::FeedError;
use ledgerhook_egress::Answer;
use serde::Deserialize;

/// How long to wait when Intuit throttles and does not say how long: what its documents advise.
const THROTTLE_WAIT: Duration = Duration::from_secs(60);

/// Most characters repeated of Intuit's own words; its longest recorded detail lists 83 properties.
const WORDS_CHARS_MAX: usize = 300;

/// Names of the header by which Intuit's support finds a call; it was renamed in about 2019.
const TRACE_HEADERS: [&str; 2] = ["intuit-tid", "intuit_tid"];

/// Marks of a throttled call in an answer that is not JSON: Intuit sends XML whatever is accepted.
const THROTTLE_MARKS: [&str; 3] = ["errorCode=003001", "code=\"3001\"", "ThrottleExceeded"];

/// What Intuit says went wrong. An expired token is told in a body of its own, with all names in
/// small letters.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Fault {
    #[serde(rename = "Error", alias = "error", default)]
    errors: Vec<FaultError>,
}

#[derive(Debug, Default, Clone, Deserialize)]
struct FaultError {
    code: Option<String>,
    #[serde(rename = "Message", alias = "message")]
    message: Option<String>,
    #[serde(rename = "Detail", alias = "detail")]
    detail: Option<String>,
}

#[derive(Deserialize)]
struct FaultBody {
    #[serde(rename = "Fault", alias = "fault")]
    fault: Fault,
}

/// Reads the fault of a refused call and says who must act.
pub(super) fn refusal(answer: &Answer) -> FeedError {
    match serde_json::from_slice::<FaultBody>(&answer.body) {
        Ok(body) => of_fault(answer, body.fault),
        Err(_) => of_unreadable(answer),
    }
}

/// What a fault means, also one that came with status 200.
pub(super) fn of_fault(answer: &Answer, fault: Fault) -> FeedError {
    let error = fault.errors.into_iter().next().unwrap_or_default();
    let code = error.code.as_deref().unwrap_or_default();
    match (code.trim_start_matches('0'), answer.status) {
        ("3001", _) | (_, StatusCode::TOO_MANY_REQUESTS) => throttled(answer),
        ("3200", _) | (_, StatusCode::UNAUTHORIZED) => FeedError::Unauthorized,
        ("3100" | "120", _) => FeedError::Refused(words(
            answer,
            "the app is not connected to this company, or only to one of the other environment \
             (sandbox, production); connect the company again",
            &error,
        )),
        ("6190", _) => FeedError::Refused(words(
            answer,
            "the company's QuickBooks subscription has ended or could not be billed; it must be \
             renewed",
            &error,
        )),
        ("4002" | "10000", _) => FeedError::Unavailable(words(answer, "QuickBooks failed", &error)),
        (_, status) if status.is_server_error() => {
            FeedError::Unavailable(words(answer, "QuickBooks failed", &error))
        }
        _ if is_too_old(&error) => FeedError::Rejected(words(
            answer,
            "QuickBooks tells of changes of the last 30 days only; what is older can no longer be \
             asked for, ask from a later time",
            &error,
        )),
        _ => FeedError::Rejected(words(answer, "QuickBooks refused the question", &error)),
    }
}

/// An answer that is not what was asked for, in words for the operator.
pub(super) fn not_understood(answer: &Answer, problem: &str) -> FeedError {
    let (status, trace) = (answer.status.as_u16(), trace(answer));
    FeedError::Unavailable(format!("QuickBooks' answer (status {status}{trace}) {problem}"))
}

fn of_unreadable(answer: &Answer) -> FeedError {
    let text = String::from_utf8_lossy(&answer.body);
    let has_mark = THROTTLE_MARKS.iter().any(|mark| text.contains(mark));
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => throttled(answer),
        _ if has_mark => throttled(answer),
        StatusCode::UNAUTHORIZED => FeedError::Unauthorized,
        // What came with success may be a part of the customer's books, which no log should hold.
        status if status.is_success() => not_understood(answer, "is not the expected JSON"),
        _ => not_understood(answer, &format!("is not the expected JSON: {}", shortened(&text))),
    }
}

/// Intuit is not known to send `Retry-After`; a proxy on the way may. A date in it is held against
/// the answer's own date, so the two clocks need not agree.
fn throttled(answer: &Answer) -> FeedError {
    let said = answer.retry_after(answered_at(answer)).filter(|wait| !wait.is_zero());
    FeedError::Throttled { wait: said.unwrap_or(THROTTLE_WAIT) }
}

/// The answer's date; without one the end of time, after which no date asks to wait.
fn answered_at(answer: &Answer) -> Timestamp {
    let text = answer.headers.get(DATE).and_then(|value| value.to_str().ok());
    text.and_then(|text| rfc2822::parse(text).ok()).map_or(Timestamp::MAX, |date| date.timestamp())
}

/// The code of this refusal is not documented, its words are (reference: quickbooks §2.1).
fn is_too_old(error: &FaultError) -> bool {
    error.detail.as_deref().is_some_and(|detail| detail.contains("older than fixed days"))
}

fn words(answer: &Answer, meaning: &str, error: &FaultError) -> String {
    let code = error.code.as_deref().unwrap_or("none");
    let message = error.message.as_deref().unwrap_or_default();
    let detail = error.detail.as_deref().unwrap_or_default();
    let said = shortened(&format!("{message}; {detail}"));
    let (status, trace) = (answer.status.as_u16(), trace(answer));
    format!("{meaning} (status {status}, code {code}{trace}: {said})")
}

fn trace(answer: &Answer) -> String {
    let header = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
    let trace = TRACE_HEADERS.into_iter().find_map(header);
    trace.map(|trace| format!(", Intuit-Tid {}", shortened(trace))).unwrap_or_default()
}

fn shortened(text: &str) -> String {
    text.trim().chars().filter(|character| !character.is_control()).take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
