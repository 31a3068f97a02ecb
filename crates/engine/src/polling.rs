//! Asking providers for changes: which feed of whom is due, and what follows when it was asked.
//! How a feed is read stands in [`reading`], how far intervals are stretched in [`pacing`], and
//! when an instance is polled no more in [`pausing`].

mod configured;
mod pacing;
mod pausing;
mod plan;
mod reading;
mod sweep;
mod waits;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, ProviderError};
use ledgerhook_model::configuration::VendorType;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::{InstanceId, Moment, OrganizationId};
use ledgerhook_store::StoreError;
use ledgerhook_store::polls::{PollId, PollingPause};
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
use pacing::Observed;
pub(crate) use pacing::Pace;
use plan::Plan;
pub(crate) use sweep::Sweep;

/// Polls at one time: enough to keep a fast provider busy, few enough that a slow one holds up
/// little memory (each may hold one answer of up to 16 MiB).
const POLLS_IN_FLIGHT_MAX: usize = 16;

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
    failures_before_pause: u32,
    notice_grace: Duration,
    plan: Mutex<Plan>,
    changed: Notify,
    permits: Arc<Semaphore>,
    /// One poll of a feed at a time: two would read the same changes.
    turns: Mutex<HashMap<PollId, Arc<tokio::sync::Mutex<()>>>>,
    pauses: Mutex<HashMap<InstanceId, PollingPause>>,
    observed: Mutex<Observed>,
    /// Those that could not be begun when they should have been.
    unbegun: Mutex<BTreeSet<InstanceId>>,
}

/// The resources of an instance that a feed tells of: an element's own of those without a question
/// of their own, a configured one of its own.
fn covered_by(feed: &dyn ChangeFeed, seat: &Seat) -> Vec<String> {
    let is_configured = seat.settings.polled.iter().any(|polled| polled.name == feed.name());
    let mut resources = match is_configured {
        true => seat.settings.resources.clone(),
        false => seat.settings.fed_resources(),
    };
    resources.retain(|resource| feed.covers(resource, &seat.configuration));
    resources
}

