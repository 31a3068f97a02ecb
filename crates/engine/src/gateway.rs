//! The whole engine, wired: what the web and the binary hold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::Connector;
use ledgerhook_egress::{AddressPolicy, Client};
use ledgerhook_model::{DeliveryId, EventId, InstanceId, OrganizationId};
use ledgerhook_store::deliveries::{DeliveryFilter, DeliveryRecord};
use ledgerhook_store::journal::{EventFilter, EventPage, EventRecord};
use ledgerhook_store::kept::{KeptFilter, KeptPage};
use ledgerhook_store::{Store, StoreError};

use crate::ambient::{Clock, Entropy, random_bytes};
use crate::append::Appender;
use crate::apps::Apps;
use crate::base::Base;
use crate::calls::Calls;
use crate::counters::CountersSnapshot;
use crate::dispatch::Dispatcher;
use crate::health::Health;
use crate::hub::HubInstance;
use crate::instances::Instances;
use crate::intake::Intake;
use crate::kept::KeptNotices;
use crate::operations::Operations;
use crate::polling::Polling;
use crate::reads::Reads;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::spending::Spending;
use crate::subscriptions::{SubscriptionView, Subscriptions};
use crate::supervisor::Supervisor;
use crate::tenants::{Caller, Credentials, Tenants, hex};
use crate::tokens::Tokens;
use crate::vault::Vault;

/// What the engine is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The providers.
    pub connectors: Vec<Connector>,
    /// What callbacks are called with.
    pub callbacks: Client,
    /// Which callbacks are accepted; the policy of `callbacks`.
    pub policy: AddressPolicy,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The keys.
    pub vault: Vault,
}

impl Parts {
    /// What every part of the engine stands on, and with what callbacks are called.
    async fn into_base(self) -> Result<(Base, Client, AddressPolicy), StoreError> {
        let Self { store, connectors, callbacks, policy, clock, entropy, vault } = self;
        let reads = Arc::new(Reads::read_back(&*store, clock.now()).await?);
        let base = Base {
            store,
            connectors: Arc::new(connectors),
            roster: Arc::default(),
            clock,
            entropy,
            vault,
            counters: Arc::default(),
            reads,
            last_notices: Arc::default(),
        };
        Ok((base, callbacks, policy))
    }
}

/// How long a shutdown waits for what is under way.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(20);

/// The engine at work.
pub struct Gateway {
    base: Base,
    tenants: Tenants,
    apps: Apps,
    instances: Instances,
    intake: Intake,
    kept: Arc<KeptNotices>,
    subscriptions: Arc<Subscriptions>,
    polling: Arc<Polling>,
    health: Health,
    spending: Spending,
    dispatcher: Arc<Dispatcher>,
    calls: Calls,
    supervisor: Supervisor,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("connectors", &self.base.connectors).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Reads what the store holds, starts the engine's tasks, and takes up whatever was under way
    /// when the last process ended.
    pub async fn start(parts: Parts, settings: Settings) -> Result<Self, Refusal> {
        let (base, callbacks, policy) = parts.into_base().await?;
        let supervisor = Supervisor::default();
        let dispatcher = Dispatcher::start(base.clone(), callbacks, &settings, &supervisor);
        let appender = Appender::start(base.clone(), Arc::clone(&dispatcher), &supervisor);
        let tokens = Arc::new(Tokens::new(&base, &supervisor));
        let calls = Calls::new(&base, &tokens, Operations::new(&base, &appender));
        let subscriptions = Subscriptions::new(&base, &calls, &settings, &supervisor);
        let polling = Polling::start(
            crate::polling::Parts {
                base: base.clone(),
                calls: calls.clone(),
                appender: appender.clone(),
            },
            &settings,
            &supervisor,
        );
        let kept = KeptNotices::new(
            crate::kept::Parts {
                base: base.clone(),
                calls: calls.clone(),
                polling: Arc::clone(&polling),
                appender: appender.clone(),
            },
            &settings,
            &supervisor,
        );
        let gateway = Self {
            tenants: Tenants::of(&base),
            apps: Apps::new(&base),
            instances: Instances {
                base: base.clone(),
                policy,
                tokens: Arc::clone(&tokens),
                polling: Arc::clone(&polling),
                kept: Arc::clone(&kept),
                subscriptions: Arc::clone(&subscriptions),
                states: Arc::default(),
                supervisor: supervisor.clone(),
            },
            intake: Intake {
                base: base.clone(),
                appender,
                kept: Arc::clone(&kept),
                subscriptions: Arc::clone(&subscriptions),
                allow_unsigned: settings.allow_unsigned_notices,
            },
            health: Health { base: base.clone(), polling: Arc::clone(&polling), tokens },
            spending: Spending { base: base.clone(), polling: Arc::clone(&polling) },
            base,
            kept,
            subscriptions,
            polling,
            dispatcher,
            calls,
            supervisor,
        };
        gateway.take_up(&settings).await?;
        Ok(gateway)
    }

