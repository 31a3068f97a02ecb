//! Sage Accounting as a world: the sandbox with bookkeepers at work. There are no notices.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use ledgerhook_sandbox::sage::{
    App as PortalApp, Bookkeeper, Business, CallKind, Fault, FaultPlan, RecordOperation,
    RecordState, Sage, SageOptions,
};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Map, Value, json};

use super::{App, Beginning, Notice, RecordKey, Stamp, Standing, State, World};
use crate::chance::Chance;
use crate::setup::Kind;

/// Event resources, by Sage's names of their lists (reference: freshbooks-sage §0 and §2.5), as far
/// as a bookkeeper works on them.
const RESOURCES: [(&str, &str); 18] = [
    ("bank_accounts", "bank-accounts"),
    ("bank_transfers", "bank-transfers"),
    ("contact_payments", "payments"),
    ("contact_persons", "contact-persons"),
    ("contacts", "contacts"),
    ("journals", "journal-entries"),
    ("ledger_accounts", "ledger-accounts"),
    ("other_payments", "other-payments"),
    ("products", "products"),
    ("purchase_credit_notes", "purchase-credit-notes"),
    ("purchase_invoices", "purchase-invoices"),
    ("sales_credit_notes", "sales-credit-notes"),
    ("sales_estimates", "sales-estimates"),
    ("sales_invoices", "invoices"),
    ("sales_quotes", "sales-quotes"),
    ("services", "services"),
    ("stock_items", "stock-items"),
    ("tax_rates", "tax-rates"),
];

/// Event resources that are a part of `contacts`, by the type of the contact.
const TYPES_OF_CONTACTS: [(&str, &str); 2] = [("CUSTOMER", "customers"), ("VENDOR", "vendors")];

/// Resources of an instance that lists some.
const RESOURCES_LISTED_MAX: u64 = 5;

/// How calls go wrong on request. A hanging call is the network's to make.
const FAULTS: [(Fault, Option<CallKind>, &str); 14] = [
    (Fault::Throttle, None, "provider: 429"),
    (Fault::ServerError, None, "provider: 500"),
    (Fault::BadGateway, None, "provider: 502"),
    (Fault::Unavailable, None, "provider: 503"),
    (Fault::GatewayTimeout, None, "provider: 504"),
    (Fault::HalfBody, None, "provider: half a body"),
    (Fault::DropConnection, None, "provider: connection cut"),
    (Fault::LoseAnswer, None, "provider: answer lost"),
    (Fault::BadGateway, Some(CallKind::List), "provider: 502 for pages"),
    (Fault::ServerError, Some(CallKind::Read), "provider: 500 for records"),
    (Fault::Unavailable, Some(CallKind::Deletes), "provider: 503 for deletions"),
    (Fault::Unavailable, Some(CallKind::Token), "provider: 503 for tokens"),
    (Fault::HalfBody, Some(CallKind::Token), "provider: half of new tokens"),
    (Fault::LoseAnswer, Some(CallKind::Token), "provider: new tokens are lost"),
];

/// Records of an import, which is more than a page has.
const IMPORTED: [u64; 3] = [201, 230, 420];

/// What is imported: lists with an order and without one.
const IMPORTED_TO: [&str; 3] = ["products", "other_payments", "contacts"];

/// What every record shows, however little of it is asked for.
const OUTLINE: [&str; 6] =
    ["id", "displayed_as", "$path", "created_at", "updated_at", "lastModifiedDate"];

