//! Which delivery goes next: a lane for each instance, limits for each instance and each callback,
//! order for each record. Plain data in and out; the dispatcher around it does the sending.
//!
//! A record's deliveries go one after the other: a later one waits until the earlier one has ended
//! or is parked. Other records of the instance, and other instances, go on meanwhile. A lane holds
//! only a window of its deliveries in memory; what does not fit stays in the store and is read
//! again when there is room (`behind`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use std::sync::Arc;

use ledgerhook_model::delivery::NextStep;
use ledgerhook_model::{DeliveryId, InstanceId, Moment};
use ledgerhook_store::deliveries::PendingDelivery;
use ledgerhook_store::journal::Notification;

/// Deliveries of one instance that wait in memory. A thousand of them, at about 1 KiB each, are
/// read back from the store in a few milliseconds.
const WINDOW: usize = 1_024;

/// Failed deliveries of one instance that wait for their next attempt. A callback with that many
/// failures is down: nothing new is tried there until one of them has ended.
const FAILED_MAX: usize = 64;

/// How far into a lane a startable delivery is looked for behind ones that wait for their record.
const LOOK_AHEAD: usize = 64;

/// Before the first delivery there can be.
const BEFORE_ALL: DeliveryId = DeliveryId(0);

/// Limits of concurrency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LaneLimits {
    pub(crate) callback_in_flight_max: usize,
    pub(crate) instance_in_flight_max: usize,
    pub(crate) in_flight_max: usize,
}

/// All lanes.
#[derive(Debug)]
pub(crate) struct Lanes {
    limits: LaneLimits,
    lanes: HashMap<InstanceId, Lane>,
    /// Lanes that may have something to start, in turn.
    turns: VecDeque<InstanceId>,
    /// Lanes that stand in `turns`.
    in_turn: HashSet<InstanceId>,
    /// Lanes that wait for room at their callback; they stand in `in_turn` as well.
    crowded: HashMap<u64, VecDeque<InstanceId>>,
    /// Calls under way, by callback.
    callbacks: HashMap<u64, usize>,
    /// Lanes with more in the store than in memory.
    behind: BTreeSet<InstanceId>,
    timers: BTreeSet<(Moment, InstanceId, DeliveryId)>,
    in_flight: usize,
}

#[derive(Debug, Default)]
struct Lane {
    /// Not tried yet, by ascending id.
    fresh: VecDeque<Parcel>,
    /// To be tried again, and due.
    again: VecDeque<Parcel>,
    /// To be tried again later.
    failed: BTreeMap<DeliveryId, Parcel>,
    /// On their way, or answered and not yet recorded.
    started: HashMap<DeliveryId, Started>,
    /// Records whose turn is taken by a started or a failed delivery.
    held: HashMap<u64, usize>,
    unanswered: usize,
    /// The last delivery that was in memory, when the store has more after it.
    behind: Option<DeliveryId>,
    last_seen: Option<DeliveryId>,
    loading: bool,
    /// Something came that did not fit since the last loading began.
    missed: bool,
}

#[derive(Debug)]
struct Started {
    parcel: Parcel,
    callback: u64,
    answered: bool,
}

/// A delivery in memory; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) id: DeliveryId,
    pub(crate) notification: Arc<Notification>,
    pub(crate) attempts: u32,
    pub(crate) due_at: Moment,
}

impl Parcel {
    /// `None` for a notification that has no delivery: its events are kept for reading.
    pub(crate) fn new(delivery: PendingDelivery) -> Option<Self> {
        Some(Self {
            id: delivery.notification.delivery?,
            notification: Arc::new(delivery.notification),
            attempts: delivery.attempts,
            due_at: delivery.due_at,
        })
    }

    /// Whose books.
    pub(crate) fn instance(&self) -> InstanceId {
        self.notification.instance
    }

    /// The records it speaks of, as hashes: two records that share one wait for each other without
    /// need, which is harmless and as rare as a collision of 64 bits.
    fn records(&self) -> impl Iterator<Item = u64> {
        self.notification.events.iter().map(|event| {
            let mut hasher = DefaultHasher::new();
            event.change.resource.hash(&mut hasher);
            event.change.object_id.hash(&mut hasher);
            hasher.finish()
        })
    }
}

/// A lane with room whose next deliveries are in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) instance: InstanceId,
    pub(crate) after: Option<DeliveryId>,
    pub(crate) limit: usize,
}

impl Lanes {
    pub(crate) fn new(limits: LaneLimits) -> Self {
        Self {
            limits,
            lanes: HashMap::new(),
            turns: VecDeque::new(),
            in_turn: HashSet::new(),
            crowded: HashMap::new(),
            callbacks: HashMap::new(),
            behind: BTreeSet::new(),
            timers: BTreeSet::new(),
            in_flight: 0,
        }
    }

