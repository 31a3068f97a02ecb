//! From settings to a gateway: store, keys, providers and engine put together.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions, Network};
use ledgerhook_engine::tenants::Tenants;
use ledgerhook_engine::vault::Vault;
use ledgerhook_engine::{Gateway, Parts};
use ledgerhook_model::delivery::RetrySchedule;
use ledgerhook_model::limits::{CALLBACK_ANSWER_BYTES_MAX, PROVIDER_ANSWER_BYTES_MAX};
use ledgerhook_providers::ProviderSettings;
use ledgerhook_store::Store;
use ledgerhook_store_sqlite::{Access, SqliteStore};
use tracing_subscriber::EnvFilter;

use crate::ambient::{SystemClock, SystemEntropy};
use crate::keys;
use crate::settings::{Log, Settings};

const KEY_FILE: &str = "ledgerhook.key";

/// Idle connections kept for each host; more than the calls at one time to one callback.
const IDLE_CONNECTIONS_PER_HOST_MAX: usize = 128;

/// A gateway built from settings and at work.
pub(crate) async fn gateway(settings: &Settings) -> anyhow::Result<Gateway> {
    let store = open_store(settings, Access::Exclusive)?;
    let policy = callback_policy(settings)?;
    let callbacks = client(
        policy.clone(),
        settings.egress.connect_timeout_ms,
        settings.egress.timeout_ms,
        CALLBACK_ANSWER_BYTES_MAX,
    )?;
    // Provider addresses are the operator's own settings, so private ones are meant.
    let providers = client(
        AddressPolicy::allow_private(),
        settings.egress.connect_timeout_ms,
        settings.egress.provider_timeout_ms,
        PROVIDER_ANSWER_BYTES_MAX,
    )?;
    let addresses = ProviderSettings(settings.providers.clone());
    let connectors = ledgerhook_providers::registry(&providers, &addresses)
        .context("the section [providers] of the settings is wrong")?;
    let parts = Parts {
        store,
        connectors,
        callbacks,
        policy,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        vault: vault(settings)?,
    };
    Gateway::start(parts, engine_settings(settings)).await.context("the gateway cannot start")
}

/// Organisations and users, while a gateway may be at work on the same data folder.
pub(crate) fn tenants(settings: &Settings) -> anyhow::Result<Tenants> {
    let store = open_store(settings, Access::Shared)?;
    let vault = vault(settings)?;
    Ok(Tenants::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), vault))
}

/// Has everything logged to standard error.
pub(crate) fn start_logging(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level)
        .with_context(|| format!("log.level: `{}` is no level and no filter", log.level))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match log.format.as_str() {
        "json" => builder.json().try_init(),
        "text" => builder.try_init(),
        other => anyhow::bail!("log.format: `{other}` is neither text nor json"),
    };
    // A second start in one process (tests) keeps the first.
    drop(started);
    Ok(())
}

fn open_store(settings: &Settings, access: Access) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&settings.data.folder, access)?))
}

fn vault(settings: &Settings) -> anyhow::Result<Vault> {
    let configured = &settings.data.key_file;
    let path: PathBuf = if configured.as_os_str().is_empty() {
        settings.data.folder.join(KEY_FILE)
    } else {
        configured.clone()
    };
    let keys = keys::read_or_make(&path, &SystemEntropy)?;
    let (current, older) = keys.split_first().context("the key file holds no key")?;
    Ok(Vault::new(current, older, Arc::new(SystemEntropy)))
}

fn callback_policy(settings: &Settings) -> anyhow::Result<AddressPolicy> {
    let egress = &settings.egress;
    let policy =
        if egress.allow_private { AddressPolicy::allow_private() } else { AddressPolicy::strict() };
    let read = |text: &String| {
        text.parse::<Network>().with_context(|| format!("egress.allowed_networks: `{text}`"))
    };
    let networks = egress.allowed_networks.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(policy.with_allowed(networks).with_allow_http(egress.allow_http))
}

fn client(
    policy: AddressPolicy,
    connect_timeout_ms: u64,
    timeout_ms: u64,
    body_bytes_max: usize,
) -> anyhow::Result<Client> {
    Client::new(ClientOptions {
        policy,
        connect_timeout: Duration::from_millis(connect_timeout_ms),
        timeout: Duration::from_millis(timeout_ms),
        body_bytes_max,
        user_agent: concat!("ledgerhook/", env!("CARGO_PKG_VERSION")).to_owned(),
        pool_idle_per_host_max: IDLE_CONNECTIONS_PER_HOST_MAX,
    })
    .context("cannot make an HTTP client")
}

fn engine_settings(settings: &Settings) -> ledgerhook_engine::Settings {
    let waits = &settings.delivery.retry_waits_seconds;
    ledgerhook_engine::Settings {
        poll_interval_min: Duration::from_millis(settings.polling.interval_ms_min),
        poll_failures_before_pause: settings.polling.failures_before_pause.max(1),
        hydration_gathering: Duration::from_millis(settings.ingress.gathering_ms),
        public_url: Some(settings.server.public_url.trim().to_owned())
            .filter(|url| !url.is_empty()),
        notice_grace: Duration::from_millis(settings.polling.notice_grace_ms),
        retention: Duration::from_secs(settings.journal.retention_hours.saturating_mul(3_600)),
        retry: RetrySchedule::new(waits.iter().copied().map(Duration::from_secs).collect()),
        callback_in_flight_max: settings.delivery.callback_in_flight_max.max(1),
        instance_in_flight_max: settings.delivery.instance_in_flight_max.max(1),
        allow_unsigned_notices: settings.ingress.allow_unsigned,
    }
}
