//! The gateway under load: its release binary in a process of its own, with a fresh data folder
//! and nothing from the caller's environment or configuration.

mod api;
mod company;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

pub(crate) use self::api::{GatewayApi, VERIFIER_TOKEN};

use crate::child::ChildProcess;
use crate::data_folder::DataFolder;
use crate::process::ProcessUsage;

/// How long the gateway may take from its start to its first answer.
const READY_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause between two looks whether it is ready.
const READY_LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A running gateway. The process ends before its data folder goes: fields drop in this order.
#[derive(Debug)]
pub(crate) struct Gateway {
    process: ChildProcess,
    api: GatewayApi,
    data: DataFolder,
    /// Shows the gateway the companies that are connected.
    _company: JoinSet<()>,
}

/// What `org create --json` prints, as far as it is used.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    organization_secret: String,
    user_secret: String,
}

impl Gateway {
    /// Starts the binary on a free port and waits until it answers.
    ///
    /// # Errors
    /// When a command of it fails or it is not ready in time.
    pub(crate) async fn start(binary: Option<&Path>) -> anyhow::Result<Self> {
        let binary = locate(binary)?;
        let data = DataFolder::create().context("cannot make a data folder")?;
        let credentials = create_organization(&binary, &data).await?;
        let address = free_address().await?;
        let api = GatewayApi::new(
            address,
            format!(
                "User {}, Organization {}",
                credentials.user_secret, credentials.organization_secret
            ),
        );
        let (company_url, company) = company::start().await?;
        let mut serve = command(&binary, &data);
        serve
            .arg("serve")
            .args(["--listen", &address.to_string()])
            .arg("--data")
            .arg(data.path())
            .env("LEDGERHOOK__EGRESS__ALLOW_PRIVATE", "true")
            .env("LEDGERHOOK__PROVIDERS__QUICKBOOKS__API_URL", company_url)
            .env("LEDGERHOOK__LOG__LEVEL", "warn");
        let process = ChildProcess::start("the gateway", &mut serve)?;
        let mut gateway = Self { process, api, data, _company: company };
        gateway.wait_until_ready().await?;
        Ok(gateway)
    }

    pub(crate) fn api(&self) -> &GatewayApi {
        &self.api
    }

    pub(crate) fn data(&self) -> &DataFolder {
        &self.data
    }

    /// # Errors
    /// When the gateway has ended.
    pub(crate) fn usage(&self) -> anyhow::Result<ProcessUsage> {
        ProcessUsage::read(self.process.pid())
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_TIMEOUT;
        loop {
            let Err(error) = self.api.ping().await else {
                return Ok(());
            };
            self.process.ensure_running()?;
            if Instant::now() >= deadline {
                return Err(error).context("the gateway is not ready in time");
            }
            sleep(READY_LOOK_INTERVAL).await;
        }
    }
}

/// The full path of the binary, as it is started from within its data folder.
fn locate(binary: Option<&Path>) -> anyhow::Result<PathBuf> {
    let path = match binary {
        Some(path) => path.to_owned(),
        None => std::env::current_exe()
            .context("cannot find this program's own file")?
            .with_file_name("ledgerhook"),
    };
    path.canonicalize().with_context(|| format!("no gateway at {}", path.display()))
}

/// The binary without the caller's settings; the data folder is where it would look for a file.
fn command(binary: &Path, data: &DataFolder) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().current_dir(data.path());
    command
}

async fn create_organization(binary: &Path, data: &DataFolder) -> anyhow::Result<Credentials> {
    let mut create = command(binary, data);
    create
        .args(["org", "create", "bench", "--user", "bench@example.test", "--json", "--data"])
        .arg(data.path());
    let printed = ChildProcess::output("org create", &mut create).await?;
    match serde_json::from_str(&printed) {
        Ok(credentials) => Ok(credentials),
        // The text itself is left out: it may hold a secret.
        Err(error) => bail!("org create did not print its JSON document: {error}"),
    }
}

/// An address nothing listens on; taken a moment later by the gateway, and by nobody in between
/// unless the machine is very busy opening ports.
async fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}
