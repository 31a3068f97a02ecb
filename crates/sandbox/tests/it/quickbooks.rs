//! The QuickBooks Online stand-in from outside.

mod accounting;
mod batch;
pub(crate) mod bench;
mod bookkeeper;
mod conduct;
mod control;
mod entities;
mod faults;
mod month;
mod oauth;
mod oauth1;
mod throttle;
mod webhooks;