/// The resources of an instance that the feed of that name tells of.
pub(crate) fn resources_of(base: &Base, seat: &Seat, feed_name: &str) -> Vec<String> {
    let feeds = configured::feeds_of(base, seat);
    let feed = feeds.iter().find(|feed| feed.name() == feed_name);
    feed.map(|feed| covered_by(&**feed, seat)).unwrap_or_default()
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
    /// Starts the tasks that poll and that keep the pace within the apps' budgets.
    pub(crate) fn start(parts: Parts, settings: &Settings, supervisor: &Supervisor) -> Arc<Self> {
        let polling = Arc::new(Self {
            parts,
            interval_min: settings.poll_interval_min,
            failures_before_pause: settings.poll_failures_before_pause,
            notice_grace: settings.notice_grace,
            plan: Mutex::default(),
            changed: Notify::new(),
            permits: Arc::new(Semaphore::new(POLLS_IN_FLIGHT_MAX)),
            turns: Mutex::default(),
            pauses: Mutex::default(),
            observed: Mutex::default(),
            unbegun: Mutex::default(),
        });
        supervisor.spawn(Arc::clone(&polling).run(supervisor.clone()));
        supervisor.spawn(Arc::clone(&polling).keep_pace(supervisor.clone()));
        polling
    }

    /// Has an instance polled from now on, by every feed that covers one of its resources, unless
    /// its polling is paused. The first cursor is now, because what happened before it was
    /// connected is no change, unless history was asked for. The first poll comes after a random
    /// part of the interval, so that instances that were started together are not polled together,
    /// and not before an interval after the last one is over. What cannot be begun now is begun as
    /// soon as the store works.
    pub(crate) async fn begin(&self, seat: &Seat) -> Result<(), Refusal> {
        self.unbegun().remove(&seat.id);
        let begun = self.begin_now(seat).await;
        if begun.is_err() {
            self.begin_later(seat.id);
        }
        begun
    }

    /// Begins an instance, when it is seated and polled, at the next look at the pace.
    pub(crate) fn begin_later(&self, instance: InstanceId) {
        self.unbegun().insert(instance);
    }

    async fn begin_those_left(&self) {
        let left: Vec<InstanceId> = self.unbegun().iter().copied().collect();
        for instance in left {
            let seat = self.parts.base.roster.by_id(instance).filter(|seat| seat.polls());
            let Some(seat) = seat else {
                self.unbegun().remove(&instance);
                continue;
            };
            if let Err(error) = self.begin(&seat).await {
                tracing::warn!(%instance, %error, "polls could not be begun yet");
            }
        }
    }

    async fn begin_now(&self, seat: &Seat) -> Result<(), Refusal> {
        let base = &self.parts.base;
        let wanted = self.polls_of(seat)?;
        let now = base.clock.now();
        let mut polled_before = HashMap::new();
        for (id, _) in &wanted {
            // A start takes up every instance; most have a cursor, and reading commits nothing.
            match base.store.poll_state(id.clone()).await? {
                Some(state) => {
                    self.observed().take_over(&state);
                    polled_before.insert(id.clone(), state.polled_at);
                }
                None => {
                    let first = Cursor::baseline(seat.settings.history.unwrap_or(now));
                    base.store.start_poll(id.clone(), first).await?;
                }
            }
        }
        if self.pause_of(seat.id).is_some() {
            self.end(seat.id);
            return Ok(());
        }
        let is_hybrid = seat.settings.vendor_type == VendorType::Hybrid;
        self.plan_these(seat.id, &wanted, |id, interval| {
            let Some(polled_at) = polled_before.get(id) else {
                return waits::part(interval, self.random());
            };
            let wait = waits::part(interval.min(sweep::WITHIN_AFTER_A_GAP), self.random());
            // What a poll finds it finds later as well; what a notice did not tell is waited for.
            let rest =
                polled_at.filter(|_| !is_hybrid).map(|at| interval.saturating_sub(now.since(at)));
            wait.max(rest.unwrap_or_default())
        });
        self.changed.notify_one();
        Ok(())
    }

    /// A poll for every feed that covers one of the instance's resources, and its pace.
    fn polls_of(&self, seat: &Seat) -> Result<Vec<(PollId, Duration)>, Refusal> {
        let mut polls = Vec::new();
        for feed in configured::feeds_of(&self.parts.base, seat) {
            let interval = seating::interval(&seat.settings, &seat.configuration, &*feed)?;
            if !covered_by(&*feed, seat).is_empty() {
                let id = PollId::new(seat.id, feed.name());
                polls.push((id, interval.max(self.interval_min)));
            }
        }
        Ok(polls)
    }

    /// Puts the polls of an instance into the plan, each after a wait; those that go on at the same
    /// pace stay where they are.
    fn plan_these(
        &self,
        instance: InstanceId,
        wanted: &[(PollId, Duration)],
        wait: impl Fn(&PollId, Duration) -> Duration,
    ) {
        let mut plan = self.plan();
        plan.begin(instance);
        for (id, _) in plan.of(instance) {
            if !wanted.iter().any(|(other, _)| *other == id) {
                plan.remove(&id);
            }
        }
        for (id, interval) in wanted {
            if plan.entry(id).map(|entry| entry.interval) != Some(*interval) {
                plan.set(id, Instant::now() + wait(id, *interval), *interval);
            }
        }
    }

    /// Has an instance polled no more.
    pub(crate) fn end(&self, instance: InstanceId) {
        self.plan_these(instance, &[], |_, _| Duration::ZERO);
    }

    /// Forgets an instance that is gone.
    pub(crate) fn forget(&self, instance: InstanceId) {
        self.end(instance);
        self.plan().forget(instance);
        self.observed().forget(instance);
        self.forget_pause(instance);
    }

    /// Asks every feed of an instance of an organisation at once, for all that has changed until
    /// now: what notices are still on their way about is not left to them. When all have answered,
    /// polling that was paused goes on.
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
        if let Some(why) = self.parts.base.spent_budget(&seat) {
            return Err(Refusal::Conflict(why));
        }
        for (poll, _) in self.polls_of(&seat)? {
            let outcome = self.poll(&seat, &poll, Occasion::Asked).await;
            outcome.map_err(|error| Refusal::ProviderUnavailable(error.to_string()))?;
        }
        if self.resume(id, "a poll that was asked for has worked").await? {
            self.begin(&seat).await?;
        }
        Ok(())
    }

    async fn run(self: Arc<Self>, supervisor: Supervisor) {
        loop {
            let wait = |interval| waits::with_jitter(interval, self.random());
            let due = self.plan().take_due(Instant::now(), wait);
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
        let base = &self.parts.base;
        let Some(seat) = base.roster.by_id(id.instance) else { return };
        if base.spent_budget(&seat).is_some() {
            base.counters.polls_held_back.one();
            return;
        }
        // Counted, stored and logged where it happens.
        drop(self.poll(&seat, id, Occasion::Due).await);
    }

    async fn poll(
        &self,
        seat: &Arc<Seat>,
        id: &PollId,
        occasion: Occasion,
    ) -> Result<(), PollError> {
        let turn = self.turn(id);
        let _mine = turn.lock().await;
        let begun = self.plan().begun(id.instance);
        let outcome = self.read_and_append(seat, id, occasion).await;
        match &outcome {
            Ok(()) => self.parts.base.counters.polls.one(),
            Err(error) => {
                self.parts.base.counters.polls_failed.one();
                self.note_failure(id, begun, error).await;
            }
        }
        outcome
    }

    /// Counts a failure, and has the next poll wait, or none follow. `begun` is how often the
    /// instance's polls had been begun when this one was.
    async fn note_failure(&self, id: &PollId, begun: u64, error: &PollError) {
        tracing::warn!(instance = %id.instance, feed = id.feed, %error, "a poll failed");
        let noted = self.parts.base.store.record_poll_failure(id.clone(), error.to_string()).await;
        let failures = noted.unwrap_or_else(|error| {
            tracing::warn!(instance = %id.instance, %error, "a failed poll could not be noted");
            0
        });
        match error {
            // Nothing changes until the customer authorises again, which begins the polls anew; and
            // may have done so while this one was under way.
            PollError::Provider(ProviderError::Refused(_)) => {
                return self.plan().end(id.instance, begun);
            }
            // A store that fails is no reason to leave a company alone.
            PollError::Append(_) | PollError::Store(_) => {}
            PollError::Provider(_) | PollError::NoFeed => {
                if failures >= self.failures_before_pause && !self.is_refused_alone(id, error).await
                {
                    return self.pause(id, failures, error).await;
                }
            }
        }
        let asked = match error {
            PollError::Provider(ProviderError::Throttled { wait }) => *wait,
            _ => Duration::ZERO,
        };
        self.put_off(id, failures, asked);
    }

    /// Has the next poll wait as long as so many failures ask for, and at least `wait_min`.
    fn put_off(&self, id: &PollId, failures: u32, wait_min: Duration) {
        let mut plan = self.plan();
        if let Some(entry) = plan.entry(id) {
            let wait_min = if wait_min.is_zero() { wait_min } else { wait_min.max(entry.interval) };
            let wait = waits::after_failures(failures, entry.stretched(), self.random());
            plan.put_off(id, Instant::now() + wait.max(wait_min));
        }
    }

    fn random(&self) -> u32 {
        u32::from_le_bytes(random_bytes(&*self.parts.base.entropy))
    }

    fn now(&self) -> Moment {
        self.parts.base.clock.now()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn observed(&self) -> MutexGuard<'_, Observed> {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unbegun(&self) -> MutexGuard<'_, BTreeSet<InstanceId>> {
        self.unbegun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, id: &PollId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(id.clone()).or_default())
    }
}
