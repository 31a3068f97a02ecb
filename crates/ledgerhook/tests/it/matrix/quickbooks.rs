//! QuickBooks' part of the matrix: a company whose books are changed.

mod documents;

use std::collections::BTreeMap;

use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_sandbox::quickbooks::{QuickBooks, RecordOperation, WebhookFormat};
use ledgerhook_testkit::{PATIENCE, Stage, Tenant};
use serde_json::{Value, json};

use super::change::Change;
use super::clock::Pace;
use super::company::{Company, Event};
use super::run::{Books, Round};
use super::table::{Headings, Why};
use documents::{RESOURCES, Resource, Told, Way, Whose};

/// A company, whose changes are detected in one way.
#[derive(Debug)]
pub(super) struct QuickBooksBooks {
    way: Way,
    realm: &'static str,
    client_id: String,
    books: QuickBooks,
    company: Company,
    ids: BTreeMap<(&'static str, Whose), String>,
}

impl Books for QuickBooksBooks {
    const HEADINGS: Headings = Headings {
        whose: "Intuit's",
        ways: &[
            "webhook, legacy",
            "webhook, CloudEvents",
            "polling",
            "hybrid",
            "hybrid, notices lost",
            "hybrid, lost after creation",
        ],
        reasons: &documents::REASONS,
    };

    fn stand_in(_: Pace) -> SandboxOptions {
        SandboxOptions::default()
    }

    async fn connect(stage: &mut Stage) -> Vec<Self> {
        let legacy = stage.tenant.clone();
        let cloud_events = stage.another_tenant().await;
        let all_lost = stage.another_tenant().await;
        let later_lost = stage.another_tenant().await;
        let mut books = Vec::new();
        for way in Way::ALL {
            let tenant = match way {
                Way::Legacy => &legacy,
                Way::CloudEvents | Way::Polling | Way::Hybrid => &cloud_events,
                Way::HybridAllLost => &all_lost,
                Way::HybridLaterLost => &later_lost,
            };
            stage.send_webhooks(tenant);
            books.push(Self::connect_one(stage, tenant, way).await);
        }
        let app = &legacy.app.client_id;
        stage.books.set_webhook_format(app, WebhookFormat::Legacy).unwrap();
        books
    }

    fn rounds() -> Vec<Round> {
        let round = |change| {
            let resources = in_order().filter(|resource| resource.undergoes(change));
            Round { change, resources: resources.map(|resource| resource.name).collect() }
        };
        Change::ALL.map(round).into_iter().filter(|round| !round.resources.is_empty()).collect()
    }

    /// Creates what is merged away.
    fn prepare(&mut self) {
        for resource in in_order().filter(|resource| resource.undergoes(Change::Merged)) {
            self.create(resource.entity, Whose::MergedAway);
        }
    }

    fn make(&mut self, resource: &'static str, change: Change) {
        let (realm, entity) = (self.realm, find(resource).entity);
        let operate = |operation, body| self.books.change_record(realm, entity, operation, body);
        self.lose_notices(change);
        let made = match change {
            Change::Created => return self.create(entity, Whose::Itself),
            Change::Updated => {
                let note = json!({"PrivateNote": "changed"});
                operate(RecordOperation::Save, self.version(entity, note))
            }
            Change::Deactivated | Change::Archived => {
                let inactive = json!({"Active": false});
                operate(RecordOperation::Save, self.version(entity, inactive))
            }
            Change::Voided => operate(RecordOperation::Void, self.version(entity, Value::Null)),
            Change::Deleted => operate(RecordOperation::Delete, self.version(entity, Value::Null)),
            Change::Emailed => {
                self.books.email_record(realm, entity, self.id(entity, Whose::Itself))
            }
            Change::Merged => {
                let (kept, lost) = (Whose::Itself, Whose::MergedAway);
                let (kept, lost) = (self.id(entity, kept), self.id(entity, lost));
                self.books.merge_records(realm, entity, kept, lost)
            }
        };
        made.unwrap();
    }

