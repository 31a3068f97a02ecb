//! FreshBooks' part of the matrix: a business whose books are changed.

mod documents;

use std::collections::BTreeMap;

use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_sandbox::freshbooks::{
    Business, CallbackConduct, DeletedReads, EventForm, FreshBooks, FreshBooksOptions,
    HandshakeForm, RecordOperation, SoftDeleteNotice, User,
};
use ledgerhook_testkit::{Candidate, PATIENCE, Stage, eventually};
use serde_json::{Value, json};

use super::change::Change;
use super::clock::Pace;
use super::company::{Company, Event};
use super::run::{Books, Round};
use super::table::{Headings, Why};
use documents::{RESOURCES, Record, Resource, Told, Way};

/// A business, whose changes are detected in one way.
#[derive(Debug)]
pub(super) struct FreshBooksBooks {
    way: Way,
    business_id: u64,
    books: FreshBooks,
    company: Company,
    /// The records as they were left, by noun.
    records: BTreeMap<&'static str, Value>,
}

impl Books for FreshBooksBooks {
    const HEADINGS: Headings = Headings {
        whose: "FreshBooks'",
        ways: &[
            "webhook",
            "polling",
            "hybrid",
            "hybrid, notices lost",
            "hybrid, lost after creation",
        ],
        reasons: &documents::REASONS,
    };

    /// What the documents leave open is in the one run so and in the other otherwise.
    fn stand_in(pace: Pace) -> SandboxOptions {
        let freshbooks = match pace {
            Pace::WithinASecond => FreshBooksOptions::default(),
            Pace::SecondsApart => FreshBooksOptions {
                deleted_reads: DeletedReads::Deleted,
                callbacks: CallbackConduct {
                    signs_handshakes: false,
                    handshake_before_answer: true,
                    handshake_form: HandshakeForm::CallbackId,
                    event_form: EventForm::Older,
                    soft_delete_notice: SoftDeleteNotice::Update,
                    ..CallbackConduct::default()
                },
                ..FreshBooksOptions::default()
            },
        };
        SandboxOptions { freshbooks, ..SandboxOptions::default() }
    }

    async fn connect(stage: &mut Stage) -> Vec<Self> {
        let mut books = Vec::new();
        for way in Way::ALL {
            books.push(Self::connect_one(stage, way).await);
        }
        books
    }

    fn rounds() -> Vec<Round> {
        let round = |change, are_payments| {
            let resources = in_order().filter(|resource| {
                resource.undergoes(change) && (resource.noun == "payment") == are_payments
            });
            Round { change, resources: resources.map(|resource| resource.name).collect() }
        };
        // What happens to a payment changes an invoice, which must be there and do nothing else.
        let rounds = Change::ALL.into_iter().flat_map(|change| {
            let are_payments_first = change == Change::Deleted;
            [round(change, are_payments_first), round(change, !are_payments_first)]
        });
        rounds.filter(|round| !round.resources.is_empty()).collect()
    }

    fn make(&mut self, resource: &'static str, change: Change) {
        let Resource { noun, edited, .. } = find(resource);
        if self.way.loses_notice_of(change) {
            self.books.drop_next_notices(self.business_id, u32::MAX).unwrap();
        }
        let (operation, mut body) = match change {
            Change::Created => {
                let made = self.books.create_sample(self.business_id, noun, 1).unwrap();
                self.records.insert(noun, made);
                return;
            }
            Change::Emailed => (RecordOperation::SendByEmail, json!({})),
            Change::Archived => (RecordOperation::Save, json!({"vis_state": 2})),
            Change::Deleted => (RecordOperation::Delete, json!({})),
            _ if *edited == "amount" => {
                (RecordOperation::Save, json!({"amount": {"amount": "1.00", "code": "USD"}}))
            }
            _ => (RecordOperation::Save, json!({*edited: "changed"})),
        };
        body["id"] = self.records[noun]["id"].clone();
        let shown = self.books.change_record(self.business_id, noun, operation, body).unwrap();
        self.records.insert(noun, shown);
    }

    async fn wait_until_noticed(stage: &Stage) {
        stage.freshbooks().wait_until_sent(PATIENCE).await.unwrap();
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

impl FreshBooksBooks {
    async fn connect_one(stage: &Stage, way: Way) -> Self {
        let (number, vendor_type) = match way {
            Way::Webhook => (1, "webhooks"),
            Way::Polling => (2, "polling"),
            Way::Hybrid => (3, "hybrid"),
            Way::HybridAllLost => (4, "hybrid"),
            Way::HybridLaterLost => (5, "hybrid"),
        };
        let (business_id, identity_id) = (439_000 + number, 712_000 + number);
        let (account, name) = (format!("ABC{number}"), format!("Business {number}"));
        // An app has one living refresh token of each person.
        let books = stage.freshbooks().clone();
        books.put_user(User::new(identity_id, "Simona", "Varga")).unwrap();
        let business = Business::new(business_id, &account, &name).of_members(vec![identity_id]);
        stage.open_freshbooks(&stage.tenant, business);
        let resources: Vec<&str> = RESOURCES.iter().map(|resource| resource.name).collect();
        let candidate = Candidate::freshbooks(&name, identity_id).with(json!({
            "event.vendor.type": vendor_type,
            // Polled on request only.
            "event.poller.refresh_interval": "10000000",
            "event.poller.urls": resources.join("|"),
        }));
        let instance = stage.connect_to(&stage.tenant, &candidate).await;
        if way != Way::Polling {
            wait_until_verified(&books, business_id).await;
        }
        let company = match way {
            Way::Webhook => Company::noticed(&stage.tenant, instance, &account),
            Way::Polling => Company::polled(&stage.tenant, instance),
            _ => Company::noticed(&stage.tenant, instance, &account).and_polled(),
        };
        Self { way, business_id, books, company, records: BTreeMap::new() }
    }

    /// With the record as it was left, unless that is another one, or gone.
    fn event(&self, resource: &Resource, told: Told) -> Event {
        let (name, noun) = match told.record {
            Record::Itself => (resource.name, resource.noun),
            Record::Invoice => ("invoices", "invoice"),
        };
        let id = self.records[noun]["id"].to_string();
        let event = Event::expected((name, &id), told.kind, told.detection);
        match told.record == Record::Itself && told.kind != "DELETED" {
            true => event.with_record(&self.records[noun]),
            false => event,
        }
    }
}

/// Waits until every noun has a callback to which FreshBooks sends its notices.
async fn wait_until_verified(books: &FreshBooks, business_id: u64) {
    let verified = async || {
        let callbacks = books.callbacks(business_id).unwrap();
        let verified = callbacks.iter().filter(|callback| callback.verified).count();
        (verified == FreshBooks::event_nouns().count()).then_some(())
    };
    eventually("every callback is verified", PATIENCE, verified).await;
}

fn find(name: &str) -> &'static Resource {
    RESOURCES.iter().find(|resource| resource.name == name).expect("an event resource")
}

/// The resources in an order in which a record of each can be created.
fn in_order() -> impl Iterator<Item = &'static Resource> {
    FreshBooks::nouns().filter_map(|noun| RESOURCES.iter().find(|resource| resource.noun == noun))
}
