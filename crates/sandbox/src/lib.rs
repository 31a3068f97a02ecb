//! Stand-ins of the accounting providers, written from the providers' documents and recorded
//! answers only.
//!
//! This crate shares no code with the gateway: what the gateway believes about a provider and
//! what the stand-in does are written down separately, so that they can disagree.
//!
//! [`Sandbox::start`] opens a server on the loopback address; [`Sandbox::quickbooks`] is the
//! handle on its QuickBooks Online: what a developer does in the portal, what a bookkeeper does
//! in the product, and the faults a test asks for. `GET /sandbox` on the server says what can be
//! done with plain HTTP. [`Sandbox::freshbooks`] and [`Sandbox::sage`] are the same for FreshBooks
//! and Sage Accounting, on listeners of their own.
//!
//! A provider's folder holds what is the provider's own: its entities, rules, shapes and tokens,
//! which faults it has and which deeds its bookkeeper does. What no provider differs in stands
//! beside the folders, each once: `fault_queue` and `line` (which calls go wrong, and how a line
//! breaks), `call_tally`, `sliding_window` (throttles), `bookkeeping`, `caller`, `credentials`,
//! `oauth`, `control` (the routes under `/sandbox`), `guarded` (the state, and who waits for a
//! change) and `running`.
//!
//! Time and chance are handed in ([`SandboxOptions::clock`], [`SandboxOptions::seed`]), so a run
//! can be replayed. With [`SandboxOptions::waits_follow_clock`] nothing waits in real time.

mod bookkeeping;
mod bounded;
mod call_tally;
mod caller;
mod chance;
mod command;
mod connection;
mod control;
mod credentials;
mod fault_queue;
pub mod freshbooks;
mod guarded;
mod line;
mod oauth;
mod options;
mod posting;
pub mod quickbooks;
mod running;
pub mod sage;
mod server;
mod sliding_window;
mod times;

pub use command::{SandboxCommand, serve};
pub use options::{Clock, SandboxOptions};
pub use server::Sandbox;