    async fn wait_until_noticed(stage: &Stage) {
        stage.books.wait_until_sent(PATIENCE).await.unwrap();
    }

    fn expected(&self, resource: &'static str, change: Change) -> Result<Vec<Event>, Why> {
        let resource = find(resource);
        let told = documents::expected(resource, change, self.way)?;
        Ok(told.into_iter().map(|told| self.event(resource, told)).collect())
    }

    fn company(&mut self) -> &mut Company {
        &mut self.company
    }
}

impl QuickBooksBooks {
    async fn connect_one(stage: &Stage, tenant: &Tenant, way: Way) -> Self {
        let (realm, vendor_type) = match way {
            Way::Legacy => ("9341452000000011", "webhook"),
            Way::CloudEvents => ("9341452000000012", "webhook"),
            Way::Polling => ("9341452000000013", "polling"),
            Way::Hybrid => ("9341452000000014", "hybrid"),
            Way::HybridAllLost => ("9341452000000015", "hybrid"),
            Way::HybridLaterLost => ("9341452000000016", "hybrid"),
        };
        // Polled on request only.
        let wish = json!({
            "event.vendor.type": vendor_type,
            "event.poller.refresh_interval": "10000000",
            "event.poller.query.refresh_interval": "10000000",
            // On, unless an instance says otherwise.
            "event.hydrate": null,
        });
        let instance = stage.connect(tenant, realm, &wish).await;
        let company = match vendor_type {
            "webhook" => Company::noticed(tenant, instance, realm),
            "polling" => Company::polled(tenant, instance),
            _ => Company::noticed(tenant, instance, realm).and_polled(),
        };
        let client_id = tenant.app.client_id.clone();
        let (books, ids) = (stage.books.clone(), BTreeMap::new());
        Self { way, realm, client_id, books, company, ids }
    }

    /// Loses the notices of the changes that follow, if that is the way.
    fn lose_notices(&self, change: Change) {
        if self.way.loses_notice_of(change) {
            self.books.drop_next_notices(&self.client_id, u32::MAX).unwrap();
        }
    }

    /// Creates a record to be changed, or one to be merged into it.
    fn create(&mut self, entity: &'static str, whose: Whose) {
        let number = match whose {
            Whose::Itself => 1,
            Whose::MergedAway => 2,
        };
        self.lose_notices(Change::Created);
        let made = self.books.create_sample(self.realm, entity, number).unwrap();
        self.ids.insert((entity, whose), made["Id"].as_str().unwrap().to_owned());
    }

    fn id(&self, entity: &'static str, whose: Whose) -> &str {
        &self.ids[&(entity, whose)]
    }

    fn sync_token(&self, entity: &'static str, id: &str) -> String {
        self.books.snapshot(self.realm).unwrap()[&(entity, id.to_owned())].sync_token.clone()
    }

    /// The body that writes these properties of the record's newest version.
    fn version(&self, entity: &'static str, properties: Value) -> Value {
        let id = self.id(entity, Whose::Itself);
        let sync_token = self.sync_token(entity, id);
        let mut body = json!({"Id": id, "SyncToken": sync_token, "sparse": true});
        if let Value::Object(properties) = properties {
            body.as_object_mut().unwrap().extend(properties);
        }
        body
    }

    fn event(&self, resource: &Resource, told: Told) -> Event {
        let id = self.id(resource.entity, told.whose);
        let object_id = match resource.is_read_whole(told, self.way) {
            true => format!("{id}|{}", self.sync_token(resource.entity, id)),
            false => id.to_owned(),
        };
        Event::expected((resource.name, &object_id), told.kind, told.detection)
    }
}

fn find(name: &str) -> &'static Resource {
    RESOURCES.iter().find(|resource| resource.name == name).expect("an event resource")
}

/// The resources in an order in which a record of each can be created.
fn in_order() -> impl Iterator<Item = &'static Resource> {
    let named = |entity| RESOURCES.iter().find(|resource| resource.entity == entity);
    QuickBooks::entities().map(move |entity| named(entity).expect("an event resource"))
}
