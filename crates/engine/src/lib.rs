//! The verbs of the gateway: connect a company, keep its tokens, take in notices, poll, append to
//! the journal, dispatch, trim. Knows no SQL, no HTTP server and no provider by name.

pub mod ambient;
mod append;
pub mod apps;
mod base;
mod budget;
mod calls;
mod counters;
mod dispatch;
mod gateway;
pub mod health;
mod history;
pub mod hub;
pub mod instances;
mod intake;
mod kept;
mod last_notices;
mod operations;
mod polling;
mod reads;
mod refusal;
mod retention;
pub mod roster;
mod routing;
mod seating;
mod settings;
pub mod spending;
#[cfg(test)]
mod stand_in;
mod states;
mod subscriptions;
mod supervisor;
pub mod tenants;
mod tokens;
pub mod vault;

/// The provider contract, for those who show what a provider has.
pub use ledgerhook_connector as connector;
use ledgerhook_connector::Connector;
/// The contract of the journal and of deliveries, for those who read them.
pub use ledgerhook_store as store;

pub use counters::CountersSnapshot;
pub use gateway::{Gateway, Parts};
pub use intake::{InboundNotice, Intake, IntakeError, Trust};
pub use refusal::Refusal;
pub use settings::Settings;
pub use subscriptions::SubscriptionView;
pub use tokens::Standing;

/// The connector of an element, by its key or by the number that the original gave it.
fn find_connector<'c>(
    connectors: &'c [Connector],
    key_or_id: &str,
) -> Result<&'c Connector, Refusal> {
    let id = key_or_id.parse::<i64>().ok();
    let fits = |connector: &&Connector| {
        connector.profile.key == key_or_id || Some(connector.profile.id) == id
    };
    connectors.iter().find(fits).ok_or_else(|| {
        let known: Vec<&str> = connectors.iter().map(|connector| connector.profile.key).collect();
        let known = known.join(", ");
        Refusal::NotFound(format!("No element found with key or ID {key_or_id}; known: {known}"))
    })
}
