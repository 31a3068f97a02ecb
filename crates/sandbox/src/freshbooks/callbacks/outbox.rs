//! Notices on their way: the queue of each callback, what was sent, and what tests hold, drop,
//! repeat or put out of order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Notify;

use super::super::books::Change;
use super::super::nouns::Verb;
use super::super::options::{CallbackConduct, SoftDeleteNotice};
use crate::bounded::push_bounded;
use crate::chance::Chance;
use crate::times::as_text;

/// Notices that may wait for one callback, and as many held back for one business; further ones
/// are dropped and counted.
const WAITING_MAX: usize = 100_000;
/// Past notices kept for a look and for sending again.
const NOTICES_KEPT_MAX: usize = 100_000;
/// Past attempts kept for a look.
const DELIVERIES_KEPT_MAX: usize = 10_000;
/// Seconds after the first, second, … failed attempt. No source says how often and when FreshBooks
/// tries again (reference: freshbooks-sage §1.6): these are modest and ours. After the last one
/// the notice is given up.
const RETRY_WAITS_S: [u64; 4] = [10, 60, 300, 1_800];

/// One event told to one callback, or its handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Counts up from 1.
    pub number: u64,
    /// The callback it is for.
    pub callback_id: u64,
    /// The business.
    pub business_id: u64,
    /// `invoice.create`, or `callback.verify` for the handshake.
    pub name: String,
    /// The record's id; the callback's of a handshake.
    pub object_id: u64,
    /// Who did it.
    pub identity_id: u64,
    /// When it happened.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// Whether it asks for the verifier and tells no event.
    pub is_handshake: bool,
}

/// One attempt to post a notice.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// Counts up from 1.
    pub number: u64,
    /// The notice.
    pub notice: u64,
    /// The callback it is for.
    pub callback_id: u64,
    /// Where it was posted to.
    pub url: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When it was posted.
    #[serde(serialize_with = "as_text")]
    pub sent_at: Timestamp,
    /// The exact bytes.
    #[serde(skip)]
    pub body: Bytes,
    /// `X-FreshBooks-Hmac-SHA256`; none when the handshake is not signed.
    pub signature: Option<String>,
    /// The status of the answer; none when there was no answer in time.
    pub status: Option<u16>,
}

impl Delivery {
    /// Whether the receiver took the notice: any 2xx says so.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Where the notices stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NoticeStats {
    /// Notices answered with 2xx, handshakes included.
    pub delivered: u64,
    /// Attempts that were not.
    pub failed_attempts: u64,
    /// Notices to be sent, those being sent and those to be tried again included.
    pub waiting: u64,
    /// Notices held back on request.
    pub held: u64,
    /// Notices dropped on request, by chance, because too many waited, or because their callback
    /// is gone.
    pub dropped: u64,
    /// Notices sent a second time, on request or by chance.
    pub repeated: u64,
    /// Notices given up after the last attempt.
    pub given_up: u64,
}

/// What a new notice is made of.
#[derive(Debug)]
pub(in super::super) struct NoticeOf {
    pub(in super::super) callback_id: u64,
    pub(in super::super) business_id: u64,
    pub(in super::super) name: String,
    pub(in super::super) object_id: u64,
    pub(in super::super) identity_id: u64,
    pub(in super::super) at: Timestamp,
}

/// A notice on its way.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) notice: Notice,
    pub(super) attempt: u32,
    /// Whether it is a repeat; such a one is not repeated by chance again.
    repeated: bool,
}

/// The notices of one callback.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Wakes the sender of the callback, and no other.
    wake: Arc<Notify>,
}

/// What there is to do for a callback.
#[derive(Debug)]
pub(super) enum Next {
    Send(Waiting),
    Nothing,
    /// The callback is gone.
    Closed,
}

/// What was asked for the next notices of a business.
#[derive(Debug, Default)]
struct Treatment {
    drop_next: u32,
    hold_next: u32,
    duplicate_next: u32,
    reorder_next: u32,
    held: Vec<Notice>,
    gathered: Vec<Notice>,
}

/// A notice to be tried again, and after which time.
#[derive(Debug)]
pub(super) struct Retry {
    pub(super) waiting: Waiting,
    pub(super) wait: Duration,
}

