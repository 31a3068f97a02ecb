//! Webhooks (reference §1): notices, their two body shapes, their signature and their delivery.

mod body;
mod handle;
mod outbox;
mod sender;

pub use outbox::{Delivery, Notice, WebhookStats};
pub(super) use outbox::{NoticeOf, Outbox};
pub(super) use sender::send_forever;
