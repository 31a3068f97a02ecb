//! The provider contract: what the engine asks of a provider. A connector is made of parts, so that
//! a provider without notices, or without a change feed, says so by leaving the part out.

use std::fmt;
use std::sync::Arc;

mod access;
mod credentials;
mod feed;
mod hub;
mod notices;
mod oauth;
mod pace;
mod profile;
mod provider_error;
mod records;
mod subscriptions;

pub use access::{Access, TokenSource};
pub use credentials::{ClientCredentials, UserTokens};
pub use feed::{ChangeFeed, FeedPage, FeedRequest, ReadPlan};
pub use hub::{
    FieldProfile, Hub, HubCompany, HubDeletions, HubPage, HubPlace, HubQuery, HubRecord,
};
pub use notices::{Handshake, NoticeEntry, Notices, ParsedNotice};
pub use oauth::{
    AuthorizeRequest, ConnectError, ConnectRequest, Connected, GrantRequest, MigrateRequest, OAuth,
    RefreshError, RequestToken, RequestTokenRequest, Tokens,
};
pub use pace::{HOLD_MAX, Pace, PaceLimits, TURN_WAIT_MAX};
pub use profile::{ElementProfile, ResourceProfile};
pub use provider_error::ProviderError;
pub use records::{Records, RecordsPage, RecordsRequest};
pub use subscriptions::{RemoteSubscription, SubscriptionRequest, Subscriptions};

/// One provider, as the engine sees it.
#[derive(Clone)]
pub struct Connector {
    /// What it is called and what it has.
    pub profile: &'static ElementProfile,
    /// How companies are connected.
    pub oauth: Arc<dyn OAuth>,
    /// How its notices are read; `None` when it sends none.
    pub notices: Option<Arc<dyn Notices>>,
    /// How it is told where to post the notices of a company; `None` when that is set up once by
    /// hand, in its portal.
    pub subscriptions: Option<Arc<dyn Subscriptions>>,
    /// How its changes are asked for, each feed its own resources; empty when it cannot be polled.
    pub feeds: Vec<Arc<dyn ChangeFeed>>,
    /// How single records are read; `None` when a notice carries the whole record.
    pub records: Option<Arc<dyn Records>>,
    /// How its records are read through the hub; `None` when they cannot be.
    pub hub: Option<Arc<dyn Hub>>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.profile.key).finish()
    }
}
