//! The books of the demo's companies: the same few things done in those of each provider.

use anyhow::Context as _;
use ledgerhook_sandbox::freshbooks::{self, FreshBooks};
use ledgerhook_sandbox::quickbooks::{self, QuickBooks};
use ledgerhook_sandbox::sage::{self, Sage};
use serde_json::{Value, json};

/// A record that was changed.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// The event resource.
    pub(super) resource: &'static str,
    /// The provider's id.
    pub(super) id: String,
}

/// The books of one company. Each method makes one change.
pub(super) trait Books {
    fn create_customer(&self, name: &str) -> anyhow::Result<Record>;
    fn create_invoice(&self, customer: &Record) -> anyhow::Result<Record>;
    fn change_invoice(&self, invoice: &Record) -> anyhow::Result<Record>;
    fn delete_invoice(&self, invoice: &Record) -> anyhow::Result<Record>;
    /// Merges the second into the first; false where the provider has no merging.
    fn merge_customers(&self, survivor: &Record, merged_away: &Record) -> anyhow::Result<bool>;
}

fn record(resource: &'static str, id: Option<&Value>) -> anyhow::Result<Record> {
    let id = match id {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => anyhow::bail!("a record without an id"),
    };
    Ok(Record { resource, id })
}

/// A company of QuickBooks.
pub(super) struct QuickBooksBooks<'a> {
    pub(super) quickbooks: &'a QuickBooks,
    pub(super) realm: &'static str,
}

impl QuickBooksBooks<'_> {
    fn change(
        &self,
        (resource, entity): (&'static str, &str),
        operation: quickbooks::RecordOperation,
        body: Value,
    ) -> anyhow::Result<Record> {
        let changed = self.quickbooks.change_record(self.realm, entity, operation, body)?;
        record(resource, changed.get("Id"))
    }

    /// The body that names the newest revision of an invoice.
    fn newest(&self, invoice: &Record) -> anyhow::Result<Value> {
        let snapshot = self.quickbooks.snapshot(self.realm)?;
        let state = snapshot.get(&("Invoice", invoice.id.clone())).context("no such invoice")?;
        Ok(json!({"Id": invoice.id, "SyncToken": state.sync_token, "sparse": true,
                  "PrivateNote": "changed in the demo"}))
    }
}

const QUICKBOOKS_CUSTOMERS: (&str, &str) = ("customers", "Customer");
const QUICKBOOKS_INVOICES: (&str, &str) = ("invoices", "Invoice");

impl Books for QuickBooksBooks<'_> {
    fn create_customer(&self, name: &str) -> anyhow::Result<Record> {
        let body = json!({"DisplayName": name});
        self.change(QUICKBOOKS_CUSTOMERS, quickbooks::RecordOperation::Save, body)
    }

    fn create_invoice(&self, customer: &Record) -> anyhow::Result<Record> {
        let body = json!({
            "CustomerRef": {"value": customer.id},
            "Line": [{"Amount": 120.50, "DetailType": "SalesItemLineDetail",
                      "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}],
        });
        self.change(QUICKBOOKS_INVOICES, quickbooks::RecordOperation::Save, body)
    }

    fn change_invoice(&self, invoice: &Record) -> anyhow::Result<Record> {
        let body = self.newest(invoice)?;
        self.change(QUICKBOOKS_INVOICES, quickbooks::RecordOperation::Save, body)
    }

    fn delete_invoice(&self, invoice: &Record) -> anyhow::Result<Record> {
        let body = self.newest(invoice)?;
        self.change(QUICKBOOKS_INVOICES, quickbooks::RecordOperation::Delete, body)
    }

    fn merge_customers(&self, survivor: &Record, merged_away: &Record) -> anyhow::Result<bool> {
        self.quickbooks.merge_customers(self.realm, &survivor.id, &merged_away.id)?;
        Ok(true)
    }
}

/// A business of FreshBooks.
pub(super) struct FreshBooksBooks<'a> {
    pub(super) freshbooks: &'a FreshBooks,
    pub(super) business_id: u64,
}