/// Sage.
#[derive(Debug)]
pub(crate) struct SageWorld {
    sandbox: Sandbox,
    companies: Vec<String>,
    bookkeepers: Vec<Bookkeeper>,
    /// Client ids, by organisation.
    apps: Vec<String>,
    chance: Chance,
    /// The list and the id of the record that was changed last.
    last_change: Option<(&'static str, String)>,
    /// Of a thousand changes, how many are imports.
    imports_per_mille: u64,
    /// What is shown of records, by company, list and id, as long as they do not change.
    looks: Mutex<HashMap<(usize, &'static str, String), Look>>,
}

/// What a record shows.
#[derive(Clone, Debug)]
struct Look {
    version: u64,
    revision: String,
    resources: Vec<&'static str>,
}

impl SageWorld {
    pub(crate) fn books(&self) -> &Sage {
        self.sandbox.sage()
    }

    fn options(companies: &[String], chance: &mut Chance, is_troubled: bool) -> SageOptions {
        // One authorisation reaches every business of its user.
        let is_one_user = chance.happens(400);
        let business = |(number, id): (usize, &String)| {
            let user = if is_one_user { 0 } else { number };
            Business::new(id, name_of(id)).of_user(format!("owner-{user}@example.test"))
        };
        let businesses = companies.iter().enumerate().map(business).collect();
        let quiet = SageOptions { businesses, ..SageOptions::default() };
        if !is_troubled {
            return quiet;
        }
        SageOptions {
            access_token_life_s: chance.pick(&[300, 300, 90]),
            revoke_on_token_reuse: chance.happens(500),
            lost_next_links_per_mille: chance.pick(&[0, 300, 1_000]),
            next_drops_filters: chance.happens(500),
            heavy_page_rows_max: chance.pick(&[None, None, Some(0), Some(3), Some(100)]),
            requests_per_minute: chance
                .happens(300)
                .then_some(SageOptions::REQUESTS_PER_MINUTE_MEASURED),
            ..quiet
        }
    }

    /// What a record shows now.
    fn look(&self, company: usize, list: &'static str, id: &str, state: &RecordState) -> Look {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (company, list, id.to_owned());
        let known = looks.get(&key).filter(|look| look.version == state.version);
        if let Some(look) = known {
            return look.clone();
        }
        let shown = self.books().record(&self.companies[company], list, id);
        let shown = shown.expect("a company").expect("a record");
        let (version, revision) = (state.version, revision_of(&shown));
        let look = Look { version, revision, resources: resources_of(list, &shown) };
        looks.insert(key, look.clone());
        look
    }

    /// Many records at once, as from another program's file.
    fn import(&mut self, company: usize) -> String {
        let (list, records) = (self.chance.pick(&IMPORTED_TO), self.chance.pick(&IMPORTED));
        let business = &self.companies[company];
        for number in 1_000_000..1_000_000 + records {
            let Ok(body) = self.books().sample_body(business, list, number) else {
                return format!("{business}: nothing to import {list} with");
            };
            let operation = RecordOperation::Save;
            self.books().change_record(business, list, operation, body).expect("room for a record");
        }
        format!("{business}: {records} {list} imported")
    }
}

impl World for SageWorld {
    const ELEMENT: &'static str = "sageone";
    const ADDRESSES: &'static [(&'static str, &'static str)] = &[
        ("authorize_url", "/oauth2/auth/central"),
        ("token_url", "/token"),
        ("revoke_url", "/revoke"),
        ("api_url", ""),
    ];
    const KINDS: &'static [Kind] = &[Kind::Polling];
    const PACED_FEEDS: &'static [&'static str] = &[
        "analysis-type-categories",
        "analysis-types",
        "bank-opening-balances",
        "coa-accounts",
        "contact-opening-balances",
        "journal-codes",
        "ledger-account-opening-balances",
        "service-rate-types",
        "tax-profiles",
        "tax-rates",
    ];

