//! What the suite expects of every provider, by part of the contract.

pub(crate) mod bounds;
pub(crate) mod connect;
pub(crate) mod feed;
pub(crate) mod hub;
pub(crate) mod notices;
pub(crate) mod profile;
pub(crate) mod records;
pub(crate) mod refresh;
pub(crate) mod subscriptions;