/// The notices of all callbacks, with the memory of what was sent.
#[derive(Debug)]
pub(in super::super) struct Outbox {
    conduct: CallbackConduct,
    chance: Chance,
    /// One for each registered callback.
    queues: BTreeMap<u64, Queue>,
    treatments: BTreeMap<u64, Treatment>,
    notices: VecDeque<Notice>,
    deliveries: VecDeque<Delivery>,
    last_notice: u64,
    last_delivery: u64,
    /// Notices that are being sent, or wait to be tried again.
    underway: u64,
    /// The counters of [`NoticeStats`]; what waits is counted in the queues.
    counted: NoticeStats,
}

impl Outbox {
    pub(in super::super) fn new(conduct: &CallbackConduct, chance: Chance) -> Self {
        Self {
            conduct: conduct.clone(),
            chance,
            queues: BTreeMap::new(),
            treatments: BTreeMap::new(),
            notices: VecDeque::new(),
            deliveries: VecDeque::new(),
            last_notice: 0,
            last_delivery: 0,
            underway: 0,
            counted: NoticeStats::default(),
        }
    }

    /// The verb a change is told with.
    pub(in super::super) fn told_verb(&self, change: &Change) -> Verb {
        match self.conduct.soft_delete_notice {
            SoftDeleteNotice::Update if change.is_soft_delete => Verb::Update,
            SoftDeleteNotice::Update | SoftDeleteNotice::Delete => change.verb,
        }
    }

    fn make(&mut self, of: NoticeOf, is_handshake: bool) -> Notice {
        self.last_notice += 1;
        let notice = Notice {
            number: self.last_notice,
            callback_id: of.callback_id,
            business_id: of.business_id,
            name: of.name,
            object_id: of.object_id,
            identity_id: of.identity_id,
            at: of.at,
            is_handshake,
        };
        push_bounded(&mut self.notices, notice.clone(), NOTICES_KEPT_MAX);
        notice
    }

    fn make_handshake(&mut self, of: NoticeOf) -> Waiting {
        let notice = self.make(of, true);
        Waiting { notice, attempt: 1, repeated: true }
    }

    /// Queues a handshake; no treatment keeps it back.
    pub(super) fn queue_handshake(&mut self, of: NoticeOf) {
        let waiting = self.make_handshake(of);
        self.enqueue(waiting);
    }

    /// Makes a handshake that is sent at once, as if taken from the queue.
    pub(super) fn take_handshake(&mut self, of: NoticeOf) -> Waiting {
        self.underway += 1;
        self.make_handshake(of)
    }

    pub(in super::super) fn queue(&mut self, of: NoticeOf) {
        let notice = self.make(of, false);
        let lost = self.chance.happens(self.conduct.losses_per_mille);
        let treatment = self.treatments.entry(notice.business_id).or_default();
        if treatment.drop_next > 0 {
            treatment.drop_next -= 1;
            self.counted.dropped += 1;
        } else if lost || treatment.held.len() >= WAITING_MAX {
            self.counted.dropped += 1;
        } else if treatment.hold_next > 0 {
            treatment.hold_next -= 1;
            treatment.held.push(notice);
        } else if treatment.reorder_next > 0 {
            treatment.reorder_next -= 1;
            treatment.gathered.push(notice);
            if treatment.reorder_next == 0 {
                let gathered = std::mem::take(&mut treatment.gathered);
                gathered.into_iter().rev().for_each(|notice| self.enqueue_first(notice));
            }
        } else if treatment.duplicate_next > 0 {
            treatment.duplicate_next -= 1;
            self.counted.repeated += 1;
            self.enqueue(Waiting { notice: notice.clone(), attempt: 1, repeated: true });
            self.enqueue(Waiting { notice, attempt: 1, repeated: true });
        } else {
            self.enqueue_first(notice);
        }
    }

    fn enqueue_first(&mut self, notice: Notice) {
        self.enqueue(Waiting { notice, attempt: 1, repeated: false });
    }

    fn enqueue(&mut self, waiting: Waiting) {
        match self.queues.get_mut(&waiting.notice.callback_id) {
            Some(queue) if queue.waiting.len() < WAITING_MAX => {
                queue.waiting.push_back(waiting);
                queue.wake.notify_one();
            }
            Some(_) | None => self.counted.dropped += 1,
        }
    }

    /// Opens the queue of a new callback; what wakes its sender.
    pub(super) fn open(&mut self, callback_id: u64) -> Arc<Notify> {
        Arc::clone(&self.queues.entry(callback_id).or_default().wake)
    }

