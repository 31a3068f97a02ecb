//! States of authorisations that this gateway makes itself (`state=auto`). Such a state comes back
//! with the code and proves that the authorisation was begun here, for the same app, within the
//! hour, and for no connection before this one.
//!
//! It is a sealed time of its end; element and client id are authenticated with it, so it needs no
//! store and is good on every node with the same keys. That it was used is known to the process
//! that used it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledgerhook_model::Moment;
use serde_json::{Map, Value};

use crate::base::Base;
use crate::refusal::Refusal;

/// What tells our own states from those of callers.
const PREFIX: &str = "lh1.";

/// How long a customer may take to authorise.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Used states in memory, each of a connection of the last hour. Beyond that one may pass a second
/// time, with a code that does not.
const USED_MAX: usize = 100_000;

/// States that were used.
#[derive(Debug, Default)]
pub(crate) struct States {
    used: Mutex<HashMap<String, Used>>,
}

#[derive(Debug)]
struct Used {
    company: String,
    until: Moment,
}

/// A state of our own that came back as it should.
#[derive(Debug)]
pub(crate) struct Returned {
    text: String,
    until: Moment,
}

/// A new state for an authorisation with that client id.
pub(crate) fn issue(base: &Base, element: &str, api_key: &str) -> String {
    let until = base.clock.now().plus(LIFETIME).micros().to_be_bytes();
    let sealed = base.vault.seal(&purpose(element, api_key), &until);
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed))
}

impl States {
    /// Checks `providerData.state`, when it is one of ours; any other is the caller's business.
    pub(crate) fn check(
        &self,
        base: &Base,
        (element, api_key): (&str, &str),
        provider_data: &Map<String, Value>,
    ) -> Result<Option<Returned>, Refusal> {
        let text = provider_data.get("state").and_then(Value::as_str).map(str::trim);
        let Some((text, encoded)) = text.and_then(|text| Some((text, text.strip_prefix(PREFIX)?)))
        else {
            return Ok(None);
        };
        let until = end_of(base, &purpose(element, api_key), encoded).ok_or_else(|| {
            refused(
                "it was not made by this gateway for this element and this oauth.api.key; pass on \
                 the one that came back with the code",
            )
        })?;
        if until < base.clock.now() {
            return Err(refused(
                "it is older than an hour; send the customer to a new authorisation URL",
            ));
        }
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        match used.get(text) {
            Some(Used { company, .. }) => Err(refused(&format!(
                "it was used already, for company {company}; each connection needs an \
                 authorisation URL of its own"
            ))),
            None => Ok(Some(Returned { text: text.to_owned(), until })),
        }
    }

    /// Notes that a state was used for a company.
    pub(crate) fn spend(&self, base: &Base, state: Returned, company: &str) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= USED_MAX {
            let now = base.clock.now();
            used.retain(|_, one| one.until >= now);
        }
        if used.len() < USED_MAX {
            used.insert(state.text, Used { company: company.to_owned(), until: state.until });
        }
    }
}

fn purpose(element: &str, api_key: &str) -> String {
    format!("oauth.state {element} {api_key}")
}

fn end_of(base: &Base, purpose: &str, encoded: &str) -> Option<Moment> {
    let sealed = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    let opened = base.vault.open(purpose, &sealed).ok()?;
    Some(Moment::from_micros(i64::from_be_bytes(opened.as_slice().try_into().ok()?)))
}

fn refused(problem: &str) -> Refusal {
    Refusal::BadRequest(format!("providerData.state: {problem}"))
}

#[cfg(test)]
mod tests;