    async fn take_up(&self, settings: &Settings) -> Result<(), Refusal> {
        self.apps.refresh_roster().await?;
        self.subscriptions.load().await?;
        self.polling.read_pauses().await?;
        self.instances.seat_all().await?;
        self.kept.visit_all();
        self.dispatcher.take_up().await?;
        self.supervisor.spawn(Arc::clone(&self.subscriptions).audit());
        self.base.reads.start_writing(&self.base.store, &self.supervisor);
        crate::retention::start(self.base.clone(), settings.retention, &self.supervisor);
        Ok(())
    }

    /// The providers of this build.
    pub fn connectors(&self) -> &[Connector] {
        &self.base.connectors
    }

    /// A provider by its element key, or by the number that the original gave it.
    pub fn connector(&self, key_or_id: &str) -> Result<&Connector, Refusal> {
        crate::find_connector(&self.base.connectors, key_or_id)
    }

    /// Who a request comes from; `None` when its credentials do not fit.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Option<Caller>, Refusal> {
        Ok(self.tenants.authenticate(credentials, &self.base.roster).await?)
    }

    /// Organisations and users.
    pub fn tenants(&self) -> &Tenants {
        &self.tenants
    }

    /// Provider apps.
    pub fn apps(&self) -> &Apps {
        &self.apps
    }

    /// Instances.
    pub fn instances(&self) -> &Instances {
        &self.instances
    }

    /// How instances are.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// What provider apps have spent.
    pub fn spending(&self) -> &Spending {
        &self.spending
    }

    /// Where provider notices go.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Events of an organisation, newest first.
    pub async fn events(
        &self,
        organization: OrganizationId,
        filter: EventFilter,
    ) -> Result<EventPage, Refusal> {
        Ok(self.base.store.events(organization, filter).await?)
    }

    /// One event of an organisation.
    pub async fn event(
        &self,
        organization: OrganizationId,
        id: EventId,
    ) -> Result<EventRecord, Refusal> {
        let record = self.base.store.event(organization, id).await?;
        record.ok_or_else(|| Refusal::NotFound(format!("No event found with ID {id}")))
    }

    /// Notices of an organisation that are kept until their entries can become events, newest
    /// first.
    pub async fn kept_notices(
        &self,
        organization: OrganizationId,
        filter: KeptFilter,
    ) -> Result<KeptPage, Refusal> {
        Ok(self.base.store.kept_notices(organization, filter).await?)
    }

    /// Deliveries of an organisation, newest first.
    pub async fn deliveries(
        &self,
        organization: OrganizationId,
        filter: DeliveryFilter,
    ) -> Result<Vec<DeliveryRecord>, Refusal> {
        Ok(self.base.store.deliveries(organization, filter).await?)
    }

    /// Sends a parked delivery again, with all its attempts before it.
    pub async fn retry_delivery(
        &self,
        organization: OrganizationId,
        id: DeliveryId,
    ) -> Result<(), Refusal> {
        let unparked = self.base.store.unpark(organization, id, self.base.clock.now()).await?;
        let delivery = unparked
            .ok_or_else(|| Refusal::NotFound(format!("No parked delivery found with ID {id}")))?;
        self.dispatcher.take_back(delivery);
        Ok(())
    }

    /// Polls an instance at once and waits for the outcome.
    pub async fn poll_now(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<(), Refusal> {
        self.polling.poll_now(organization, id).await
    }

    /// An instance whose records are read.
    pub fn hub(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<HubInstance<'_>, Refusal> {
        let seat = self.base.roster.by_id(id).filter(|seat| seat.organization == organization);
        let seat = seat.ok_or_else(|| crate::instances::not_found(id))?;
        let connector = self.connector(seat.element)?;
        Ok(HubInstance { calls: &self.calls, connector, seat })
    }

    /// The subscriptions of an instance at its provider, by topic; none where the provider is told
    /// once for all companies.
    pub fn subscriptions(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<Vec<SubscriptionView>, Refusal> {
        self.subscriptions.list(organization, id)
    }

    /// The public key (`whpk_…`) that verifies the `v1a` signatures of an organisation.
    pub fn verification_key(&self, id: InstanceId) -> Option<String> {
        self.base.roster.by_id(id).map(|seat| seat.signing_key.public_text())
    }

    /// What has been counted since the start.
    pub fn counters(&self) -> CountersSnapshot {
        self.base.counters.snapshot()
    }

    /// A new request id: 24 hexadecimal digits, as the original's.
    pub fn new_request_id(&self) -> String {
        hex(&random_bytes::<12>(&*self.base.entropy))
    }

    /// Ends all tasks: no further attempt begins, those under way are waited for. What could not
    /// be finished is taken up at the next start.
    pub async fn shut_down(&self) -> bool {
        let complete = self.supervisor.shut_down(SHUTDOWN_PATIENCE).await;
        self.base.reads.write(&*self.base.store).await;
        complete
    }
}
