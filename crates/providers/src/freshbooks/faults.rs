//! What FreshBooks' refusals mean, in the envelopes of all its parts (reference: freshbooks-sage
//! §1.10).

use std::time::Duration;

use http::StatusCode;
use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use serde_json::Value;

use super::api::is_number;
use crate::answered::wait_asked_for;

/// How long to wait when FreshBooks throttles and does not say how long: it publishes no limits,
/// and a minute is the usual window of one.
const THROTTLE_WAIT: Duration = Duration::from_secs(60);

/// Most characters repeated of FreshBooks' own words.
const WORDS_CHARS_MAX: usize = 300;

/// Most messages repeated: an answer lists one for each wrong field.
const MESSAGES_MAX: usize = 5;

/// `errno` of what may not be seen.
const ACCESS_DENIED: &str = "1003";
/// `errno` of a deleted and of an unknown record.
const GONE: [&str; 2] = ["1011", "1012"];

/// What an envelope says, whichever it is.
#[derive(Debug, Default)]
struct Fault {
    /// Numbers of errors, as text; some parts of FreshBooks put the status in their place.
    codes: Vec<String>,
    messages: Vec<String>,
}

impl Fault {
    fn has(&self, code: &str) -> bool {
        self.codes.iter().any(|own| own == code)
    }
}

/// What an answer means that is not a success, or that says so.
pub(super) fn refusal(answer: &Answer) -> ProviderError {
    let read = serde_json::from_slice::<Value>(&answer.body).ok().map(|body| fault(&body));
    match read.filter(|fault| !fault.messages.is_empty() || !fault.codes.is_empty()) {
        Some(fault) => of_fault(answer, &fault),
        None => of_unreadable(answer),
    }
}

/// Whether an answer says that something went wrong.
pub(super) fn is_fault(answer: &Answer) -> bool {
    let body = serde_json::from_slice::<Value>(&answer.body).ok();
    body.is_none_or(|body| !fault(&body).codes.is_empty())
}

/// An answer that is not what was asked for, in words for the operator.
pub(super) fn not_understood(answer: &Answer, problem: &str) -> ProviderError {
    let status = answer.status.as_u16();
    ProviderError::Unavailable(format!("FreshBooks' answer (status {status}) {problem}"))
}

/// The status decides where it is clear; a number of an error may come with any.
fn of_fault(answer: &Answer, fault: &Fault) -> ProviderError {
    let status = answer.status;
    let told = |meaning: &str| words(answer, meaning, fault);
    if status == StatusCode::TOO_MANY_REQUESTS {
        return throttled(answer);
    }
    if status == StatusCode::UNAUTHORIZED {
        return ProviderError::Unauthorized;
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return ProviderError::Unavailable(told("FreshBooks failed"));
    }
    if status == StatusCode::FORBIDDEN || fault.has(ACCESS_DENIED) {
        return ProviderError::Refused(told(
            "the app or the person who authorised may not see this; check the app's scopes and the \
             person's role, then connect the business again",
        ));
    }
    if status == StatusCode::NOT_FOUND || GONE.iter().any(|code| fault.has(code)) {
        return ProviderError::NotFound(told("it was deleted, or never was"));
    }
    if status == StatusCode::CONFLICT {
        return ProviderError::Unavailable(told("it was changed at the same time"));
    }
    ProviderError::Rejected(told("FreshBooks refused the question"))
}

/// Not from FreshBooks' own hand, perhaps from something on the way; so a 404 says nothing of a
/// record.
fn of_unreadable(answer: &Answer) -> ProviderError {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => throttled(answer),
        StatusCode::UNAUTHORIZED => ProviderError::Unauthorized,
        // What came with success may be a part of the customer's books, which no log should hold.
        status if status.is_success() => not_understood(answer, "is not the expected JSON"),
        _ => {
            let text = String::from_utf8_lossy(&answer.body);
            not_understood(answer, &format!("is not the expected JSON: {}", shortened(&text)))
        }
    }
}

fn throttled(answer: &Answer) -> ProviderError {
    ProviderError::Throttled { wait: wait_asked_for(answer).unwrap_or(THROTTLE_WAIT) }
}

fn fault(body: &Value) -> Fault {
    let mut fault = Fault::default();
    // Accounting: `response.errors`, a list or one alone.
    let errors = body.pointer("/response/errors");
    for error in errors.map(listed).unwrap_or_default() {
        take(&mut fault, error, "errno", "/message");
    }
    // The newer form, and events: `message` beside `code` or `errno`, with details.
    take(&mut fault, body, "errno", "/message");
    // Ledger: everything under `errors`.
    let ledger = body.get("errors").unwrap_or(&Value::Null);
    take(&mut fault, ledger, "errno", "/message");
    let details = [body.get("details"), ledger.get("details")];
    for detail in details.into_iter().flatten().flat_map(listed) {
        take_detail(&mut fault, detail);
    }
    take_error(&mut fault, body);
    fault
}

fn take_detail(fault: &mut Fault, detail: &Value) {
    match detail.as_str() {
        Some(text) => fault.messages.push(text.to_owned()),
        None => take(fault, detail, "reason", "/metadata/message"),
    }
    for violation in detail.get("fieldViolations").map(listed).unwrap_or_default() {
        take(fault, violation, "errno", "/description");
    }
}

/// Authorisation and projects: `error`, a word, a sentence, or an object of fields.
fn take_error(fault: &mut Fault, body: &Value) {
    match body.get("error") {
        Some(Value::String(text)) => fault.messages.push(text.clone()),
        Some(Value::Object(fields)) => {
            let told = |(field, text): (&String, &Value)| {
                format!("{field}: {}", text.as_str().unwrap_or("is wrong"))
            };
            fault.messages.extend(fields.iter().take(MESSAGES_MAX).map(told));
        }
        _ => {}
    }
    if let Some(text) = body.get("error_description").and_then(Value::as_str) {
        fault.messages.push(text.to_owned());
    }
}

/// Takes a number and a message of an object, where it has them: `message` is a JSON pointer.
fn take(fault: &mut Fault, object: &Value, code: &str, message: &str) {
    match object.get(code) {
        Some(Value::Number(number)) => fault.codes.push(number.to_string()),
        Some(Value::String(text)) if is_number(text) => fault.codes.push(text.clone()),
        _ => {}
    }
    let Some(text) = object.pointer(message).and_then(Value::as_str) else { return };
    fault.messages.push(match object.get("field").and_then(Value::as_str) {
        Some(field) if !field.is_empty() => format!("{field}: {text}"),
        _ => text.to_owned(),
    });
}

fn listed(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().take(MESSAGES_MAX).collect(),
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

fn words(answer: &Answer, meaning: &str, fault: &Fault) -> String {
    let status = answer.status.as_u16();
    let codes: Vec<&str> = fault.codes.iter().map(String::as_str).take(MESSAGES_MAX).collect();
    let codes = if codes.is_empty() { "none".to_owned() } else { codes.join(", ") };
    let mut messages: Vec<&str> = fault.messages.iter().map(String::as_str).collect();
    messages.dedup();
    messages.truncate(MESSAGES_MAX);
    let said = shortened(&messages.join("; "));
    format!("{meaning} (status {status}, errno {codes}: {said})")
}

fn shortened(text: &str) -> String {
    text.trim().chars().filter(|character| !character.is_control()).take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
