//! Who may touch a business: the check of tokens, and of how often they come.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;

use super::super::calls::Named;
use super::super::shared::{Shared, State as SandboxState, Write};
use crate::credentials::bearer_token;

/// Asks for the newer error envelope of the accounting service.
const VERSION_HEADER: &str = "x-api-version";

/// What a request says of who calls, and how it wants its errors.
#[derive(Clone, Debug)]
pub(in super::super) struct Caller {
    token: String,
    query: String,
    pub(super) is_new_style: bool,
}

impl Caller {
    pub(in super::super) fn query(&self) -> &str {
        &self.query
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            token: bearer_token(&parts.headers).unwrap_or_default().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            is_new_style: parts.headers.contains_key(VERSION_HEADER),
        })
    }
}

/// A call that was let in.
#[derive(Clone, Debug)]
pub(in super::super) struct Session {
    pub(in super::super) client_id: String,
    pub(in super::super) identity_id: u64,
    pub(in super::super) business_id: u64,
    pub(in super::super) now: Timestamp,
}

impl Session {
    /// A write of this call.
    pub(super) fn write(&self) -> Write {
        Write { business_id: self.business_id, identity_id: self.identity_id, now: self.now }
    }
}

/// Why a call was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Denied {
    /// The token is unknown or has expired.
    Unauthenticated,
    /// The user is no member of the business, or there is none.
    NotAMember,
    /// Too many calls.
    Throttled { retry_after_seconds: u32 },
}

impl Session {
    /// Checks the token, the membership and the throttle.
    pub(in super::super) fn open(
        shared: &Shared,
        state: &mut SandboxState,
        caller: &Caller,
        named: &Named,
    ) -> Result<Self, Denied> {
        let now = shared.now();
        let bearer = state.grants.bearer(caller.token(), now).ok_or(Denied::Unauthenticated)?;
        let business_id = state.business_named(named).ok_or(Denied::NotAMember)?;
        let business = state.businesses.get(&business_id).map(|one| &one.business);
        if !business.is_some_and(|business| business.has_member(bearer.identity_id)) {
            return Err(Denied::NotAMember);
        }
        if let Some(limits) = &shared.options.throttle {
            let admitted = state.throttle.admit(limits, business_id, now);
            admitted.map_err(|retry_after_seconds| Denied::Throttled { retry_after_seconds })?;
        }
        let (client_id, identity_id) = (bearer.client_id, bearer.identity_id);
        Ok(Self { client_id, identity_id, business_id, now })
    }
}
