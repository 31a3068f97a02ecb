//! Everything the demo needs, started on free loopback ports in a temporary folder.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::http::Method;
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use ledgerhook_engine::Gateway;
use ledgerhook_model::Secret;
use ledgerhook_sandbox::quickbooks::{QuickBooksOptions, WebhookFormat};
use ledgerhook_sandbox::{Sandbox, SandboxOptions, freshbooks, quickbooks, sage};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::api::Api;
use super::companies::{
    Company, FRESHBOOKS, FRESHBOOKS_BUSINESS_ID, FRESHBOOKS_IDENTITY_ID, QUICKBOOKS_NOTICED,
    QUICKBOOKS_POLLED, SAGE,
};
use super::receiver::{Arrival, Keys, receiver};
use crate::practice::{FRESHBOOKS_ADDRESSES, QUICKBOOKS_ADDRESSES, SAGE_ADDRESSES};
use crate::settings::Settings;
use crate::{assembly, serve};

/// Client id of the provider app.
pub(super) const CLIENT_ID: &str = "demo-client-id";
const CLIENT_SECRET: &str = "demo-client-secret";
const VERIFIER_TOKEN: &str = "demo-verifier-token";
const SIGNATURE_KEY: &str = "demo-signature-key";
const REDIRECT_URI: &str = "http://127.0.0.1/connected";

/// Between two polls: quick, because nobody meters the stand-in's reads.
const POLL_INTERVAL_MS: u64 = 250;
const POLL_INTERVAL_MINUTES: &str = "0.004166";

/// How long FreshBooks may take to verify the callbacks that the gateway registers.
const VERIFICATION_PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at whether it has.
const VERIFICATION_LOOKS: Duration = Duration::from_millis(50);

/// A company with its instance.
pub(super) struct Connected {
    pub(super) company: Company,
    pub(super) instance_id: i64,
}

/// The running parts.
pub(super) struct Stage {
    pub(super) api: Api,
    pub(super) arrivals: mpsc::Receiver<Arrival>,
    pub(super) receiver_base: String,
    pub(super) companies: Vec<Connected>,
    pub(super) sandbox: Sandbox,
    gateway: Arc<Gateway>,
    servers: JoinSet<std::io::Result<()>>,
    end: watch::Sender<bool>,
    _folder: TempDir,
}

impl Stage {
    /// Starts all parts and connects all companies.
    pub(super) async fn set(settings: Settings) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let sandbox = start_sandbox().await?;
        let mut settings = stage_settings(settings, &folder, &sandbox);
        let (end, ending) = watch::channel(false);
        let mut servers = JoinSet::new();
        let listener = serve::listen(&settings.server.listen, "server.listen").await?;
        settings.server.public_url = format!("http://{}", listener.local_addr()?);
        let base = format!("{}/elements/api-v2", settings.server.public_url);
        let gateway = Arc::new(assembly::gateway(&settings).await?);
        let router = ledgerhook_web::router(Arc::clone(&gateway));
        servers.spawn(serve::answer(listener, router, ending.clone()));

        let shared = Secret::new(SIGNATURE_KEY);
        let keys = Arc::new(Keys { shared, public: std::sync::OnceLock::new() });
        let (router, arrivals) = receiver(Arc::clone(&keys));
        let listener = serve::listen("127.0.0.1:0", "receiver").await?;
        let receiver_base = format!("http://{}/books", listener.local_addr()?);
        servers.spawn(serve::answer(listener, router, ending));

