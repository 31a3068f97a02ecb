//! Notices on their way: the queue of each app, what was sent, and what tests hold or drop.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::books::Change;
use super::super::entities::ChangeOperation;
use super::super::options::{MergeSpelling, QuickBooksOptions, WebhookConduct};
use super::super::portal::WebhookFormat;
use crate::bounded::push_bounded;
use crate::chance::Chance;
use crate::times::as_text;

/// Notices that may wait for one app, and as many held back; further ones are dropped and counted.
const WAITING_MAX: usize = 100_000;
/// Past notices kept for a look and for sending again.
const NOTICES_KEPT_MAX: usize = 100_000;
/// Past attempts kept for a look.
const DELIVERIES_KEPT_MAX: usize = 10_000;
/// Notices in one body: "up to 100 events" (a webinar answer of Intuit, reference §1.6).
const NOTICES_PER_BODY_MAX: usize = 100;

/// One change told to one app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Counts up from 1.
    pub number: u64,
    /// The app it is for.
    pub client_id: String,
    /// The company.
    pub realm_id: String,
    /// The kind of record, such as `Invoice`.
    pub entity: &'static str,
    /// The record's id; of a merge the survivor's.
    pub id: String,
    /// What happened.
    pub operation: ChangeOperation,
    /// When it happened.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// The id merged away, of a merge.
    pub deleted_id: Option<String>,
    /// `id` of the CloudEvents form; the same on every repeat.
    pub cloud_event_id: String,
}

impl Notice {
    /// Whether this is an update, and the new notice another one of the same record.
    fn tells_update_of(&self, of: &NoticeOf<'_>) -> bool {
        let update = ChangeOperation::Update;
        (self.operation, of.operation) == (update, update)
            && (self.entity, &self.id) == (of.change.entity.name, &of.change.id)
            && self.realm_id == of.realm_id
    }
}

/// One attempt to post a body.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// Counts up from 1.
    pub number: u64,
    /// The app it is for.
    pub client_id: String,
    /// Where it was posted to.
    pub url: String,
    /// The shape of the body.
    pub format: WebhookFormat,
    /// 1 for the first attempt with these notices.
    pub attempt: u32,
    /// When it was posted.
    #[serde(serialize_with = "as_text")]
    pub sent_at: Timestamp,
    /// The numbers of the notices in the body, in order.
    pub notices: Vec<u64>,
    /// The exact bytes.
    #[serde(skip)]
    pub body: Bytes,
    /// `intuit-signature` of the bytes.
    pub signature: String,
    /// The status of the answer; none when there was no answer in time.
    pub status: Option<u16>,
}

impl Delivery {
    /// Whether the receiver took the notices: only 200 says so.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.status == Some(200)
    }
}

/// Where the notices stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WebhookStats {
    /// Notices answered with 200.
    pub delivered: u64,
    /// Attempts that were not answered with 200.
    pub failed_attempts: u64,
    /// Notices to be sent, those being sent included.
    pub waiting: u64,
    /// Notices held back on request.
    pub held: u64,
    /// Notices dropped on request, by chance, or because too many waited.
    pub dropped: u64,
    /// Delivered notices queued once more by chance.
    pub repeated: u64,
    /// Updates told by a notice that was waiting already.
    pub coalesced: u64,
}

/// What a new notice is made of.
#[derive(Debug)]
pub(in super::super) struct NoticeOf<'n> {
    pub(in super::super) client_id: &'n str,
    pub(in super::super) realm_id: &'n str,
    pub(in super::super) change: &'n Change,
    /// What the notice says, which may differ from what the books did.
    pub(in super::super) operation: ChangeOperation,
    pub(in super::super) at: Timestamp,
}

/// A notice on its way.
#[derive(Clone, Debug)]
struct Waiting {
    notice: Notice,
    /// Whether it was delivered before; such a one is not repeated by chance again.
    repeated: bool,
}

/// The notices of one app.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// The first ones of `waiting`, in the body that is being sent.
    in_flight: usize,
    held: Vec<Notice>,
    hold_next: u32,
    drop_next: u32,
}

