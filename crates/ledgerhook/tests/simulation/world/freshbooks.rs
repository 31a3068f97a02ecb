//! FreshBooks as a world: the stand-in with bookkeepers at work.

use std::collections::{BTreeMap, BTreeSet};

use ledgerhook_sandbox::freshbooks::{
    App as PortalApp, Bookkeeper, Business, CallKind, CallbackConduct, DeletedReads, EventForm,
    Fault, FaultPlan, FreshBooks, FreshBooksOptions, HandshakeForm, RecordOperation, RecordState,
    SoftDeleteNotice, ThrottleLimits, User,
};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Map, Value, json};

use super::{App, Beginning, Dating, Notice, RecordKey, Stamp, Standing, State, World};
use crate::chance::Chance;
use crate::setup::{InstancePlan, Kind};

/// Event resources, by the nouns of their kinds (reference: freshbooks-sage §1.5).
const RESOURCES: [(&str, &str); 17] = [
    ("bill", "bills"),
    ("bill_vendor", "vendors"),
    ("category", "expense-categories"),
    ("client", "customers"),
    ("credit_note", "credit-notes"),
    ("estimate", "estimates"),
    ("expense", "expenses"),
    ("invoice", "invoices"),
    ("item", "items"),
    ("payment", "payments"),
    ("project", "projects"),
    ("recurring", "recurring-invoices"),
    ("service", "services"),
    ("staff", "employees"),
    ("task", "tasks"),
    ("tax", "taxes"),
    ("time_entry", "time-activities"),
];

/// Resources of an instance that lists some.
const RESOURCES_LISTED_MAX: u64 = 6;

/// The resources whose records do not say when they changed.
const WITHOUT_TIME: [&str; 2] = ["services", "time-activities"];

/// What an event of a notice says whose record is not there any more.
const GONE: &str = "the provider does not have this record any more";

/// How calls go wrong on request. That nobody answers, the network sees to.
const FAULTS: [(Fault, Option<CallKind>, &str); 12] = [
    (Fault::Throttle { retry_after_seconds: 40 }, None, "provider: 429"),
    (Fault::Throttle { retry_after_seconds: 0 }, None, "provider: 429 without a wait"),
    (Fault::ServerError, None, "provider: 500"),
    (Fault::BadGateway, None, "provider: 502"),
    (Fault::Unavailable, None, "provider: 503"),
    (Fault::HalfBody, None, "provider: half a body"),
    (Fault::DropConnection, None, "provider: connection cut"),
    (Fault::LoseAnswer, None, "provider: an answer is lost"),
    (Fault::LoseAnswer, Some(CallKind::Callbacks), "provider: done to a callback, and not told"),
    (Fault::Unavailable, Some(CallKind::Token), "provider: 503 for tokens"),
    (Fault::DropConnection, Some(CallKind::Token), "provider: cut off from tokens"),
    (Fault::LoseAnswer, Some(CallKind::Token), "provider: new tokens are lost"),
];

/// The number of the first business, and of its owner.
const FIRST_BUSINESS: u64 = 439_000;
const FIRST_OWNER: u64 = 712_000;

/// FreshBooks.
#[derive(Debug)]
pub(crate) struct FreshBooksWorld {
    sandbox: Sandbox,
    bookkeepers: Vec<Bookkeeper>,
    /// Client ids, by organisation.
    apps: Vec<String>,
    chance: Chance,
    /// The record that was changed last.
    last_change: Option<(&'static str, u64)>,
}

impl FreshBooksWorld {
    pub(crate) fn books(&self) -> &FreshBooks {
        self.sandbox.freshbooks()
    }

    /// Has the access token of a company's owner end, and the next ones be lost on their way, which
    /// nothing but a new authorisation mends.
    pub(crate) fn lose_tokens(&self, company: usize) {
        self.books().expire_access_tokens(owner_of(company)).expect("a user");
        let plan = FaultPlan::of(CallKind::Token, Fault::LoseAnswer, 1);
        self.books().add_fault(plan).expect("room for a fault");
    }

