//! A company whose books are changed, and what the receiver is told of it.

use std::collections::BTreeMap;

use ledgerhook_sandbox::quickbooks::{QuickBooks, RecordOperation};
use ledgerhook_testkit::{Instance, Received, Receiver, SIGNATURE_KEY, Stage, Tenant};
use serde_json::{Value, json};

use super::documents::{self, Change, Resource, Told, Way, Whose};
use super::table::Cell;

/// A connected company, whose changes are detected in one way.
#[derive(Debug)]
pub(super) struct Company {
    pub(super) way: Way,
    realm: &'static str,
    tenant: Tenant,
    instance: Instance,
    ids: BTreeMap<(&'static str, Whose), String>,
    events_looked_at: usize,
}

impl Company {
    pub(super) async fn connect(stage: &Stage, tenant: &Tenant, way: Way) -> Self {
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
        let (tenant, ids) = (tenant.clone(), BTreeMap::new());
        Self { way, realm, tenant, instance, ids, events_looked_at: 0 }
    }

    /// Loses the notices of the changes that follow, if that is the way.
    pub(super) fn lose_notices(&self, books: &QuickBooks, change: Change) {
        if self.way.loses_notice_of(change) {
            books.drop_next_notices(&self.tenant.app.client_id, u32::MAX).unwrap();
        }
    }

    /// Makes one change of the resource's record.
    pub(super) fn make(&mut self, books: &QuickBooks, resource: &Resource, change: Change) {
        let (realm, entity) = (self.realm, resource.entity);
        let operate = |operation, body| books.change_record(realm, entity, operation, body);
        let made = match change {
            Change::Created => return self.create(books, resource.entity, Whose::Itself),
            Change::Updated => {
                let note = json!({"PrivateNote": "changed"});
                operate(RecordOperation::Save, self.version(books, entity, note))
            }
            Change::Deactivated => {
                let inactive = json!({"Active": false});
                operate(RecordOperation::Save, self.version(books, entity, inactive))
            }
            Change::Voided => {
                operate(RecordOperation::Void, self.version(books, entity, Value::Null))
            }
            Change::Deleted => {
                operate(RecordOperation::Delete, self.version(books, entity, Value::Null))
            }
            Change::Emailed => books.email_record(realm, entity, self.id(entity, Whose::Itself)),
            Change::Merged => {
                let (kept, lost) = (Whose::Itself, Whose::MergedAway);
                books.merge_records(realm, entity, self.id(entity, kept), self.id(entity, lost))
            }
        };
        made.unwrap();
    }

    /// Creates a record to be changed, or one to be merged into it.
    pub(super) fn create(&mut self, books: &QuickBooks, entity: &'static str, whose: Whose) {
        let number = match whose {
            Whose::Itself => 1,
            Whose::MergedAway => 2,
        };
        let made = books.create_sample(self.realm, entity, number).unwrap();
        self.ids.insert((entity, whose), made["Id"].as_str().unwrap().to_owned());
    }

    fn id(&self, entity: &'static str, whose: Whose) -> &str {
        &self.ids[&(entity, whose)]
    }

    fn sync_token(&self, books: &QuickBooks, entity: &'static str, id: &str) -> String {
        books.snapshot(self.realm).unwrap()[&(entity, id.to_owned())].sync_token.clone()
    }

    /// The body that writes these properties of the record's newest version.
    fn version(&self, books: &QuickBooks, entity: &'static str, properties: Value) -> Value {
        let id = self.id(entity, Whose::Itself);
        let sync_token = self.sync_token(books, entity, id);
        let mut body = json!({"Id": id, "SyncToken": sync_token, "sparse": true});
        if let Value::Object(properties) = properties {
            body.as_object_mut().unwrap().extend(properties);
        }
        body
    }

    /// Whether notices of this company wait for their records.
    pub(super) async fn has_kept_notices(&self) -> bool {
        // Nobody takes the notices of a company that is polled.
        if self.way == Way::Polling {
            return false;
        }
        let path = format!("/notices?company={}", self.realm);
        let kept = self.tenant.caller.get(&path).await.ok();
        kept.as_array().is_some_and(|kept| !kept.is_empty())
    }

    /// Has the gateway ask for changes, if it asks for those of this company at all.
    pub(super) async fn poll(&self) {
        if !matches!(self.way, Way::Legacy | Way::CloudEvents) {
            let path = format!("/instances/{}/poll", self.instance.id);
            self.tenant.caller.post(&path, &Value::Null).await.ok();
        }
    }

    /// The events that arrived since the last look, by resource.
    pub(super) fn arrived(&mut self, receiver: &Receiver) -> BTreeMap<String, Vec<String>> {
        let mut arrived: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let received = receiver.at(&self.instance.path);
        let events: Vec<_> = received.iter().flat_map(shown).collect();
        for (resource, event) in events.iter().skip(self.events_looked_at) {
            arrived.entry(resource.clone()).or_default().push(event.clone());
        }
        self.events_looked_at = events.len();
        arrived
    }

    /// What became of a change, if these are the events of its resource that arrived.
    pub(super) fn judge(
        &self,
        books: &QuickBooks,
        (resource, change): (&Resource, Change),
        mut arrived: Vec<String>,
    ) -> Cell {
        let expected = documents::expected(resource, change, self.way);
        let mut wrong = Vec::new();
        for told in expected.iter().flatten() {
            let event = self.expected_text(books, resource, *told);
            match arrived.iter().position(|one| *one == event) {
                Some(place) => drop(arrived.remove(place)),
                None => wrong.push(format!("no {event}")),
            }
        }
        wrong.extend(arrived.into_iter().map(|event| format!("besides {event}")));
        match expected {
            _ if !wrong.is_empty() => Cell::Wrong(wrong.join(", ")),
            Ok(_) => Cell::Right,
            Err(why) => Cell::NoSuchThing(why),
        }
    }

    fn expected_text(&self, books: &QuickBooks, resource: &Resource, told: Told) -> String {
        let id = self.id(resource.entity, told.whose);
        let object_id = match resource.is_read_whole(told, self.way) {
            true => format!("{id}|{}", self.sync_token(books, resource.entity, id)),
            false => id.to_owned(),
        };
        text(told.kind, &object_id, told.detection, true)
    }
}

/// Resource and text of the events of a notification.
fn shown(received: &Received) -> Vec<(String, String)> {
    let detection = received.header("ledgerhook-detection");
    let signed = received.is_signed_with(SIGNATURE_KEY);
    let events = received.events().into_iter();
    let shown = events.map(|event| {
        let text = text(&event.kind, &event.object_id, detection, signed);
        (event.object_type, text)
    });
    shown.collect()
}

/// All that is compared of an event: `UPDATED of 12|1 (cdc)`.
fn text(kind: &str, object_id: &str, detection: &str, signed: bool) -> String {
    let unsigned = if signed { "" } else { ", not signed" };
    format!("{kind} of {object_id} ({detection}{unsigned})")
}
