//! The provider's tokens of every instance: stored before they are used, refreshed before they
//! end, one refresh at a time.

mod refreshing;
mod sealing;
mod shared;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{
    ClientCredentials, GrantRequest, ProviderError, Tokens as Granted, UserTokens,
};
use ledgerhook_model::{InstanceId, Moment, Secret};
use ledgerhook_store::StoreError;
use ledgerhook_store::grants::StoredGrant;
use thiserror::Error;

use crate::base::Base;
use crate::refusal::Refusal;
use crate::roster::Seat;
use crate::supervisor::Supervisor;
use refreshing::Turn;

/// How long before its end an access token is refreshed: longer than any call takes …
const REFRESH_AHEAD: Duration = Duration::from_secs(5 * 60);

/// … but not before four fifths of its life are over (Sage's live 5 minutes).
const REFRESH_AHEAD_PART: u32 = 5;

/// Why there is no access to a company.
#[derive(Debug, Error)]
pub(crate) enum AccessError {
    /// The customer must authorise again.
    #[error("needs reauthentication: {0}")]
    NeedsReauthentication(String),
    /// The provider could not be reached; try again later.
    #[error("{0}")]
    Unavailable(String),
    /// The instance does not exist any more.
    #[error("the instance is gone")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccessError> for ProviderError {
    fn from(error: AccessError) -> Self {
        let words = error.to_string();
        match error {
            AccessError::NeedsReauthentication(_) | AccessError::Gone => Self::Refused(words),
            AccessError::Unavailable(_) | AccessError::Store(_) => Self::Unavailable(words),
        }
    }
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Gone => Self::NotFound(error.to_string()),
            AccessError::NeedsReauthentication(_) => Self::Conflict(error.to_string()),
            AccessError::Unavailable(words) => Self::Unavailable(words),
            AccessError::Store(error) => error.into(),
        }
    }
}

/// Tokens of all instances.
#[derive(Debug)]
pub(crate) struct Tokens {
    base: Base,
    supervisor: Supervisor,
    /// One turn an instance: a second refresh with the same token would end the first one's.
    turns: Mutex<HashMap<InstanceId, Arc<tokio::sync::Mutex<Turn>>>>,
}

/// Where the authorisation of an instance stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Why the customer must authorise again; `None` while the tokens work.
    pub needs_reauthentication: Option<String>,
    /// When the customer must authorise again however often the tokens are refreshed, where the
    /// provider says so.
    pub ends_at: Option<Moment>,
}

impl Tokens {
    pub(crate) fn new(base: &Base, supervisor: &Supervisor) -> Self {
        Self { base: base.clone(), supervisor: supervisor.clone(), turns: Mutex::default() }
    }

    /// Stores the tokens that a new authorisation brought.
    pub(crate) async fn take(
        &self,
        instance: InstanceId,
        granted: &Granted,
    ) -> Result<(), Refusal> {
        let turn = self.turn(instance);
        let mut mine = turn.lock().await;
        let stored = self.base.store.grant(instance).await?;
        let generation = stored.map_or(0, |grant| grant.generation) + 1;
        let grant = self.sealed(granted, generation, None, None);
        if self.base.store.store_grant(instance, grant).await? {
            *mine = Turn::with_new_tokens();
            return Ok(());
        }
        Err(Refusal::Conflict("the tokens of this instance were changed at the same time".into()))
    }

    /// Tokens of an instance that are good for a call.
    pub(crate) async fn current(
        self: &Arc<Self>,
        seat: &Arc<Seat>,
    ) -> Result<UserTokens, AccessError> {
        let grant = self.stored(seat.id).await?;
        let lifetime = grant.access_expires_at.since(grant.obtained_at);
        let ahead = REFRESH_AHEAD.min(lifetime / REFRESH_AHEAD_PART);
        if grant.access_expires_at <= self.base.clock.now().plus(ahead) {
            return self.refreshed(seat, grant.generation).await;
        }
        Ok(self.open(&grant.sealed_tokens)?.tokens)
    }

