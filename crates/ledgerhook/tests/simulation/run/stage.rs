//! Setting the stage: the provider, the network, the gateway, organisations and instances.

use std::sync::Arc;
use std::time::Duration;

use ledgerhook_engine::store::Store;
use ledgerhook_engine::store::memory::MemoryStore;
use ledgerhook_model::InstanceId;
use ledgerhook_store_sqlite::{Access, SqliteStore};
use ledgerhook_testkit::Http;
use serde_json::{Value, json};

use super::{Instance, Organization, Run};
use crate::chance::{Chance, SeededEntropy};
use crate::check::SIGNATURE_KEY;
use crate::disk::Mischiefs;
use crate::network::Network;
use crate::process::{Machine, Process};
use crate::setup::{InstancePlan, Setup};
use crate::time::Time;
use crate::world::{App, Beginning, REDIRECT_URI, World};

/// Changes of each company before it is connected.
const CHANGES_BEFORE: u64 = 6;

/// Between those changes and the connection: no poll looks back so far.
const BEFORE_CONNECTION: Duration = Duration::from_secs(120);

impl<W: World> Run<W> {
    /// Starts everything, and connects everybody in good times.
    pub(crate) async fn stage(setup: Setup, mut chance: Chance, time: Time) -> Self {
        let beginning = Beginning {
            clock: time.clock.clone(),
            companies: &setup.companies,
            chance: chance.fork(),
            is_troubled: setup.faults_per_mille > 0,
        };
        let world = W::begin(beginning).await;
        let traffic = Arc::clone(&time.traffic);
        let network = Network::start(traffic, time.clock.clone(), chance.fork()).await;
        network.desk.set_provider(world.base_url());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store: Arc<dyn Store> = if setup.on_disk {
            Arc::new(SqliteStore::open(folder.path(), Access::Exclusive).expect("a database"))
        } else {
            Arc::new(MemoryStore::new())
        };
        let machine = Machine {
            store,
            mischiefs: Arc::new(Mischiefs::default()),
            clock: time.clock.clone(),
            traffic: Arc::clone(&time.traffic),
            entropy: Arc::new(SeededEntropy::new(chance.fork())),
            providers: W::settings(&network.url("/provider")),
            poll_interval_min: Duration::from_secs(60),
        };
        let histories = vec![super::History::new(); setup.companies.len()];
        let down_until = time.now();
        let mut run = Self {
            setup,
            time,
            world,
            network,
            organizations: Vec::new(),
            instances: Vec::new(),
            histories,
            figures: super::Figures { seeds: 1, ..Default::default() },
            chance,
            http: Http::default(),
            machine,
            process: None,
            lives: 0,
            down_until,
            misbehaving: Vec::new(),
            log: std::collections::VecDeque::new(),
            _folder: folder,
        };
        run.start_process().await;
        run.populate().await;
        run
    }

    async fn populate(&mut self) {
        for company in 0..self.setup.companies.len() {
            for _ in 0..self.chance.within(0..=CHANGES_BEFORE) {
                self.change_one(company);
            }
        }
        self.step(BEFORE_CONNECTION).await;
        for number in 0..self.setup.organizations {
            self.admit(number).await;
        }
        for plan in self.setup.instances.clone() {
            self.connect(plan).await;
        }
        self.network.desk.set_latency(self.setup.latency_ms_max);
    }

    /// Starts a process, and lets it take notices.
    pub(super) async fn start_process(&mut self) {
        self.lives += 1;
        self.machine.mischiefs.clear();
        // Nothing of a start waits for time.
        let started = Process::start(&self.machine, self.lives).await;
        let started = started.unwrap_or_else(|refusal| panic!("it does not start: {refusal}"));
        self.network.desk.set_door(Some(started.door()));
        self.process = Some(started);
        self.time.settle().await;
    }

    /// Makes an organisation with an app, known to the gateway and to the provider.
    async fn admit(&mut self, number: usize) {
        let process = self.process();
        let tenants = process.gateway.tenants();
        let name = format!("organisation {number}");
        let organization = tenants.create_organization(&name).await.unwrap();
        let id = organization.made.id;
        let user = tenants.create_user(id, &format!("{number}@example.test")).await.unwrap();
        let authorization =
            format!("User {}, Organization {}", user.secret.expose(), organization.secret.expose());
        let app = App {
            client_id: format!("client-id-{number}"),
            client_secret: format!("client-secret-{number}"),
            verifier_token: format!("verifier-token-{number}"),
        };
        let body = json!({
            "name": "app", "apiKey": app.client_id, "apiSecret": app.client_secret,
            "verifierToken": app.verifier_token,
        });
        let target = format!("POST /elements/{}/apps", W::ELEMENT);
        process.call(&target, &authorization, &body).await;
        let path = format!("/gateway/elements/api-v2/events/{}", W::ELEMENT);
        self.world.admit(&app, &self.network.url(&path));
        self.organizations.push(Organization { id, authorization, app });
    }

