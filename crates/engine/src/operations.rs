//! Events of the gateway itself: what a customer must know of a connection, sent to its callback
//! like any event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ledgerhook_model::{
    Change, ChangeKind, Detection, EventId, HistoryKind, InstanceId, Moment, Version,
};
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{Append, Finding, NewEvent};
use serde_json::json;
use thiserror::Error;

use crate::ambient::random_bytes;
use crate::append::Appender;
use crate::base::Base;
use crate::history;
use crate::roster::Seat;

/// The resource of these events.
pub(crate) const RESOURCE: &str = "instances";

/// Where it is told how a customer authorises again, as the API's clients address it.
pub(crate) fn reconnect_path(instance: InstanceId) -> String {
    format!("/elements/api-v2/instances/{instance}/reconnect")
}

/// Tells customers of their connections.
#[derive(Debug)]
pub(crate) struct Operations {
    base: Base,
    appender: Appender,
    /// The generation of the grant whose end was told last, so that the store is not asked each
    /// time that a provider refuses.
    told: Mutex<HashMap<InstanceId, i64>>,
}

#[derive(Debug, Error)]
enum NotTold {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Append(Arc<StoreError>),
}

impl Operations {
    pub(crate) fn new(base: &Base, appender: &Appender) -> Self {
        Self { base: base.clone(), appender: appender.clone(), told: Mutex::default() }
    }

    /// Tells the callback of an instance that the customer must authorise again, if that is so: one
    /// event for each grant that has lapsed, however often this is called. Where it cannot be told
    /// now, the next call tells it.
    pub(crate) async fn needs_reauthentication(&self, seat: &Seat) {
        if let Err(error) = self.tell_of_lapse(seat).await {
            tracing::error!(instance = %seat.id, %error,
                "that the customer must authorise again could not be told");
        }
    }

    async fn tell_of_lapse(&self, seat: &Seat) -> Result<(), NotTold> {
        let Some(grant) = self.base.store.grant(seat.id).await? else { return Ok(()) };
        let Some(reason) = grant.needs_reauthentication else { return Ok(()) };
        if self.was_told(seat.id, grant.generation) {
            return Ok(());
        }
        let once = format!("lapse of grant {}", grant.generation);
        if !self.base.store.has_history(seat.id, once.clone()).await? {
            let event = self.lapse(seat, grant.generation, &reason);
            self.appender.append(event).await.map_err(NotTold::Append)?;
            let kind = HistoryKind::NeedsReauthentication;
            history::tell_once(&self.base, seat.id, kind, reason, once).await;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert(seat.id, grant.generation);
        Ok(())
    }

    fn was_told(&self, instance: InstanceId, generation: i64) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(&instance) == Some(&generation)
    }

    /// The event. A grant lapses once, so its generation is the version.
    fn lapse(&self, seat: &Seat, generation: i64, reason: &str) -> Append {
        let now: Moment = self.base.clock.now();
        let record = json!({
            "id": seat.id.0,
            "status": "needs reauthentication",
            "reason": reason,
            "reconnect": reconnect_path(seat.id),
        });
        let change = Change {
            resource: RESOURCE.into(),
            object_id: seat.id.to_string(),
            printed_id: None,
            version: Version::Revision(generation.to_string()),
            kind: ChangeKind::Updated,
            changed_at: now,
            record: record.to_string().into(),
        };
        let id = EventId::new(now, random_bytes(&*self.base.entropy));
        let finding = Finding {
            instance: seat.id,
            detection: Detection::Gateway,
            seen_at: now,
            events: vec![NewEvent { id, change }],
            events_per_notification_max: 1,
            deliver: seat.callback.is_some(),
        };
        Append { notice: None, findings: vec![finding], cursor: None }
    }
}
