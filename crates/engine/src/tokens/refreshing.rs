//! One refresh of an instance's tokens. An answer that is lost on its way may have changed them at
//! the provider: it is asked again with the same token, then once with the one before it, and only
//! then must the customer act.

use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::{GrantRequest, RefreshError, Tokens as Granted, UserTokens};
use ledgerhook_store::grants::StoredGrant;

use super::sealing::Opened;
use super::{AccessError, Tokens, credentials};
use crate::roster::Seat;

/// How long to wait before a store that failed is asked again to keep new tokens.
const STORE_RETRY_WAIT: Duration = Duration::from_millis(500);

/// Whoever holds it refreshes the tokens of an instance.
#[derive(Debug, Default)]
pub(super) struct Turn {
    last: LastAnswer,
}

/// What became of the last question for tokens.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum LastAnswer {
    /// This process has not asked yet; the one before it may have ended while it waited.
    #[default]
    Unknown,
    /// It came.
    Arrived,
    /// It was lost, or could not be used.
    Lost,
}

impl Turn {
    /// After an authorisation, whose tokens arrived.
    pub(super) fn with_new_tokens() -> Self {
        Self { last: LastAnswer::Arrived }
    }
}

impl Tokens {
    /// Refreshes the tokens of `generation`, or returns what another refresh has brought meanwhile.
    /// Goes on to its end when the caller hangs up: the answer would be lost.
    pub(super) async fn refreshed(
        self: &Arc<Self>,
        seat: &Arc<Seat>,
        generation: i64,
    ) -> Result<UserTokens, AccessError> {
        let (own, seat) = (Arc::clone(self), Arc::clone(seat));
        let task = async move { own.refresh_now(&seat, generation).await };
        let ending = || Err(AccessError::Unavailable("the gateway is ending".to_owned()));
        self.supervisor.complete(task).await.unwrap_or_else(ending)
    }

    async fn refresh_now(&self, seat: &Seat, generation: i64) -> Result<UserTokens, AccessError> {
        let turn = self.turn(seat.id);
        let mut mine = turn.lock().await;
        let grant = self.stored(seat.id).await?;
        let opened = self.open(&grant.sealed_tokens)?;
        if grant.generation != generation {
            return Ok(opened.tokens);
        }
        let before = mine.last;
        let outcome = self.ask_twice(seat, &grant, &opened, before).await;
        mine.last = match &outcome {
            Err(RefreshError::Unavailable { .. }) => LastAnswer::Lost,
            _ => LastAnswer::Arrived,
        };
        match outcome {
            Ok(granted) => self.keep(seat, grant, &opened, granted).await,
            Err(RefreshError::Refused { provider_message }) => {
                if let Some(tokens) = self.taken_over(seat, &grant, &opened).await? {
                    return Ok(tokens);
                }
                let reason = self.reason(provider_message, &opened, before);
                self.base.store.refuse_grant(seat.id, generation, reason.clone()).await?;
                tracing::warn!(instance = %seat.id, %reason, "the customer must authorise again");
                Err(AccessError::NeedsReauthentication(reason))
            }
            Err(error @ RefreshError::Unavailable { .. }) => {
                Err(AccessError::Unavailable(error.to_string()))
            }
        }
    }

    /// Asks with the stored token; when it is refused though the last answer may have been lost,
    /// once with the token before it.
    async fn ask_twice(
        &self,
        seat: &Seat,
        grant: &StoredGrant,
        opened: &Opened,
        last: LastAnswer,
    ) -> Result<Granted, RefreshError> {
        let refused = match self.ask(seat, &opened.tokens).await {
            Err(refused @ RefreshError::Refused { .. }) if last != LastAnswer::Arrived => refused,
            other => return other,
        };
        let previous = grant.sealed_previous.as_deref().and_then(|sealed| self.open(sealed).ok());
        match previous.filter(|one| one.tokens.companion != opened.tokens.companion) {
            None => Err(refused),
            Some(previous) => match self.ask(seat, &previous.tokens).await {
                Err(RefreshError::Refused { .. }) => Err(refused),
                other => other,
            },
        }
    }

    async fn ask(&self, seat: &Seat, tokens: &UserTokens) -> Result<Granted, RefreshError> {
        let connector = crate::find_connector(&self.base.connectors, seat.element)
            .map_err(|refusal| RefreshError::Unavailable { message: refusal.to_string() })?;
        let credentials = credentials(seat);
        let request = GrantRequest {
            credentials: &credentials,
            configuration: &seat.configuration,
            refresh_token: &tokens.companion,
        };
        connector.oauth.refresh(request).await
    }

    /// On disk before it is used. The old one is spent, so a store that fails is asked until it
    /// works: what is not kept here is lost to the customer.
    async fn keep(
        &self,
        seat: &Seat,
        grant: StoredGrant,
        opened: &Opened,
        granted: Granted,
    ) -> Result<UserTokens, AccessError> {
        let previous = Some(grant.sealed_tokens);
        let renewed = self.sealed(&granted, grant.generation + 1, previous, opened.ends_at);
        let is_kept = loop {
            match self.base.store.store_grant(seat.id, renewed.clone()).await {
                Ok(is_kept) => break is_kept,
                Err(error) if self.supervisor.is_ending() => return Err(error.into()),
                Err(error) => {
                    tracing::error!(instance = %seat.id, %error, "new tokens are not stored yet");
                    tokio::select! {
                        () = tokio::time::sleep(STORE_RETRY_WAIT) => {}
                        () = self.supervisor.ending() => {}
                    }
                }
            }
        };
        if is_kept {
            return Ok(UserTokens { token: granted.access, companion: granted.refresh });
        }
        let grant = self.stored(seat.id).await?;
        Ok(self.open(&grant.sealed_tokens)?.tokens)
    }

    /// Why the customer must authorise again: the provider's words, and what is known here.
    fn reason(&self, mut words: String, opened: &Opened, last: LastAnswer) -> String {
        if let Some(end) = opened.ends_at.filter(|end| *end <= self.base.clock.now()) {
            let end = end.to_iso_seconds();
            words.push_str(&format!("; the authorisation could be renewed until {end} only"));
        }
        if last == LastAnswer::Lost {
            words.push_str(
                "; the answer to the refresh before was lost, so the provider may have given new \
                 tokens that never arrived",
            );
        }
        words
    }
}
