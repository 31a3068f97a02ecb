//! Asking providers for changes: which feed of whom is due, with which token, from which cursor;
//! and what was found goes into the journal together with the advanced cursor.

mod configured;
mod plan;
mod sweep;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, FeedPage, ProviderError};
use ledgerhook_model::configuration::VendorType;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::limits::POLLED_EVENTS_PER_NOTIFICATION_MAX;
use ledgerhook_model::{Change, Detection, EventId, InstanceId, Moment, OrganizationId};
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{Append, CursorAdvance, Finding, NewEvent};
use ledgerhook_store::polls::PollId;
use thiserror::Error;
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use crate::ambient::random_bytes;
use crate::append::Appender;
use crate::base::Base;
use crate::calls::Calls;
use crate::refusal::Refusal;
use crate::roster::Seat;
use crate::seating;
use crate::settings::Settings;
use crate::supervisor::Supervisor;
use plan::Plan;
pub(crate) use sweep::Sweep;

/// Polls at one time: enough to keep a fast provider busy, few enough that a slow one holds up
/// little memory (each may hold one answer of up to 16 MiB).
const POLLS_IN_FLIGHT_MAX: usize = 16;

/// Pages read one after the other before others get their turn.
const PAGES_IN_A_ROW_MAX: usize = 100;

/// What polling works with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) base: Base,
    pub(crate) calls: Calls,
    pub(crate) appender: Appender,
}

/// Polls instances when they are due.
#[derive(Debug)]
pub(crate) struct Polling {
    parts: Parts,
    interval_min: Duration,
    notice_grace: Duration,
    plan: Mutex<Plan>,
    changed: Notify,
    permits: Arc<Semaphore>,
    /// One poll of a feed at a time: two would read the same changes.
    turns: Mutex<HashMap<PollId, Arc<tokio::sync::Mutex<()>>>>,
}

/// Whether a feed tells of a resource of an instance: an element's own of one without a question of
/// its own, a configured one of its own.
fn covers_one(feed: &dyn ChangeFeed, seat: &Seat) -> bool {
    let is_configured = seat.settings.polled.iter().any(|polled| polled.name == feed.name());
    let resources = match is_configured {
        true => seat.settings.resources.clone(),
        false => seat.settings.fed_resources(),
    };
    resources.iter().any(|resource| feed.covers(resource, &seat.configuration))
}

/// Which feed of whom is read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    seat: &'a Seat,
    id: &'a PollId,
    feed: &'a dyn ChangeFeed,
    occasion: Occasion,
}

/// Why a feed is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// It is due, or notices came.
    Due,
    /// Somebody asked for what has changed until now.
    Asked,
}

