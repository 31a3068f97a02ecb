//! Sage Business Cloud Accounting, which the original calls Sage One: OAuth at Sage, changes by
//! polling only, because Sage sends no webhooks; single records by id, lists for
//! the hub (reference: freshbooks-sage §2).

mod answer;
mod api;
mod country;
mod dialect;
mod endpoints;
mod entities;
mod faults;
mod feed;
mod hub;
mod oauth;
mod profile;
mod record;
mod records;
mod request_signature;

#[cfg(test)]
mod stand_in;

use std::sync::Arc;

use ledgerhook_connector::{ChangeFeed, Connector};
use ledgerhook_egress::Client;

pub(crate) use profile::PROFILE;

use crate::settings::{ElementSettings, SettingsError};
use api::Api;
use endpoints::Endpoints;
use entities::ENTITIES;
use feed::SageFeed;
use hub::SageHub;
use oauth::SageOAuth;
use records::SageRecords;

/// Builds the connector from the operator's settings.
pub(crate) fn connector(
    client: &Client,
    settings: &ElementSettings<'_>,
) -> Result<Connector, SettingsError> {
    let endpoints = Arc::new(Endpoints::read(settings)?);
    let nonces = request_signature::random_nonce;
    let api = Arc::new(Api::new(client.clone(), Arc::clone(&endpoints), nonces));
    let feed = |entity| Arc::new(SageFeed::new(Arc::clone(&api), entity)) as Arc<dyn ChangeFeed>;
    Ok(Connector {
        profile: &PROFILE,
        oauth: Arc::new(SageOAuth::new(client.clone(), endpoints)),
        notices: None,
        subscriptions: None,
        feeds: ENTITIES.iter().map(feed).collect(),
        records: Some(Arc::new(SageRecords::new(Arc::clone(&api)))),
        hub: Some(Arc::new(SageHub::new(api))),
    })
}
