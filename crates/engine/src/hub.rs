//! The finance hub: the records of an instance, read from its provider when they are asked for.

mod changes;

use std::sync::Arc;

use ledgerhook_connector::{Connector, FieldProfile, Hub, HubPage, HubPlace, HubQuery};
use ledgerhook_model::Moment;
use ledgerhook_model::ceql::{self, Condition, Fields, OrderBy};
use serde_json::Value;

use crate::calls::Calls;
use crate::refusal::Refusal;
use crate::roster::Seat;

pub use changes::{ChangesPage, ChangesQuestion};

/// Which records are asked for, in the words of the request.
#[derive(Debug, Clone)]
pub struct HubQuestion {
    /// `where`.
    pub condition: Option<String>,
    /// `orderBy`.
    pub order_by: Option<String>,
    /// `fields`.
    pub fields: Option<String>,
    /// The page of that number, from 1 on. Without a meaning where `next` is given.
    pub page: u32,
    /// Where the page before ended: its [`HubPage::next`].
    pub next: Option<String>,
    /// Most records of the page.
    pub page_size: usize,
    /// Whether the number of all records is asked for.
    pub with_total: bool,
}

/// An instance whose records are read.
#[derive(Debug)]
pub struct HubInstance<'g> {
    pub(crate) calls: &'g Calls,
    pub(crate) connector: &'g Connector,
    pub(crate) seat: Arc<Seat>,
}

impl HubInstance<'_> {
    /// The instance as it is worked with.
    pub fn seat(&self) -> &Seat {
        &self.seat
    }

    /// The element that it is of.
    pub fn connector(&self) -> &Connector {
        self.connector
    }

    /// The names of the resources whose records can be read, in order. Also of an instance that is
    /// switched off (reference: cloud-elements §1.2).
    pub fn resources(&self) -> Vec<&'static str> {
        let Some(hub) = &self.connector.hub else { return Vec::new() };
        let with_events = self.connector.profile.resource_names();
        let mut names: Vec<_> = with_events.into_iter().filter(|name| hub.has(name)).collect();
        names.extend(hub.further_resources());
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What is known of the members of a resource's records.
    pub fn fields(&self, resource: &str) -> Result<Vec<FieldProfile>, Refusal> {
        Ok(self.hub_with(resource)?.fields(resource))
    }

    /// A page of records, with those of their members that are asked for.
    pub async fn list(&self, resource: &str, question: &HubQuestion) -> Result<HubPage, Refusal> {
        self.check_readable()?;
        let hub = self.hub_with(resource)?;
        let condition = question.condition.as_deref().map(ceql::parse).transpose();
        let condition = condition.map_err(|error| wrong("where", &error))?;
        let (condition, attributes) =
            condition.map_or_else(Default::default, Condition::split_attributes);
        let order_by = OrderBy::parse(question.order_by.as_deref().unwrap_or_default())
            .map_err(|error| wrong("orderBy", &error))?;
        let fields = projection(question.fields.as_deref())?;
        let query = HubQuery {
            resource,
            condition: condition.as_ref(),
            attributes: &attributes,
            order_by: &order_by,
            page: question.next.as_deref().map_or(HubPlace::Page(question.page), HubPlace::Next),
            page_size: question.page_size,
            with_total: question.with_total,
        };
        let mut page = self.calls.hub_list(hub, &self.seat, query).await?;
        for record in &mut page.records {
            project(&fields, record);
        }
        Ok(page)
    }

    /// One record, with those of its members that are asked for.
    pub async fn get(
        &self,
        resource: &str,
        id: &str,
        fields: Option<&str>,
    ) -> Result<Value, Refusal> {
        self.check_readable()?;
        let hub = self.hub_with(resource)?;
        let fields = projection(fields)?;
        let mut found = self.calls.hub_get(hub, &self.seat, resource, id).await?;
        project(&fields, &mut found.record);
        Ok(found.record)
    }

    /// Reads one record, to see whether the provider answers; when it did.
    pub async fn ping(&self) -> Result<Moment, Refusal> {
        self.check_readable()?;
        let first = self.resources().first().copied();
        let resource = first.ok_or_else(|| self.without_hub())?;
        let query = HubQuery {
            resource,
            condition: None,
            attributes: &[],
            order_by: &OrderBy::default(),
            page: HubPlace::Page(1),
            page_size: 1,
            with_total: false,
        };
        let page = self.calls.hub_list(self.hub_with(resource)?, &self.seat, query).await?;
        Ok(page.answered_at.unwrap_or_else(|| self.calls.now()))
    }

    /// Whether the provider may be asked for this instance.
    fn check_readable(&self) -> Result<(), Refusal> {
        if self.seat.disabled {
            let id = self.seat.id;
            let message = format!("Element instance {id} is disabled; PUT /instances/{id}/enabled");
            return Err(Refusal::Forbidden(message));
        }
        let spent = self.calls.spent_budget(&self.seat);
        spent.map_or(Ok(()), |why| Err(Refusal::BudgetSpent(why)))
    }

    fn hub_with(&self, resource: &str) -> Result<&dyn Hub, Refusal> {
        let hub = self.connector.hub.as_deref().ok_or_else(|| self.without_hub())?;
        if hub.has(resource) {
            return Ok(hub);
        }
        let known = self.resources().join(", ");
        Err(Refusal::NotFound(format!("No object found with name {resource}; known: {known}")))
    }

    fn without_hub(&self) -> Refusal {
        let name = self.connector.profile.name;
        Refusal::NotFound(format!("the records of {name} cannot be read through the hub"))
    }
}

fn projection(fields: Option<&str>) -> Result<Fields, Refusal> {
    Fields::parse(fields.unwrap_or_default()).map_err(|error| wrong("fields", &error))
}

fn project(fields: &Fields, record: &mut Value) {
    if !fields.is_everything() {
        *record = fields.project(record);
    }
}

/// A parameter that cannot be read.
fn wrong(parameter: &str, problem: &impl std::fmt::Display) -> Refusal {
    Refusal::BadRequest(format!("{parameter}: {problem}"))
}