/// Why a poll found nothing out.
#[derive(Debug, Error)]
enum PollError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
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
            notice_grace: settings.notice_grace,
            plan: Mutex::default(),
            changed: Notify::new(),
            permits: Arc::new(Semaphore::new(POLLS_IN_FLIGHT_MAX)),
            turns: Mutex::default(),
        });
        supervisor.spawn(Arc::clone(&polling).run(supervisor.clone()));
        polling
    }

    /// Has an instance polled from now on, by every feed that covers one of its resources. The
    /// first cursor is now, because what happened before it was connected is no change, unless
    /// history was asked for. The first poll
    /// comes after a random part of the interval, so that instances that were started together are
    /// not polled together.
    pub(crate) async fn begin(&self, seat: &Seat) -> Result<(), Refusal> {
        let base = &self.parts.base;
        let wanted = self.polls_of(seat)?;
        let now = base.clock.now();
        let mut within = Duration::MAX;
        for (id, _) in &wanted {
            // A start takes up every instance; most have a cursor, and reading commits nothing.
            if base.store.poll_state(id.clone()).await?.is_some() {
                within = sweep::WITHIN_AFTER_A_GAP;
            } else {
                let first = Cursor::baseline(seat.settings.history.unwrap_or(now));
                base.store.start_poll(id.clone(), first).await?;
            }
        }
        self.plan_these(seat.id, &wanted, within);
        self.changed.notify_one();
        Ok(())
    }

    /// A poll for every feed that covers one of the instance's resources, and its pace.
    fn polls_of(&self, seat: &Seat) -> Result<Vec<(PollId, Duration)>, Refusal> {
        let mut polls = Vec::new();
        for feed in configured::feeds_of(&self.parts.base, seat) {
            let interval = seating::interval(&seat.settings, &seat.configuration, &*feed)?;
            if covers_one(&*feed, seat) {
                let id = PollId::new(seat.id, feed.name());
                polls.push((id, interval.max(self.interval_min)));
            }
        }
        Ok(polls)
    }

    /// Puts the polls of an instance into the plan, each at a random moment of its interval and not
    /// later than `within`; those that go on at the same pace stay where they are.
    fn plan_these(&self, instance: InstanceId, wanted: &[(PollId, Duration)], within: Duration) {
        let mut plan = self.plan();
        for id in plan.of(instance) {
            if !wanted.iter().any(|(other, _)| *other == id) {
                plan.remove(&id);
            }
        }
        for (id, interval) in wanted {
            if plan.interval_of(id) != Some(*interval) {
                let part = u32::from_le_bytes(random_bytes(&*self.parts.base.entropy)) % 1_000;
                let at = Instant::now() + within.min(*interval).saturating_mul(part) / 1_000;
                plan.set(id, at, *interval);
            }
        }
    }

    /// Has an instance polled no more.
    pub(crate) fn end(&self, instance: InstanceId) {
        self.plan_these(instance, &[], Duration::MAX);
    }

    /// Asks every feed of an instance of an organisation at once, for all that has changed until
    /// now: what notices are still on their way about is not left to them.
    pub(crate) async fn poll_now(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<(), Refusal> {
        let seat =
            self.parts.base.roster.by_id(id).filter(|seat| seat.organization == organization);
        let seat = seat
            .ok_or_else(|| Refusal::NotFound(format!("No element instance found with ID {id}")))?;
        if !seat.polls() {
            let why = "this instance is not polled: events are off, it is disabled, or its \
                       event.vendor.type is webhook";
            return Err(Refusal::BadRequest(why.to_owned()));
        }
        for (poll, _) in self.polls_of(&seat)? {
            let outcome = self.poll(&seat, &poll, Occasion::Asked).await;
            outcome.map_err(|error| Refusal::ProviderUnavailable(error.to_string()))?;
        }
        Ok(())
    }

    async fn run(self: Arc<Self>, supervisor: Supervisor) {
        loop {
            let due = self.plan().take_due(Instant::now());
            for id in due {
                let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else { return };
                let polling = Arc::clone(&self);
                supervisor.spawn(async move {
                    polling.poll_if_seated(&id).await;
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

    async fn poll_if_seated(&self, id: &PollId) {
        if let Some(seat) = self.parts.base.roster.by_id(id.instance) {
            // Counted, stored and logged where it happens.
            drop(self.poll(&seat, id, Occasion::Due).await);
        }
    }

    async fn poll(
        &self,
        seat: &Arc<Seat>,
        id: &PollId,
        occasion: Occasion,
    ) -> Result<(), PollError> {
        let turn = self.turn(id);
        let _mine = turn.lock().await;
        let outcome = self.read_and_append(seat, id, occasion).await;
        match &outcome {
            Ok(()) => self.parts.base.counters.polls.one(),
            Err(error) => {
                self.parts.base.counters.polls_failed.one();
                self.note_failure(id, error).await;
            }
        }
        outcome
    }

    /// Reads what changed and writes it, page after page until the provider has no more.
    async fn read_and_append(
        &self,
        seat: &Arc<Seat>,
        id: &PollId,
        occasion: Occasion,
    ) -> Result<(), PollError> {
        let base = &self.parts.base;
        let mut feeds = configured::feeds_of(base, seat).into_iter();
        let feed = feeds.find(|feed| feed.name() == id.feed).ok_or(PollError::NoFeed)?;
        let resources = seat.settings.fed_resources();
        let state = base.store.poll_state(id.clone()).await?;
        let mut cursor =
            state.map_or_else(|| Cursor::baseline(base.clock.now()), |state| state.cursor);
        let mut since = cursor.ask_since();
        for _ in 0..PAGES_IN_A_ROW_MAX {
            let page = self.parts.calls.changes(&*feed, seat, &resources, since).await?;
            let (more, before) = (page.more, cursor);
            let reading = Reading { seat, id, feed: &*feed, occasion };
            let append = self.append_of(reading, page, &mut cursor);
            self.parts.appender.append(append).await.map_err(PollError::Append)?;
            if !more || cursor == before {
                break;
            }
            // The overlap was read with the first page.
            since = cursor.read_up_to;
        }
        Ok(())
    }

    /// What a page is written as: its changes, and the cursor that it moves.
    fn append_of(&self, reading: Reading<'_>, mut page: FeedPage, cursor: &mut Cursor) -> Append {
        let Reading { seat, id, feed, occasion } = reading;
        if let Some(note) = &page.note {
            tracing::warn!(instance = %seat.id, feed = id.feed, note, "of a poll");
        }
        let now = self.parts.base.clock.now();
        if seat.settings.vendor_type == VendorType::Hybrid && occasion == Occasion::Due {
            self.leave_to_notices(seat, feed, &mut page, now);
        }
        *cursor = cursor.advanced_to(page.provider_time);
        let advance = CursorAdvance { poll: id.clone(), cursor: *cursor, polled_at: now };
        let findings = self.findings(seat, feed.detection(), page.changes, now);
        Append { notice: None, findings, cursor: Some(advance) }
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
            let id = EventId::new(seen_at, random_bytes(&*self.parts.base.entropy));
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

    async fn note_failure(&self, id: &PollId, error: &PollError) {
        tracing::warn!(instance = %id.instance, feed = id.feed, %error, "a poll failed");
        match error {
            PollError::Provider(ProviderError::Throttled { wait }) => self.put_off(id, *wait),
            // Nothing changes until the customer authorises again, which begins the polls anew.
            PollError::Provider(ProviderError::Refused(_)) => self.end(id.instance),
            _ => {}
        }
        let noted = self.parts.base.store.record_poll_failure(id.clone(), error.to_string()).await;
        if let Err(error) = noted {
            tracing::warn!(instance = %id.instance, %error, "a failed poll could not be noted");
        }
    }

    /// Puts the next poll off by at least `wait`.
    fn put_off(&self, id: &PollId, wait: Duration) {
        let mut plan = self.plan();
        if let Some(interval) = plan.interval_of(id) {
            plan.set(id, Instant::now() + wait.max(interval), interval);
        }
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, id: &PollId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(id.clone()).or_default())
    }
}