    fn options(companies: &[String], chance: &mut Chance, is_troubled: bool) -> FreshBooksOptions {
        let numbered = || (0_u64..).zip(companies);
        // A person has one refresh token for an app, so that each business has an owner of its own.
        let business = |(number, account): (u64, &String)| {
            Business::new(FIRST_BUSINESS + number, account, name_of(account))
                .of_members(vec![FIRST_OWNER + number])
        };
        let owner =
            |(number, account): (u64, &String)| User::new(FIRST_OWNER + number, "Simona", account);
        let quiet = FreshBooksOptions {
            businesses: numbered().map(business).collect(),
            users: numbered().map(owner).collect(),
            deleted_reads: chance.pick(&[
                DeletedReads::Shown,
                DeletedReads::Deleted,
                DeletedReads::Unknown,
            ]),
            callbacks: Self::forms(chance),
            ..Default::default()
        };
        if !is_troubled {
            return quiet;
        }
        let callbacks = CallbackConduct {
            duplicates_per_mille: chance.pick(&[0, 50, 300]),
            losses_per_mille: chance.pick(&[0, 0, 20, 100]),
            delay_ms: 0..=chance.pick(&[0, 3_000, 120_000]),
            ..quiet.callbacks
        };
        FreshBooksOptions {
            callbacks,
            access_token_life_s: chance.pick(&[600, 3_600, 43_200]),
            throttle: chance
                .happens(300)
                .then(|| ThrottleLimits { requests_per_minute: chance.pick(&[40, 150]) }),
            ..quiet
        }
    }

    /// What sources differ on, or leave open.
    fn forms(chance: &mut Chance) -> CallbackConduct {
        use EventForm::{Documented, Observed, Older};
        use HandshakeForm::{CallbackId, Nameless, ObjectId};
        CallbackConduct {
            signs_handshakes: chance.happens(500),
            handshake_before_answer: chance.happens(500),
            handshake_form: chance.pick(&[ObjectId, CallbackId, Nameless]),
            event_form: chance.pick(&[Documented, Observed, Older]),
            spaced_times: chance.happens(500),
            soft_delete_notice: chance.pick(&[SoftDeleteNotice::Delete, SoftDeleteNotice::Update]),
            ..CallbackConduct::default()
        }
    }

    fn organization_of(&self, client_id: &str) -> usize {
        self.apps.iter().position(|app| app == client_id).expect("an app of the run")
    }

    /// A callback of any app, by chance.
    fn any_callback(&self, business: u64, chance: &mut Chance) -> Option<u64> {
        let callbacks = self.books().callbacks(business).expect("a business");
        let ids: Vec<u64> = callbacks.iter().map(|callback| callback.callback_id).collect();
        (!ids.is_empty()).then(|| chance.pick(&ids))
    }

    fn trouble_with_notices(&self, chance: &mut Chance, business: u64) -> &'static str {
        let count = u32::try_from(chance.within(1..=4)).unwrap();
        let books = self.books();
        match chance.below(6) {
            0 => {
                books.hold_next_notices(business, count).expect("a business");
                "provider: notices held back"
            }
            1 => {
                books.release_held_notices(business).expect("a business");
                "provider: notices come late"
            }
            2 => {
                books.drop_next_notices(business, count).expect("a business");
                "provider: notices lost"
            }
            3 => {
                books.duplicate_next_notices(business, count).expect("a business");
                "provider: notices sent twice"
            }
            4 => {
                books.reorder_next_notices(business, count).expect("a business");
                "provider: notices out of order"
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
}

impl World for FreshBooksWorld {
    const ELEMENT: &'static str = "freshbooksv2";
    const ADDRESSES: &'static [(&'static str, &'static str)] = &[
        ("authorize_url", "/oauth/authorize"),
        ("token_url", "/auth/oauth/token"),
        ("revoke_url", "/auth/oauth/revoke"),
        ("me_url", "/auth/api/v1/users/me"),
        ("api_url", ""),
    ];
    const KINDS: &'static [Kind] = &[Kind::Webhook, Kind::Polling, Kind::Hybrid, Kind::Hybrid];

    const PACED_FEEDS: &'static [&'static str] = &[];
    /// A poll takes up to 31 calls.
    const POLL_MINUTES: &'static [u64] = &[15, 60, 180, 180];

    fn company_id(number: usize) -> String {
        format!("6BAp{number}k")
    }

    fn resources(chance: &mut Chance) -> Option<Vec<&'static str>> {
        if chance.happens(150) {
            return None;
        }
        let listed =
            (0..chance.within(2..=RESOURCES_LISTED_MAX)).map(|_| chance.pick(&RESOURCES).1);
        let listed: BTreeSet<&'static str> = listed.collect();
        Some(listed.into_iter().collect())
    }

