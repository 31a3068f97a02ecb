//! A provider on a bench: its connector, its stand-in, the wire between the two, and the clock.

pub(crate) mod company;
mod message;
pub(crate) mod provider;
pub(crate) mod receiver;
pub(crate) mod trouble;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ledgerhook_connector::{ChangeFeed, Connector};
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use ledgerhook_model::Moment;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_providers::{ProviderSettings, registry};
use ledgerhook_sandbox::{Clock, Sandbox, SandboxOptions};

use provider::Provider;
use wire::Wire;

/// What the clock shows at first.
const START: &str = "2026-03-10T19:00:00Z";
/// Long enough for anything on this machine, also when it is busy.
const AMPLE: Duration = Duration::from_secs(20);
/// Most bytes that the gateway reads of an answer.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A provider on a bench.
pub(crate) struct Bench {
    /// What is particular to it.
    pub(crate) provider: &'static dyn Provider,
    /// Its stand-in.
    pub(crate) sandbox: Sandbox,
    /// Through which the connector calls the stand-in.
    pub(crate) wire: Wire,
    /// What is under test.
    pub(crate) connector: Connector,
    /// Makes the connector's calls, and those of the customer's browser.
    pub(crate) client: Client,
    clock: Arc<Mutex<Timestamp>>,
}

impl Bench {
    /// Sets everything up.
    pub(crate) async fn open(provider: &'static dyn Provider) -> Self {
        let clock = Arc::new(Mutex::new(START.parse().unwrap()));
        let own = Arc::clone(&clock);
        let shown: Clock = Arc::new(move || *own.lock().unwrap());
        let mut options = SandboxOptions { clock: Arc::clone(&shown), ..SandboxOptions::default() };
        provider.set_up(&mut options);
        let sandbox = Sandbox::start(options).await.unwrap();
        let wire = Wire::to(provider.url(&sandbox), shown).await;
        let client = client();
        let connector = connector_at(provider, &client, &wire.url);
        Self { provider, sandbox, wire, connector, client, clock }
    }

    /// The connector with a provider that is not there at all.
    pub(crate) fn connector_to_nobody(&self) -> Connector {
        // The discard service, which no machine runs on this port any more.
        connector_at(self.provider, &self.client, "http://127.0.0.1:9")
    }

    /// Lets time go by.
    pub(crate) fn pass(&self, seconds: i64) {
        *self.clock.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Moment {
        Moment::from(*self.clock.lock().unwrap())
    }

    /// The feed that tells of the provider's [`Provider::resource`].
    pub(crate) fn feed(&self, configuration: &Configuration) -> Arc<dyn ChangeFeed> {
        let resource = self.provider.resource();
        let feed = self.connector.feeds.iter().find(|feed| feed.covers(resource, configuration));
        Arc::clone(feed.unwrap())
    }

    /// Makes a record; its id.
    pub(crate) fn create(&self, number: u64) -> String {
        self.provider.create(&self.sandbox, number)
    }

    /// Edits a record.
    pub(crate) fn edit(&self, id: &str) {
        self.provider.edit(&self.sandbox, id);
    }

    /// Deletes a record.
    pub(crate) fn delete(&self, id: &str) {
        self.provider.delete(&self.sandbox, id);
    }

    /// Calls for books that the stand-in has counted since a company was connected to it.
    pub(crate) fn calls(&self) -> u64 {
        self.provider.calls(&self.sandbox)
    }
}

fn connector_at(provider: &dyn Provider, client: &Client, url: &str) -> Connector {
    let addresses = provider.addresses().iter();
    let entries: BTreeMap<String, String> =
        addresses.map(|(name, path)| ((*name).to_owned(), format!("{url}{path}"))).collect();
    let element = provider.element().to_owned();
    let settings = ProviderSettings(BTreeMap::from([(element, entries)]));
    let mut connectors = registry(client, &settings).unwrap().into_iter();
    connectors.find(|connector| connector.profile.key == provider.element()).unwrap()
}

fn client() -> Client {
    Client::new(ClientOptions {
        policy: AddressPolicy::allow_private(),
        connect_timeout: AMPLE,
        timeout: AMPLE,
        body_bytes_max: BODY_BYTES_MAX,
        user_agent: "ledgerhook-test".to_owned(),
        pool_idle_per_host_max: 1,
    })
    .unwrap()
}
