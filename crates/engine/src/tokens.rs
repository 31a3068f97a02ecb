//! The provider's tokens of every instance: stored before they are used, refreshed before they
//! end, one refresh at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{Access, ClientCredentials, RefreshError, Tokens as Granted};
use ledgerhook_model::{InstanceId, Moment, Secret};
use ledgerhook_store::StoreError;
use ledgerhook_store::grants::StoredGrant;
use serde_json::json;
use thiserror::Error;

use crate::base::Base;
use crate::refusal::Refusal;
use crate::roster::Seat;

const TOKENS: &str = "instance.tokens";

/// How long before its end an access token is refreshed: longer than any poll takes.
const REFRESH_AHEAD: Duration = Duration::from_secs(5 * 60);

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

/// Tokens of all instances.
#[derive(Debug)]
pub(crate) struct Tokens {
    base: Base,
    /// One lock an instance: a second refresh with the same token would end the first one's.
    turns: Mutex<HashMap<InstanceId, Arc<tokio::sync::Mutex<()>>>>,
}

struct Opened {
    access: Secret,
    refresh: Secret,
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

    /// A valid access token of an instance.
    pub(crate) async fn access(&self, seat: &Seat) -> Result<Access, AccessError> {
        let grant = self.stored(seat.id).await?;
        let opened = if grant.access_expires_at <= self.base.clock.now().plus(REFRESH_AHEAD) {
            self.refreshed(seat, grant.generation).await?
        } else {
            self.open(&grant.sealed_tokens)?
        };
        Ok(access_of(seat, opened))
    }

    /// A fresh access token in place of one that the provider did not accept.
    pub(crate) async fn replaced(
        &self,
        seat: &Seat,
        refused: &Access,
    ) -> Result<Access, AccessError> {
        let grant = self.stored(seat.id).await?;
        let current = self.open(&grant.sealed_tokens)?;
        let opened = if current.access == refused.token {
            self.refreshed(seat, grant.generation).await?
        } else {
            current
        };
        Ok(access_of(seat, opened))
    }

    /// Notes that the provider lets us no more into a company: its user disconnected the app, or
    /// its subscription ended. Only a new authorisation helps.
    pub(crate) async fn shut_out(
        &self,
        instance: InstanceId,
        why: &str,
    ) -> Result<(), AccessError> {
        let grant = self.stored(instance).await?;
        let why = why.to_owned();
        self.base.store.refuse_grant(instance, grant.generation, why).await?;
        Ok(())
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
            if let Err(error) = connector.oauth.revoke(&credentials(&seat), &opened.refresh).await {
                tracing::warn!(%instance, %error, "the provider was not told of an end");
            }
        })
    }

    /// Refreshes the tokens of `generation`, or returns what another refresh has brought meanwhile.
    async fn refreshed(&self, seat: &Seat, generation: i64) -> Result<Opened, AccessError> {
        let turn = self.turn(seat.id);
        let _mine = turn.lock().await;
        let grant = self.stored(seat.id).await?;
        let opened = self.open(&grant.sealed_tokens)?;
        if grant.generation != generation {
            return Ok(opened);
        }
        let connector = crate::find_connector(&self.base.connectors, seat.element)
            .map_err(|refusal| AccessError::Unavailable(refusal.to_string()))?;
        match connector.oauth.refresh(&credentials(seat), &opened.refresh).await {
            Ok(granted) => {
                let previous = Some(grant.sealed_tokens);
                let renewed = self.sealed(&granted, generation + 1, previous);
                // On disk before it is used: the old one is spent.
                if self.base.store.store_grant(seat.id, renewed).await? {
                    return Ok(Opened { access: granted.access, refresh: granted.refresh });
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

    fn open(&self, sealed: &[u8]) -> Result<Opened, AccessError> {
        let unreadable = |why: String| {
            AccessError::Unavailable(format!("the stored tokens cannot be opened: {why}"))
        };
        let opened =
            self.base.vault.open(TOKENS, sealed).map_err(|error| unreadable(error.to_string()))?;
        let (access, refresh): (String, String) =
            serde_json::from_slice(&opened).map_err(|error| unreadable(error.to_string()))?;
        Ok(Opened { access: Secret::new(access), refresh: Secret::new(refresh) })
    }

    fn turn(&self, instance: InstanceId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(instance).or_default())
    }
}

fn access_of(seat: &Seat, opened: Opened) -> Access {
    let (token, companion) = (opened.access, opened.refresh);
    Access { company: seat.company.clone(), token, companion, credentials: credentials(seat) }
}

fn credentials(seat: &Seat) -> ClientCredentials {
    ClientCredentials { api_key: seat.api_key.clone(), api_secret: seat.api_secret.clone() }
}