    /// Drops what waits for a callback that is gone, and ends its sender.
    pub(super) fn close(&mut self, callback_id: u64) {
        let Queue { waiting, wake } = self.queues.remove(&callback_id).unwrap_or_default();
        self.counted.dropped += count(waiting.len());
        wake.notify_one();
    }

    /// Queues a past notice once more; false when it is not known any more.
    pub(super) fn resend(&mut self, number: u64) -> bool {
        let notice = self.notices.iter().find(|notice| notice.number == number).cloned();
        let Some(notice) = notice else { return false };
        self.enqueue(Waiting { notice, attempt: 1, repeated: true });
        true
    }

    pub(super) fn hold_next(&mut self, business_id: u64, count: u32) {
        self.treatments.entry(business_id).or_default().hold_next = count;
    }

    pub(super) fn drop_next(&mut self, business_id: u64, count: u32) {
        self.treatments.entry(business_id).or_default().drop_next = count;
    }

    pub(super) fn duplicate_next(&mut self, business_id: u64, count: u32) {
        self.treatments.entry(business_id).or_default().duplicate_next = count;
    }

    pub(super) fn reorder_next(&mut self, business_id: u64, count: u32) {
        self.treatments.entry(business_id).or_default().reorder_next = count;
    }

    /// Queues what was held back or gathered, in its order, and stops doing so.
    pub(super) fn release_held(&mut self, business_id: u64) {
        let treatment = self.treatments.remove(&business_id).unwrap_or_default();
        for notice in treatment.held.into_iter().chain(treatment.gathered) {
            self.enqueue_first(notice);
        }
    }

    /// How long the next notice waits.
    pub(super) fn draw_delay(&mut self) -> Duration {
        Duration::from_millis(self.chance.within(&self.conduct.delay_ms))
    }

    /// The next notice of a callback; whoever takes it says later how it went.
    pub(super) fn next(&mut self, callback_id: u64) -> Next {
        let Some(queue) = self.queues.get_mut(&callback_id) else { return Next::Closed };
        let Some(waiting) = queue.waiting.pop_front() else { return Next::Nothing };
        self.underway += 1;
        Next::Send(waiting)
    }

    /// Remembers an attempt. A failed one may have to be tried again.
    pub(super) fn record(&mut self, waiting: Waiting, mut delivery: Delivery) -> Option<Retry> {
        self.last_delivery += 1;
        delivery.number = self.last_delivery;
        let accepted = delivery.is_accepted();
        push_bounded(&mut self.deliveries, delivery, DELIVERIES_KEPT_MAX);
        if accepted {
            self.underway -= 1;
            self.counted.delivered += 1;
            if !waiting.repeated && self.chance.happens(self.conduct.duplicates_per_mille) {
                self.counted.repeated += 1;
                self.enqueue(Waiting { attempt: 1, repeated: true, ..waiting });
            }
            return None;
        }
        self.counted.failed_attempts += 1;
        match retry_wait(waiting.attempt) {
            Some(wait) => {
                let attempt = waiting.attempt + 1;
                Some(Retry { waiting: Waiting { attempt, ..waiting }, wait })
            }
            None => {
                self.underway -= 1;
                self.counted.given_up += 1;
                None
            }
        }
    }

    /// Queues a notice to be tried again.
    pub(super) fn retry(&mut self, waiting: Waiting) {
        self.underway -= 1;
        self.enqueue(waiting);
    }

    /// Drops a notice that was taken.
    pub(super) fn give_back(&mut self) {
        self.underway -= 1;
        self.counted.dropped += 1;
    }

    pub(in super::super) fn stats(&self) -> NoticeStats {
        let kept = |treatment: &Treatment| treatment.held.len() + treatment.gathered.len();
        NoticeStats {
            waiting: count(self.queues.values().map(|queue| queue.waiting.len()).sum())
                + self.underway,
            held: count(self.treatments.values().map(kept).sum()),
            ..self.counted
        }
    }

    pub(super) fn notices(&self) -> Vec<Notice> {
        self.notices.iter().cloned().collect()
    }

    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.iter().cloned().collect()
    }
}

fn retry_wait(failed_attempts: u32) -> Option<Duration> {
    let place = usize::try_from(failed_attempts.saturating_sub(1)).ok()?;
    RETRY_WAITS_S.get(place).copied().map(Duration::from_secs)
}

fn count(notices: usize) -> u64 {
    u64::try_from(notices).unwrap_or(u64::MAX)
}
