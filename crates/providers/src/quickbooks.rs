//! QuickBooks Online: OAuth 2.0 at Intuit, notices in two shapes, changes by change data capture
//! (reference: quickbooks).

mod cdc_answer;
mod endpoints;
mod entities;
mod faults;
mod feed;
mod notices;
mod oauth;
mod profile;
mod record;

use std::sync::Arc;

use ledgerhook_connector::Connector;
use ledgerhook_egress::Client;

pub(crate) use profile::PROFILE;

use crate::settings::{ElementSettings, SettingsError};
use endpoints::Endpoints;
use feed::QuickBooksFeed;
use notices::QuickBooksNotices;
use oauth::QuickBooksOAuth;

/// Builds the connector from the operator's settings.
pub(crate) fn connector(
    client: &Client,
    settings: &ElementSettings<'_>,
) -> Result<Connector, SettingsError> {
    let endpoints = Arc::new(Endpoints::read(settings)?);
    Ok(Connector {
        profile: &PROFILE,
        oauth: Arc::new(QuickBooksOAuth::new(client.clone(), Arc::clone(&endpoints))),
        notices: Some(Arc::new(QuickBooksNotices::new())),
        feed: Some(Arc::new(QuickBooksFeed::new(client.clone(), endpoints))),
    })
}
