//! Nouns and pure rules of the gateway: ids, changes, events, envelopes, signatures, the delivery
//! state machine, configuration and limits.
//!
//! Nothing here performs I/O, waits, or asks for the time: a moment, a random value or a key is
//! always handed in, so every rule can be tested at its boundary and replayed from a seed.

pub mod ceql;
pub mod change;
pub mod configuration;
pub mod cursor;
pub mod date_macros;
pub mod delivery;
pub mod envelope;
pub mod event;
pub mod history;
pub mod ids;
pub mod java_date;
pub mod json_path;
pub mod limits;
pub mod moment;
pub mod month;
pub mod naming;
pub mod poller_configuration;
pub mod poller_urls;
pub mod secret;
pub mod signature;

pub use change::{Change, ChangeKind, Detection, Timed, Version};
pub use event::{Event, EventStatus};
pub use history::{HistoryKind, ReadMark};
pub use ids::{
    AppId, DeliveryId, EventId, InstanceId, NoticeId, NotificationId, OrganizationId, UserId,
};
pub use moment::Moment;
pub use month::Month;
pub use secret::{Secret, SecretHash};
