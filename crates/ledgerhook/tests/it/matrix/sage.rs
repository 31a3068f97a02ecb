//! Sage's part of the matrix: a business whose books are changed.

mod documents;

use std::collections::BTreeMap;

use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_sandbox::sage::{RecordOperation, Sage};
use ledgerhook_testkit::{Candidate, Stage};
use serde_json::{Value, json};

use super::change::Change;
use super::clock::Pace;
use super::company::{Company, Event};
use super::run::{Books, Round};
use super::table::{Headings, Why};
use documents::{RESOURCES, Resource, Told, Way};

/// What is changed after the others: a journal names an account, and a payment changes an invoice,
/// which must be there and do nothing else.
const LATER: [&str; 2] = ["journal-entries", "payments"];

/// A business, whose changes are found by polling.
#[derive(Debug)]
pub(super) struct SageBooks {
    way: Way,
    business_id: &'static str,
    books: Sage,
    company: Company,
    /// The records as they were left, by resource.
    records: BTreeMap<&'static str, Value>,
}

impl Books for SageBooks {
    const HEADINGS: Headings = Headings {
        whose: "Sage's",
        ways: &["polling, API v3.1", "polling, API v3"],
        reasons: &documents::REASONS,
    };

    fn stand_in(_: Pace) -> SandboxOptions {
        SandboxOptions::default()
    }

    async fn connect(stage: &mut Stage) -> Vec<Self> {
        let mut books = Vec::new();
        for way in Way::ALL {
            books.push(Self::connect_one(stage, way).await);
        }
        books
    }

    fn rounds() -> Vec<Round> {
        let round = |change, is_later| {
            let resources = in_order().filter(|resource| {
                resource.undergoes(change) && LATER.contains(&resource.name) == is_later
            });
            Round { change, resources: resources.map(|resource| resource.name).collect() }
        };
        let rounds =
            Change::ALL.into_iter().flat_map(|change| [round(change, false), round(change, true)]);
        rounds.filter(|round| !round.resources.is_empty()).collect()
    }

    fn make(&mut self, resource: &'static str, change: Change) {
        if !self.way.lists(find(resource)) {
            return;
        }
        let (operation, body) = match change {
            Change::Created => (RecordOperation::Save, self.new_body(resource)),
            Change::Updated => {
                (RecordOperation::Save, json!({"id": self.id(resource), "notes": "changed"}))
            }
            _ => {
                let reason = "Entered twice";
                (RecordOperation::Delete, json!({"id": self.id(resource), "void_reason": reason}))
            }
        };
        let endpoint = find(resource).endpoint;
        let shown = self.books.change_record(self.business_id, endpoint, operation, body).unwrap();
        self.records.insert(resource, shown);
    }

    /// Sage sends no notices.
    async fn wait_until_noticed(_: &Stage) {}

    fn expected(&self, resource: &'static str, change: Change) -> Result<Vec<Event>, Why> {
        let told = documents::expected(find(resource), change, self.way)?;
        Ok(told.into_iter().map(|told| self.event(resource, told)).collect())
    }

    fn company(&mut self) -> &mut Company {
        &mut self.company
    }
}

impl SageBooks {
    async fn connect_one(stage: &Stage, way: Way) -> Self {
        let (business_id, name, user) = match way {
            Way::Current => ("0123456789abcdef0123456789abcdef", "Oak and Wood", "oak@example.com"),
            Way::Columbus => ("fedcba9876543210fedcba9876543210", "Elm and Ash", "elm@example.com"),
        };
        stage.open_sage(&stage.tenant, business_id, name);
        // API v3 knows no other business of a user than the first one.
        let business = stage.sage().business(business_id).unwrap().of_user(user);
        stage.sage().put_business(business).unwrap();
        let listed = RESOURCES.iter().filter(|resource| way.lists(resource));
        let resources: Vec<&str> = listed.map(|resource| resource.name).collect();
        let mut candidate =
            Candidate::sage(name).with(json!({"event.poller.urls": resources.join("|")}));
        candidate.consent = vec![("user", user.to_owned())];
        if way == Way::Columbus {
            // Without the filter the page is that of the older APIs.
            candidate.consent.push(("filter", String::new()));
            candidate = candidate.with(json!({
                "base.url": "https://api.columbus.sage.com/uki/sageone",
                "apim.subscription.key": "key",
                "signature.secret": "signing",
            }));
        }
        let instance = stage.connect_to(&stage.tenant, &candidate).await;
        let company = Company::polled(&stage.tenant, instance);
        let (books, records) = (stage.sage().clone(), BTreeMap::new());
        Self { way, business_id, books, company, records }
    }

    fn id(&self, resource: &str) -> &str {
        self.records[resource]["id"].as_str().unwrap()
    }

    /// With the record as it was left, unless that is another one, or gone.
    fn event(&self, resource: &str, told: Told) -> Event {
        let event = Event::expected((told.resource, self.id(told.record)), told.kind, "poll");
        match told.record == resource && told.kind != "DELETED" {
            true => event.with_record(&self.records[resource]),
            false => event,
        }
    }

    fn new_body(&self, resource: &str) -> Value {
        let endpoint = find(resource).endpoint;
        let mut body = self.books.sample_body(self.business_id, endpoint, 1).unwrap();
        match resource {
            "contacts" => body["contact_type_ids"] = json!(["CUSTOMER", "VENDOR"]),
            "customers" => body["contact_type_ids"] = json!(["CUSTOMER"]),
            "vendors" => body["contact_type_ids"] = json!(["VENDOR"]),
            "payments" => {
                let paid = json!([{"artefact_id": self.id("invoices"), "amount": "1.00"}]);
                body["allocated_artefacts"] = paid;
            }
            _ => {}
        }
        body
    }
}

fn find(name: &str) -> &'static Resource {
    RESOURCES.iter().find(|resource| resource.name == name).expect("an event resource")
}

/// The resources in an order in which a record of each can be created.
fn in_order() -> impl Iterator<Item = &'static Resource> {
    Sage::endpoints()
        .flat_map(|endpoint| RESOURCES.iter().filter(move |resource| resource.endpoint == endpoint))
}
