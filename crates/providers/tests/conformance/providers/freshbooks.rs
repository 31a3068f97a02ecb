//! FreshBooks.

use std::time::Duration;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Secret;
use ledgerhook_sandbox::freshbooks::{
    App, Business, CallKind, Fault, FaultPlan, RecordOperation, User,
};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::bench::provider::{
    CLIENT_ID, CLIENT_SECRET, DeletedRecord, Failure, Lifetimes, Parts, Provider, REDIRECT_URI,
    Target,
};

const USER: u64 = 712_001;
const OTHER_USER: u64 = 712_002;
const BUSINESS: u64 = 439_000;
const ACCOUNT: &str = "ABC123";
const NAME: &str = "Harbour Studio";
/// What a throttled call is told to wait.
const RETRY_AFTER_SECONDS: u32 = 7;
/// More calls than any test makes.
const ALL_CALLS: u32 = 10_000;

/// FreshBooks, with one kind of record.
pub(crate) struct FreshBooks {
    resource: &'static str,
    noun: &'static str,
    /// A member that a bookkeeper edits.
    note: &'static str,
    deleted_record: DeletedRecord,
}

impl FreshBooks {
    /// Records of accounting: their lists are narrowed by the day, and deleted ones are still
    /// shown.
    pub(crate) const CUSTOMERS: Self = Self {
        resource: "customers",
        noun: "client",
        note: "note",
        deleted_record: DeletedRecord::Found,
    };
    /// Records of a business: their lists are narrowed by the moment, and a deleted one is gone.
    pub(crate) const PROJECTS: Self = Self {
        resource: "projects",
        noun: "project",
        note: "description",
        deleted_record: DeletedRecord::Missing,
    };
    /// Records of a business that do not say when they changed.
    pub(crate) const TIME_ACTIVITIES: Self =
        Self { resource: "time-activities", noun: "time_entry", note: "note", ..Self::PROJECTS };

    fn change(&self, sandbox: &Sandbox, operation: RecordOperation, body: Value) {
        sandbox.freshbooks().change_record(BUSINESS, self.noun, operation, body).unwrap();
    }
}

impl Provider for FreshBooks {
    fn element(&self) -> &'static str {
        "freshbooksv2"
    }

    fn parts(&self) -> Parts {
        Parts { notices: true, subscriptions: true, feeds: true, records: true, hub: true }
    }

    fn set_up(&self, options: &mut SandboxOptions) {
        let app = App {
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            ..App::new(CLIENT_ID, CLIENT_SECRET)
        };
        options.freshbooks.apps.push(app);
        let users = [User::new(USER, "Simona", "Varga"), User::new(OTHER_USER, "Otto", "Lind")];
        options.freshbooks.users = users.to_vec();
        options.freshbooks.businesses.push(Business::new(BUSINESS, ACCOUNT, NAME));
    }

    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str {
        sandbox.freshbooks().base_url()
    }

    fn addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("authorize_url", "/oauth/authorize"),
            ("token_url", "/auth/oauth/token"),
            ("revoke_url", "/auth/oauth/revoke"),
            ("api_url", ""),
            ("me_url", "/auth/api/v1/users/me"),
        ]
    }

    fn consent(&self) -> (&'static str, &'static str) {
        ("identity_id", "712001")
    }

    fn entries(&self) -> &'static [(&'static str, &'static str)] {
        &[("business.name", NAME)]
    }

    fn company(&self) -> &'static str {
        ACCOUNT
    }

    fn lifetimes(&self) -> Lifetimes {
        Lifetimes { access: Duration::from_secs(12 * 60 * 60), refresh: None, hard: None }
    }

    fn resource(&self) -> &'static str {
        self.resource
    }

    fn create(&self, sandbox: &Sandbox, number: u64) -> String {
        let made = sandbox.freshbooks().create_sample(BUSINESS, self.noun, number).unwrap();
        made["id"].to_string()
    }

    fn edit(&self, sandbox: &Sandbox, id: &str) {
        let id: u64 = id.parse().unwrap();
        self.change(sandbox, RecordOperation::Save, json!({"id": id, self.note: "edited"}));
    }

    fn delete(&self, sandbox: &Sandbox, id: &str) {
        let id: u64 = id.parse().unwrap();
        self.change(sandbox, RecordOperation::Delete, json!({"id": id}));
    }

    fn deleted_record(&self) -> DeletedRecord {
        self.deleted_record
    }

    fn unknown_id(&self) -> &'static str {
        "987654321"
    }

    fn impossible_member(&self) -> &'static str {
        "noSuchMember"
    }

    fn calls(&self, sandbox: &Sandbox) -> u64 {
        let counts = sandbox.freshbooks().calls().into_iter();
        let of_books = counts.filter(|count| matches!(count.kind, CallKind::List | CallKind::Read));
        of_books.map(|count| count.succeeded + count.failed).sum()
    }

    fn fail(&self, sandbox: &Sandbox, target: Target, failure: Failure) {
        let fault = match failure {
            Failure::ServerError => Fault::ServerError,
            Failure::Unavailable => Fault::Unavailable,
            Failure::Throttle => Fault::Throttle { retry_after_seconds: RETRY_AFTER_SECONDS },
            Failure::DropConnection => Fault::DropConnection,
        };
        let plan = match target {
            Target::Api => FaultPlan::api(fault, ALL_CALLS),
            Target::Token => FaultPlan::of(CallKind::Token, fault, ALL_CALLS),
        };
        sandbox.freshbooks().add_fault(plan).unwrap();
    }

    fn recover(&self, sandbox: &Sandbox) {
        sandbox.freshbooks().clear_faults();
    }

    fn end_tokens(&self, sandbox: &Sandbox) {
        assert!(sandbox.freshbooks().expire_access_tokens(USER).unwrap() > 0);
    }

    fn disconnect(&self, sandbox: &Sandbox) {
        assert_eq!(sandbox.freshbooks().disconnect(USER, None).unwrap(), 1);
    }

    /// The person who authorised is no member of the business any more.
    fn close_books(&self, sandbox: &Sandbox) {
        let business = Business::new(BUSINESS, ACCOUNT, NAME).of_members(vec![OTHER_USER]);
        sandbox.freshbooks().add_business(business).unwrap();
    }

    fn says_closed(&self, error: &ProviderError) -> bool {
        matches!(error, ProviderError::Refused(_))
    }

    fn post_notices_to(&self, _: &Sandbox, _: &str, _: &Secret) {
        unreachable!("each company has subscriptions of its own")
    }
}
