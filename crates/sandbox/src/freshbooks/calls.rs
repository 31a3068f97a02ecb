//! Counts the calls per business and kind.

use axum::http::{Method, Request};
use serde::{Deserialize, Serialize};

use crate::call_tally::Answered;

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// `GET /auth/api/v1/users/me`.
    Identity,
    /// A list of records.
    List,
    /// One record.
    Read,
    /// A create, update or delete.
    Write,
    /// Anything of the callback registrations.
    Callbacks,
    /// A call of the token endpoint.
    Token,
}

/// The calls of one kind for one business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The business; none for calls that name none, and for businesses that do not exist.
    pub business_id: Option<u64>,
    /// What the calls were for.
    pub kind: CallKind,
    /// Calls answered with a 2xx status.
    pub succeeded: u64,
    /// All other calls.
    pub failed: u64,
    /// The failed calls that were throttled: answered with 429.
    pub throttled: u64,
}

/// The business a path names: by account or by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Account(String),
    Business(u64),
    Nothing,
}

impl CallCount {
    pub(super) fn of((business_id, kind): CallKey, answered: Answered) -> Self {
        let Answered { succeeded, failed, throttled } = answered;
        Self { business_id, kind, succeeded, failed, throttled }
    }
}

/// What calls are counted by: bounded by the businesses there are.
pub(super) type CallKey = (Option<u64>, CallKind);

/// A call that is counted and that a fault may hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) named: Named,
    pub(super) kind: CallKind,
}

impl Call {
    /// Recognises the calls of the API and of the token endpoint.
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        let path = request.uri().path();
        let kind = match path {
            "/auth/oauth/token" | "/service/auth/oauth/token" => Some(CallKind::Token),
            "/auth/api/v1/users/me" => Some(CallKind::Identity),
            _ => None,
        };
        if let Some(kind) = kind {
            return Some(Self { named: Named::Nothing, kind });
        }
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (named, is_item, is_events) = match parts.as_slice() {
            ["accounting", "account", account, _, _, rest @ ..] => {
                (Named::Account((*account).to_owned()), !rest.is_empty(), false)
            }
            ["events", "account", account, ..] => {
                (Named::Account((*account).to_owned()), false, true)
            }
            ["projects" | "timetracking" | "comments", "business", business, _, rest @ ..] => {
                let named = business.parse().map_or(Named::Nothing, Named::Business);
                (named, !rest.is_empty(), false)
            }
            _ => return None,
        };
        let kind = match *request.method() {
            _ if is_events => CallKind::Callbacks,
            Method::GET if is_item => CallKind::Read,
            Method::GET => CallKind::List,
            _ => CallKind::Write,
        };
        Some(Self { named, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart_by_path_and_method() {
        let account = || Named::Account("A1".to_owned());
        for (method, path, expected) in [
            ("POST", "/auth/oauth/token", Some((Named::Nothing, CallKind::Token))),
            ("GET", "/auth/api/v1/users/me", Some((Named::Nothing, CallKind::Identity))),
            ("GET", "/accounting/account/A1/users/clients", Some((account(), CallKind::List))),
            ("GET", "/accounting/account/A1/users/clients/7", Some((account(), CallKind::Read))),
            ("PUT", "/accounting/account/A1/users/clients/7", Some((account(), CallKind::Write))),
            ("POST", "/accounting/account/A1/users/clients", Some((account(), CallKind::Write))),
            ("GET", "/events/account/A1/events/callbacks", Some((account(), CallKind::Callbacks))),
            (
                "DELETE",
                "/timetracking/business/5/time_entries/1",
                Some((Named::Business(5), CallKind::Write)),
            ),
            ("GET", "/projects/business/5/projects", Some((Named::Business(5), CallKind::List))),
            ("GET", "/comments/business/5/service/1", Some((Named::Business(5), CallKind::Read))),
            ("GET", "/sandbox/calls", None),
            ("POST", "/auth/oauth/revoke", None),
        ] {
            let request = Request::builder().method(method).uri(path).body(()).unwrap();
            let call = Call::of(&request).map(|call| (call.named, call.kind));
            assert_eq!(call, expected, "{method} {path}");
        }
    }
}
