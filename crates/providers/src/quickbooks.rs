//! QuickBooks Online: OAuth at Intuit, notices in two shapes, changes by change data capture and by
//! query, single records by query (reference: quickbooks).

mod answer;
mod api;
mod discovery;
mod endpoints;
mod entities;
mod faults;
mod feed;
mod hub;
mod notices;
mod oauth;
mod oauth1_signature;
mod profile;
mod query_text;
mod question;
mod read_plans;
mod record;
mod records;

#[cfg(test)]
mod stand_in;

use std::sync::Arc;

use ledgerhook_connector::Connector;
use ledgerhook_egress::Client;

pub(crate) use profile::PROFILE;

use crate::settings::{ElementSettings, SettingsError};
use api::Api;
use endpoints::Endpoints;
use feed::{CdcFeed, QueryFeed};
use hub::QuickBooksHub;
use notices::QuickBooksNotices;
use oauth::QuickBooksOAuth;
use records::QuickBooksRecords;

/// Builds the connector from the operator's settings.
pub(crate) fn connector(
    client: &Client,
    settings: &ElementSettings<'_>,
) -> Result<Connector, SettingsError> {
    let endpoints = Arc::new(Endpoints::read(settings)?);
    let api = Arc::new(Api::new(client.clone(), Arc::clone(&endpoints)));
    Ok(Connector {
        profile: &PROFILE,
        oauth: Arc::new(QuickBooksOAuth::new(client.clone(), endpoints, Arc::clone(&api))),
        notices: Some(Arc::new(QuickBooksNotices::new())),
        subscriptions: None,
        feeds: vec![
            Arc::new(CdcFeed::new(Arc::clone(&api))),
            Arc::new(QueryFeed::new(Arc::clone(&api))),
        ],
        records: Some(Arc::new(QuickBooksRecords::new(Arc::clone(&api)))),
        hub: Some(Arc::new(QuickBooksHub::new(api))),
    })
}
