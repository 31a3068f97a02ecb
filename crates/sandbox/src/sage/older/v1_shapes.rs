//! The resources of API 1 and how they are shown: numeric ids, `$key`, and dates with slashes.

use serde_json::{Value, json};

use super::super::books::{Books, Fields, Record, fields_of};
use super::super::endpoints::Endpoint;
use super::super::refusal::Refusal;
use super::super::times;

/// A resource of API 1, and the endpoint whose records it shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource {
    pub(super) endpoint: &'static Endpoint,
    /// Only contacts of this type.
    contact_type: Option<&'static str>,
}

/// The ids of contact types, as recorded.
const CONTACT_TYPES: [(&str, &str); 2] = [("1", "CUSTOMER"), ("2", "VENDOR")];

/// The one resource that says when a record changed, and that it is deleted.
const TRANSACTIONS: &str = "transactions";

/// Resources that have the name of an endpoint.
const SAME_NAMES: [&str; 9] = [
    "contacts",
    "bank_accounts",
    "journals",
    "ledger_accounts",
    "products",
    "purchase_invoices",
    "sales_invoices",
    "services",
    TRANSACTIONS,
];

impl Resource {
    pub(super) fn find(name: &str) -> Option<Self> {
        let (name, contact_type) = match name {
            "customers" => ("contacts", Some("CUSTOMER")),
            "suppliers" => ("contacts", Some("VENDOR")),
            _ => (*SAME_NAMES.iter().find(|known| **known == name)?, None),
        };
        Some(Self { endpoint: Endpoint::find(name)?, contact_type })
    }

    pub(super) fn is_contacts(&self) -> bool {
        self.endpoint.name == "contacts"
    }

    pub(super) fn records<'b>(&self, books: &'b Books) -> impl Iterator<Item = &'b Record> {
        let shown = books
            .records_of(self.endpoint)
            .filter(|record| record.deleted_at.is_none() || self.endpoint.name == TRANSACTIONS);
        shown.filter(|record| self.contact_type.is_none_or(|wanted| wanted == type_of(record)))
    }

    pub(super) fn show(&self, record: &Record) -> Value {
        let shown = match self.endpoint.name {
            "contacts" => show_contact(record),
            TRANSACTIONS => show_transaction(record),
            _ => show_other(record),
        };
        let mut shown = fields_of(shown);
        shown.insert("lock_version".to_owned(), record.version.into());
        shown.insert("$key".to_owned(), record.legacy_id.into());
        Value::Object(shown)
    }
}

fn type_of(record: &Record) -> &str {
    let types = record.get("contact_types").and_then(Value::as_array);
    let first = types.and_then(|types| types.first()?.get("id")?.as_str());
    first.unwrap_or_default()
}

/// No time at all: contacts of API 1 have none.
fn show_contact(record: &Record) -> Value {
    let (company, name) = (record.text("company_name"), record.text("name"));
    let type_name = type_of(record);
    let type_id = CONTACT_TYPES.iter().find(|(_, known)| *known == type_name);
    let type_id = type_id.and_then(|(id, _)| id.parse::<u32>().ok());
    json!({
        "id": record.legacy_id,
        "company_name": company,
        "name": name,
        "name_and_company_name": format!("{company} ({name})"),
        "contact_type": {"id": type_id, "name": type_name, "scope": 1},
        "email": record.text("email"),
        "telephone": record.text("telephone"),
        "mobile": record.text("mobile"),
        "notes": record.text("notes"),
        "tax_reference": record.text("tax_number"),
        "main_address": {"$key": null},
        "delivery_address": {"$key": null},
    })
}

fn show_transaction(record: &Record) -> Value {
    json!({
        "id": record.legacy_id,
        "entry_date": times::shown(record.created_at),
        "created_by": null,
        "last_updated": times::shown(record.updated_at),
        "transaction_date": record.text("date"),
        "total": record.get("total_amount"),
        "deleted": record.deleted_at.is_some(),
        "reference": record.get("reference"),
    })
}

/// A document shows more than its number; the rest is nothing that tells of a change.
fn show_other(record: &Record) -> Value {
    let mut shown = fields_of(json!({
        "id": record.legacy_id,
        "name": record.text("displayed_as"),
        "reference": record.text("reference"),
        "date": slashed(record.text("date")),
    }));
    for field in ["invoice_number", "void_reason", "outstanding_amount", "total_amount"] {
        shown.extend(record.get(field).map(|value| (field.to_owned(), value.clone())));
    }
    Value::Object(shown)
}

/// `2015-01-30` as `30/01/2015`.
fn slashed(date: &str) -> Option<String> {
    let mut parts = date.split('-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) => Some(format!("{day}/{month}/{year}")),
        _ => None,
    }
}

/// The fields of a form such as `contact[name]=My+Customer`.
pub(super) fn contact(form: &[(String, String)]) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in form {
        let inner = name.strip_prefix("contact[").and_then(|name| name.strip_suffix(']'));
        let Some(inner) = inner else { continue };
        if inner == "contact_type_id" {
            let known = CONTACT_TYPES.iter().find(|(id, _)| id == value);
            fields.insert("contact_type_ids".to_owned(), json!([known.map(|(_, name)| name)]));
        } else {
            fields.insert(inner.to_owned(), value.as_str().into());
        }
    }
    fields
}

/// The same of a new one, which needs a name of a person or of a company.
pub(super) fn new_contact(form: &[(String, String)]) -> Result<Fields, Refusal> {
    let mut fields = fields_of(json!({"company_name": "", "contact_type_ids": ["CUSTOMER"]}));
    fields.extend(contact(form));
    let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or_default();
    let (name, company) = (text("name").to_owned(), text("company_name").to_owned());
    if name.is_empty() && company.is_empty() {
        return Err(Refusal::required("company"));
    }
    if name.is_empty() {
        fields.insert("name".to_owned(), company.into());
    }
    Ok(fields)
}
