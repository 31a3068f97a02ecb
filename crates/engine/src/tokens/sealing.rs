//! Tokens as they are stored: encrypted, and with the end that no refresh moves.

use ledgerhook_connector::{Tokens as Granted, UserTokens};
use ledgerhook_model::{Moment, Secret};
use ledgerhook_store::grants::StoredGrant;
use serde_json::{Value, json};

use super::{AccessError, Tokens};

const TOKENS: &str = "instance.tokens";

/// Stored tokens, opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) tokens: UserTokens,
    /// When the customer must authorise again however often they are refreshed, where the provider
    /// has said so.
    pub(super) ends_at: Option<Moment>,
}

impl Tokens {
    /// What is stored of tokens that were granted now. `ended_at` is the end that was known before,
    /// for a provider that does not say it each time.
    pub(super) fn sealed(
        &self,
        granted: &Granted,
        generation: i64,
        previous: Option<Vec<u8>>,
        ended_at: Option<Moment>,
    ) -> StoredGrant {
        let now: Moment = self.base.clock.now();
        let ends_at = granted.refresh_hard_lifetime.map(|lifetime| now.plus(lifetime));
        let ends_at = ends_at.or(ended_at).map(Moment::micros);
        let text = json!([granted.access.expose(), granted.refresh.expose(), ends_at]).to_string();
        StoredGrant {
            generation,
            sealed_tokens: self.base.vault.seal(TOKENS, text.as_bytes()),
            sealed_previous: previous,
            access_expires_at: now.plus(granted.access_lifetime),
            refresh_expires_at: granted.refresh_lifetime.map(|lifetime| now.plus(lifetime)),
            obtained_at: now,
            needs_reauthentication: None,
        }
    }

    /// Opens stored tokens; the end is missing in those that were stored without it.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<Opened, AccessError> {
        let unreadable = |why: String| {
            AccessError::Unavailable(format!("the stored tokens cannot be opened: {why}"))
        };
        let opened =
            self.base.vault.open(TOKENS, sealed).map_err(|error| unreadable(error.to_string()))?;
        let stored: Vec<Value> =
            serde_json::from_slice(&opened).map_err(|error| unreadable(error.to_string()))?;
        let text = |place: usize| stored.get(place).and_then(Value::as_str).map(Secret::new);
        let (Some(token), Some(companion)) = (text(0), text(1)) else {
            return Err(unreadable("they are not a pair".to_owned()));
        };
        let ends_at = stored.get(2).and_then(Value::as_i64).map(Moment::from_micros);
        Ok(Opened { tokens: UserTokens { token, companion }, ends_at })
    }
}
