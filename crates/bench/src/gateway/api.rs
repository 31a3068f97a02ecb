//! The calls of the Elements-compatible API that set a run up and count what came of it.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use crate::exchange::{self, ExchangeError};
use crate::notice::realm_id;

/// The token the notices are signed with.
pub(crate) const VERIFIER_TOKEN: &str = "bench-verifier";

/// The provider app that all instances belong to.
const APP_KEY: &str = "bench-client";
const APP_SECRET: &str = "bench-secret";

/// Stored events read at a time: the page size of the original API when none is asked for.
const PAGE_SIZE: u32 = 200;

/// Most pages read of one instance: as many as all notices of the longest phase would fill. A list
/// that is longer repeats itself.
const PAGES_MAX: u32 = 100_000;

/// The API at one address, with one user's credentials.
#[derive(Debug)]
pub(crate) struct GatewayApi {
    address: SocketAddr,
    authorization: String,
}

/// An instance as answered on its creation.
#[derive(Debug, Deserialize)]
struct CreatedInstance {
    id: u64,
}

impl GatewayApi {
    pub(crate) fn new(address: SocketAddr, authorization: String) -> Self {
        Self { address, authorization }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// # Errors
    /// When the gateway does not answer an authorized request with 200.
    pub(crate) async fn ping(&self) -> Result<(), ExchangeError> {
        let path = "/elements/api-v2/elements";
        exchange::get(self.address, path, &self.authorization).await.map(|_elements| ())
    }

    /// Creates the provider app and `count` instances that call back to `callback_url`; answers
    /// their ids.
    ///
    /// # Errors
    /// When the gateway refuses.
    pub(crate) async fn create_instances(
        &self,
        count: u16,
        callback_url: &str,
    ) -> anyhow::Result<Vec<u64>> {
        self.create_app().await.context("cannot create the app")?;
        let mut ids = Vec::new();
        for instance in 0..count {
            let created = self.create_instance(instance, callback_url).await;
            ids.push(created.with_context(|| format!("cannot create instance {instance}"))?);
        }
        Ok(ids)
    }

    /// How many events are stored for an instance, by reading its list to the end.
    ///
    /// # Errors
    /// When the list cannot be read or does not end.
    pub(crate) async fn count_events(&self, instance_id: u64) -> anyhow::Result<u64> {
        let first = format!("/elements/api-v2/instances/{instance_id}/events?pageSize={PAGE_SIZE}");
        let mut path = first.clone();
        let mut count: u64 = 0;
        for _ in 0..PAGES_MAX {
            let page = exchange::get(self.address, &path, &self.authorization).await;
            let page = page.with_context(|| format!("cannot read {path}"))?;
            let events: Vec<IgnoredAny> = serde_json::from_slice(&page.body)
                .with_context(|| format!("{path} is not a list"))?;
            count = count.saturating_add(u64::try_from(events.len())?);
            match page.next_page_token {
                Some(token) if !events.is_empty() => {
                    let token: String = byte_serialize(token.as_bytes()).collect();
                    path = format!("{first}&nextPage={token}");
                }
                _ => return Ok(count),
            }
        }
        bail!("the events of instance {instance_id} do not end after {PAGES_MAX} pages")
    }

    async fn create_app(&self) -> anyhow::Result<()> {
        let app = json!({
            "name": "bench",
            "environment": "development",
            "apiKey": APP_KEY,
            "apiSecret": APP_SECRET,
            "verifierToken": VERIFIER_TOKEN,
        });
        self.post("/elements/api-v2/elements/quickbooks/apps", &app).await?;
        Ok(())
    }

    async fn create_instance(&self, instance: u16, callback_url: &str) -> anyhow::Result<u64> {
        let body = json!({
            "element": { "key": "quickbooks" },
            "externalAuthentication": "initial",
            "configuration": {
                "oauth.api.key": APP_KEY,
                "oauth.api.secret": APP_SECRET,
                "oauth.callback.url": "http://127.0.0.1/unused",
                "authentication.type": "oauth2",
                "quickbooks.realm.id": realm_id(instance.into()).to_string(),
                "oauth.user.token": "t",
                "oauth.user.refresh_token": "r",
                "event.notification.enabled": true,
                "event.vendor.type": "webhook",
                // There are no books to read: what is measured is the way through the journal.
                "event.hydrate": false,
                "event.notification.callback.url": callback_url,
                "event.notification.signature.key": "bench-signature-key",
            },
            "tags": ["bench"],
            "name": format!("bench {instance}"),
        });
        let created = self.post("/elements/api-v2/instances", &body).await?;
        let created: CreatedInstance =
            serde_json::from_slice(&created).context("the answer has no instance id")?;
        Ok(created.id)
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<Vec<u8>> {
        let body = body.to_string();
        let answer = exchange::post(self.address, path, &self.authorization, &body).await?;
        Ok(answer.body)
    }
}
