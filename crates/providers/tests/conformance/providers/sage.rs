//! Sage Accounting, by API 3.1.

use std::time::Duration;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Secret;
use ledgerhook_sandbox::sage::{
    App, Business, CallKind, Fault, FaultPlan, RecordOperation, SageError,
};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::bench::provider::{
    CLIENT_ID, CLIENT_SECRET, DeletedRecord, Failure, Lifetimes, Parts, Provider, REDIRECT_URI,
    Target,
};

const BUSINESS: &str = "0d40342d0287cd6b13555c54afca6c90";
const NAME: &str = "Harbour Studio";
/// What a throttled call is told to wait.
const RETRY_AFTER_SECONDS: u64 = 7;
/// More calls than any test makes.
const ALL_CALLS: u32 = 10_000;

/// Sage Accounting, with one kind of record.
pub(crate) struct Sage {
    resource: &'static str,
    endpoint: &'static str,
}

impl Sage {
    /// Records of a list without order, narrowed by their type.
    pub(crate) const CUSTOMERS: Self = Self { resource: "customers", endpoint: "contacts" };
    /// Records of a list that can be read in the order of their changes.
    pub(crate) const INVOICES: Self = Self { resource: "invoices", endpoint: "sales_invoices" };

    fn save(&self, sandbox: &Sandbox, endpoint: &str, body: Value) -> String {
        let save = RecordOperation::Save;
        let saved = sandbox.sage().change_record(BUSINESS, endpoint, save, body).unwrap();
        saved["id"].as_str().unwrap().to_owned()
    }

    /// Makes a record, and those that it has to refer to.
    fn create_sample(&self, sandbox: &Sandbox, endpoint: &str, number: u64) -> String {
        loop {
            match sandbox.sage().sample_body(BUSINESS, endpoint, number) {
                Ok(body) => return self.save(sandbox, endpoint, body),
                Err(SageError::NothingToReferTo(needed)) => {
                    self.create_sample(sandbox, needed, number);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

impl Provider for Sage {
    fn element(&self) -> &'static str {
        "sageone"
    }

    fn parts(&self) -> Parts {
        Parts { notices: false, subscriptions: false, feeds: true, records: true, hub: true }
    }

    fn set_up(&self, options: &mut SandboxOptions) {
        let app = App {
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            ..App::new(CLIENT_ID, CLIENT_SECRET)
        };
        options.sage.apps.push(app);
        options.sage.businesses.push(Business::new(BUSINESS, NAME));
    }

    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str {
        sandbox.sage().base_url()
    }

    fn addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("authorize_url", "/oauth2/auth/central"),
            ("token_url", "/token"),
            ("revoke_url", "/revoke"),
            ("api_url", ""),
        ]
    }

    fn consent(&self) -> (&'static str, &'static str) {
        ("user", "owner@example.com")
    }

    fn entries(&self) -> &'static [(&'static str, &'static str)] {
        &[("business.name", NAME)]
    }

    fn company(&self) -> &'static str {
        BUSINESS
    }

    fn lifetimes(&self) -> Lifetimes {
        let refresh = Some(Duration::from_secs(31 * 24 * 60 * 60));
        Lifetimes { access: Duration::from_secs(300), refresh, hard: None }
    }

    fn resource(&self) -> &'static str {
        self.resource
    }

    fn create(&self, sandbox: &Sandbox, number: u64) -> String {
        if self.endpoint != "contacts" {
            return self.create_sample(sandbox, self.endpoint, number);
        }
        let name = format!("Customer {number}");
        let body = json!({"name": name, "contact_type_ids": ["CUSTOMER"]});
        self.save(sandbox, self.endpoint, body)
    }

    fn edit(&self, sandbox: &Sandbox, id: &str) {
        self.save(sandbox, self.endpoint, json!({"id": id, "notes": "edited"}));
    }

    fn delete(&self, sandbox: &Sandbox, id: &str) {
        let (operation, body) =
            (RecordOperation::Delete, json!({"id": id, "void_reason": "Entered twice"}));
        sandbox.sage().change_record(BUSINESS, self.endpoint, operation, body).unwrap();
    }

    fn deleted_record(&self) -> DeletedRecord {
        DeletedRecord::Missing
    }

    fn unknown_id(&self) -> &'static str {
        "f5b2a1c09d3e4f6789ab0123456789cd"
    }

    fn impossible_member(&self) -> &'static str {
        "noSuchMember"
    }

    fn calls(&self, sandbox: &Sandbox) -> u64 {
        let counts = sandbox.sage().calls().into_iter();
        let of_books = [CallKind::List, CallKind::Deletes, CallKind::Read];
        let of_books = counts.filter(|count| of_books.contains(&count.kind));
        of_books.map(|count| count.succeeded + count.failed).sum()
    }

    fn fail(&self, sandbox: &Sandbox, target: Target, failure: Failure) {
        let plan = match failure {
            Failure::ServerError => FaultPlan::api(Fault::ServerError, ALL_CALLS),
            Failure::Unavailable => FaultPlan::api(Fault::Unavailable, ALL_CALLS),
            Failure::Throttle => FaultPlan::throttle(RETRY_AFTER_SECONDS, ALL_CALLS),
            Failure::DropConnection => FaultPlan::api(Fault::DropConnection, ALL_CALLS),
        };
        let plan = match target {
            Target::Api => plan,
            Target::Token => plan.of_kind(CallKind::Token),
        };
        sandbox.sage().add_fault(plan).unwrap();
    }

    fn recover(&self, sandbox: &Sandbox) {
        sandbox.sage().clear_faults();
    }

    fn end_tokens(&self, sandbox: &Sandbox) {
        assert!(sandbox.sage().expire_access_tokens(BUSINESS).unwrap() > 0);
    }

    fn disconnect(&self, sandbox: &Sandbox) {
        assert_eq!(sandbox.sage().disconnect(BUSINESS, None).unwrap(), 1);
    }

    /// The user who authorised has no right to the list any more.
    fn close_books(&self, sandbox: &Sandbox) {
        let mut business = sandbox.sage().business(BUSINESS).unwrap();
        business.forbidden_endpoints.push(self.endpoint.to_owned());
        sandbox.sage().put_business(business).unwrap();
    }

    /// A right is of a list, so the company's other lists are read on: it is not refused as a
    /// whole.
    fn says_closed(&self, error: &ProviderError) -> bool {
        matches!(error, ProviderError::Rejected(words) if words.contains("role in Sage"))
    }

    fn post_notices_to(&self, _: &Sandbox, _: &str, _: &Secret) {
        unreachable!("Sage posts no notices")
    }
}
