//! Sending what the journal holds: which delivery goes next is decided in [`lanes`], how it is
//! written in [`letter`]; here they are sent, and what became of them is committed in groups.

mod lanes;
mod letter;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledgerhook_egress::Client;
use ledgerhook_model::InstanceId;
use ledgerhook_model::delivery::{AttemptOutcome, NextStep, ParkReason, RetrySchedule};
use ledgerhook_store::StoreError;
use ledgerhook_store::deliveries::{AttemptRecord, PendingDelivery};
use ledgerhook_store::journal::Notification;
use tokio::sync::{Notify, mpsc};

use crate::ambient::random_bytes;
use crate::base::Base;
use crate::settings::Settings;
use crate::supervisor::Supervisor;
use lanes::{LaneLimits, Lanes, Load, Parcel};

/// Calls under way at one time, over all callbacks: each holds a body of a few KiB and a socket.
const IN_FLIGHT_MAX: usize = 512;

/// Outcomes that may wait to be committed; a full queue holds up further attempts, so that a
/// stopped disk does not lead to deliveries that nobody remembers.
const OUTCOMES_WAITING_MAX: usize = 4_096;

/// Most outcomes of one transaction.
const OUTCOMES_BATCH_MAX: usize = 512;

/// How long to wait before a store that failed is asked again.
const STORE_RETRY_WAIT: Duration = Duration::from_millis(500);

/// How soon the recorder notices that the gateway is ending.
const ENDING_NOTICED_WITHIN: Duration = Duration::from_millis(100);

/// Sends deliveries.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    base: Base,
    client: Client,
    retry: RetrySchedule,
    lanes: Mutex<Lanes>,
    changed: Notify,
    outcomes: mpsc::Sender<Outcome>,
    supervisor: Supervisor,
}

#[derive(Debug)]
struct Outcome {
    instance: InstanceId,
    record: AttemptRecord,
}

impl Dispatcher {
    /// Starts the tasks that send and that record.
    pub(crate) fn start(
        base: Base,
        client: Client,
        settings: &Settings,
        supervisor: &Supervisor,
    ) -> Arc<Self> {
        let limits = LaneLimits {
            callback_in_flight_max: settings.callback_in_flight_max,
            instance_in_flight_max: settings.instance_in_flight_max,
            in_flight_max: IN_FLIGHT_MAX,
        };
        let (outcomes, recorded) = mpsc::channel(OUTCOMES_WAITING_MAX);
        let dispatcher = Arc::new(Self {
            base,
            client,
            retry: settings.retry.clone(),
            lanes: Mutex::new(Lanes::new(limits)),
            changed: Notify::new(),
            outcomes,
            supervisor: supervisor.clone(),
        });
        supervisor.spawn(Arc::clone(&dispatcher).send_what_is_due());
        supervisor.spawn(Arc::clone(&dispatcher).record_outcomes(recorded));
        dispatcher
    }