    fn configuration(company_id: &str) -> Map<String, Value> {
        [("business.name".to_owned(), name_of(company_id).into())].into_iter().collect()
    }

    async fn begin(beginning: Beginning<'_>) -> Self {
        let Beginning { clock, companies, mut chance, is_troubled } = beginning;
        let freshbooks = Self::options(companies, &mut chance, is_troubled);
        let options = SandboxOptions {
            clock: clock.of_provider(),
            waits_follow_clock: true,
            seed: chance.next(),
            freshbooks,
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let bookkeeper = |company: usize| {
            Bookkeeper::new(sandbox.freshbooks().clone(), business_of(company), chance.next())
        };
        let bookkeepers = (0..companies.len()).map(bookkeeper).collect();
        Self { sandbox, bookkeepers, apps: Vec::new(), chance, last_change: None }
    }

    fn base_url(&self) -> &str {
        self.books().base_url()
    }

    /// Where its notices go, the gateway says for each callback.
    fn admit(&mut self, app: &App, _url: &str) {
        let portal = PortalApp::new(&app.client_id, &app.client_secret);
        self.books().put_app(portal).expect("room for an app");
        self.apps.push(app.client_id.clone());
    }

    fn consent(&self, company: usize) -> (&'static str, String) {
        ("identity_id", owner_of(company).to_string())
    }

    fn clock_moved(&self) {
        self.books().clock_moved();
    }

    fn change(&mut self, company: usize) -> Option<String> {
        let step = self.bookkeepers[company].step().ok()?;
        self.last_change = Some((step.noun, step.id));
        Some(step.to_string())
    }

    fn change_again(&mut self, company: usize) -> Option<String> {
        let (noun, id) = self.last_change?;
        let (business, text) = (business_of(company), format!("Seen again {}", self.chance.next()));
        let body = json!({
            "id": id, "name": text, "note": text, "notes": text, "description": text,
        });
        // It may be deleted, or another business's.
        let changed = self.books().change_record(business, noun, RecordOperation::Save, body);
        changed.ok().map(|_| format!("{business}: {noun} {id}, changed again"))
    }

    fn dating(resource: &str) -> Dating {
        if WITHOUT_TIME.contains(&resource) { Dating::Reading } else { Dating::Record }
    }

    fn records(&self, company: usize) -> BTreeMap<RecordKey, State> {
        let snapshot = self.books().snapshot(business_of(company)).expect("a business");
        let shown = |((noun, id), state): ((&str, u64), RecordState)| {
            Some(((resource_of(noun)?.to_owned(), id.to_string()), state_of(noun, &state)))
        };
        snapshot.into_iter().filter_map(shown).collect()
    }

    fn notices(&self) -> Vec<Notice> {
        let deliveries = self.books().deliveries();
        let accepted: BTreeSet<u64> = deliveries
            .iter()
            .filter(|delivery| delivery.is_accepted())
            .map(|delivery| delivery.notice)
            .collect();
        let notices = self.books().notices().into_iter().filter(|notice| !notice.is_handshake);
        let shown = |notice: ledgerhook_sandbox::freshbooks::Notice| {
            let (noun, verb) = notice.name.split_once('.').expect("a noun and a verb");
            Notice {
                organization: self.organization_of(&notice.client_id),
                company: usize::try_from(notice.business_id - FIRST_BUSINESS).unwrap(),
                record: (
                    resource_of(noun).expect("a resource").to_owned(),
                    notice.object_id.to_string(),
                ),
                kind: kind_of(verb),
                second: notice.at.as_second(),
                is_accepted: accepted.contains(&notice.number),
            }
        };
        notices.map(shown).collect()
    }

    fn trouble(&mut self, chance: &mut Chance) -> &'static str {
        let company = chance.place(self.bookkeepers.len());
        let (business, owner) = (business_of(company), owner_of(company));
        let books = self.books();
        let place = chance.place(FAULTS.len() + 10);
        if let Some((fault, kind, name)) = FAULTS.get(place) {
            let is_of_tokens = *kind == Some(CallKind::Token);
            let count = if is_of_tokens { 1 } else { u32::try_from(chance.within(1..=4)).unwrap() };
            let plan = FaultPlan { kind: *kind, ..FaultPlan::api(*fault, count) };
            books.add_fault(plan).expect("room for a fault");
            return name;
        }
        match place - FAULTS.len() {
            0 => {
                books.expire_access_tokens(owner).expect("a user");
                "provider: access tokens expire"
            }
            1 if chance.happens(300) => {
                let app = self.apps[chance.place(self.apps.len())].as_str();
                books.disconnect(owner, Some(app)).expect("a user");
                "provider: a person disconnects the app"
            }
            2 => {
                if let Some(id) = self.any_callback(business, chance) {
                    books.unverify_callback(id).expect("a callback");
                }
                "provider: a callback is not verified any more"
            }
            3 => {
                if let Some(id) = self.any_callback(business, chance) {
                    books.remove_callback(id).expect("a callback");
                }
                "provider: a callback is gone"
            }
            _ => self.trouble_with_notices(chance, business),
        }
    }

