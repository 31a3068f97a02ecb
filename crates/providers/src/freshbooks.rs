//! New FreshBooks: OAuth with the choice of a business, form-encoded notices of one subscription
//! each, single records by id, and a sweep over lists (reference: freshbooks-sage §1).

mod answer;
mod api;
mod endpoints;
mod entities;
mod faults;
mod feed;
mod hub;
mod notices;
mod oauth;
mod profile;
mod question;
mod record;
mod records;
mod stamp;
mod subscriptions;

#[cfg(test)]
mod stand_in;

use std::sync::Arc;

use ledgerhook_connector::Connector;
use ledgerhook_egress::Client;

pub(crate) use profile::PROFILE;

use crate::settings::{ElementSettings, SettingsError};
use api::Api;
use endpoints::Endpoints;
use feed::SweepFeed;
use hub::FreshBooksHub;
use notices::FreshBooksNotices;
use oauth::FreshBooksOAuth;
use records::FreshBooksRecords;
use subscriptions::FreshBooksSubscriptions;

/// Builds the connector from the operator's settings.
pub(crate) fn connector(
    client: &Client,
    settings: &ElementSettings<'_>,
) -> Result<Connector, SettingsError> {
    let endpoints = Arc::new(Endpoints::read(settings)?);
    let api = Arc::new(Api::new(client.clone(), Arc::clone(&endpoints)));
    Ok(Connector {
        profile: &PROFILE,
        oauth: Arc::new(FreshBooksOAuth::new(client.clone(), endpoints)),
        notices: Some(Arc::new(FreshBooksNotices::new())),
        subscriptions: Some(Arc::new(FreshBooksSubscriptions::new(Arc::clone(&api)))),
        feeds: vec![Arc::new(SweepFeed::new(Arc::clone(&api)))],
        records: Some(Arc::new(FreshBooksRecords::new(Arc::clone(&api)))),
        hub: Some(Arc::new(FreshBooksHub::new(api))),
    })
}