impl FreshBooksBooks<'_> {
    fn change(
        &self,
        (resource, noun): (&'static str, &str),
        operation: freshbooks::RecordOperation,
        body: Value,
    ) -> anyhow::Result<Record> {
        let changed = self.freshbooks.change_record(self.business_id, noun, operation, body)?;
        record(resource, changed.get("id"))
    }
}

const FRESHBOOKS_CUSTOMERS: (&str, &str) = ("customers", "client");
const FRESHBOOKS_INVOICES: (&str, &str) = ("invoices", "invoice");

impl Books for FreshBooksBooks<'_> {
    fn create_customer(&self, name: &str) -> anyhow::Result<Record> {
        let body = json!({"organization": name, "email": "office@example.com"});
        self.change(FRESHBOOKS_CUSTOMERS, freshbooks::RecordOperation::Save, body)
    }

    fn create_invoice(&self, customer: &Record) -> anyhow::Result<Record> {
        let mut body = self.freshbooks.sample_body(self.business_id, "invoice", 1)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("customerid".to_owned(), json!(customer.id.parse::<u64>()?));
        }
        self.change(FRESHBOOKS_INVOICES, freshbooks::RecordOperation::Save, body)
    }

    fn change_invoice(&self, invoice: &Record) -> anyhow::Result<Record> {
        let body = json!({"id": invoice.id.parse::<u64>()?, "notes": "changed in the demo"});
        self.change(FRESHBOOKS_INVOICES, freshbooks::RecordOperation::Save, body)
    }

    fn delete_invoice(&self, invoice: &Record) -> anyhow::Result<Record> {
        let body = json!({"id": invoice.id.parse::<u64>()?});
        self.change(FRESHBOOKS_INVOICES, freshbooks::RecordOperation::Delete, body)
    }

    fn merge_customers(&self, _survivor: &Record, _merged_away: &Record) -> anyhow::Result<bool> {
        Ok(false)
    }
}

/// A business of Sage.
pub(super) struct SageBooks<'a> {
    pub(super) sage: &'a Sage,
    pub(super) business_id: &'static str,
}

impl SageBooks<'_> {
    fn change(
        &self,
        (resource, endpoint): (&'static str, &str),
        operation: sage::RecordOperation,
        body: Value,
    ) -> anyhow::Result<Record> {
        let changed = self.sage.change_record(self.business_id, endpoint, operation, body)?;
        record(resource, changed.get("id"))
    }
}

const SAGE_CUSTOMERS: (&str, &str) = ("customers", "contacts");
const SAGE_INVOICES: (&str, &str) = ("invoices", "sales_invoices");

impl Books for SageBooks<'_> {
    fn create_customer(&self, name: &str) -> anyhow::Result<Record> {
        let body = json!({"name": name, "contact_type_ids": ["CUSTOMER"]});
        self.change(SAGE_CUSTOMERS, sage::RecordOperation::Save, body)
    }

    fn create_invoice(&self, customer: &Record) -> anyhow::Result<Record> {
        let mut body = self.sage.sample_body(self.business_id, "sales_invoices", 1)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("contact_id".to_owned(), json!(customer.id));
        }
        self.change(SAGE_INVOICES, sage::RecordOperation::Save, body)
    }

    fn change_invoice(&self, invoice: &Record) -> anyhow::Result<Record> {
        let body = json!({"id": invoice.id, "notes": "changed in the demo"});
        self.change(SAGE_INVOICES, sage::RecordOperation::Save, body)
    }

    fn delete_invoice(&self, invoice: &Record) -> anyhow::Result<Record> {
        let body = json!({"id": invoice.id, "void_reason": "a demo"});
        self.change(SAGE_INVOICES, sage::RecordOperation::Delete, body)
    }

    fn merge_customers(&self, _survivor: &Record, _merged_away: &Record) -> anyhow::Result<bool> {
        Ok(false)
    }
}
