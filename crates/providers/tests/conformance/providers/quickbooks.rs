//! QuickBooks Online.

use std::time::Duration;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Secret;
use ledgerhook_sandbox::quickbooks::{App, CallKind, Company, Fault, FaultPlan, RecordOperation};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::bench::provider::{
    CLIENT_ID, CLIENT_SECRET, DeletedRecord, Failure, Lifetimes, Parts, Provider, REDIRECT_URI,
    Target,
};

const REALM: &str = "9341452000000001";
const OTHER_REALM: &str = "9341452000000002";
/// More calls than any test makes.
const ALL_CALLS: u32 = 10_000;

/// QuickBooks Online, with one kind of record.
pub(crate) struct QuickBooks {
    resource: &'static str,
    entity: &'static str,
    /// A member that a bookkeeper edits.
    note: &'static str,
    deleted_record: DeletedRecord,
}

impl QuickBooks {
    /// Transactions, which are removed.
    pub(crate) const INVOICES: Self = Self {
        resource: "invoices",
        entity: "Invoice",
        note: "PrivateNote",
        deleted_record: DeletedRecord::Missing,
    };
    /// List records, which are made inactive.
    pub(crate) const CUSTOMERS: Self = Self {
        resource: "customers",
        entity: "Customer",
        note: "Notes",
        deleted_record: DeletedRecord::Found,
    };

    fn change(&self, sandbox: &Sandbox, operation: RecordOperation, body: Value) {
        sandbox.quickbooks().change_record(REALM, self.entity, operation, body).unwrap();
    }

    /// The revision that an operation has to name.
    fn revision(&self, sandbox: &Sandbox, id: &str) -> String {
        let snapshot = sandbox.quickbooks().snapshot(REALM).unwrap();
        snapshot[&(self.entity, id.to_owned())].sync_token.clone()
    }

    fn save(&self, sandbox: &Sandbox, id: &str, member: &str, value: Value) {
        let revision = self.revision(sandbox, id);
        let body = json!({"Id": id, "SyncToken": revision, "sparse": true, member: value});
        self.change(sandbox, RecordOperation::Save, body);
    }
}

impl Provider for QuickBooks {
    fn element(&self) -> &'static str {
        "quickbooks"
    }

    fn parts(&self) -> Parts {
        Parts { notices: true, subscriptions: false, feeds: true, records: true, hub: true }
    }

    fn set_up(&self, options: &mut SandboxOptions) {
        let app = App {
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            ..App::new(CLIENT_ID, CLIENT_SECRET)
        };
        options.quickbooks.apps.push(app);
        options.quickbooks.companies.push(Company::new(REALM, "Harbour Studio"));
        options.quickbooks.companies.push(Company::new(OTHER_REALM, "Second & Sons"));
        options.quickbooks.rotate_every_refresh = true;
    }

    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str {
        sandbox.base_url()
    }

    fn addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("authorize_url", "/connect/oauth2"),
            ("token_url", "/oauth2/v1/tokens/bearer"),
            ("revoke_url", "/v2/oauth2/tokens/revoke"),
            ("api_url", ""),
            ("sandbox_api_url", ""),
        ]
    }

    fn consent(&self) -> (&'static str, &'static str) {
        ("realm_id", REALM)
    }

    fn entries(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn company(&self) -> &'static str {
        REALM
    }

    fn lifetimes(&self) -> Lifetimes {
        let days = |days: u64| Some(Duration::from_secs(days * 24 * 60 * 60));
        Lifetimes { access: Duration::from_secs(3_600), refresh: days(101), hard: days(5 * 365) }
    }

    fn resource(&self) -> &'static str {
        self.resource
    }

    fn create(&self, sandbox: &Sandbox, number: u64) -> String {
        let made = sandbox.quickbooks().create_sample(REALM, self.entity, number).unwrap();
        made["Id"].as_str().unwrap().to_owned()
    }

    fn edit(&self, sandbox: &Sandbox, id: &str) {
        let words = format!("after revision {}", self.revision(sandbox, id));
        self.save(sandbox, id, self.note, words.into());
    }

    fn delete(&self, sandbox: &Sandbox, id: &str) {
        match self.deleted_record {
            DeletedRecord::Found => self.save(sandbox, id, "Active", false.into()),
            DeletedRecord::Missing => {
                let body = json!({"Id": id, "SyncToken": self.revision(sandbox, id)});
                self.change(sandbox, RecordOperation::Delete, body);
            }
        }
    }

    fn deleted_record(&self) -> DeletedRecord {
        self.deleted_record
    }

    fn unknown_id(&self) -> &'static str {
        "987654321"
    }

    /// QuickBooks itself judges the names of members, so this is no name at all.
    fn impossible_member(&self) -> &'static str {
        "no.0such"
    }

    fn calls(&self, sandbox: &Sandbox) -> u64 {
        let counts = sandbox.quickbooks().calls().into_iter();
        let metered = counts.filter(|count| count.kind != CallKind::Token);
        metered.map(|count| count.succeeded + count.failed).sum()
    }

    fn fail(&self, sandbox: &Sandbox, target: Target, failure: Failure) {
        let fault = match failure {
            Failure::ServerError => Fault::ServerError,
            Failure::Unavailable => Fault::Unavailable,
            Failure::Throttle => Fault::ThrottleXml,
            Failure::DropConnection => Fault::DropConnection,
        };
        let plan = match target {
            Target::Api => FaultPlan::api(fault, ALL_CALLS),
            Target::Token => FaultPlan::token(fault, ALL_CALLS),
        };
        sandbox.quickbooks().add_fault(plan).unwrap();
    }

    fn recover(&self, sandbox: &Sandbox) {
        sandbox.quickbooks().clear_faults();
    }

    fn end_tokens(&self, sandbox: &Sandbox) {
        assert!(sandbox.quickbooks().expire_access_tokens(REALM).unwrap() > 0);
    }

    fn disconnect(&self, sandbox: &Sandbox) {
        assert_eq!(sandbox.quickbooks().disconnect(REALM, None).unwrap(), 1);
    }

    /// Rights are of the connection as a whole.
    fn close_books(&self, sandbox: &Sandbox) {
        self.disconnect(sandbox);
    }

    fn says_closed(&self, error: &ProviderError) -> bool {
        matches!(error, ProviderError::Refused(_))
    }

    fn post_notices_to(&self, sandbox: &Sandbox, url: &str, key: &Secret) {
        let app = App::new(CLIENT_ID, CLIENT_SECRET).with_webhooks(url, key.expose());
        sandbox.quickbooks().put_app(app).unwrap();
    }
}
