//! Everything the demo needs, started on free loopback ports in a temporary folder.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::http::Method;
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use ledgerhook_engine::Gateway;
use ledgerhook_model::Secret;
use ledgerhook_sandbox::quickbooks::{App, Company, QuickBooks, QuickBooksOptions, WebhookFormat};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::api::Api;
use super::receiver::{Arrival, Keys, receiver};
use crate::practice::ADDRESSES;
use crate::settings::Settings;
use crate::{assembly, serve};

/// Client id of the provider app.
pub(super) const CLIENT_ID: &str = "demo-client-id";
const CLIENT_SECRET: &str = "demo-client-secret";
const VERIFIER_TOKEN: &str = "demo-verifier-token";
const SIGNATURE_KEY: &str = "demo-signature-key";
const REDIRECT_URI: &str = "http://127.0.0.1/connected";

/// The company whose changes come by webhook.
pub(super) const WEBHOOK_REALM: &str = "9341452000000001";
/// The company whose changes come by polling.
pub(super) const POLLED_REALM: &str = "9341452000000002";

/// Between two polls: quick, because nobody meters the stand-in's reads.
const POLL_INTERVAL_MS: u64 = 250;
const POLL_INTERVAL_MINUTES: &str = "0.004166";

/// The running parts.
pub(super) struct Stage {
    pub(super) api: Api,
    pub(super) quickbooks: QuickBooks,
    pub(super) arrivals: mpsc::Receiver<Arrival>,
    pub(super) receiver_base: String,
    /// Instance id of each company, by realm.
    pub(super) instances: BTreeMap<&'static str, i64>,
    sandbox: Sandbox,
    gateway: Arc<Gateway>,
    servers: JoinSet<std::io::Result<()>>,
    end: watch::Sender<bool>,
    _folder: TempDir,
}

impl Stage {
    /// Starts all parts and connects both companies.
    pub(super) async fn set(settings: Settings) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let sandbox = start_sandbox().await?;
        let settings = stage_settings(settings, &folder, sandbox.base_url());
        let gateway = Arc::new(assembly::gateway(&settings).await?);
        let (end, ending) = watch::channel(false);
        let mut servers = JoinSet::new();
        let listener = serve::listen(&settings.server.listen, "server.listen").await?;
        let base = format!("http://{}/elements/api-v2", listener.local_addr()?);
        let router = ledgerhook_web::router(Arc::clone(&gateway));
        servers.spawn(serve::answer(listener, router, ending.clone()));

        let shared = Secret::new(SIGNATURE_KEY);
        let keys = Arc::new(Keys { shared, public: std::sync::OnceLock::new() });
        let (router, arrivals) = receiver(Arc::clone(&keys));
        let listener = serve::listen("127.0.0.1:0", "receiver").await?;
        let receiver_base = format!("http://{}/books", listener.local_addr()?);
        servers.spawn(serve::answer(listener, router, ending));

