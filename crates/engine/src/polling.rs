//! Asking providers for changes: who is due, with which token, from which cursor; and what was
//! found goes into the journal together with the advanced cursor.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, Connector, FeedError, FeedPage, FeedRequest};
use ledgerhook_model::configuration::VendorType;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::limits::POLLED_EVENTS_PER_NOTIFICATION_MAX;
use ledgerhook_model::{Change, Detection, EventId, InstanceId, Moment, OrganizationId};
use ledgerhook_store::journal::{Append, CursorAdvance, Finding, NewEvent};
use ledgerhook_store::{Store, StoreError};
use thiserror::Error;
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use crate::ambient::{Clock, Entropy, random_bytes};
use crate::append::Appender;
use crate::counters::Counters;
use crate::gateway::Settings;
use crate::refusal::Refusal;
use crate::roster::{Roster, Seat};
use crate::supervisor::Supervisor;
use crate::tokens::{AccessError, Tokens};

/// Polls at one time: enough to keep a fast provider busy, few enough that a slow one holds up
/// little memory (each may hold one answer of up to 16 MiB).
const POLLS_IN_FLIGHT_MAX: usize = 16;

/// What polling works with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) connectors: Arc<Vec<Connector>>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) appender: Appender,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) counters: Arc<Counters>,
}

/// Polls instances when they are due.
#[derive(Debug)]
pub(crate) struct Polling {
    parts: Parts,
    interval_min: Duration,
    plan: Mutex<Plan>,
    changed: Notify,
    permits: Arc<Semaphore>,
    /// One poll of an instance at a time: two would read the same changes.
    turns: Mutex<HashMap<InstanceId, Arc<tokio::sync::Mutex<()>>>>,
}

/// When who is due.
#[derive(Debug, Default)]
struct Plan {
    due: BTreeMap<(Instant, InstanceId), ()>,
    entries: HashMap<InstanceId, (Instant, Duration)>,
}

impl Plan {
    fn set(&mut self, instance: InstanceId, at: Instant, interval: Duration) {
        self.remove(instance);
        self.due.insert((at, instance), ());
        self.entries.insert(instance, (at, interval));
    }

    fn remove(&mut self, instance: InstanceId) {
        if let Some((at, _)) = self.entries.remove(&instance) {
            self.due.remove(&(at, instance));
        }
    }

    /// The instances that are due at `now`, each put off by its interval.
    fn take_due(&mut self, now: Instant) -> Vec<InstanceId> {
        let mut taken = Vec::new();
        while let Some(((at, instance), ())) = self.due.first_key_value() {
            let (at, instance) = (*at, *instance);
            if at > now {
                break;
            }
            let interval = self.entries.get(&instance).map_or(Duration::ZERO, |entry| entry.1);
            self.set(instance, now + interval.max(Duration::from_millis(1)), interval);
            taken.push(instance);
        }
        taken
    }

    fn next_due(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), ())| *at)
    }
}

/// Why a poll found nothing out.
#[derive(Debug, Error)]
enum PollError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("what was found could not be stored: {0}")]
    Append(Arc<StoreError>),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this element cannot be polled")]
    NoFeed,
}

impl Polling {
    /// Starts the task that polls.
    pub(crate) fn start(parts: Parts, settings: &Settings, supervisor: &Supervisor) -> Arc<Self> {
        let polling = Arc::new(Self {
            parts,
            interval_min: settings.poll_interval_min,
            plan: Mutex::default(),
            changed: Notify::new(),
            permits: Arc::new(Semaphore::new(POLLS_IN_FLIGHT_MAX)),
            turns: Mutex::default(),
        });
        supervisor.spawn(Arc::clone(&polling).run(supervisor.clone()));
        polling
    }

    /// Has an instance polled from now on. Its first cursor is now: what happened before it was
    /// connected is no change. The first poll comes after a random part of the interval, so that
    /// instances that were started together are not polled together.
    pub(crate) async fn begin(
        &self,
        instance: InstanceId,
        interval: Duration,
    ) -> Result<(), StoreError> {
        let parts = &self.parts;
        parts.store.start_poll(instance, Cursor::baseline(parts.clock.now())).await?;
        let interval = interval.max(self.interval_min);
        let unchanged = |entry: &(Instant, Duration)| entry.1 == interval;
        let mut plan = self.plan();
        if !plan.entries.get(&instance).is_some_and(unchanged) {
            let part = u32::from_le_bytes(random_bytes(&*parts.entropy)) % 1_000;
            plan.set(instance, Instant::now() + interval.saturating_mul(part) / 1_000, interval);
        }
        drop(plan);
        self.changed.notify_one();
        Ok(())
    }

    /// Has an instance polled no more.
    pub(crate) fn end(&self, instance: InstanceId) {
        self.plan().remove(instance);
    }

    /// Polls an instance of an organisation at once.
    pub(crate) async fn poll_now(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<(), Refusal> {
        let seat = self.parts.roster.by_id(id).filter(|seat| seat.organization == organization);
        let seat = seat
            .ok_or_else(|| Refusal::NotFound(format!("No element instance found with ID {id}")))?;
        if !seat.polls() {
            let why = "this instance is not polled: events are off, it is disabled, or its \
                       event.vendor.type is webhook";
            return Err(Refusal::BadRequest(why.to_owned()));
        }
        self.poll(&seat).await.map_err(|error| Refusal::ProviderUnavailable(error.to_string()))
    }

    async fn run(self: Arc<Self>, supervisor: Supervisor) {
        loop {
            let due = self.plan().take_due(Instant::now());
            for instance in due {
                let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else { return };
                let polling = Arc::clone(&self);
                supervisor.spawn(async move {
                    if let Some(seat) = polling.parts.roster.by_id(instance) {
                        // Counted, stored and logged where it happens.
                        drop(polling.poll(&seat).await);
                    }
                    drop(permit);
                });
            }
            let next = self.plan().next_due();
            let wait = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = wait => {}
                () = self.changed.notified() => {}
                () = supervisor.ending() => return,
            }
        }
    }

