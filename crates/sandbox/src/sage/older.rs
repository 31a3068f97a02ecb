//! The retired APIs, as far as a client can prove its addresses and headers on them (reference:
//! freshbooks-sage §2.1 to §2.3 and §2.6).

mod columbus;
mod signature;
mod v1;
mod v1_shapes;

use std::collections::{BTreeSet, VecDeque};

use axum::Router;
use axum::http::header;

use super::oauth::{Generation, Live};
use super::refusal::Refusal;
use super::shared::{SharedState, State};
use crate::caller::Caller;
use signature::SignedRequest;

/// Nonces remembered; the oldest are forgotten.
const NONCES_MAX: usize = 10_000;

/// The nonces used so far.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    used: BTreeSet<String>,
    in_order: VecDeque<String>,
}

impl Nonces {
    /// Remembers a nonce; false when it was used before.
    fn take(&mut self, nonce: &str) -> bool {
        if !self.used.insert(nonce.to_owned()) {
            return false;
        }
        self.in_order.push_back(nonce.to_owned());
        if self.in_order.len() > NONCES_MAX
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.used.remove(&oldest);
        }
        true
    }
}

pub(super) fn routes() -> Router<SharedState> {
    columbus::routes().merge(v1::routes())
}

/// The live token of the older APIs that a call carries.
fn live<'s>(state: &'s State, caller: &Caller, now: jiff::Timestamp) -> Result<Live<'s>, Refusal> {
    let token = caller.bearer_token().unwrap_or_default();
    let live = state.grants.live(token, now);
    live.filter(|live| live.generation == Generation::Older).ok_or(Refusal::access_denied())
}

/// Checks `X-Nonce` and `X-Signature`, and uses the nonce up.
fn check_signature(
    state: &mut State,
    caller: &Caller,
    client_id: &str,
    parameters: Vec<(String, String)>,
    resource_owner_id: Option<&str>,
) -> Result<(), Refusal> {
    let signed = || {
        let nonce = caller.header("x-nonce").filter(|nonce| !nonce.is_empty())?;
        let request = SignedRequest {
            method: caller.method.as_str(),
            url: signed_url(caller)?,
            parameters,
            nonce,
            resource_owner_id,
        };
        let secret = state.apps.get(client_id)?.signing_secret.as_deref()?;
        let signature = caller.header("x-signature")?;
        let signed = request.is_signed_with(signature, secret, caller.bearer_token()?);
        signed.then_some(nonce)
    };
    let fresh = signed().is_some_and(|nonce| state.nonces.take(nonce));
    if fresh { Ok(()) } else { Err(Refusal::access_denied()) }
}

/// The address a client signs: no query, and no port that goes without saying.
fn signed_url(caller: &Caller) -> Option<String> {
    let host = caller.header(header::HOST.as_str())?.to_ascii_lowercase();
    let host = host.strip_suffix(":80").unwrap_or(&host);
    Some(format!("http://{host}{}", caller.uri.path()))
}

/// The pairs of a query or of a form.
fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::Nonces;

    #[test]
    fn a_nonce_works_once() {
        let mut nonces = Nonces::default();
        assert!(nonces.take("a"));
        assert!(nonces.take("b"));
        assert!(!nonces.take("a"));
    }
}
