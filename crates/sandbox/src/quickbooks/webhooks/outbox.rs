//! Notices on their way: the queue of each app, what was sent, and what tests hold or drop.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;

use super::super::books::Change;
use super::super::entities::ChangeOperation;
use super::super::portal::WebhookFormat;
use crate::chance::Chance;

/// Notices that may wait for one app; further ones are dropped and counted.
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
    /// Notices dropped on request or because too many waited.
    pub dropped: u64,
}

/// What a new notice is made of.
#[derive(Debug)]
pub(in super::super) struct NoticeOf<'n> {
    pub(in super::super) client_id: &'n str,
    pub(in super::super) realm_id: &'n str,
    pub(in super::super) change: &'n Change,
    pub(in super::super) at: Timestamp,
}

/// The notices of one app.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Notice>,
    held: Vec<Notice>,
    hold_next: u32,
    drop_next: u32,
}

/// The notices of all apps, with the memory of what was sent.
#[derive(Debug, Default)]
pub(in super::super) struct Outbox {
    queues: BTreeMap<String, Queue>,
    notices: VecDeque<Notice>,
    deliveries: VecDeque<Delivery>,
    last_notice: u64,
    last_delivery: u64,
    delivered: u64,
    failed_attempts: u64,
    dropped: u64,
}

impl Outbox {
    pub(in super::super) fn queue(&mut self, of: &NoticeOf<'_>, chance: &mut Chance) {
        self.last_notice += 1;
        let notice = Notice {
            number: self.last_notice,
            client_id: of.client_id.to_owned(),
            realm_id: of.realm_id.to_owned(),
            entity: of.change.entity.name,
            id: of.change.id.clone(),
            operation: of.change.operation,
            at: of.at,
            deleted_id: of.change.deleted_id.clone(),
            cloud_event_id: chance.uuid(),
        };
        push_bounded(&mut self.notices, notice.clone(), NOTICES_KEPT_MAX);
        let queue = self.queues.entry(of.client_id.to_owned()).or_default();
        if queue.drop_next > 0 {
            queue.drop_next -= 1;
            self.dropped += 1;
        } else if queue.hold_next > 0 {
            queue.hold_next -= 1;
            queue.held.push(notice);
        } else {
            self.enqueue(notice);
        }
    }

    fn enqueue(&mut self, notice: Notice) {
        let queue = self.queues.entry(notice.client_id.clone()).or_default();
        if queue.waiting.len() < WAITING_MAX {
            queue.waiting.push_back(notice);
        } else {
            self.dropped += 1;
        }
    }

    /// Queues a past notice once more; false when it is not known any more.
    pub(in super::super) fn resend(&mut self, number: u64) -> bool {
        let notice = self.notices.iter().find(|notice| notice.number == number).cloned();
        let known = notice.is_some();
        notice.into_iter().for_each(|notice| self.enqueue(notice));
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
            self.enqueue(notice);
        }
    }

    /// The notices the next body carries; they stay in the queue until accepted.
    pub(super) fn next_body(&self, client_id: &str) -> Vec<Notice> {
        let waiting = self.queues.get(client_id).map(|queue| queue.waiting.iter());
        waiting.into_iter().flatten().take(NOTICES_PER_BODY_MAX).cloned().collect()
    }

    /// Remembers an attempt; if it was accepted, its notices leave the queue.
    pub(super) fn record(&mut self, mut delivery: Delivery) {
        self.last_delivery += 1;
        delivery.number = self.last_delivery;
        if delivery.is_accepted() {
            if let Some(queue) = self.queues.get_mut(&delivery.client_id) {
                queue.waiting.drain(..delivery.notices.len().min(queue.waiting.len()));
            }
            self.delivered += u64::try_from(delivery.notices.len()).unwrap_or(u64::MAX);
        } else {
            self.failed_attempts += 1;
        }
        push_bounded(&mut self.deliveries, delivery, DELIVERIES_KEPT_MAX);
    }

    /// Drops what waits for an app that has no webhook address any more.
    pub(super) fn drop_waiting(&mut self, client_id: &str) {
        if let Some(queue) = self.queues.get_mut(client_id) {
            self.dropped += u64::try_from(queue.waiting.len()).unwrap_or(u64::MAX);
            queue.waiting.clear();
        }
    }

    pub(in super::super) fn stats(&self) -> WebhookStats {
        let sum = |count: fn(&Queue) -> usize| {
            let total = self.queues.values().map(count).sum::<usize>();
            u64::try_from(total).unwrap_or(u64::MAX)
        };
        WebhookStats {
            delivered: self.delivered,
            failed_attempts: self.failed_attempts,
            waiting: sum(|queue| queue.waiting.len()),
            held: sum(|queue| queue.held.len()),
            dropped: self.dropped,
        }
    }

    pub(in super::super) fn notices(&self) -> Vec<Notice> {
        self.notices.iter().cloned().collect()
    }

    pub(in super::super) fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.iter().cloned().collect()
    }
}

fn as_text<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn push_bounded<T>(kept: &mut VecDeque<T>, item: T, kept_max: usize) {
    if kept.len() == kept_max {
        kept.pop_front();
    }
    kept.push_back(item);
}
