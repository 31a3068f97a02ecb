//! Pauses: after so many failures of one feed in a row nothing of the instance is polled until
//! somebody says so (reference: cloud-elements §6.8); but a refused question stops itself alone.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use ledgerhook_connector::ProviderError;
use ledgerhook_model::{HistoryKind, InstanceId};
use ledgerhook_store::StoreError;
use ledgerhook_store::polls::{PollId, PollState, PollingPause};

use super::{PollError, Polling};
use crate::history;

impl Polling {
    /// Reads which instances are paused; to be done before any is begun.
    pub(crate) async fn read_pauses(&self) -> Result<(), StoreError> {
        let pauses = self.parts.base.store.polling_pauses().await?;
        *self.pauses() = pauses.into_iter().map(|pause| (pause.poll.instance, pause)).collect();
        Ok(())
    }

    /// The pause of an instance.
    pub(crate) fn pause_of(&self, instance: InstanceId) -> Option<PollingPause> {
        self.pauses().get(&instance).cloned()
    }

    /// Ends the pause of an instance, so that it may be begun again; false when there is none.
    pub(crate) async fn resume(&self, instance: InstanceId, why: &str) -> Result<bool, StoreError> {
        if self.pause_of(instance).is_none() {
            return Ok(false);
        }
        self.parts.base.store.resume_polling(instance).await?;
        self.forget_pause(instance);
        tracing::info!(%instance, why, "polling goes on");
        let kind = HistoryKind::PollingResumed;
        history::tell(&self.parts.base, instance, kind, why.to_owned()).await;
        Ok(true)
    }

    /// Whether what fails is the question of one feed, while another feed of the instance works: a
    /// company whose edition lacks one kind of record is polled for the others.
    pub(super) async fn is_refused_alone(&self, id: &PollId, error: &PollError) -> bool {
        let is_refusal = matches!(
            error,
            PollError::Provider(
                ProviderError::Rejected(_)
                    | ProviderError::Unanswerable(_)
                    | ProviderError::NotFound(_)
            )
        );
        if !is_refusal {
            return false;
        }
        let states = self.parts.base.store.polls_of(id.instance).await.unwrap_or_default();
        let works = |state: &PollState| state.polled_at.is_some() && state.failures == 0;
        states.iter().any(|state| state.id != *id && works(state))
    }

    /// Polls an instance no more, because one of its feeds has failed too often.
    pub(super) async fn pause(&self, id: &PollId, failures: u32, error: &PollError) {
        let since = self.now();
        let reason = format!("{failures} polls of the feed {} failed in a row: {error}", id.feed);
        let pause = PollingPause { poll: id.clone(), since, reason: reason.clone() };
        match self.parts.base.store.pause_polling(pause.clone()).await {
            Ok(is_new) => {
                self.end(id.instance);
                self.pauses().entry(id.instance).or_insert(pause);
                if is_new {
                    tracing::error!(instance = %id.instance, reason, "polling is paused");
                    let kind = HistoryKind::PollingPaused;
                    history::tell(&self.parts.base, id.instance, kind, reason).await;
                }
            }
            Err(error) => {
                tracing::warn!(instance = %id.instance, %error, "polling could not be paused");
                self.put_off(id, failures, std::time::Duration::ZERO);
            }
        }
    }

    pub(super) fn forget_pause(&self, instance: InstanceId) {
        self.pauses().remove(&instance);
    }

    fn pauses(&self) -> MutexGuard<'_, HashMap<InstanceId, PollingPause>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
