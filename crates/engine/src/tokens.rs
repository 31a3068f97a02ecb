//! The provider's tokens of every instance: stored before they are used, refreshed before they
//! end, one refresh at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{
    ClientCredentials, GrantRequest, ProviderError, RefreshError, Tokens as Granted, UserTokens,
};
use ledgerhook_model::{InstanceId, Moment, Secret};
use ledgerhook_store::StoreError;
use ledgerhook_store::grants::StoredGrant;
use serde_json::json;
use thiserror::Error;

use crate::base::Base;
use crate::refusal::Refusal;
use crate::roster::Seat;

const TOKENS: &str = "instance.tokens";

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

/// Tokens of all instances.
#[derive(Debug)]
pub(crate) struct Tokens {
    base: Base,
    /// One lock an instance: a second refresh with the same token would end the first one's.
    turns: Mutex<HashMap<InstanceId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Tokens {
    pub(crate) fn new(base: &Base) -> Self {
        Self { base: base.clone(), turns: Mutex::default() }
    }

    /// Stores the tokens that a new authorisation brought.
    pub(crate) async fn take(
        &self,
        instance: InstanceId,
        granted: &Granted,
    ) -> Result<(), Refusal> {
        let turn = self.turn(instance);
        let _mine = turn.lock().await;
        let stored = self.base.store.grant(instance).await?;
        let generation = stored.map_or(0, |grant| grant.generation) + 1;
        let grant = self.sealed(granted, generation, None);
        if self.base.store.store_grant(instance, grant).await? {
            return Ok(());
        }
        Err(Refusal::Conflict("the tokens of this instance were changed at the same time".into()))
    }

    /// Tokens of an instance that are good for a call.
    pub(crate) async fn current(&self, seat: &Seat) -> Result<UserTokens, AccessError> {
        let grant = self.stored(seat.id).await?;
        let lifetime = grant.access_expires_at.since(grant.obtained_at);
        let ahead = REFRESH_AHEAD.min(lifetime / REFRESH_AHEAD_PART);
        if grant.access_expires_at <= self.base.clock.now().plus(ahead) {
            return self.refreshed(seat, grant.generation).await;
        }
        self.open(&grant.sealed_tokens)
    }

    /// Fresh tokens in place of an access token that the provider did not accept.
    pub(crate) async fn replaced(
        &self,
        seat: &Seat,
        refused: &Secret,
    ) -> Result<UserTokens, AccessError> {
        let grant = self.stored(seat.id).await?;
        let current = self.open(&grant.sealed_tokens)?;
        if current.token == *refused {
            return self.refreshed(seat, grant.generation).await;
        }
        Ok(current)
    }

    /// Notes that the provider lets us no more into a company: its user disconnected the app, or
    /// its subscription ended. Only a new authorisation helps.
    pub(crate) async fn shut_out(&self, instance: InstanceId, why: &str) {
        let noted = match self.base.store.grant(instance).await {
            Ok(Some(grant)) if grant.needs_reauthentication.is_none() => {
                let why = why.to_owned();
                self.base.store.refuse_grant(instance, grant.generation, why).await.map(drop)
            }
            other => other.map(drop),
        };
        if let Err(error) = noted {
            tracing::warn!(%instance, %error, "that access was refused could not be noted");
        }
    }

    /// What tells the provider that a connection has ended, to be done once it has; `None` where
    /// there is nothing to tell.
    pub(crate) async fn farewell(
        &self,
        instance: InstanceId,
    ) -> Option<impl Future<Output = ()> + Send + 'static> {
        let seat = self.base.roster.by_id(instance)?;
        let connector = crate::find_connector(&self.base.connectors, seat.element).ok()?.clone();
        let grant = self.stored(instance).await.ok()?;
        let opened = self.open(&grant.sealed_tokens).ok()?;
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

    /// Refreshes the tokens of `generation`, or returns what another refresh has brought meanwhile.
    async fn refreshed(&self, seat: &Seat, generation: i64) -> Result<UserTokens, AccessError> {
        let turn = self.turn(seat.id);
        let _mine = turn.lock().await;
        let grant = self.stored(seat.id).await?;
        let opened = self.open(&grant.sealed_tokens)?;
        if grant.generation != generation {
            return Ok(opened);
        }
        let connector = crate::find_connector(&self.base.connectors, seat.element)
            .map_err(|refusal| AccessError::Unavailable(refusal.to_string()))?;
        let credentials = credentials(seat);
        let request = GrantRequest {
            credentials: &credentials,
            configuration: &seat.configuration,
            refresh_token: &opened.companion,
        };
        match connector.oauth.refresh(request).await {
            Ok(granted) => {
                let previous = Some(grant.sealed_tokens);
                let renewed = self.sealed(&granted, generation + 1, previous);
                // On disk before it is used: the old one is spent.
                if self.base.store.store_grant(seat.id, renewed).await? {
                    return Ok(UserTokens { token: granted.access, companion: granted.refresh });
                }
                let grant = self.stored(seat.id).await?;
                self.open(&grant.sealed_tokens)
            }
            Err(RefreshError::Refused { provider_message }) => {
                let reason = provider_message;
                self.base.store.refuse_grant(seat.id, generation, reason.clone()).await?;
                tracing::warn!(instance = %seat.id, %reason, "the customer must authorise again");
                Err(AccessError::NeedsReauthentication(reason))
            }
            Err(error @ RefreshError::Unavailable { .. }) => {
                Err(AccessError::Unavailable(error.to_string()))
            }
        }
    }

    async fn stored(&self, instance: InstanceId) -> Result<StoredGrant, AccessError> {
        let grant = self.base.store.grant(instance).await?.ok_or(AccessError::Gone)?;
        match &grant.needs_reauthentication {
            Some(reason) => Err(AccessError::NeedsReauthentication(reason.clone())),
            None => Ok(grant),
        }
    }

    fn sealed(&self, granted: &Granted, generation: i64, previous: Option<Vec<u8>>) -> StoredGrant {
        let now: Moment = self.base.clock.now();
        let text = json!([granted.access.expose(), granted.refresh.expose()]).to_string();
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

    fn open(&self, sealed: &[u8]) -> Result<UserTokens, AccessError> {
        let unreadable = |why: String| {
            AccessError::Unavailable(format!("the stored tokens cannot be opened: {why}"))
        };
        let opened =
            self.base.vault.open(TOKENS, sealed).map_err(|error| unreadable(error.to_string()))?;
        let (access, refresh): (String, String) =
            serde_json::from_slice(&opened).map_err(|error| unreadable(error.to_string()))?;
        Ok(UserTokens { token: Secret::new(access), companion: Secret::new(refresh) })
    }

    fn turn(&self, instance: InstanceId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(instance).or_default())
    }
}

/// Those of the provider app that an instance belongs to.
pub(crate) fn credentials(seat: &Seat) -> ClientCredentials {
    ClientCredentials { api_key: seat.api_key.clone(), api_secret: seat.api_secret.clone() }
}
