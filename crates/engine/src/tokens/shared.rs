//! Authorisations of one user for one app, where the provider keeps one refresh token alive for all
//! of them (FreshBooks): a refresh for one company ends the token that is stored for another, and
//! the one that lives is stored with whichever company was refreshed last.

use std::sync::Arc;

use ledgerhook_connector::UserTokens;
use ledgerhook_store::grants::StoredGrant;

use super::sealing::Opened;
use super::{AccessError, Tokens};
use crate::roster::Seat;

impl Tokens {
    /// The other instances that the same user authorised for the same app.
    pub(super) fn of_same_owner(&self, seat: &Seat) -> Vec<Arc<Seat>> {
        let Some(owner) = self.owner(seat) else { return Vec::new() };
        let is_another = |other: &Arc<Seat>| {
            other.id != seat.id
                && other.organization == seat.organization
                && other.element == seat.element
                && other.api_key == seat.api_key
                && self.owner(other) == Some(owner)
        };
        self.base.roster.all().into_iter().filter(is_another).collect()
    }

    fn owner<'s>(&self, seat: &'s Seat) -> Option<&'s str> {
        let connector = crate::find_connector(&self.base.connectors, seat.element).ok()?;
        seat.configuration.text(connector.profile.grant_owner?)
    }

    /// Stores the youngest tokens of the same owner in place of refused ones; `None` when none are
    /// younger.
    pub(super) async fn taken_over(
        &self,
        seat: &Seat,
        grant: &StoredGrant,
        refused: &Opened,
    ) -> Result<Option<UserTokens>, AccessError> {
        let mut youngest: Option<(StoredGrant, Opened)> = None;
        for other in self.of_same_owner(seat) {
            let Some(other) = self.base.store.grant(other.id).await? else { continue };
            let since = youngest.as_ref().map_or(grant.obtained_at, |(one, _)| one.obtained_at);
            if other.needs_reauthentication.is_some() || other.obtained_at < since {
                continue;
            }
            let opened = self.open(&other.sealed_tokens)?;
            if opened.tokens.companion != refused.tokens.companion {
                youngest = Some((other, opened));
            }
        }
        let Some((other, opened)) = youngest else { return Ok(None) };
        let generation = grant.generation + 1;
        let sealed_previous = Some(grant.sealed_tokens.clone());
        let taken = StoredGrant { generation, sealed_previous, ..other };
        if self.base.store.store_grant(seat.id, taken).await? {
            tracing::info!(instance = %seat.id, "takes over the tokens of the same user and app");
            return Ok(Some(opened.tokens));
        }
        let grant = self.stored(seat.id).await?;
        Ok(Some(self.open(&grant.sealed_tokens)?.tokens))
    }
}
