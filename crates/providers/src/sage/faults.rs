//! What Sage's refusals mean (reference: freshbooks-sage §2.6 and §2.7).

use std::time::Duration;

use http::StatusCode;
use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::answered::wait_asked_for;

/// How long to wait when Sage throttles and does not say how long.
const THROTTLE_WAIT: Duration = Duration::from_secs(5);

/// Most characters repeated of Sage's own words.
const WORDS_CHARS_MAX: usize = 300;

/// What an edition says that lacks what was asked for, with the status of a refused token.
const NO_SUBSCRIPTION: &str = "no active subscription";

const EDITION: &str = "the company's edition or subscription of Sage does not have it; take the \
    resource out of event.poller.urls, or have the subscription changed";
const PERMISSION: &str = "the user who authorised may not see it; have that user's role in Sage \
    changed, or take the resource out of event.poller.urls";
const NO_SUCH_LIST: &str = "Sage has no such list for this company's country; take the resource \
    out of event.poller.urls";
const REFUSED: &str = "Sage refused the question";
const FAILED: &str = "Sage failed";

/// One of Sage's complaints. API v3 and v3.1 list them bare, v1 in `$diagnoses`.
#[derive(Debug, Default, Deserialize)]
struct Complaint {
    #[serde(rename = "$dataCode")]
    code: Option<String>,
    #[serde(rename = "$message")]
    message: Option<String>,
    #[serde(rename = "$source")]
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Complaints {
    Bare(Vec<Complaint>),
    Wrapped {
        #[serde(rename = "$diagnoses")]
        diagnoses: Vec<Complaint>,
    },
}

/// Says who must act on a refused call. An edition that lacks a resource, or a user who may not see
/// it, ends that resource's reads only: the company's others go on.
pub(super) fn refusal(answer: &Answer) -> ProviderError {
    let complaint = complaint(answer);
    let said = |meaning: &str| words(answer, meaning, &complaint);
    match answer.status {
        StatusCode::UNAUTHORIZED if is_of_edition(&complaint) => {
            ProviderError::Rejected(said(EDITION))
        }
        StatusCode::UNAUTHORIZED => ProviderError::Unauthorized,
        StatusCode::TOO_MANY_REQUESTS => throttled(answer),
        status if status.is_client_error() && is_foreign(answer) => {
            not_understood(answer, "is not Sage's but of something on the way")
        }
        StatusCode::FORBIDDEN => ProviderError::Rejected(said(PERMISSION)),
        StatusCode::NOT_FOUND => ProviderError::Rejected(said(NO_SUCH_LIST)),
        StatusCode::REQUEST_TIMEOUT => ProviderError::Unavailable(said(FAILED)),
        status if status.is_client_error() => ProviderError::Rejected(said(REFUSED)),
        status if status.is_server_error() => ProviderError::Unavailable(said(FAILED)),
        _ => not_understood(answer, "is neither a success nor a refusal"),
    }
}

/// Whether a list was too much for Sage, or for this gateway: asked for less, it may succeed.
pub(super) fn is_too_heavy(answer: &Answer) -> bool {
    let statuses =
        [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT];
    answer.truncated || statuses.contains(&answer.status)
}

/// Whether Sage does not have what was asked for, or not any more. A page of something on the way
/// says nothing of a record.
pub(super) fn is_gone(answer: &Answer) -> bool {
    let says_gone = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE);
    says_gone && !is_foreign(answer)
}

/// Whether a refusal is not from Sage's own hand: Sage's are JSON, or nothing at all.
fn is_foreign(answer: &Answer) -> bool {
    let body = answer.body.trim_ascii();
    !body.is_empty() && serde_json::from_slice::<IgnoredAny>(body).is_err()
}

/// An answer that is not what was asked for, in words for the operator, without a part of it: it
/// may hold the customer's books.
pub(super) fn not_understood(answer: &Answer, problem: &str) -> ProviderError {
    let status = answer.status.as_u16();
    ProviderError::Unavailable(format!("Sage's answer (status {status}) {problem}"))
}

fn throttled(answer: &Answer) -> ProviderError {
    ProviderError::Throttled { wait: wait_asked_for(answer).unwrap_or(THROTTLE_WAIT) }
}

fn complaint(answer: &Answer) -> Complaint {
    let complaints = match serde_json::from_slice(&answer.body) {
        Ok(Complaints::Bare(complaints) | Complaints::Wrapped { diagnoses: complaints }) => {
            complaints
        }
        Err(_) => Vec::new(),
    };
    complaints.into_iter().next().unwrap_or_default()
}

fn is_of_edition(complaint: &Complaint) -> bool {
    let message = complaint.message.as_deref().unwrap_or_default();
    message.to_ascii_lowercase().contains(NO_SUBSCRIPTION)
}

fn words(answer: &Answer, meaning: &str, complaint: &Complaint) -> String {
    let members = [&complaint.code, &complaint.message, &complaint.source];
    let said: Vec<_> = members
        .into_iter()
        .flatten()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    let status = answer.status.as_u16();
    match said.as_slice() {
        [] => format!("{meaning} (status {status})"),
        said => format!("{meaning} (status {status}: {})", shortened(&said.join("; "))),
    }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(WORDS_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
