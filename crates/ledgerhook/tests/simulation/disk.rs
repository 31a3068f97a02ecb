//! The store as a process sees it: counted, failing on request, and gone with the process.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ledgerhook_engine::store::Store;
use ledgerhook_engine::store::StoreError;
use ledgerhook_engine::store::apps::{App, Apps, NewApp};
use ledgerhook_engine::store::deliveries::{
    AttemptRecord, Deliveries, DeliveryFilter, DeliveryRecord, PendingDelivery, WaitingDeliveries,
};
use ledgerhook_engine::store::grants::{Grants, StoredGrant};
use ledgerhook_engine::store::history::{History, HistoryEntry, NewHistoryEntry};
use ledgerhook_engine::store::instances::{Instance, InstanceFilter, Instances};
use ledgerhook_engine::store::journal::{
    Append, Appended, EventFilter, EventPage, EventRecord, Journal,
};
use ledgerhook_engine::store::kept::{Company, Kept, KeptFilter, KeptPage};
use ledgerhook_engine::store::polls::{PollId, PollState, PollingPause, Polls};
use ledgerhook_engine::store::reads::{MarkedReads, ReadCount, Reads};
use ledgerhook_engine::store::subscriptions::{Subscription, Subscriptions};
use ledgerhook_engine::store::tenancy::{NewOrganization, NewUser, Organization, Tenancy, User};
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::{
    AppId, DeliveryId, EventId, InstanceId, Moment, Month, NoticeId, OrganizationId, SecretHash,
    UserId,
};

use crate::life::Life;
use crate::time::Traffic;

/// What goes wrong with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// It fails and does nothing.
    Fail,
    /// The process ends before it is done.
    CrashBefore,
    /// The process ends when it is done and before anybody knows.
    CrashAfter,
}

/// What is to go wrong: of the operations with that name (or of all), after `after` others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) operation: Option<&'static str>,
    pub(crate) after: u32,
    pub(crate) mischief: Mischief,
}

/// What is to go wrong yet. Plans wait for one another, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Mischiefs(Mutex<VecDeque<Plan>>);

impl Mischiefs {
    pub(crate) fn add(&self, plan: Plan) {
        self.plans().push_back(plan);
    }

    pub(crate) fn clear(&self) {
        self.plans().clear();
    }

    fn draw(&self, operation: &str) -> Option<Mischief> {
        let mut plans = self.plans();
        let plan = plans.front_mut()?;
        if plan.operation.is_some_and(|name| name != operation) {
            return None;
        }
        if plan.after > 0 {
            plan.after -= 1;
            return None;
        }
        plans.pop_front().map(|plan| plan.mischief)
    }

    fn plans(&self) -> MutexGuard<'_, VecDeque<Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store in the hands of one process.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) life: Life,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) mischiefs: Arc<Mischiefs>,
}

impl Disk {
    async fn carry_out<T>(
        &self,
        name: &str,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if self.life.is_over() {
            return pending().await;
        }
        let under_way = self.traffic.begin();
        let mischief = self.mischiefs.draw(name);
        let outcome = match mischief {
            Some(Mischief::Fail) => Err(StoreError::Unavailable("the simulation asked".into())),
            Some(Mischief::CrashBefore) => {
                self.life.end();
                Err(StoreError::Unavailable("never told to anybody".into()))
            }
            Some(Mischief::CrashAfter) => {
                let outcome = operation.await;
                self.life.end();
                outcome
            }
            None => operation.await,
        };
        drop(under_way);
        if self.life.is_over() {
            return pending().await;
        }
        outcome
    }
}

/// Passes the operations of a concern on.
macro_rules! carry_out {
    ($concern:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $concern for Disk {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                self.carry_out(stringify!($name), self.store.$name($($argument),*)).await
            })*
        }
    };
}