        let app = App::new(CLIENT_ID, CLIENT_SECRET)
            .with_webhooks(format!("{base}/events/quickbooks"), VERIFIER_TOKEN);
        let quickbooks = sandbox.quickbooks().clone();
        quickbooks.put_app(App { webhook_format: WebhookFormat::Legacy, ..app })?;
        let api = Api::new(http_client()?, base, first_user(&gateway).await?);
        let mut stage = Self {
            api,
            quickbooks,
            arrivals,
            receiver_base,
            instances: BTreeMap::new(),
            sandbox,
            gateway,
            servers,
            end,
            _folder: folder,
        };
        stage.connect_companies(&keys).await?;
        Ok(stage)
    }

    /// Ends all parts, in the order in which nothing is lost.
    pub(super) async fn clear(mut self) -> anyhow::Result<()> {
        self.sandbox.shutdown().await;
        self.end.send_replace(true);
        self.servers.shutdown().await;
        self.gateway.shut_down().await;
        Ok(())
    }

    async fn connect_companies(&mut self, keys: &Keys) -> anyhow::Result<()> {
        let app = json!({
            "name": "Demo app", "environment": "development", "apiKey": CLIENT_ID,
            "apiSecret": CLIENT_SECRET, "verifierToken": VERIFIER_TOKEN,
        });
        self.api.call(Method::POST, "/elements/quickbooks/apps", Some(app)).await?;
        for (realm, vendor_type, name) in [
            (WEBHOOK_REALM, "webhook", "Blue Heron Books"),
            (POLLED_REALM, "polling", "Corner Cafe"),
        ] {
            let id = self.connect(realm, vendor_type, name).await?;
            self.instances.insert(realm, id);
            let path = format!("/instances/{id}/verification-key");
            let key = self.api.call(Method::GET, &path, None).await?;
            let key = key.get("key").and_then(Value::as_str).context("no verification key")?;
            // Both instances are of one organisation and have the same key.
            drop(keys.public.set(key.to_owned()));
        }
        Ok(())
    }

    /// The OAuth round trip: authorisation URL, the customer's approval, the code to an instance.
    async fn connect(&self, realm: &str, vendor_type: &str, name: &str) -> anyhow::Result<i64> {
        let path = format!(
            "/elements/quickbooks/oauth/url?apiKey={CLIENT_ID}&apiSecret={CLIENT_SECRET}\
             &callbackUrl={REDIRECT_URI}&state={vendor_type}"
        );
        let authorize = self.api.call(Method::GET, &path, None).await?;
        let url = authorize.get("oauthUrl").and_then(Value::as_str).context("no oauthUrl")?;
        let returned = self.api.approve(url, realm).await?;
        anyhow::ensure!(
            returned.get("state").map(String::as_str) == Some(vendor_type),
            "the state did not come back"
        );
        let body = json!({
            "element": {"key": "quickbooks"},
            "providerData": {"code": returned.get("code"), "realmId": returned.get("realmId")},
            "configuration": {
                "oauth.callback.url": REDIRECT_URI,
                "oauth.api.key": CLIENT_ID,
                "oauth.api.secret": CLIENT_SECRET,
                "authentication.type": "oauth2",
                "event.notification.enabled": true,
                "event.vendor.type": vendor_type,
                "event.notification.callback.url": format!("{}/{realm}", self.receiver_base),
                "event.notification.signature.key": SIGNATURE_KEY,
                "event.notification.signature.asymmetric": true,
                "event.poller.refresh_interval": POLL_INTERVAL_MINUTES,
            },
            "tags": ["demo"],
            "name": name,
        });
        let instance = self.api.call(Method::POST, "/instances", Some(body)).await?;
        instance.get("id").and_then(Value::as_i64).context("the instance has no id")
    }
}

async fn start_sandbox() -> anyhow::Result<Sandbox> {
    let options = SandboxOptions {
        quickbooks: QuickBooksOptions {
            companies: vec![
                Company::new(WEBHOOK_REALM, "Blue Heron Books"),
                Company::new(POLLED_REALM, "Corner Cafe"),
            ],
            retry_wait_divisor: 100,
            ..QuickBooksOptions::default()
        },
        ..SandboxOptions::default()
    };
    Sandbox::start(options).await.context("cannot start the sandbox")
}

fn stage_settings(mut settings: Settings, folder: &TempDir, sandbox: &str) -> Settings {
    "127.0.0.1:0".clone_into(&mut settings.server.listen);
    settings.data.folder = folder.path().to_owned();
    settings.egress.allow_private = true;
    settings.polling.interval_ms_min = POLL_INTERVAL_MS;
    let addresses =
        ADDRESSES.map(|(name, path)| (name.to_owned(), format!("{sandbox}{path}"))).into();
    settings.providers.insert("quickbooks".to_owned(), addresses);
    settings
}

async fn first_user(gateway: &Gateway) -> anyhow::Result<Secret> {
    let tenants = gateway.tenants();
    let organization = tenants.create_organization("Demo Software").await?;
    let user = tenants.create_user(organization.made.id, "engineer@demo.test").await?;
    let (user, organization) = (user.secret, organization.secret);
    let text = format!("User {}, Organization {}", user.expose(), organization.expose());
    Ok(Secret::new(text))
}

fn http_client() -> anyhow::Result<Client> {
    Ok(Client::new(ClientOptions {
        policy: AddressPolicy::allow_private(),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(30),
        body_bytes_max: 1024 * 1024,
        user_agent: "ledgerhook-demo".to_owned(),
        pool_idle_per_host_max: 4,
    })?)
}
