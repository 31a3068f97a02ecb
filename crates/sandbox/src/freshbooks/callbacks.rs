//! Callbacks (reference: freshbooks-sage §1.1–1.4, §1.6): their registration, their handshake, and
//! the events they get.

mod api;
mod body;
mod handle;
mod outbox;
mod registry;
mod sender;
mod signature;

pub(super) use api::routes;
pub use outbox::{Delivery, Notice, NoticeStats};
pub(super) use outbox::{NoticeOf, Outbox};
pub use registry::Callback;
pub(super) use registry::Callbacks;