    /// Fresh tokens in place of an access token that the provider did not accept.
    pub(crate) async fn replaced(
        self: &Arc<Self>,
        seat: &Arc<Seat>,
        refused: &Secret,
    ) -> Result<UserTokens, AccessError> {
        let grant = self.stored(seat.id).await?;
        let current = self.open(&grant.sealed_tokens)?.tokens;
        if current.token == *refused {
            return self.refreshed(seat, grant.generation).await;
        }
        Ok(current)
    }

    /// The tokens that are stored, whether they still work or not.
    pub(crate) async fn held(&self, instance: InstanceId) -> Result<UserTokens, AccessError> {
        let grant = self.base.store.grant(instance).await?.ok_or(AccessError::Gone)?;
        Ok(self.open(&grant.sealed_tokens)?.tokens)
    }

    /// Where the authorisation of an instance stands.
    pub(crate) async fn standing(&self, instance: InstanceId) -> Result<Standing, AccessError> {
        let grant = self.base.store.grant(instance).await?.ok_or(AccessError::Gone)?;
        let ends_at = self.open(&grant.sealed_tokens)?.ends_at;
        Ok(Standing { needs_reauthentication: grant.needs_reauthentication, ends_at })
    }

    /// Notes that the provider lets us no more into a company: its user disconnected the app, or
    /// its subscription ended. Only a new authorisation helps, and one that has come since
    /// `refused` was handed out is another matter.
    pub(crate) async fn shut_out(&self, instance: InstanceId, refused: &Secret, why: &str) {
        if let Err(error) = self.note_refusal(instance, refused, why).await {
            tracing::warn!(%instance, %error, "that access was refused could not be noted");
        }
    }

    async fn note_refusal(
        &self,
        instance: InstanceId,
        refused: &Secret,
        why: &str,
    ) -> Result<(), AccessError> {
        let grant = self.base.store.grant(instance).await?;
        let grant = grant.filter(|grant| grant.needs_reauthentication.is_none());
        let Some(grant) = grant else { return Ok(()) };
        if self.open(&grant.sealed_tokens)?.tokens.token == *refused {
            self.base.store.refuse_grant(instance, grant.generation, why.to_owned()).await?;
        }
        Ok(())
    }

    /// What tells the provider that a connection has ended, to be done once it has; `None` where
    /// there is nothing to tell.
    pub(crate) async fn farewell(
        &self,
        instance: InstanceId,
    ) -> Option<impl Future<Output = ()> + Send + 'static> {
        let seat = self.base.roster.by_id(instance)?;
        if !self.of_same_owner(&seat).is_empty() {
            // It would end the tokens of the others as well.
            return None;
        }
        let connector = crate::find_connector(&self.base.connectors, seat.element).ok()?.clone();
        let grant = self.stored(instance).await.ok()?;
        let opened = self.open(&grant.sealed_tokens).ok()?.tokens;
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
        Some(async move {
            let credentials = credentials(&seat);
            let request = GrantRequest {
                credentials: &credentials,
                configuration: &seat.configuration,
                refresh_token: &opened.companion,
            };
            if let Err(error) = connector.oauth.revoke(request).await {
                tracing::warn!(%instance, %error, "the provider was not told of an end");
            }
        })
    }

    async fn stored(&self, instance: InstanceId) -> Result<StoredGrant, AccessError> {
        let grant = self.base.store.grant(instance).await?.ok_or(AccessError::Gone)?;
        match &grant.needs_reauthentication {
            Some(reason) => Err(AccessError::NeedsReauthentication(reason.clone())),
            None => Ok(grant),
        }
    }

    fn turn(&self, instance: InstanceId) -> Arc<tokio::sync::Mutex<Turn>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(instance).or_default())
    }
}

/// Those of the provider app that an instance belongs to.
pub(crate) fn credentials(seat: &Seat) -> ClientCredentials {
    ClientCredentials { api_key: seat.api_key.clone(), api_secret: seat.api_secret.clone() }
}

#[cfg(test)]
mod tests;