    /// A new delivery, written just now. Comes by ascending id.
    pub(crate) fn offer(&mut self, parcel: Parcel) {
        let instance = parcel.instance();
        let lane = self.lanes.entry(instance).or_default();
        if lane.behind.is_some() || lane.fresh.len() >= WINDOW {
            lane.behind = lane.behind.or(lane.last_seen).or(Some(BEFORE_ALL));
            lane.missed = true;
            self.behind.insert(instance);
        } else {
            lane.last_seen = Some(parcel.id);
            lane.fresh.push_back(parcel);
        }
        self.give_turn(instance);
    }

    /// An instance whose deliveries are in the store: what a starting dispatcher finds.
    pub(crate) fn offer_stored(&mut self, instance: InstanceId) {
        self.lanes.entry(instance).or_default().behind = Some(BEFORE_ALL);
        self.behind.insert(instance);
    }

    /// A delivery that was parked and is to go again.
    pub(crate) fn offer_again(&mut self, parcel: Parcel) {
        let instance = parcel.instance();
        let lane = self.lanes.entry(instance).or_default();
        lane.hold(&parcel);
        lane.again.push_back(parcel);
        self.give_turn(instance);
    }

    /// The next delivery to send, if one may go. `callback_of` names an instance's callback.
    pub(crate) fn start(
        &mut self,
        now: Moment,
        callback_of: impl Fn(InstanceId) -> u64,
    ) -> Option<Parcel> {
        self.ring(now);
        while self.in_flight < self.limits.in_flight_max {
            let instance = self.turns.pop_front()?;
            let callback = callback_of(instance);
            let calls = self.callbacks.get(&callback).copied().unwrap_or_default();
            if calls >= self.limits.callback_in_flight_max {
                self.crowded.entry(callback).or_default().push_back(instance);
                continue;
            }
            self.in_turn.remove(&instance);
            let lane = self.lanes.get_mut(&instance);
            let next =
                lane.and_then(|lane| lane.next(self.limits.instance_in_flight_max, callback));
            let Some(parcel) = next else {
                // The place that this lane does not need may be another one's.
                self.admit(callback);
                continue;
            };
            self.callbacks.insert(callback, calls + 1);
            self.in_flight += 1;
            self.give_turn(instance);
            return Some(parcel);
        }
        None
    }

    /// The callback has answered, or failed to: its place is free for another delivery. The record
    /// is held until [`Lanes::finish`].
    pub(crate) fn answered(&mut self, instance: InstanceId, id: DeliveryId) {
        let Some(lane) = self.lanes.get_mut(&instance) else { return };
        let Some(started) = lane.started.get_mut(&id).filter(|started| !started.answered) else {
            return;
        };
        started.answered = true;
        lane.unanswered -= 1;
        self.in_flight -= 1;
        let callback = started.callback;
        if let Some(calls) = self.callbacks.get_mut(&callback) {
            *calls -= 1;
            if *calls == 0 {
                self.callbacks.remove(&callback);
            }
        }
        self.admit(callback);
        self.give_turn(instance);
    }

    /// The outcome of an attempt is in the store: the record is free, or waits for the next try.
    pub(crate) fn finish(&mut self, instance: InstanceId, id: DeliveryId, step: NextStep) {
        self.answered(instance, id);
        let Some(lane) = self.lanes.get_mut(&instance) else { return };
        let Some(Started { mut parcel, .. }) = lane.started.remove(&id) else { return };
        match step {
            NextStep::Done | NextStep::Park { .. } => lane.release(&parcel),
            NextStep::Retry { at } => {
                parcel.attempts += 1;
                parcel.due_at = at;
                self.timers.insert((at, instance, id));
                lane.failed.insert(id, parcel);
            }
        }
        self.give_turn(instance);
        self.drop_if_idle(instance);
    }