/// The notices of all apps, with the memory of what was sent.
#[derive(Debug)]
pub(in super::super) struct Outbox {
    conduct: WebhookConduct,
    aggregation: SignedDuration,
    chance: Chance,
    queues: BTreeMap<String, Queue>,
    notices: VecDeque<Notice>,
    deliveries: VecDeque<Delivery>,
    last_notice: u64,
    last_delivery: u64,
    /// The counters of [`WebhookStats`]; what waits is counted in the queues.
    counted: WebhookStats,
}

impl Outbox {
    pub(in super::super) fn new(options: &QuickBooksOptions, chance: Chance) -> Self {
        let aggregation_ms = i64::try_from(options.aggregation_ms).unwrap_or(i64::MAX);
        Self {
            conduct: options.webhooks.clone(),
            aggregation: SignedDuration::from_millis(aggregation_ms),
            chance,
            queues: BTreeMap::new(),
            notices: VecDeque::new(),
            deliveries: VecDeque::new(),
            last_notice: 0,
            last_delivery: 0,
            counted: WebhookStats::default(),
        }
    }

    pub(in super::super) fn tells_own_writes(&self) -> bool {
        self.conduct.tells_own_writes
    }

    /// What a notice of a change says.
    pub(in super::super) fn told_operation(&self, change: &Change) -> ChangeOperation {
        let deletes = change.deactivates && self.conduct.tells_deactivation_as_delete;
        if deletes && change.entity.can_be(ChangeOperation::Delete) {
            ChangeOperation::Delete
        } else {
            change.operation
        }
    }

    pub(in super::super) fn queue(&mut self, of: &NoticeOf<'_>, chance: &mut Chance) {
        if self.conduct.coalesces_updates && self.coalesce(of) {
            self.counted.coalesced += 1;
            return;
        }
        self.last_notice += 1;
        let notice = Notice {
            number: self.last_notice,
            client_id: of.client_id.to_owned(),
            realm_id: of.realm_id.to_owned(),
            entity: of.change.entity.name,
            id: of.change.id.clone(),
            operation: of.operation,
            at: of.at,
            deleted_id: of.change.deleted_id.clone(),
            cloud_event_id: chance.uuid(),
        };
        push_bounded(&mut self.notices, notice.clone(), NOTICES_KEPT_MAX);
        let lost = self.chance.happens(self.conduct.losses_per_mille);
        let queue = self.queues.entry(of.client_id.to_owned()).or_default();
        if queue.drop_next > 0 {
            queue.drop_next -= 1;
            self.counted.dropped += 1;
        } else if lost || queue.held.len() >= WAITING_MAX {
            self.counted.dropped += 1;
        } else if queue.hold_next > 0 {
            queue.hold_next -= 1;
            queue.held.push(notice);
        } else {
            self.enqueue(notice, false);
        }
    }

    /// Lets a waiting notice tell of an update too, if it tells of one of the same record, and
    /// not longer ago than notices are gathered.
    fn coalesce(&mut self, of: &NoticeOf<'_>) -> bool {
        let Some(queue) = self.queues.get_mut(of.client_id) else { return false };
        let aggregation = self.aggregation;
        let told = queue
            .waiting
            .iter_mut()
            .skip(queue.in_flight)
            .rev()
            .map(|waiting| &mut waiting.notice)
            .take_while(|notice| of.at.duration_since(notice.at) <= aggregation)
            .find(|notice| notice.tells_update_of(of));
        let Some(told) = told else { return false };
        told.at = of.at;
        let number = told.number;
        if let Some(kept) = self.notices.iter_mut().rev().find(|kept| kept.number == number) {
            kept.at = of.at;
        }
        true
    }

    fn enqueue(&mut self, notice: Notice, repeated: bool) {
        let queue = self.queues.entry(notice.client_id.clone()).or_default();
        if queue.waiting.len() < WAITING_MAX {
            queue.waiting.push_back(Waiting { notice, repeated });
        } else {
            self.counted.dropped += 1;
        }
    }

