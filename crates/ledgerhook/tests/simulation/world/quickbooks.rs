//! QuickBooks Online as a world: the sandbox with bookkeepers at work.

use std::collections::{BTreeMap, BTreeSet};

use ledgerhook_sandbox::quickbooks::{
    App as PortalApp, Bookkeeper, ChangeOperation, Company, Fault, FaultPlan, FaultTarget,
    MergeSpelling, QuickBooks, QuickBooksOptions, RecordStanding, RecordState, ThrottleLimits,
    WebhookConduct, WebhookFormat,
};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Map, Value};

use super::{App, Beginning, Notice, RecordKey, Stamp, Standing, State, World};
use crate::chance::Chance;
use crate::setup::Kind;

/// Event resources, by Intuit's names of their kinds (reference: quickbooks §5).
const RESOURCES: [(&str, &str); 22] = [
    ("Account", "ledger-accounts"),
    ("Bill", "bills"),
    ("BillPayment", "bill-payments"),
    ("Class", "classes"),
    ("CompanyCurrency", "currencies"),
    ("CreditMemo", "credit-memos"),
    ("Customer", "customers"),
    ("Employee", "employees"),
    ("Invoice", "invoices"),
    ("Item", "products"),
    ("JournalEntry", "journal-entries"),
    ("Payment", "payments"),
    ("PaymentMethod", "payment-methods"),
    ("PurchaseOrder", "purchase-orders"),
    ("RefundReceipt", "refund-receipts"),
    ("SalesReceipt", "sales-receipts"),
    ("TaxCode", "tax-codes"),
    ("TaxRate", "tax-rates"),
    ("Term", "credit-terms"),
    ("TimeActivity", "time-activities"),
    ("Vendor", "vendors"),
    ("VendorCredit", "vendor-credits"),
];

/// How calls go wrong on request.
const FAULTS: [(Fault, FaultTarget, &str); 10] = [
    (Fault::ThrottleXml, FaultTarget::Api, "provider: 429 as XML"),
    (Fault::ThrottleJson, FaultTarget::Api, "provider: 429 as JSON"),
    (Fault::ThrottleText, FaultTarget::Api, "provider: 429 as text"),
    (Fault::ServerError, FaultTarget::Api, "provider: 500"),
    (Fault::Unavailable, FaultTarget::Api, "provider: 503"),
    (Fault::ErrorInOk, FaultTarget::Api, "provider: a fault in 200"),
    (Fault::DropConnection, FaultTarget::Api, "provider: connection cut"),
    (Fault::Unavailable, FaultTarget::Token, "provider: 503 for tokens"),
    (Fault::DropConnection, FaultTarget::Token, "provider: cut off from tokens"),
    (Fault::LoseAnswer, FaultTarget::Token, "provider: new tokens are lost"),
];

/// Change data capture does not cover it, and a query shows no deleted record.
const LEAVES_NO_TRACE: &str = "TimeActivity";

/// QuickBooks.
#[derive(Debug)]
pub(crate) struct QuickBooksWorld {
    sandbox: Sandbox,
    companies: Vec<String>,
    bookkeepers: Vec<Bookkeeper>,
    /// Client ids, by organisation.
    apps: Vec<String>,
    chance: Chance,
}

impl QuickBooksWorld {
    pub(crate) fn books(&self) -> &QuickBooks {
        self.sandbox.quickbooks()
    }

    fn options(companies: &[String], chance: &mut Chance, is_troubled: bool) -> QuickBooksOptions {
        let companies = companies.iter().map(|id| Company::new(id, format!("Books {id}")));
        let quiet = QuickBooksOptions { companies: companies.collect(), ..Default::default() };
        if !is_troubled {
            return quiet;
        }
        let webhooks = WebhookConduct {
            duplicates_per_mille: chance.pick(&[0, 50, 300]),
            losses_per_mille: chance.pick(&[0, 0, 20, 100]),
            shuffles_bodies: chance.happens(500),
            delay_ms: 0..=chance.pick(&[0, 3_000, 120_000]),
            coalesces_updates: chance.happens(300),
            merge_spelling: chance.pick(&[MergeSpelling::UpperCaseId, MergeSpelling::MixedCaseId]),
            tells_deactivation_as_delete: chance.happens(300),
            tells_own_writes: true,
        };
        QuickBooksOptions {
            access_token_life_s: chance.pick(&[600, 3_600]),
            rotate_every_refresh: chance.happens(400),
            revoke_on_token_reuse: chance.happens(300),
            aggregation_ms: chance.pick(&[0, 5_000, 60_000]),
            webhooks,
            throttle: chance.happens(300).then_some(ThrottleLimits {
                // A poll asks within one moment of virtual time, as no real one can: at Intuit's
                // limit of a second a long one would never come to its end.
                requests_per_second: 1_000,
                requests_per_minute: 150,
                ..ThrottleLimits::default()
            }),
            ..quiet
        }
    }