        register_apps(&sandbox, &base)?;
        let api = Api::new(http_client()?, base, first_user(&gateway).await?);
        let mut stage = Self {
            api,
            arrivals,
            receiver_base,
            companies: Vec::new(),
            sandbox,
            gateway,
            servers,
            end,
            _folder: folder,
        };
        stage.connect_companies(&keys).await?;
        Ok(stage)
    }

    /// The instance of a company.
    pub(super) fn instance_of(&self, company: &Company) -> anyhow::Result<i64> {
        let found = self.companies.iter().find(|one| one.company.id == company.id);
        Ok(found.context("a company that is not connected")?.instance_id)
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
        for company in Company::ALL {
            let instance_id = self.connect(&company).await?;
            let path = format!("/instances/{instance_id}/verification-key");
            let key = self.api.call(Method::GET, &path, None).await?;
            let key = key.get("key").and_then(Value::as_str).context("no verification key")?;
            // All instances are of one organisation and have the same key.
            drop(keys.public.set(key.to_owned()));
            self.companies.push(Connected { company, instance_id });
        }
        self.wait_until_verified(self.instance_of(&FRESHBOOKS)?).await
    }

    /// The OAuth round trip: authorisation URL, the customer's approval, the code to an instance.
    async fn connect(&self, company: &Company) -> anyhow::Result<i64> {
        let Company { id, element, name, vendor_type, consent } = company;
        let path = format!(
            "/elements/{element}/oauth/url?apiKey={CLIENT_ID}&apiSecret={CLIENT_SECRET}\
             &callbackUrl={REDIRECT_URI}&state={vendor_type}"
        );
        let authorize = self.api.call(Method::GET, &path, None).await?;
        let url = authorize.get("oauthUrl").and_then(Value::as_str).context("no oauthUrl")?;
        let returned = self.api.approve(url, *consent).await?;
        anyhow::ensure!(
            returned.get("state").map(String::as_str) == Some(vendor_type),
            "the state did not come back"
        );
        let mut configuration = json!({
            "oauth.callback.url": REDIRECT_URI,
            "oauth.api.key": CLIENT_ID,
            "oauth.api.secret": CLIENT_SECRET,
            "event.notification.enabled": true,
            "event.vendor.type": vendor_type,
            "event.notification.callback.url": format!("{}/{id}", self.receiver_base),
            "event.notification.signature.key": SIGNATURE_KEY,
            "event.notification.signature.asymmetric": true,
            "event.poller.refresh_interval": POLL_INTERVAL_MINUTES,
        });
        if let (Some(all), Value::Object(own)) =
            (configuration.as_object_mut(), company.configuration())
        {
            all.extend(own);
        }
        let body = json!({
            "element": {"key": element},
            "providerData": {"code": returned.get("code"), "realmId": returned.get("realmId")},
            "configuration": configuration,
            "tags": ["demo"],
            "name": name,
        });
        let instance = self.api.call(Method::POST, "/instances", Some(body)).await?;
        instance.get("id").and_then(Value::as_i64).context("the instance has no id")
    }

    /// Until FreshBooks has verified every callback it sends nothing to it.
    async fn wait_until_verified(&self, instance_id: i64) -> anyhow::Result<()> {
        let path = format!("/instances/{instance_id}/subscriptions");
        let verified = async {
            loop {
                let rows = self.api.call(Method::GET, &path, None).await?;
                let rows = rows.as_array().context("no list of subscriptions")?;
                let is_verified = |row: &Value| row.get("confirmed") == Some(&Value::Bool(true));
                if !rows.is_empty() && rows.iter().all(is_verified) {
                    return Ok(());
                }
                tokio::time::sleep(VERIFICATION_LOOKS).await;
            }
        };
        let in_time = tokio::time::timeout(VERIFICATION_PATIENCE, verified).await;
        in_time.context("FreshBooks did not verify the callbacks")?
    }
}

async fn start_sandbox() -> anyhow::Result<Sandbox> {
    let company = |one: &Company| quickbooks::Company::new(one.id, one.name);
    let owner = freshbooks::User::new(FRESHBOOKS_IDENTITY_ID, "Simona", "Varga");
    let studio = freshbooks::Business::new(FRESHBOOKS_BUSINESS_ID, "Bk7Lm2", FRESHBOOKS.name);
    let options = SandboxOptions {
        quickbooks: QuickBooksOptions {
            companies: [QUICKBOOKS_NOTICED, QUICKBOOKS_POLLED].iter().map(company).collect(),
            retry_wait_divisor: 100,
            ..QuickBooksOptions::default()
        },
        freshbooks: freshbooks::FreshBooksOptions {
            apps: vec![freshbooks::App::new(CLIENT_ID, CLIENT_SECRET)],
            users: vec![owner],
            businesses: vec![studio],
            ..freshbooks::FreshBooksOptions::default()
        },
        sage: sage::SageOptions {
            apps: vec![sage::App::new(CLIENT_ID, CLIENT_SECRET)],
            businesses: vec![sage::Business::new(SAGE.id, SAGE.name)],
            ..sage::SageOptions::default()
        },
        ..SandboxOptions::default()
    };
    Sandbox::start(options).await.context("cannot start the sandbox")
}

/// QuickBooks is told in its portal where notices go; the others need nothing but their apps.
fn register_apps(sandbox: &Sandbox, api_base: &str) -> anyhow::Result<()> {
    let app = quickbooks::App::new(CLIENT_ID, CLIENT_SECRET)
        .with_webhooks(format!("{api_base}/events/quickbooks"), VERIFIER_TOKEN);
    let app = quickbooks::App { webhook_format: WebhookFormat::Legacy, ..app };
    Ok(sandbox.quickbooks().put_app(app)?)
}

fn stage_settings(mut settings: Settings, folder: &TempDir, sandbox: &Sandbox) -> Settings {
    "127.0.0.1:0".clone_into(&mut settings.server.listen);
    settings.data.folder = folder.path().to_owned();
    settings.egress.allow_private = true;
    settings.polling.interval_ms_min = POLL_INTERVAL_MS;
    for (element, base_url, addresses) in [
        (QUICKBOOKS_NOTICED.element, sandbox.base_url(), &QUICKBOOKS_ADDRESSES[..]),
        (FRESHBOOKS.element, sandbox.freshbooks().base_url(), &FRESHBOOKS_ADDRESSES[..]),
        (SAGE.element, sandbox.sage().base_url(), &SAGE_ADDRESSES[..]),
    ] {
        let address =
            |(name, path): &(&str, &str)| ((*name).to_owned(), format!("{base_url}{path}"));
        settings.providers.insert(element.to_owned(), addresses.iter().map(address).collect());
    }
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
