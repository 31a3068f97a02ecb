//! Who may touch which business: the token, `X-Business`, and the limit of calls.

use axum::http::HeaderMap;
use jiff::Timestamp;

use super::super::oauth::{Generation, Live};
use super::super::refusal::Refusal;
use super::super::shared::{Shared, State};
use crate::caller::Caller;
use crate::credentials::bearer_token;

/// A call that was let in.
#[derive(Debug)]
pub(in super::super) struct Session {
    pub(in super::super) business_id: String,
    /// Whether the scope is `readonly`.
    pub(in super::super) read_only: bool,
    pub(in super::super) now: Timestamp,
}

/// The live token of API 3.1 that a call carries.
pub(in super::super) fn live<'s>(
    state: &'s State,
    caller: &Caller,
    now: Timestamp,
) -> Result<Live<'s>, Refusal> {
    let token = caller.bearer_token().unwrap_or_default();
    let live = state.grants.live(token, now);
    live.filter(|live| live.generation == Generation::Current).ok_or(Refusal::access_denied())
}

/// The business a call is for: that of `X-Business`, and without it silently the user's lead.
pub(super) fn check(state: &State, caller: &Caller, now: Timestamp) -> Result<Session, Refusal> {
    let live = live(state, caller, now)?;
    let business = match caller.header("x-business") {
        None => state.lead_of(live.user),
        Some(id) => {
            let business = state.businesses.get(id).map(|one| &one.business);
            business.filter(|business| business.user == live.user)
        }
    };
    let business = business.ok_or(Refusal::not_found())?;
    Ok(Session { business_id: business.id.clone(), read_only: live.read_only, now })
}

/// Counts a call against the limit of its business, if there is one.
pub(in super::super) fn admit(
    shared: &Shared,
    state: &mut State,
    business_id: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some(limit) = shared.options.requests_per_minute else { return Ok(()) };
    let admitted = state.throttle.admit(business_id, limit, now);
    admitted.map_err(|wait_s| Refusal::too_many_requests(Some(wait_s)))
}

/// The business a call says it is for, before anything is checked: faults are ordered by it.
pub(in super::super) fn business_asked_for(
    state: &State,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<String> {
    let named = ["x-business", "x-site"].into_iter().find_map(|name| headers.get(name));
    let id = match named {
        Some(id) => id.to_str().ok()?,
        None => {
            let live = state.grants.live(bearer_token(headers)?, now)?;
            state.lead_of(live.user)?.id.as_str()
        }
    };
    state.businesses.contains_key(id).then(|| id.to_owned())
}