    fn organization_of(&self, client_id: &str) -> usize {
        self.apps.iter().position(|app| app == client_id).expect("an app of the run")
    }

    fn company_of(&self, realm_id: &str) -> usize {
        self.companies.iter().position(|id| id == realm_id).expect("a company of the run")
    }
}

impl World for QuickBooksWorld {
    const ELEMENT: &'static str = "quickbooks";
    const ADDRESSES: &'static [(&'static str, &'static str)] = &[
        ("authorize_url", "/connect/oauth2"),
        ("token_url", "/oauth2/v1/tokens/bearer"),
        ("revoke_url", "/v2/oauth2/tokens/revoke"),
        ("api_url", ""),
        ("sandbox_api_url", ""),
    ];
    const KINDS: &'static [Kind] = &[Kind::Webhook, Kind::Polling, Kind::Hybrid, Kind::Hybrid];
    const PACED_FEEDS: &'static [&'static str] = &["query"];

    fn company_id(number: usize) -> String {
        format!("93414520000000{:02}", 10 + number)
    }

    fn resources(_chance: &mut Chance) -> Option<Vec<&'static str>> {
        None
    }

    fn configuration(_company_id: &str) -> Map<String, Value> {
        Map::new()
    }

    async fn begin(beginning: Beginning<'_>) -> Self {
        let Beginning { clock, companies, mut chance, is_troubled } = beginning;
        let quickbooks = Self::options(companies, &mut chance, is_troubled);
        let options = SandboxOptions {
            clock: clock.of_provider(),
            waits_follow_clock: true,
            seed: chance.next(),
            quickbooks,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let bookkeeper = |realm: &String| {
            Bookkeeper::new(sandbox.quickbooks().clone(), realm.as_str(), chance.next())
        };
        let bookkeepers = companies.iter().map(bookkeeper).collect();
        Self { sandbox, companies: companies.to_vec(), bookkeepers, apps: Vec::new(), chance }
    }

    fn base_url(&self) -> &str {
        self.sandbox.base_url()
    }

    fn admit(&mut self, app: &App, url: &str) {
        let formats = [WebhookFormat::Legacy, WebhookFormat::CloudEvents];
        let portal = PortalApp {
            webhook_format: self.chance.pick(&formats),
            ..PortalApp::new(&app.client_id, &app.client_secret)
        };
        let portal = portal.with_webhooks(url, &app.verifier_token);
        self.books().put_app(portal).expect("room for an app");
        self.apps.push(app.client_id.clone());
    }

    fn consent(&self, company: usize) -> (&'static str, String) {
        ("realm_id", self.companies[company].clone())
    }

    fn clock_moved(&self) {
        self.books().clock_moved();
    }

    fn change(&mut self, company: usize) -> Option<String> {
        self.bookkeepers[company].step().ok().map(|step| step.to_string())
    }

    fn change_again(&mut self, _company: usize) -> Option<String> {
        None
    }

    fn records(&self, company: usize) -> BTreeMap<RecordKey, State> {
        let snapshot = self.books().snapshot(&self.companies[company]).expect("a company");
        let shown = |((entity, id), state): ((&str, String), RecordState)| {
            Some(((resource_of(entity)?.to_owned(), id), state_of(entity, &state)))
        };
        snapshot.into_iter().filter_map(shown).collect()
    }

    fn notices(&self) -> Vec<Notice> {
        let deliveries = self.books().deliveries();
        let accepted: BTreeSet<u64> = deliveries
            .iter()
            .filter(|delivery| delivery.is_accepted())
            .flat_map(|delivery| delivery.notices.iter().copied())
            .collect();
        let notices = self.books().notices().into_iter();
        let shown = |notice: ledgerhook_sandbox::quickbooks::Notice| Notice {
            organization: self.organization_of(&notice.client_id),
            company: self.company_of(&notice.realm_id),
            record: (resource_of(notice.entity).expect("a resource").to_owned(), notice.id),
            kind: kind_of(notice.operation),
            second: notice.at.as_second(),
            is_accepted: accepted.contains(&notice.number),
        };
        notices.map(shown).collect()
    }

    fn trouble(&mut self, chance: &mut Chance) -> &'static str {
        let count = u32::try_from(chance.within(1..=4)).unwrap();
        let app = self.apps[chance.place(self.apps.len())].clone();
        let company = self.companies[chance.place(self.companies.len())].clone();
        let books = self.books();
        let place = chance.place(FAULTS.len() + 5);
        if let Some((fault, target, name)) = FAULTS.get(place) {
            let count = if *target == FaultTarget::Token { 1 } else { count };
            let plan = FaultPlan { fault: *fault, target: *target, count, realm_id: None };
            books.add_fault(plan).expect("room for a fault");
            return name;
        }
        match place - FAULTS.len() {
            0 => {
                books.expire_access_tokens(&company).expect("a company");
                "provider: access tokens expire"
            }
            1 => {
                books.hold_next_notices(&app, count).expect("an app");
                "provider: notices held back"
            }
            2 => {
                books.release_held_notices(&app).expect("an app");
                "provider: notices come late"
            }
            3 => {
                books.drop_next_notices(&app, count).expect("an app");
                "provider: notices lost"
            }
            _ => {
                if let Some(last) = books.notices().last() {
                    let number = chance.within(1..=last.number);
                    books.resend_notice(number).expect("a notice of the run");
                }
                "provider: notice sent again"
            }
        }
    }

    fn calm(&mut self) {
        self.books().clear_faults();
        for app in &self.apps {
            self.books().drop_next_notices(app, 0).expect("an app");
            self.books().release_held_notices(app).expect("an app");
        }
    }

    fn is_sending(&self) -> bool {
        let stats = self.books().webhook_stats();
        stats.waiting > 0 || stats.held > 0
    }

    fn read_event(object_id: &str, record: &Value) -> (String, Stamp) {
        let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_cloud_event = record.get("specversion").is_some();
        let time = if is_cloud_event { text("time") } else { text("lastUpdated") };
        match (object_id.split_once('|'), time) {
            (Some((id, revision)), _) => {
                assert_eq!(text("id").as_deref(), Some(object_id), "{record}");
                let is_active = record.get("active") != Some(&Value::Bool(false));
                let revision = Some(revision.to_owned());
                (id.to_owned(), Stamp::Read { revision, is_active })
            }
            (None, Some(time)) => (object_id.to_owned(), Stamp::Noticed { time }),
            (None, None) => {
                (object_id.to_owned(), Stamp::Read { revision: None, is_active: false })
            }
        }
    }

    fn calls(&self) -> u64 {
        self.books().calls().iter().map(|count| count.succeeded + count.failed).sum()
    }
}

fn resource_of(entity: &str) -> Option<&'static str> {
    RESOURCES.iter().find(|(name, _)| *name == entity).map(|(_, resource)| *resource)
}

fn state_of(entity: &str, state: &RecordState) -> State {
    let standing = match state.standing {
        RecordStanding::Active => Standing::Active,
        RecordStanding::Inactive => Standing::Inactive,
        RecordStanding::Deleted => Standing::Gone,
    };
    State {
        revision: state.sync_token.clone(),
        second: state.last_updated.as_second(),
        standing,
        is_seen_by_polls: entity != LEAVES_NO_TRACE || standing != Standing::Gone,
    }
}

fn kind_of(operation: ChangeOperation) -> &'static str {
    match operation {
        ChangeOperation::Create => "CREATED",
        ChangeOperation::Update => "UPDATED",
        ChangeOperation::Delete => "DELETED",
        ChangeOperation::Merge => "MERGED",
        ChangeOperation::Void => "VOIDED",
        ChangeOperation::Emailed => "EMAILED",
    }
}