    /// Takes up what the last process left undelivered.
    pub(crate) async fn take_up(&self) -> Result<(), StoreError> {
        let instances = self.base.store.instances_with_pending().await?;
        {
            let mut lanes = self.lanes();
            for instance in instances {
                lanes.offer_stored(instance);
            }
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Takes in notifications that were written just now.
    pub(crate) fn take_in(&self, notifications: Vec<Notification>) {
        let fresh = |notification: Notification| {
            let due_at = notification.created_at;
            Parcel::new(PendingDelivery { notification, attempts: 0, due_at })
        };
        let parcels: Vec<Parcel> = notifications.into_iter().filter_map(fresh).collect();
        if parcels.is_empty() {
            return;
        }
        {
            let mut lanes = self.lanes();
            for parcel in parcels {
                lanes.offer(parcel);
            }
        }
        self.changed.notify_one();
    }

    /// Takes back a delivery that was parked.
    pub(crate) fn take_back(&self, delivery: PendingDelivery) {
        if let Some(parcel) = Parcel::new(delivery) {
            self.lanes().offer_again(parcel);
            self.changed.notify_one();
        }
    }

    async fn send_what_is_due(self: Arc<Self>) {
        loop {
            self.start_what_may_go();
            let loads = self.lanes().take_loads();
            for load in loads {
                self.supervisor.spawn(Arc::clone(&self).load(load));
            }
            let next = self.lanes().next_due();
            let wait = async {
                match next {
                    Some(at) => tokio::time::sleep(at.since(self.base.clock.now())).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = wait => {}
                () = self.changed.notified() => {}
                () = self.supervisor.ending() => return,
            }
        }
    }

    fn start_what_may_go(self: &Arc<Self>) {
        let now = self.base.clock.now();
        loop {
            let started = self.lanes().start(now, |instance| self.callback_of(instance));
            let Some(parcel) = started else { return };
            self.supervisor.spawn(Arc::clone(self).attempt(parcel));
        }
    }

    /// What the limit of calls is counted by: the callback's URL. An instance without one has
    /// nothing to call, and only its own number to be counted by.
    fn callback_of(&self, instance: InstanceId) -> u64 {
        let seat = self.base.roster.by_id(instance);
        let callback = seat.as_ref().and_then(|seat| seat.callback.as_ref());
        callback.map_or(instance.0.cast_unsigned(), |callback| callback.key)
    }

    async fn attempt(self: Arc<Self>, parcel: Parcel) {
        let (outcome, step) = self.send(&parcel).await;
        let record = AttemptRecord {
            delivery: parcel.id,
            attempt: parcel.attempts.saturating_add(1),
            outcome,
            at: self.base.clock.now(),
            step,
        };
        self.count(&parcel, &record);
        let instance = parcel.instance();
        // Fails only when the recorder has ended; then the delivery is still pending in the store.
        drop(self.outcomes.send(Outcome { instance, record }).await);
        self.lanes().answered(instance, parcel.id);
        self.start_what_may_go_unless_ending();
    }

    /// Starting the next delivery here, in the task that has just ended one, saves a wake-up of
    /// the dispatcher's own task for each delivery.
    fn start_what_may_go_unless_ending(self: &Arc<Self>) {
        if !self.supervisor.is_ending() {
            self.start_what_may_go();
        }
    }

    /// Makes one attempt: what it came to, and what follows.
    async fn send(&self, parcel: &Parcel) -> (String, NextStep) {
        let seat = self.base.roster.by_id(parcel.instance());
        let target = seat.as_ref().and_then(|seat| Some((seat, seat.callback.as_ref()?)));
        let Some((seat, callback)) = target else {
            let step = NextStep::Park { reason: ParkReason::NoCallback };
            return ("no callback".to_owned(), step);
        };
        let now = self.base.clock.now();
        let request = letter::write(seat, callback, &parcel.notification, now);
        let answer = self.client.send(request).await;
        let now = self.base.clock.now();
        let outcome = match answer {
            Ok(answer) => AttemptOutcome::Answered {
                status: answer.status.as_u16(),
                retry_after: answer.retry_after(now.timestamp()),
            },
            Err(error) => AttemptOutcome::Failed { code: error.kind() },
        };
        let random = || u32::from_le_bytes(random_bytes(&*self.base.entropy));
        let attempt = parcel.attempts.saturating_add(1);
        let step = self.retry.after_attempt(attempt, &outcome, now, random);
        (outcome.to_string(), step)
    }

    fn count(&self, parcel: &Parcel, record: &AttemptRecord) {
        let counters = &self.base.counters;
        counters.attempts.one();
        match record.step {
            NextStep::Done => counters.deliveries_arrived.one(),
            NextStep::Retry { at } => {
                tracing::info!(delivery = %parcel.id, instance = %parcel.instance(),
                    attempt = record.attempt, outcome = %record.outcome, %at,
                    "an attempt failed and will be repeated");
            }
            NextStep::Park { reason } => {
                counters.deliveries_parked.one();
                tracing::warn!(delivery = %parcel.id, instance = %parcel.instance(),
                    attempts = record.attempt, outcome = %record.outcome, %reason,
                    "a delivery was parked");
            }
        }
    }

    async fn record_outcomes(self: Arc<Self>, mut queue: mpsc::Receiver<Outcome>) {
        let mut outcomes = Vec::with_capacity(OUTCOMES_BATCH_MAX);
        while !(self.supervisor.is_ending() && queue.is_empty() && self.lanes().in_flight() == 0) {
            let taking = queue.recv_many(&mut outcomes, OUTCOMES_BATCH_MAX);
            // The limit only lets a shutdown be noticed; outcomes are taken as they come.
            drop(tokio::time::timeout(ENDING_NOTICED_WITHIN, taking).await);
            self.record(&mut outcomes).await;
        }
    }

    /// Commits outcomes; a store that fails is asked until it works, because what arrived must not
    /// be sent again for want of a record.
    async fn record(&self, outcomes: &mut Vec<Outcome>) {
        if outcomes.is_empty() {
            return;
        }
        let records: Vec<AttemptRecord> = outcomes.iter().map(|one| one.record.clone()).collect();
        while let Err(error) = self.base.store.record_attempts(records.clone()).await {
            tracing::error!(%error, "outcomes could not be recorded; trying again");
            tokio::select! {
                () = tokio::time::sleep(STORE_RETRY_WAIT) => {}
                () = self.supervisor.ending() => break,
            }
        }
        {
            let mut lanes = self.lanes();
            for Outcome { instance, record } in outcomes.drain(..) {
                lanes.finish(instance, record.delivery, record.step);
            }
        }
        self.changed.notify_one();
    }

    async fn load(self: Arc<Self>, load: Load) {
        let read = self.base.store.pending(load.instance, load.after, load.limit).await;
        let parcels = match read {
            Ok(pending) => Some(pending.into_iter().filter_map(Parcel::new).collect()),
            Err(error) => {
                tracing::error!(instance = %load.instance, %error,
                    "pending deliveries could not be read; trying again");
                tokio::time::sleep(STORE_RETRY_WAIT).await;
                None
            }
        };
        self.lanes().loaded(load, parcels);
        self.changed.notify_one();
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