    /// Each resource is a question of its own, so most instances list a few.
    fn resources(chance: &mut Chance) -> Option<Vec<&'static str>> {
        if chance.happens(20) {
            return None;
        }
        let known: Vec<&str> =
            RESOURCES.iter().chain(&TYPES_OF_CONTACTS).map(|(_, resource)| *resource).collect();
        let mut listed: Vec<&str> =
            (0..chance.within(1..=RESOURCES_LISTED_MAX)).map(|_| chance.pick(&known)).collect();
        listed.sort_unstable();
        listed.dedup();
        Some(listed)
    }

    fn company_id(number: usize) -> String {
        format!("0d40342d0287cd6b13555c54afca6c{:02}", 10 + number)
    }

    fn configuration(company_id: &str) -> Map<String, Value> {
        Map::from_iter([("business.name".to_owned(), json!(name_of(company_id)))])
    }

    async fn begin(beginning: Beginning<'_>) -> Self {
        let Beginning { clock, companies, mut chance, is_troubled } = beginning;
        let sage = Self::options(companies, &mut chance, is_troubled);
        let options = SandboxOptions {
            clock: clock.of_provider(),
            waits_follow_clock: true,
            seed: chance.next(),
            sage,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let bookkeeper =
            |id: &String| Bookkeeper::new(sandbox.sage().clone(), id.as_str(), chance.next());
        let bookkeepers = companies.iter().map(bookkeeper).collect();
        Self {
            sandbox,
            companies: companies.to_vec(),
            bookkeepers,
            apps: Vec::new(),
            last_change: None,
            imports_per_mille: chance.pick(&[0, 0, 0, 10]),
            chance,
            looks: Mutex::default(),
        }
    }

    fn base_url(&self) -> &str {
        self.books().base_url()
    }

    fn admit(&mut self, app: &App, _url: &str) {
        let portal = PortalApp::new(&app.client_id, &app.client_secret);
        self.books().put_app(portal).expect("room for an app");
        self.apps.push(app.client_id.clone());
    }

    fn consent(&self, company: usize) -> (&'static str, String) {
        let business = self.books().business(&self.companies[company]).expect("a company");
        ("user", business.user)
    }

    fn clock_moved(&self) {}

    fn change(&mut self, company: usize) -> Option<String> {
        if self.chance.happens(self.imports_per_mille) {
            return Some(self.import(company));
        }
        let step = self.bookkeepers[company].step().ok()?;
        self.last_change = Some((step.endpoint, step.id.clone()));
        Some(step.to_string())
    }

    fn change_again(&mut self, company: usize) -> Option<String> {
        let (list, id) = self.last_change.clone()?;
        let (business, note) = (&self.companies[company], self.chance.next());
        let body = json!({"id": id, "notes": format!("Seen again {note}")});
        // It may be deleted, or another company's.
        let changed = self.books().change_record(business, list, RecordOperation::Save, body);
        changed.ok().map(|_| format!("{business}: {list} {id}, changed again"))
    }

    fn records(&self, company: usize) -> BTreeMap<RecordKey, State> {
        let snapshot = self.books().snapshot(&self.companies[company]).expect("a company");
        let mut records = BTreeMap::new();
        for ((list, id), state) in snapshot {
            let look = self.look(company, list, &id, &state);
            for resource in &look.resources {
                records.insert(((*resource).to_owned(), id.clone()), state_of(list, &state, &look));
            }
        }
        records
    }

    fn notices(&self) -> Vec<Notice> {
        Vec::new()
    }

    fn trouble(&mut self, chance: &mut Chance) -> &'static str {
        let count = u32::try_from(chance.within(1..=4)).unwrap();
        let company = self.companies[chance.place(self.companies.len())].clone();
        let app = self.apps[chance.place(self.apps.len())].clone();
        let place = chance.place(FAULTS.len() + 2);
        if let Some((fault, kind, name)) = FAULTS.get(place) {
            let is_token = *kind == Some(CallKind::Token);
            let plan = FaultPlan {
                fault: *fault,
                kind: *kind,
                count: if is_token { 1 } else { count },
                // Calls for tokens name no business.
                business_id: Some(company).filter(|_| !is_token && chance.happens(500)),
                endpoint: None,
                retry_after_s: chance.pick(&[None, Some(1), Some(30), Some(600)]),
            };
            self.books().add_fault(plan).expect("room for a fault");
            return name;
        }
        match place - FAULTS.len() {
            0 => {
                self.books().expire_access_tokens(&company).expect("a company");
                "provider: access tokens expire"
            }
            // It lasts until rest, so it is rare.
            _ if chance.happens(200) => {
                self.books().disconnect(&company, Some(&app)).expect("a company");
                "provider: user disconnects"
            }
            _ => "provider: nothing",
        }
    }

    fn calm(&mut self) {
        self.books().clear_faults();
    }

    fn is_sending(&self) -> bool {
        false
    }

    fn read_event(object_id: &str, record: &Value) -> (String, Stamp) {
        let id = object_id.to_owned();
        assert_eq!(record["id"], object_id, "{record}");
        if record.get("deleted_at").is_some() {
            return (id, Stamp::Read { revision: None, is_active: false });
        }
        let mut names = record.as_object().expect("a record").keys();
        if names.all(|name| OUTLINE.contains(&name.as_str())) {
            let time = record["updated_at"].as_str().expect("a time").to_owned();
            return (id, Stamp::Noticed { time });
        }
        (id, Stamp::Read { revision: Some(revision_of(record)), is_active: true })
    }

    fn calls(&self) -> u64 {
        self.books().calls().iter().map(|count| count.succeeded + count.failed).sum()
    }
}

fn name_of(company_id: &str) -> String {
    format!("Books {company_id}")
}

/// The second of the last change, which is all that Sage has of a revision, and what tells apart
/// what a record showed within that second.
fn revision_of(record: &Value) -> String {
    let mut hasher = DefaultHasher::new();
    let mut fields = record.as_object().expect("a record").clone();
    fields.remove("lastModifiedDate");
    Value::Object(fields).to_string().hash(&mut hasher);
    let time = record["updated_at"].as_str().expect("a time");
    format!("{time} {:016x}", hasher.finish())
}

fn resources_of(list: &str, record: &Value) -> Vec<&'static str> {
    let own = RESOURCES.iter().find(|(name, _)| *name == list).map(|(_, resource)| *resource);
    let types = record["contact_types"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_of = |name: &str| types.iter().any(|one| one["id"] == name);
    let narrowed = TYPES_OF_CONTACTS.iter().filter(|(name, _)| list == "contacts" && is_of(name));
    own.into_iter().chain(narrowed.map(|(_, resource)| *resource)).collect()
}

fn state_of(list: &str, state: &RecordState, look: &Look) -> State {
    State {
        revision: look.revision.clone(),
        second: state.updated_at.as_second(),
        standing: if state.deleted { Standing::Gone } else { Standing::Active },
        is_seen_by_polls: Sage::tells_deletes(list),
    }
}
