//! Putting instances to work: seated, polled, subscribed, and with their kept notices read.

use std::collections::HashMap;

use ledgerhook_model::InstanceId;
use ledgerhook_model::signature::SigningKey;
use ledgerhook_store::instances::Instance;

use super::{Instances, not_found};
use crate::refusal::Refusal;
use crate::seating;

impl Instances {
    /// Reads every instance of the store into the roster and starts their polls: what a starting
    /// gateway does.
    pub(crate) async fn seat_all(&self) -> Result<(), Refusal> {
        let mut keys = HashMap::new();
        for organization in self.base.store.organizations().await? {
            keys.insert(organization.id, seating::signing_key(&self.base.vault, &organization)?);
        }
        for instance in self.base.store.all_instances().await? {
            let Some(key) = keys.get(&instance.organization) else { continue };
            self.seat(&instance, key.clone()).await?;
        }
        Ok(())
    }

    /// Has an instance with new tokens polled, its subscriptions tended and its kept notices read.
    pub(super) fn go_on(&self, id: InstanceId) {
        self.polling.begin_later(id);
        if let Some(seat) = self.base.roster.by_id(id) {
            self.subscriptions.tend(&seat);
            self.kept.visit_company_of(&seat);
        }
    }

    pub(super) async fn put_to_work(&self, instance: &Instance) -> Result<(), Refusal> {
        let organizations = self.base.store.organizations().await?;
        let own = organizations.iter().find(|one| one.id == instance.organization);
        let own = own.ok_or_else(|| not_found(instance.id))?;
        self.seat(instance, seating::signing_key(&self.base.vault, own)?).await?;
        if let Some(seat) = self.base.roster.by_id(instance.id) {
            self.kept.visit_company_of(&seat);
        }
        Ok(())
    }

    async fn seat(&self, instance: &Instance, key: SigningKey) -> Result<(), Refusal> {
        let Ok(connector) = self.connector(&instance.element) else {
            tracing::warn!(instance = %instance.id, element = %instance.element,
                "instance of an element that this build does not have is left alone");
            return Ok(());
        };
        let configuration = self.configuration(instance)?;
        let seat = seating::seat(connector, instance, configuration, &self.policy, key)?;
        let seat = self.base.roster.seat(seat);
        self.subscriptions.tend(&seat);
        if seat.polls() {
            return self.polling.begin(&seat).await;
        }
        self.polling.end(seat.id);
        Ok(())
    }
}
