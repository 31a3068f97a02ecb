//! Counts the calls per company and kind: reads are metered by the provider (reference §3.2).

use axum::http::{Method, Request};
use serde::{Deserialize, Serialize};

use super::api::Environment;
use crate::call_tally::Answered;

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Change data capture.
    Cdc,
    /// A query, by GET or POST.
    Query,
    /// Several queries and writes in one call.
    Batch,
    /// Any other GET of the Accounting API.
    Read,
    /// A create, update, delete, void or send.
    Write,
    /// A call of the token endpoint.
    Token,
}

/// The calls of one kind for one company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The company; none for refused token calls and for companies that do not exist.
    pub realm_id: Option<String>,
    /// What the calls were for.
    pub kind: CallKind,
    /// Calls answered with a 2xx status: the ones the provider meters.
    pub succeeded: u64,
    /// All other calls.
    pub failed: u64,
    /// The failed calls that were throttled: answered with 429.
    pub throttled: u64,
}

impl CallCount {
    pub(super) fn of((realm_id, kind): CallKey, answered: Answered) -> Self {
        let Answered { succeeded, failed, throttled } = answered;
        Self { realm_id, kind, succeeded, failed, throttled }
    }
}

/// What calls are counted by: bounded by the companies there are.
pub(super) type CallKey = (Option<String>, CallKind);

/// A call that is counted and that a fault may hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(super) realm_id: Option<String>,
    pub(super) kind: CallKind,
}

/// Put into an answer of the token endpoint, which has no realm in its path.
#[derive(Clone, Debug)]
pub(super) struct ServedRealm(pub(super) String);

impl Call {
    /// Recognises the calls of the Accounting API and of the token endpoint.
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        let path = request.uri().path();
        if path == "/oauth2/v1/tokens/bearer" {
            return Some(Self { realm_id: None, kind: CallKind::Token });
        }
        let (_, path) = Environment::of(path);
        let mut parts = path.strip_prefix("/v3/company/")?.split('/');
        let realm_id = parts.next().map(ToOwned::to_owned);
        let kind = match parts.next() {
            Some("cdc") => CallKind::Cdc,
            Some("query") => CallKind::Query,
            Some("batch") => CallKind::Batch,
            _ if request.method() == Method::GET => CallKind::Read,
            _ => CallKind::Write,
        };
        Some(Self { realm_id, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart_by_path_and_method() {
        for (method, path, kind) in [
            ("GET", "/v3/company/1/cdc", Some(CallKind::Cdc)),
            ("POST", "/v3/company/1/query", Some(CallKind::Query)),
            ("GET", "/v3/company/1/query", Some(CallKind::Query)),
            ("GET", "/v3/company/1/invoice/4", Some(CallKind::Read)),
            ("POST", "/v3/company/1/invoice", Some(CallKind::Write)),
            ("POST", "/v3/company/1/invoice/4/send", Some(CallKind::Write)),
            ("POST", "/v3/company/1/batch", Some(CallKind::Batch)),
            ("POST", "/oauth2/v1/tokens/bearer", Some(CallKind::Token)),
            ("GET", "/production/v3/company/1/cdc", Some(CallKind::Cdc)),
            ("GET", "/development/v3/company/1/invoice/4", Some(CallKind::Read)),
            ("GET", "/sandbox/calls", None),
            ("POST", "/v2/oauth2/tokens/revoke", None),
        ] {
            let request = Request::builder().method(method).uri(path).body(()).unwrap();
            assert_eq!(Call::of(&request).map(|call| call.kind), kind, "{method} {path}");
        }
    }
}
