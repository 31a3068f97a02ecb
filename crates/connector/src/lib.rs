//! The provider contract: what the engine asks of a provider. A connector is made of parts, so that
//! a provider without notices, or without a change feed, says so by leaving the part out.

use std::fmt;
use std::sync::Arc;

mod feed;
mod notices;
mod oauth;
mod profile;
mod records;

pub use feed::{Access, ChangeFeed, FeedError, FeedPage, FeedRequest};
pub use notices::{NoticeEntry, Notices, ParsedNotice};
pub use oauth::{
    AuthorizeRequest, ClientCredentials, ConnectError, ConnectRequest, Connected, OAuth,
    RefreshError, RequestToken, RequestTokenRequest, Tokens,
};
pub use profile::{ElementProfile, ResourceProfile};
pub use records::{Records, RecordsPage, RecordsRequest};

/// One provider, as the engine sees it.
#[derive(Clone)]
pub struct Connector {
    /// What it is called and what it has.
    pub profile: &'static ElementProfile,
    /// How companies are connected.
    pub oauth: Arc<dyn OAuth>,
    /// How its notices are read; `None` when it sends none.
    pub notices: Option<Arc<dyn Notices>>,
    /// How its changes are asked for, each feed its own resources; empty when it cannot be polled.
    pub feeds: Vec<Arc<dyn ChangeFeed>>,
    /// How single records are read; `None` when a notice carries the whole record.
    pub records: Option<Arc<dyn Records>>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.profile.key).finish()
    }
}
