//! What Intuit's refusals mean (reference: quickbooks §3.1 and §3.3).

use std::time::Duration;

use http::StatusCode;
use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use serde::Deserialize;

use crate::answered::wait_asked_for;

/// How long to wait when Intuit throttles and does not say how long: what its documents advise.
const THROTTLE_WAIT: Duration = Duration::from_secs(60);

/// Most characters repeated of Intuit's own words; its longest recorded detail lists 83 properties.
const WORDS_CHARS_MAX: usize = 300;

/// Largest fault looked for in an answer with status 200; the recorded ones are below 2 kB, and an
/// answer with records is not to be read twice.
const FAULT_BYTES_MAX: usize = 8 * 1024;

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

/// Who must act on a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// This gateway, with another access token.
    Refresh,
    /// The customer.
    Reconnect,
    /// Nobody: it passes.
    Wait,
    /// Nobody: it may pass.
    Retry,
    /// Whoever wrote the question or the configuration.
    Correct,
    /// Nobody: what was asked for is gone.
    Forget,
}

const NOT_CONNECTED: &str = "the app is not connected to this company, or only to one of the \
    other environment (sandbox, production); connect the company again";
const DUPLICATE: &str = "QuickBooks has a record of that name or number already, or its period is \
    closed";
const TOO_OLD: &str = "QuickBooks tells of changes of the last 30 days only; what is older can no \
    longer be asked for, ask from a later time";

/// What each documented code means, without leading zeros (reference: quickbooks §3.3).
const MEANINGS: &[(&str, Action, &str)] = &[
    ("3200", Action::Refresh, "the access token has expired"),
    ("3100", Action::Reconnect, NOT_CONNECTED),
    ("120", Action::Reconnect, NOT_CONNECTED),
    ("3001", Action::Wait, "too many requests"),
    (
        "610",
        Action::Forget,
        "QuickBooks does not have what was asked for: it was deleted, made inactive, or never was",
    ),
    ("5010", Action::Retry, "the record was changed at the same time"),
    ("6240", Action::Correct, DUPLICATE),
    ("6140", Action::Correct, DUPLICATE),
    ("6210", Action::Correct, DUPLICATE),
    (
        "6190",
        Action::Reconnect,
        "the company's QuickBooks subscription has ended or could not be billed; it must be \
         renewed",
    ),
    ("2010", Action::Correct, "QuickBooks does not know a property that was sent"),
    ("2030", Action::Correct, "QuickBooks does not know an id that was sent"),
    ("2050", Action::Correct, "a text that was sent is longer than QuickBooks allows"),
    ("2080", Action::Correct, "a number that was sent is not one for QuickBooks"),
    ("4000", Action::Correct, "QuickBooks cannot read the query"),
    ("4001", Action::Correct, "QuickBooks does not allow the query"),
    ("4002", Action::Retry, "QuickBooks failed to process the query"),
    ("500", Action::Correct, "QuickBooks does not support the operation"),
    ("6000", Action::Correct, "a rule of QuickBooks forbids it"),
    ("10000", Action::Retry, "QuickBooks failed"),
];

/// Reads the fault of a refused call and says who must act.
pub(super) fn refusal(answer: &Answer) -> ProviderError {
    match serde_json::from_slice::<FaultBody>(&answer.body) {
        Ok(body) => of_fault(answer, body.fault),
        Err(_) => of_unreadable(answer),
    }
}

/// What a fault means, also one that came with status 200.
pub(super) fn of_fault(answer: &Answer, fault: Fault) -> ProviderError {
    let error = fault.errors.into_iter().next().unwrap_or_default();
    let (action, meaning) = meaning(answer.status, &error);
    match action {
        Action::Refresh => ProviderError::Unauthorized,
        Action::Reconnect => ProviderError::Refused(words(answer, meaning, &error)),
        Action::Wait => throttled(answer),
        Action::Retry => ProviderError::Unavailable(words(answer, meaning, &error)),
        Action::Correct => ProviderError::Rejected(words(answer, meaning, &error)),
        Action::Forget => ProviderError::NotFound(words(answer, meaning, &error)),
    }
}

