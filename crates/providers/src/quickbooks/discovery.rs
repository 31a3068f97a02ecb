//! Intuit's discovery document, which names the endpoints of OAuth 2.0 (reference: quickbooks
//! §4.1). It is read when it is first needed and again after a day. Without it the built-in
//! addresses are used.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::StatusCode;
use ledgerhook_egress::{CallableUrl, Client, Request};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::settings::callable;

/// How long a document is good.
const GOOD_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// When a document that could not be read is asked for again.
const RETRY_AFTER: Duration = Duration::from_secs(10 * 60);

/// How long a document may take: somebody waits for tokens, and there are the built-in addresses.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The endpoints of a document, as far as they can be used.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Discovered {
    /// To which the customer's browser is sent; has no query.
    pub(super) authorize: Option<String>,
    /// For the exchange of codes and refresh tokens.
    pub(super) token: Option<CallableUrl>,
    /// For the end of a connection.
    pub(super) revoke: Option<CallableUrl>,
}

#[derive(Deserialize)]
struct Document {
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
}

/// A document, cached.
#[derive(Debug)]
pub(super) struct Discovery {
    /// Where it is; `None` when it is not to be read.
    url: Option<CallableUrl>,
    cache: RwLock<Cache>,
    /// One reads, the others wait for what it finds.
    turn: Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct Cache {
    found: Arc<Discovered>,
    until: Option<Instant>,
}

impl Discovery {
    /// Nothing is read yet.
    pub(super) fn new(url: Option<CallableUrl>) -> Self {
        Self { url, cache: RwLock::default(), turn: Mutex::default() }
    }

    /// What is known, without asking.
    pub(super) fn known(&self) -> Arc<Discovered> {
        self.cached().found
    }

    /// What the document says, read where it is not known or too old.
    pub(super) async fn look_up(&self, client: &Client) -> Arc<Discovered> {
        let Some(url) = &self.url else { return Arc::default() };
        if let Some(found) = self.fresh() {
            return found;
        }
        let _mine = self.turn.lock().await;
        if let Some(found) = self.fresh() {
            return found;
        }
        let cache = match read(client, url).await {
            Ok(found) => Cache { found: Arc::new(found), until: Some(Instant::now() + GOOD_FOR) },
            Err(problem) => {
                tracing::warn!(
                    problem,
                    "the discovery document could not be read; the addresses known before are used"
                );
                Cache { found: self.known(), until: Some(Instant::now() + RETRY_AFTER) }
            }
        };
        let found = Arc::clone(&cache.found);
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = cache;
        found
    }

    fn fresh(&self) -> Option<Arc<Discovered>> {
        let cache = self.cached();
        cache.until.filter(|until| *until > Instant::now()).map(|_| cache.found)
    }

    fn cached(&self) -> Cache {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read(client: &Client, url: &CallableUrl) -> Result<Discovered, String> {
    let answer = timeout(TIMEOUT, client.send(Request::get(url.clone())))
        .await
        .map_err(|_| format!("no answer within {} s", TIMEOUT.as_secs()))?
        .map_err(|error| error.to_string())?;
    if answer.status != StatusCode::OK || answer.truncated {
        return Err(format!("answered {}", answer.status.as_u16()));
    }
    let document: Document =
        serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let endpoint = |text: Option<String>| usable(&text?, url);
    let authorize = endpoint(document.authorization_endpoint);
    Ok(Discovered {
        authorize: authorize.filter(|url| !url.contains('?')),
        token: endpoint(document.token_endpoint).and_then(|text| callable(&text).ok()),
        revoke: endpoint(document.revocation_endpoint).and_then(|text| callable(&text).ok()),
    })
}

/// An endpoint that can be called, and as safely as the document was: secrets are sent there.
fn usable(text: &str, document: &CallableUrl) -> Option<String> {
    let url = callable(text).ok()?;
    let is_encrypted = |url: &CallableUrl| url.as_str().starts_with("https://");
    let is_safe = is_encrypted(&url) || !is_encrypted(document);
    is_safe.then(|| url.as_str().to_owned())
}

#[cfg(test)]
mod tests;
