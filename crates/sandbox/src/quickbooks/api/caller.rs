//! Where a call goes, and what it may do there once it is let in.

use jiff::Timestamp;

use super::super::shared::Write;

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
