//! The storage contract: what the engine asks of a database, one file per concern; an in-memory
//! store for tests and simulation; and the conformance suite that every store must pass.
//!
//! The conventions of every method: fallible; `Option` where a thing may not exist; the time is an
//! argument; whatever belongs to an organisation is asked for with that organisation, so that no
//! query can cross to another one. A method is one transaction: done whole, or not at all.

pub mod apps;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod deliveries;
mod error;
pub mod grants;
pub mod history;
pub mod instances;
pub mod journal;
pub mod kept;
pub mod memory;
pub mod polls;
pub mod reads;
pub mod subscriptions;
pub mod tenancy;

pub use error::StoreError;

/// Everything a store does.
pub trait Store:
    tenancy::Tenancy
    + apps::Apps
    + instances::Instances
    + grants::Grants
    + journal::Journal
    + kept::Kept
    + deliveries::Deliveries
    + polls::Polls
    + reads::Reads
    + history::History
    + subscriptions::Subscriptions
    + Send
    + Sync
    + std::fmt::Debug
    + 'static
{
}

impl<T> Store for T where
    T: tenancy::Tenancy
        + apps::Apps
        + instances::Instances
        + grants::Grants
        + journal::Journal
        + kept::Kept
        + deliveries::Deliveries
        + polls::Polls
        + reads::Reads
        + history::History
        + subscriptions::Subscriptions
        + Send
        + Sync
        + std::fmt::Debug
        + 'static
{
}
