//! Counts the calls by business and kind: Sage meters them by business.

use axum::http::{Method, Uri};
use serde::{Deserialize, Serialize};

use super::endpoints::Endpoint;
use super::listing;
use crate::call_tally::Answered;

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// The businesses of a user.
    Businesses,
    /// A list.
    List,
    /// A list of deleted records.
    Deletes,
    /// A record, or a settings object.
    Read,
    /// A create, update or delete.
    Write,
    /// A call of the token endpoint.
    Token,
}

/// The calls of one kind for one business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The business; none for calls without a live token and of businesses that do not exist. A
    /// token call counts for the lead business.
    pub business_id: Option<String>,
    /// What the calls were for.
    pub kind: CallKind,
    /// Calls answered with a 2xx status.
    pub succeeded: u64,
    /// All other calls.
    pub failed: u64,
    /// The failed calls that were throttled: answered with 429.
    pub throttled: u64,
}

impl CallCount {
    pub(super) fn of((business_id, kind): CallKey, answered: Answered) -> Self {
        let Answered { succeeded, failed, throttled } = answered;
        Self { business_id, kind, succeeded, failed, throttled }
    }
}

/// What calls are counted by: bounded by the businesses there are.
pub(super) type CallKey = (Option<String>, CallKind);

/// A call that is counted and that a fault may hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(super) business_id: Option<String>,
    pub(super) kind: CallKind,
    pub(super) endpoint: Option<&'static str>,
}

/// Put into an answer: the business that was served.
#[derive(Clone, Debug)]
pub(super) struct ServedBusiness(pub(super) String);

impl Call {
    /// Recognises the calls of every API and of the token endpoint.
    pub(super) fn of(method: &Method, uri: &Uri) -> Option<Self> {
        let path = uri.path();
        let call = |kind, endpoint| Some(Self { business_id: None, kind, endpoint });
        if matches!(path, "/token" | "/oauth2/token") {
            return call(CallKind::Token, None);
        }
        let mut parts = api_path(path)?.split('/');
        let endpoint = parts.next().unwrap_or_default();
        let found = Endpoint::find(endpoint).map(|endpoint| endpoint.name);
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        let kind = match (parts.next(), Endpoint::find(endpoint)) {
            _ if endpoint == "businesses" => CallKind::Businesses,
            _ if !is_read => CallKind::Write,
            (Some(_), _) => CallKind::Read,
            (None, Some(endpoint))
                if listing::asks_for_deletes(endpoint, uri.query().unwrap_or_default()) =>
            {
                CallKind::Deletes
            }
            (None, _) => CallKind::List,
        };
        call(kind, found)
    }
}

/// What follows the base path of an API.
fn api_path(path: &str) -> Option<&str> {
    let columbus = || path.split_once("/sageone/accounts/v3/").map(|(_, rest)| rest);
    let current = path.strip_prefix("/v3.1/").or_else(|| path.strip_prefix("/accounts/v1/"));
    current.or_else(columbus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart_by_path_and_method() {
        for (method, uri, kind) in [
            ("GET", "/v3.1/contacts?page=1", Some(CallKind::List)),
            ("GET", "/v3.1/contacts?deleted_since=2024-01-01", Some(CallKind::Deletes)),
            ("GET", "/v3.1/sales_quotes?deleted_since=2024-01-01", Some(CallKind::List)),
            ("GET", "/v3.1/contacts/1", Some(CallKind::Read)),
            ("POST", "/v3.1/contacts", Some(CallKind::Write)),
            ("DELETE", "/v3.1/contacts/1", Some(CallKind::Write)),
            ("GET", "/v3.1/businesses/lead", Some(CallKind::Businesses)),
            ("GET", "/us/sageone/accounts/v3/contacts", Some(CallKind::List)),
            ("POST", "/accounts/v1/contacts", Some(CallKind::Write)),
            ("POST", "/token", Some(CallKind::Token)),
            ("POST", "/oauth2/token", Some(CallKind::Token)),
            ("GET", "/sandbox/calls", None),
            ("POST", "/revoke", None),
        ] {
            let (method, uri) = (method.parse().unwrap(), uri.parse().unwrap());
            assert_eq!(Call::of(&method, &uri).map(|call| call.kind), kind, "{method} {uri}");
        }
    }
}