    /// Calls under way.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// When the next failed delivery is due.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.timers.first().map(|(at, _, _)| *at)
    }

    /// Lanes to be read from the store; each is told of once, until [`Lanes::loaded`].
    pub(crate) fn take_loads(&mut self) -> Vec<Load> {
        let mut loads = Vec::new();
        for instance in &self.behind {
            let Some(lane) = self.lanes.get_mut(instance) else { continue };
            if !lane.loading && lane.has_room() {
                lane.loading = true;
                lane.missed = false;
                let limit = WINDOW - lane.fresh.len();
                loads.push(Load { instance: *instance, after: lane.behind, limit });
            }
        }
        loads
    }

    /// What the store had for a lane, by ascending id; `None` when it could not be read.
    pub(crate) fn loaded(&mut self, load: Load, read: Option<Vec<Parcel>>) {
        let Some(lane) = self.lanes.get_mut(&load.instance) else { return };
        lane.loading = false;
        let Some(read) = read else { return };
        let last = read.last().map(|parcel| parcel.id).or(lane.behind);
        let more = read.len() >= load.limit || lane.missed;
        lane.last_seen = last.max(lane.last_seen);
        lane.behind = if more { last } else { None };
        if !more {
            self.behind.remove(&load.instance);
        }
        for parcel in read {
            if lane.knows(parcel.id) {
                continue;
            }
            if parcel.attempts == 0 {
                lane.fresh.push_back(parcel);
            } else {
                lane.hold(&parcel);
                self.timers.insert((parcel.due_at, load.instance, parcel.id));
                lane.failed.insert(parcel.id, parcel);
            }
        }
        self.give_turn(load.instance);
        self.drop_if_idle(load.instance);
    }

    /// Moves failed deliveries whose time has come to those that may start.
    fn ring(&mut self, now: Moment) {
        while let Some((at, instance, id)) = self.timers.first().copied() {
            if at > now {
                break;
            }
            self.timers.pop_first();
            if let Some(lane) = self.lanes.get_mut(&instance)
                && let Some(parcel) = lane.failed.remove(&id)
            {
                lane.again.push_back(parcel);
                self.give_turn(instance);
            }
        }
    }

    fn give_turn(&mut self, instance: InstanceId) {
        if self.in_turn.insert(instance) {
            self.turns.push_back(instance);
        }
    }

    /// Gives a turn to one lane that waits for a place at `callback`.
    fn admit(&mut self, callback: u64) {
        let Some(waiting) = self.crowded.get_mut(&callback) else { return };
        match waiting.pop_front() {
            Some(instance) => self.turns.push_back(instance),
            None => drop(self.crowded.remove(&callback)),
        }
    }

    fn drop_if_idle(&mut self, instance: InstanceId) {
        if self.lanes.get(&instance).is_some_and(Lane::is_idle) {
            self.lanes.remove(&instance);
        }
    }
}

impl Lane {
    /// Takes the delivery that goes next, if one may go, and holds its records.
    fn next(&mut self, in_flight_max: usize, callback: u64) -> Option<Parcel> {
        if self.unanswered >= in_flight_max {
            return None;
        }
        let parcel = match self.again.pop_front() {
            Some(parcel) => parcel,
            None => self.next_fresh()?,
        };
        self.unanswered += 1;
        let started = Started { parcel: parcel.clone(), callback, answered: false };
        self.started.insert(parcel.id, started);
        Some(parcel)
    }

    /// The first delivery none of whose records is held or belongs to one before it.
    fn next_fresh(&mut self) -> Option<Parcel> {
        if self.failed.len() >= FAILED_MAX {
            return None;
        }
        let mut passed: Vec<u64> = Vec::new();
        let mut found = None;
        for (at, parcel) in self.fresh.iter().take(LOOK_AHEAD).enumerate() {
            let free = |record| !self.held.contains_key(&record) && !passed.contains(&record);
            if parcel.records().all(free) {
                found = Some(at);
                break;
            }
            passed.extend(parcel.records());
        }
        let parcel = self.fresh.remove(found?)?;
        self.hold(&parcel);
        Some(parcel)
    }

    fn hold(&mut self, parcel: &Parcel) {
        for record in parcel.records() {
            *self.held.entry(record).or_default() += 1;
        }
    }

    fn release(&mut self, parcel: &Parcel) {
        for record in parcel.records() {
            if let Some(count) = self.held.get_mut(&record) {
                *count -= 1;
                if *count == 0 {
                    self.held.remove(&record);
                }
            }
        }
    }

    fn has_room(&self) -> bool {
        self.fresh.len() < WINDOW / 2 && self.failed.len() < FAILED_MAX
    }

    fn knows(&self, id: DeliveryId) -> bool {
        self.started.contains_key(&id)
            || self.failed.contains_key(&id)
            || self.again.iter().any(|parcel| parcel.id == id)
            || self.fresh.binary_search_by_key(&id, |parcel| parcel.id).is_ok()
    }

    fn is_idle(&self) -> bool {
        self.fresh.is_empty()
            && self.again.is_empty()
            && self.failed.is_empty()
            && self.started.is_empty()
            && self.behind.is_none()
            && !self.loading
    }
}

#[cfg(test)]
mod tests;