    fn calm(&mut self) {
        self.books().clear_faults();
        for company in 0..self.bookkeepers.len() {
            self.books().release_held_notices(business_of(company)).expect("a business");
        }
    }

    fn is_sending(&self) -> bool {
        let stats = self.books().notice_stats();
        stats.waiting > 0 || stats.held > 0
    }

    /// An app has one verified callback for each noun.
    fn misdirects(&self, plan: &InstancePlan) -> Option<String> {
        let mut own = self.books().callbacks(business_of(plan.company)).expect("a business");
        own.retain(|callback| callback.client_id == self.apps[plan.organization]);
        let mut has: Vec<(&str, bool)> =
            own.iter().map(|callback| (callback.event.as_str(), callback.verified)).collect();
        has.sort_unstable();
        let is_wanted = |noun: &&str| resource_of(noun).is_some_and(|name| plan.tells_of(name));
        let nouns: BTreeSet<&str> = FreshBooks::event_nouns().filter(is_wanted).collect();
        let is_right = has.iter().copied().eq(nouns.into_iter().map(|noun| (noun, true)));
        (!is_right).then(|| format!("callbacks, and whether they are verified: {has:?}"))
    }

    fn read_event(object_id: &str, record: &Value) -> (String, Stamp) {
        let stamp = match record.get("unread").and_then(Value::as_str) {
            Some(GONE) => Stamp::Read { revision: None, is_active: false },
            // A notice has no time.
            Some(why) => Stamp::Noticed { time: why.to_owned() },
            None => {
                let is_deleted = record.get("vis_state") == Some(&json!(1))
                    || record.get("active") == Some(&Value::Bool(false));
                let revision = Some(revision_of(FreshBooks::content_of(record)));
                Stamp::Read { revision, is_active: !is_deleted }
            }
        };
        (object_id.to_owned(), stamp)
    }

    fn calls(&self) -> u64 {
        self.books().calls().iter().map(|count| count.succeeded + count.failed).sum()
    }
}

fn name_of(account: &str) -> String {
    format!("Books {account}")
}

fn business_of(company: usize) -> u64 {
    FIRST_BUSINESS + u64::try_from(company).unwrap()
}

fn owner_of(company: usize) -> u64 {
    FIRST_OWNER + u64::try_from(company).unwrap()
}

fn resource_of(noun: &str) -> Option<&'static str> {
    RESOURCES.iter().find(|(name, _)| *name == noun).map(|(_, resource)| *resource)
}

/// FreshBooks has no revisions, so a state is known by what it shows. An archived record is one in
/// use, as far as events tell.
fn state_of(noun: &str, state: &RecordState) -> State {
    let is_gone = state.gone || state.vis_state == 1;
    State {
        revision: revision_of(state.content),
        second: state.updated.as_second(),
        standing: if is_gone { Standing::Gone } else { Standing::Active },
        // No list has a tax that was deleted, and none tells what changed of the services.
        is_seen_by_polls: noun != "service" && !(noun == "tax" && is_gone),
    }
}

fn revision_of(content: u64) -> String {
    format!("{content:016x}")
}

fn kind_of(verb: &str) -> &'static str {
    match verb {
        "create" => "CREATED",
        "update" => "UPDATED",
        "delete" => "DELETED",
        "sendByEmail" => "EMAILED",
        other => panic!("no such verb: {other}"),
    }
}