    async fn poll(&self, seat: &Arc<Seat>) -> Result<(), PollError> {
        let turn = self.turn(seat.id);
        let _mine = turn.lock().await;
        let outcome = self.read_and_append(seat).await;
        match &outcome {
            Ok(()) => self.parts.counters.polls.one(),
            Err(error) => {
                self.parts.counters.polls_failed.one();
                self.note_failure(seat, error).await;
            }
        }
        outcome
    }

    async fn read_and_append(&self, seat: &Seat) -> Result<(), PollError> {
        let parts = &self.parts;
        let connector = crate::find_connector(&parts.connectors, seat.element);
        let feed = connector.ok().and_then(|connector| connector.feeds.first().map(|feed| &**feed));
        let feed = feed.ok_or(PollError::NoFeed)?;
        let state = parts.store.poll_state(seat.id).await?;
        let cursor =
            state.map_or_else(|| Cursor::baseline(parts.clock.now()), |state| state.cursor);
        let page = self.read(feed, seat, cursor).await?;
        parts.counters.provider_reads.many(u64::from(page.reads));
        let now = parts.clock.now();
        let advance = CursorAdvance {
            instance: seat.id,
            cursor: cursor.advanced_to(page.provider_time),
            polled_at: now,
        };
        let findings = self.findings(seat, feed.detection(), page.changes, now);
        let append = Append { notice: None, findings, cursor: Some(advance) };
        parts.appender.append(append).await.map_err(PollError::Append)?;
        Ok(())
    }

    /// Reads changes, once more with a fresh token when the provider does not accept the first.
    async fn read(
        &self,
        feed: &dyn ChangeFeed,
        seat: &Seat,
        cursor: Cursor,
    ) -> Result<FeedPage, PollError> {
        let tokens = &self.parts.tokens;
        let request = |access| FeedRequest {
            access,
            configuration: &seat.configuration,
            since: cursor.ask_since(),
            resources: &seat.settings.resources,
        };
        let access = tokens.access(seat).await?;
        match feed.changes(request(&access)).await {
            Err(FeedError::Unauthorized) => {
                let fresh = tokens.replaced(seat, &access).await?;
                Ok(feed.changes(request(&fresh)).await?)
            }
            other => Ok(other?),
        }
    }

    fn findings(
        &self,
        seat: &Seat,
        detection: Detection,
        changes: Vec<Change>,
        seen_at: Moment,
    ) -> Vec<Finding> {
        let detection = match seat.settings.vendor_type {
            VendorType::Hybrid => Detection::Reconcile,
            VendorType::Polling | VendorType::Webhook => detection,
        };
        let mut by_resource: BTreeMap<Arc<str>, Vec<NewEvent>> = BTreeMap::new();
        for change in changes {
            let id = EventId::new(seen_at, random_bytes(&*self.parts.entropy));
            by_resource.entry(change.resource.clone()).or_default().push(NewEvent { id, change });
        }
        let finding = |events| Finding {
            instance: seat.id,
            detection,
            seen_at,
            events,
            events_per_notification_max: POLLED_EVENTS_PER_NOTIFICATION_MAX,
            deliver: seat.callback.is_some(),
        };
        by_resource.into_values().map(finding).collect()
    }

    async fn note_failure(&self, seat: &Seat, error: &PollError) {
        tracing::warn!(instance = %seat.id, %error, "a poll failed");
        if let PollError::Feed(FeedError::Throttled { wait }) = error {
            let mut plan = self.plan();
            if let Some((_, interval)) = plan.entries.get(&seat.id).copied() {
                plan.set(seat.id, Instant::now() + (*wait).max(interval), interval);
            }
        }
        let noted = self.parts.store.record_poll_failure(seat.id, error.to_string()).await;
        if let Err(error) = noted {
            tracing::warn!(instance = %seat.id, %error, "a failed poll could not be noted");
        }
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, instance: InstanceId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(instance).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn who_is_due_is_taken_once_an_interval() {
        let mut plan = Plan::default();
        let start = Instant::now();
        plan.set(InstanceId(1), start, MINUTE);
        plan.set(InstanceId(2), start + MINUTE, 2 * MINUTE);
        assert_eq!(plan.take_due(start), [InstanceId(1)]);
        assert_eq!(plan.take_due(start), []);
        assert_eq!(plan.next_due(), Some(start + MINUTE));
        assert_eq!(plan.take_due(start + MINUTE), [InstanceId(1), InstanceId(2)]);
        assert_eq!(plan.take_due(start + 2 * MINUTE), [InstanceId(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_removed_is_not_due_any_more() {
        let mut plan = Plan::default();
        let start = Instant::now();
        plan.set(InstanceId(1), start, MINUTE);
        plan.set(InstanceId(1), start + MINUTE, MINUTE);
        assert_eq!(plan.take_due(start), []);
        plan.remove(InstanceId(1));
        assert_eq!(plan.take_due(start + MINUTE), []);
        assert_eq!(plan.next_due(), None);
    }
}