/// For how long an answer wants the company left alone; `None` when it does not throttle. Also one
/// that came with status 200, where only a fault counts: the same words may stand in the books.
pub(super) fn throttle_wait(answer: &Answer) -> Option<Duration> {
    let error = match answer.status.is_success() {
        false => refusal(answer),
        true if answer.body.len() > FAULT_BYTES_MAX => return None,
        true => of_fault(answer, serde_json::from_slice::<FaultBody>(&answer.body).ok()?.fault),
    };
    match error {
        ProviderError::Throttled { wait } => Some(wait),
        _ => None,
    }
}

/// Whether an answer says that what was authorised does not open the company: it is of another
/// company, of the other environment, or without the scope.
pub(super) fn says_not_connected(answer: &Answer) -> bool {
    let body = serde_json::from_slice::<FaultBody>(&answer.body);
    let first = body.ok().and_then(|body| body.fault.errors.into_iter().next());
    let code = first.and_then(|error| error.code).unwrap_or_default();
    matches!(code.trim_start_matches('0'), "3100" | "120")
}

/// Whether an answer refuses a question because it reaches back too far: its words are documented,
/// its code is not (reference: quickbooks §2.1).
pub(super) fn is_too_old(answer: &Answer) -> bool {
    let body = || serde_json::from_slice::<FaultBody>(&answer.body);
    answer.status.is_client_error()
        && body().is_ok_and(|body| body.fault.errors.iter().any(says_too_old))
}

/// The status decides where it is clear, because a code may come with another one than documented.
fn meaning(status: StatusCode, error: &FaultError) -> (Action, &'static str) {
    let code = error.code.as_deref().unwrap_or_default().trim_start_matches('0');
    let known = MEANINGS.iter().find(|(known, ..)| *known == code);
    match (status, known) {
        (StatusCode::TOO_MANY_REQUESTS, _) => (Action::Wait, "too many requests"),
        (StatusCode::UNAUTHORIZED, _) => (Action::Refresh, "the access token is not accepted"),
        _ if says_too_old(error) => (Action::Correct, TOO_OLD),
        (_, Some((_, action, words))) => (*action, words),
        (status, None) if status.is_server_error() => (Action::Retry, "QuickBooks failed"),
        (_, None) => (Action::Correct, "QuickBooks refused the question"),
    }
}

fn says_too_old(error: &FaultError) -> bool {
    error.detail.as_deref().is_some_and(|detail| detail.contains("older than fixed days"))
}

/// An answer that is not what was asked for, in words for the operator.
pub(super) fn not_understood(answer: &Answer, problem: &str) -> ProviderError {
    let (status, trace) = (answer.status.as_u16(), trace(answer));
    ProviderError::Unavailable(format!("QuickBooks' answer (status {status}{trace}) {problem}"))
}

fn of_unreadable(answer: &Answer) -> ProviderError {
    let text = String::from_utf8_lossy(&answer.body);
    let has_mark = THROTTLE_MARKS.iter().any(|mark| text.contains(mark));
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => throttled(answer),
        _ if has_mark => throttled(answer),
        StatusCode::UNAUTHORIZED => ProviderError::Unauthorized,
        // What came with success may be a part of the customer's books, which no log should hold.
        status if status.is_success() => not_understood(answer, "is not the expected JSON"),
        _ => not_understood(answer, &format!("is not the expected JSON: {}", shortened(&text))),
    }
}

/// Intuit is not known to send `Retry-After`; a proxy on the way may.
fn throttled(answer: &Answer) -> ProviderError {
    ProviderError::Throttled { wait: wait_asked_for(answer).unwrap_or(THROTTLE_WAIT) }
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
