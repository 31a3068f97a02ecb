//! Rest: all that goes wrong ends, and time passes until everything must have settled.

use std::time::Duration;

use ledgerhook_engine::store::deliveries::DeliveryFilter;
use ledgerhook_engine::store::kept::Company;
use ledgerhook_model::Moment;
use ledgerhook_model::delivery::DeliveryStatus;

use super::Run;
use crate::check::Violation;
use crate::world::World;

/// How fast time passes at rest.
const STEP: Duration = Duration::from_secs(60);

/// How many steps lie between two looks at whether everything has settled.
const STEPS_A_LOOK: u32 = 10;

/// Looks until it must have settled. The longest wait is that of the provider between two attempts
/// to post a notice (6 h); then there are a poll (3 h) and an attempt to deliver (4.8 h), each of
/// which may come right after it.
const LOOKS_MAX: u32 = 24 * 6;

impl<W: World> Run<W> {
    /// Lets everything settle.
    pub(super) async fn rest(&mut self) -> Result<(), Violation> {
        self.note("rest");
        self.world.calm();
        self.network.desk.calm();
        self.misbehaving.clear();
        self.machine.mischiefs.clear();
        self.time.settle().await;
        self.bury_if_dead();
        self.down_until = self.time.now();
        self.revive_if_due().await;
        for number in 0..self.instances.len() {
            if self.instances[number].plan.kind.polls() {
                self.enable_polling(number).await;
            }
        }
        let from = self.time.now();
        let mut unsettled = Some(String::new());
        for _ in 0..LOOKS_MAX {
            for _ in 0..STEPS_A_LOOK {
                self.step(STEP).await;
            }
            self.authorize_whom_it_needs().await;
            unsettled = self.unsettled(from).await;
            if unsettled.is_none() {
                break;
            }
        }
        match unsettled {
            None => Ok(()),
            Some(what) => Err(Violation::of_the_run("everything settles at rest", what)),
        }
    }

    /// What has not settled yet.
    async fn unsettled(&mut self, from: Moment) -> Option<String> {
        if self.world.is_sending() {
            return Some("the provider has notices to send".to_owned());
        }
        let store = self.machine.store.clone();
        for poll in self.drive(store.poll_states()).await.expect("a working store") {
            if poll.cursor.read_up_to < from {
                return Some(format!("{poll:?} has not looked since {}", from.to_iso_seconds()));
            }
        }
        for number in 0..self.instances.len() {
            let plan = self.instances[number].plan.clone();
            if plan.kind.takes_notices()
                && let Some(what) = self.world.misdirects(&plan)
            {
                return Some(what);
            }
            let company = Company {
                organization: self.organizations[plan.organization].id,
                element: W::ELEMENT.to_owned(),
                id: self.setup.companies[plan.company].clone(),
            };
            let kept = self.drive(store.kept_for(company, None, 1)).await.expect("a working store");
            if plan.kind.takes_notices() && !kept.notices.is_empty() {
                return Some(format!("a notice waits for its records: {:?}", kept.notices));
            }
        }
        for number in 0..self.organizations.len() {
            let status = Some(DeliveryStatus::Pending);
            let filter = DeliveryFilter { status, limit: 1, ..DeliveryFilter::default() };
            let pending = store.deliveries(self.organizations[number].id, filter);
            let pending = self.drive(pending).await.expect("a working store");
            if let Some(delivery) = pending.first() {
                return Some(format!("a delivery is pending: {delivery:?}"));
            }
        }
        None
    }
}
