//! A change written in the journal.

use crate::change::{Change, Detection, named};
use crate::ids::{EventId, InstanceId, NoticeId, NotificationId};
use crate::moment::Moment;

named! {
    /// Where an event stands: `status` of the events API (reference: cloud-elements §5.4).
    EventStatus {
        /// Accepted, not yet routed to an instance.
        New = "NEW",
        /// In the journal; kept for reading, or its notification was not yet tried.
        Received = "RECEIVED",
        /// Its notification was tried and has not arrived.
        Dispatched = "DISPATCHED",
        /// Read through the events API.
        Consumed = "CONSUMED",
        /// Its notification arrived at the callback.
        Notified = "NOTIFIED",
    }
}

/// An event of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the same on every repeat of its delivery.
    pub id: EventId,
    /// Whose books changed.
    pub instance: InstanceId,
    /// The notification that carries it first.
    pub notification: NotificationId,
    /// The provider's post that told of it, when one did.
    pub notice: Option<NoticeId>,
    /// What changed.
    pub change: Change,
    /// How it was detected.
    pub detection: Detection,
    /// When this gateway saw it.
    pub seen_at: Moment,
}