carry_out!(Tenancy {
    fn create_organization(new: NewOrganization) -> Organization;
    fn organizations() -> Vec<Organization>;
    fn create_user(new: NewUser) -> User;
    fn users(organization: OrganizationId) -> Vec<User>;
    fn revoke_user(organization: OrganizationId, user: UserId, at: Moment) -> bool;
    fn user_with_secrets(organization: SecretHash, user: SecretHash) -> Option<User>;
    fn user_with_secret(user_secret: SecretHash) -> Option<User>;
});

carry_out!(Apps {
    fn create_app(new: NewApp) -> App;
    fn update_app(app: App) -> bool;
    fn delete_app(organization: OrganizationId, id: AppId) -> bool;
    fn all_apps() -> Vec<App>;
});

carry_out!(Instances {
    fn create_instance(new: Instance) -> Instance;
    fn update_instance(instance: Instance) -> bool;
    fn delete_instance(organization: OrganizationId, id: InstanceId) -> bool;
    fn instance(organization: OrganizationId, id: InstanceId) -> Option<Instance>;
    fn instances(organization: OrganizationId, filter: InstanceFilter) -> Vec<Instance>;
    fn all_instances() -> Vec<Instance>;
});

carry_out!(Grants {
    fn grant(instance: InstanceId) -> Option<StoredGrant>;
    fn store_grant(instance: InstanceId, grant: StoredGrant) -> bool;
    fn refuse_grant(instance: InstanceId, generation: i64, reason: String) -> bool;
    fn refused_grants() -> Vec<InstanceId>;
});

carry_out!(Journal {
    fn append(batch: Vec<Append>) -> Vec<Appended>;
    fn events(organization: OrganizationId, filter: EventFilter) -> EventPage;
    fn event(organization: OrganizationId, id: EventId) -> Option<EventRecord>;
    fn trim(before: Moment, limit: usize) -> usize;
});

carry_out!(Kept {
    fn kept_notices(organization: OrganizationId, filter: KeptFilter) -> KeptPage;
    fn kept_for(company: Company, after: Option<NoticeId>, limit: usize) -> KeptPage;
});

carry_out!(Deliveries {
    fn record_attempts(records: Vec<AttemptRecord>) -> ();
    fn instances_with_pending() -> Vec<InstanceId>;
    fn pending(
        instance: InstanceId, after: Option<DeliveryId>, limit: usize
    ) -> Vec<PendingDelivery>;
    fn deliveries(organization: OrganizationId, filter: DeliveryFilter) -> Vec<DeliveryRecord>;
    fn waiting_deliveries(instance: InstanceId) -> WaitingDeliveries;
    fn unpark(
        organization: OrganizationId, id: DeliveryId, at: Moment
    ) -> Option<PendingDelivery>;
});

carry_out!(Polls {
    fn start_poll(id: PollId, cursor: Cursor) -> ();
    fn poll_state(id: PollId) -> Option<PollState>;
    fn poll_states() -> Vec<PollState>;
    fn polls_of(instance: InstanceId) -> Vec<PollState>;
    fn record_poll_failure(id: PollId, error: String) -> u32;
    fn pause_polling(pause: PollingPause) -> bool;
    fn resume_polling(instance: InstanceId) -> bool;
    fn polling_pauses() -> Vec<PollingPause>;
});

carry_out!(Reads {
    fn add_reads(counts: Vec<ReadCount>) -> ();
    fn reads_of_month(month: Month) -> Vec<ReadCount>;
    fn mark_reads(mark: MarkedReads) -> bool;
    fn read_marks(month: Month) -> Vec<MarkedReads>;
});

carry_out!(History {
    fn add_history(entry: NewHistoryEntry) -> bool;
    fn has_history(instance: InstanceId, once: String) -> bool;
    fn history(
        organization: OrganizationId, instance: InstanceId, before: Option<i64>, limit: usize
    ) -> Vec<HistoryEntry>;
});

carry_out!(Subscriptions {
    fn put_subscription(subscription: Subscription) -> bool;
    fn all_subscriptions() -> Vec<Subscription>;
    fn delete_subscription(instance: InstanceId, topic: String) -> bool;
});