    async fn connect(&mut self, plan: InstancePlan) {
        let number = self.instances.len();
        let path = format!("/callback/{number}");
        let provider_data = self.authorize(&plan).await;
        let organization = &self.organizations[plan.organization];
        let body = json!({
            "element": {"key": W::ELEMENT},
            "providerData": provider_data,
            "configuration": self.configuration(&plan, &path),
            "name": format!("Books {number}"),
        });
        let process = self.process();
        let made = process.call("POST /instances", &organization.authorization, &body).await;
        let id = InstanceId(made["id"].as_i64().expect("an id"));
        let public_key = process.gateway.verification_key(id).expect("a seat");
        let baseline = self.world.records(plan.company);
        self.instances.push(Instance { plan, id, path, public_key, baseline });
    }

    fn configuration(&self, plan: &InstancePlan, path: &str) -> Value {
        let app = &self.organizations[plan.organization].app;
        let mut configuration = json!({
            "oauth.callback.url": REDIRECT_URI,
            "oauth.api.key": app.client_id,
            "oauth.api.secret": app.client_secret,
            "event.notification.enabled": true,
            "event.vendor.type": plan.kind.name(),
            "event.notification.callback.url": self.network.url(path),
        });
        let own = W::configuration(&self.setup.companies[plan.company]);
        configuration.as_object_mut().expect("an object").extend(own);
        if let Some(minutes) = plan.poll_minutes {
            configuration["event.poller.refresh_interval"] = json!(minutes.to_string());
            configuration["event.poller.query.refresh_interval"] = json!(minutes.to_string());
        }
        if plan.has_signature_key {
            configuration["event.notification.signature.key"] = json!(SIGNATURE_KEY);
        }
        configuration
    }

    /// The customer's consent; the `providerData` that it brings.
    async fn authorize(&self, plan: &InstancePlan) -> Value {
        let Organization { app, authorization, .. } = &self.organizations[plan.organization];
        let target = format!(
            "GET /elements/{}/oauth/url?apiKey={}&apiSecret={}&callbackUrl={REDIRECT_URI}&state=s",
            W::ELEMENT,
            app.client_id,
            app.client_secret
        );
        let asked = self.process().call(&target, authorization, &Value::Null).await;
        let url = asked["oauthUrl"].as_str().expect("an oauthUrl");
        self.world.authorize(&self.http, url, plan.company).await
    }

    /// Whether an instance's tokens work, as the API says.
    pub(super) async fn is_valid(&mut self, number: usize) -> bool {
        let Instance { id, plan, .. } = &self.instances[number];
        let authorization = self.organizations[plan.organization].authorization.clone();
        let target = format!("GET /instances/{id}");
        let process = self.process();
        let shown =
            self.drive(async move { process.call(&target, &authorization, &Value::Null).await });
        shown.await["valid"] == Value::Bool(true)
    }

    /// The customer authorises an instance again.
    pub(super) async fn authorize_again(&mut self, number: usize) {
        let plan = self.instances[number].plan.clone();
        let provider_data = self.authorize(&plan).await;
        let authorization = self.organizations[plan.organization].authorization.clone();
        let target = format!("PATCH /instances/{}", self.instances[number].id);
        let body = json!({"providerData": provider_data});
        let process = self.process();
        self.drive(async move { process.call(&target, &authorization, &body).await }).await;
        self.figures.authorizations += 1;
        self.note(&format!("instance {number} was authorised again"));
    }

    /// Has an instance polled that was left alone after too many failures.
    pub(super) async fn enable_polling(&mut self, number: usize) {
        let plan = self.instances[number].plan.clone();
        let authorization = self.organizations[plan.organization].authorization.clone();
        let target = format!("PUT /instances/{}/polling-enabled", self.instances[number].id);
        let process = self.process();
        self.drive(async move { process.call(&target, &authorization, &Value::Null).await }).await;
    }
}