    /// Queues a past notice once more; false when it is not known any more.
    pub(in super::super) fn resend(&mut self, number: u64) -> bool {
        let notice = self.notices.iter().find(|notice| notice.number == number).cloned();
        let known = notice.is_some();
        notice.into_iter().for_each(|notice| self.enqueue(notice, true));
        known
    }

    pub(in super::super) fn hold_next(&mut self, client_id: &str, count: u32) {
        self.queues.entry(client_id.to_owned()).or_default().hold_next = count;
    }

    pub(in super::super) fn drop_next(&mut self, client_id: &str, count: u32) {
        self.queues.entry(client_id.to_owned()).or_default().drop_next = count;
    }

    /// Queues what was held back, in its order, behind what waits already.
    pub(in super::super) fn release_held(&mut self, client_id: &str) {
        let Some(queue) = self.queues.get_mut(client_id) else { return };
        queue.hold_next = 0;
        for notice in std::mem::take(&mut queue.held) {
            self.enqueue(notice, false);
        }
    }

    /// When the notice that has waited longest was made; none when nothing waits.
    pub(super) fn first_waiting_since(&self, client_id: &str) -> Option<Timestamp> {
        let first = self.queues.get(client_id)?.waiting.front()?;
        Some(first.notice.at)
    }

    /// How long the next body waits beyond the gathering.
    pub(super) fn draw_delay(&mut self) -> Duration {
        Duration::from_millis(self.chance.within(&self.conduct.delay_ms))
    }

    /// The notices the next body carries; they stay in the queue until accepted.
    pub(super) fn take_body(&mut self, client_id: &str) -> Vec<Notice> {
        let Some(queue) = self.queues.get_mut(client_id) else { return Vec::new() };
        let first = queue.waiting.iter().take(NOTICES_PER_BODY_MAX);
        let mut notices: Vec<Notice> = first.map(|waiting| waiting.notice.clone()).collect();
        queue.in_flight = notices.len();
        if self.conduct.shuffles_bodies {
            self.chance.shuffle(&mut notices);
        }
        notices
    }

    /// Remembers an attempt; if it was accepted, its notices leave the queue.
    pub(super) fn record(&mut self, mut delivery: Delivery) {
        self.last_delivery += 1;
        delivery.number = self.last_delivery;
        if delivery.is_accepted() {
            self.counted.delivered += count(delivery.notices.len());
            self.release_in_flight(&delivery.client_id);
        } else {
            self.counted.failed_attempts += 1;
        }
        push_bounded(&mut self.deliveries, delivery, DELIVERIES_KEPT_MAX);
    }

    /// Takes what was delivered from the queue, and puts back what chance repeats.
    fn release_in_flight(&mut self, client_id: &str) {
        let Some(queue) = self.queues.get_mut(client_id) else { return };
        let in_flight = std::mem::take(&mut queue.in_flight).min(queue.waiting.len());
        let delivered: Vec<Waiting> = queue.waiting.drain(..in_flight).collect();
        for Waiting { notice, repeated } in delivered {
            if !repeated && self.chance.happens(self.conduct.duplicates_per_mille) {
                self.counted.repeated += 1;
                self.enqueue(notice, true);
            }
        }
    }

    /// Drops what waits for an app that has no webhook address any more.
    pub(super) fn drop_waiting(&mut self, client_id: &str) {
        if let Some(queue) = self.queues.get_mut(client_id) {
            self.counted.dropped += count(queue.waiting.len());
            queue.waiting.clear();
            queue.in_flight = 0;
        }
    }

    pub(in super::super) fn stats(&self) -> WebhookStats {
        WebhookStats {
            waiting: count(self.queues.values().map(|queue| queue.waiting.len()).sum()),
            held: count(self.queues.values().map(|queue| queue.held.len()).sum()),
            ..self.counted
        }
    }

    pub(super) fn merge_spelling(&self) -> MergeSpelling {
        self.conduct.merge_spelling
    }

    pub(in super::super) fn notices(&self) -> Vec<Notice> {
        self.notices.iter().cloned().collect()
    }

    pub(in super::super) fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.iter().cloned().collect()
    }
}

fn count(notices: usize) -> u64 {
    u64::try_from(notices).unwrap_or(u64::MAX)
}
