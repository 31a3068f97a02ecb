//! Who calls: the parts of a request that say so and that a signature covers.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use jiff::Timestamp;

use super::super::shared::Write;
use crate::credentials;

/// The companies that an address of the Accounting API shows: production and sandbox have one each
/// at Intuit (reference §2.1). Here the first part of the path tells them apart; without one, all
/// companies are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Environment {
    All,
    Production,
    Sandbox,
}

impl Environment {
    const PRODUCTION: &str = "/production";
    const SANDBOX: &str = "/development";

    /// What stands before `/v3`.
    pub(in super::super) const BASES: [&str; 3] = ["", Self::PRODUCTION, Self::SANDBOX];

    /// Splits a path into the environment and the rest.
    pub(in super::super) fn of(path: &str) -> (Self, &str) {
        let after = |base| path.strip_prefix(base).filter(|rest| rest.starts_with("/v3/"));
        match (after(Self::PRODUCTION), after(Self::SANDBOX)) {
            (Some(rest), _) => (Self::Production, rest),
            (None, Some(rest)) => (Self::Sandbox, rest),
            (None, None) => (Self::All, path),
        }
    }

    /// Whether it shows a company.
    pub(super) fn shows(self, is_sandbox: bool) -> bool {
        match self {
            Self::All => true,
            Self::Production => !is_sandbox,
            Self::Sandbox => is_sandbox,
        }
    }
}

/// A request without its body.
#[derive(Clone, Debug)]
pub(in super::super) struct Caller {
    pub(in super::super) method: Method,
    pub(in super::super) uri: Uri,
    pub(in super::super) headers: HeaderMap,
}

impl Caller {
    /// The scheme of the `Authorization` header and what follows it.
    pub(in super::super) fn authorization(&self) -> Option<(&str, &str)> {
        credentials::authorization(&self.headers)
    }

    pub(in super::super) fn bearer_token(&self) -> Option<&str> {
        credentials::bearer_token(&self.headers)
    }

    /// The address that was called.
    pub(super) fn environment(&self) -> Environment {
        Environment::of(self.uri.path()).0
    }

    pub(super) fn is_batch(&self) -> bool {
        self.uri.path().ends_with("/batch")
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}

/// A call that was let in: by which app, and when.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client_id: String,
    pub(super) now: Timestamp,
}

impl Session {
    /// A write of this call.
    pub(super) fn write<'s>(&'s self, realm_id: &'s str) -> Write<'s> {
        Write { realm_id, by_app: Some(&self.client_id), now: self.now }
    }
}
