//! Records with nothing in them: every property a noun has, as recorded answers show them. Also
//! the list of what a write may touch.

use serde_json::{Value, json};

use super::super::nouns::Noun;
use super::{Fields, fields_of};

/// The two addresses of a person.
const ADDRESS_PROPERTIES: [&str; 12] = [
    "p_city",
    "p_code",
    "p_country",
    "p_province",
    "p_street",
    "p_street2",
    "s_city",
    "s_code",
    "s_country",
    "s_province",
    "s_street",
    "s_street2",
];

/// What a blank record is made with.
#[derive(Debug)]
pub(super) struct Template<'t> {
    pub(super) business_id: u64,
    pub(super) account_id: &'t str,
    pub(super) currency: String,
    pub(super) id: u64,
    pub(super) today: String,
}

impl Template<'_> {
    /// The blank record. Ids, times and `vis_state` are put in later.
    pub(super) fn blank(&self, noun: &Noun) -> Fields {
        let mut fields = fields_of(match noun.name {
            "client" | "staff" => self.person(noun),
            "invoice" => self.invoice(),
            "estimate" => self.estimate(),
            "recurring" => self.recurring(),
            "credit_note" => self.credit_note(),
            "payment" => self.payment(),
            "expense" => self.expense(),
            "other_income" => self.other_income(),
            "bill" => self.bill(),
            "bill_vendor" => self.bill_vendor(),
            "category" | "tax" | "item" | "task" => self.list_entry(noun),
            _ => self.business_record(noun),
        });
        if fields.contains_key("accounting_systemid") {
            fields.insert("accounting_systemid".to_owned(), self.account_id.into());
        }
        fields
    }

    fn nothing(&self) -> Value {
        json!({"amount": "0.00", "code": self.currency})
    }

    fn person(&self, noun: &Noun) -> Value {
        let mut fields = fields_of(json!({
            "accounting_systemid": "",
            "allow_email_include_pdf": false,
            "allow_late_fees": true,
            "allow_late_notifications": true,
            "bus_phone": "",
            "company_industry": null,
            "company_size": null,
            "currency_code": self.currency,
            "direct_link_token": null,
            "email": "",
            "fax": "",
            "fname": "",
            "has_retainer": null,
            "home_phone": null,
            "language": "en",
            "last_activity": null,
            "last_login": null,
            "level": 0,
            "lname": "",
            "mob_phone": "",
            "note": null,
            "notified": false,
            "num_logins": 0,
            "organization": "",
            "pref_email": true,
            "pref_gmail": false,
            "retainer_id": null,
            "role": noun.name,
            "statement_token": null,
            "subdomain": null,
            "username": format!("{}{}", noun.name, self.id),
            "vat_name": null,
            "vat_number": null,
        }));
        fields.extend(ADDRESS_PROPERTIES.map(|name| (name.to_owned(), "".into())));
        Value::Object(fields)
    }

    /// What invoices, estimates, profiles and credit notes have in common.
    fn document(&self) -> Fields {
        fields_of(json!({
            "accountid": self.account_id,
            "accounting_systemid": "",
            "address": "",
            "amount": self.nothing(),
            "city": "",
            "code": "",
            "country": "",
            "create_date": self.today,
            "currency_code": self.currency,
            "current_organization": "",
            "description": "",
            "discount_description": null,
            "discount_total": self.nothing(),
            "discount_value": "0",
            "display_status": "draft",
            "ext_archive": 0,
            "fname": "",
            "language": "en",
            "lines": [],
            "lname": "",
            "notes": "",
            "organization": "",
            "ownerid": 1,
            "po_number": null,
            "province": "",
            "sentid": 1,
            "status": 1,
            "street": "",
            "street2": "",
            "template": "clean-grouped",
            "terms": null,
            "vat_name": null,
            "vat_number": "",
        }))
    }

    fn document_with(&self, more: Value) -> Value {
        let mut fields = self.document();
        fields.extend(fields_of(more));
        Value::Object(fields)
    }

    fn invoice(&self) -> Value {
        self.document_with(json!({
            "auto_bill": false,
            "autobill_status": null,
            "basecampid": 0,
            "customerid": null,
            "date_paid": null,
            "deposit_amount": null,
            "deposit_percentage": null,
            "deposit_status": "none",
            "dispute_status": null,
            "due_date": self.today,
            "due_offset_days": 0,
            "estimateid": 0,
            "fulfillment_date": null,
            "generation_date": null,
            "gmail": false,
            "invoice_number": format!("{:07}", self.id),
            "last_order_status": null,
            "outstanding": self.nothing(),
            "paid": self.nothing(),
            "parent": 0,
            "payment_details": "",
            "payment_status": "unpaid",
            "return_uri": null,
            "show_attachments": false,
            "uuid": format!("1f000000-0000-4000-8000-{:012x}", self.id),
            "v3_status": "draft",
        }))
    }

    fn estimate(&self) -> Value {
        self.document_with(json!({
            "accepted": false,
            "customerid": null,
            "estimate_number": format!("{:07}", self.id),
            "invoiced": false,
            "ui_status": "draft",
        }))
    }

    fn recurring(&self) -> Value {
        self.document_with(json!({
            "auto_bill": false,
            "bill_gateway": null,
            "customerid": null,
            "disable": false,
            "due_offset_days": 0,
            "email": null,
            "frequency": "m",
            "include_unbilled_time": false,
            "numberRecurring": 0,
            "occurrences_to_date": 0,
            "payment_details": "",
            "profileid": self.id,
            "send_email": true,
            "send_gmail": false,
            "style": null,
        }))
    }

    fn credit_note(&self) -> Value {
        self.document_with(json!({
            "clientid": null,
            "credit_number": format!("{:07}", self.id),
            "credit_type": "goodwill",
            "dispute_status": null,
            "last_order_status": null,
            "paid": self.nothing(),
            "payment_status": "unpaid",
            "payment_type": null,
        }))
    }

    fn payment(&self) -> Value {
        json!({
            "accounting_systemid": "",
            "amount": self.nothing(),
            "bulk_paymentid": null,
            "clientid": null,
            "creditid": null,
            "date": self.today,
            "from_credit": false,
            "gateway": null,
            "invoiceid": null,
            "note": "",
            "orderid": null,
            "overpaymentid": null,
            "send_client_notification": null,
            "transactionid": null,
            "type": "Other",
        })
    }

    fn expense(&self) -> Value {
        json!({
            "account_name": "",
            "accountid": null,
            "accounting_systemid": "",
            "amount": self.nothing(),
            "attachment": null,
            "background_jobid": null,
            "bank_name": "",
            "bill_matches": [],
            "billable": false,
            "categoryid": null,
            "clientid": 0,
            "compounded_tax": false,
            "converse_projectid": null,
            "date": self.today,
            "ext_accountid": null,
            "ext_invoiceid": 0,
            "ext_systemid": 0,
            "from_bulk_import": false,
            "has_receipt": false,
            "include_receipt": false,
            "invoiceid": null,
            "is_cogs": false,
            "isduplicate": false,
            "markup_percent": "0",
            "modern_projectid": null,
            "notes": "",
            "potential_bill_payment": false,
            "profileid": null,
            "projectid": 0,
            "staffid": 1,
            "status": 0,
            "taxAmount1": null,
            "taxAmount2": null,
            "taxName1": null,
            "taxName2": null,
            "taxPercent1": null,
            "taxPercent2": null,
            "transactionid": null,
            "vendor": "",
        })
    }

    fn other_income(&self) -> Value {
        json!({
            "amount": self.nothing(),
            "category_name": "online_sales",
            "date": self.today,
            "note": "",
            "payment_type": null,
            "source": null,
            "sourceid": null,
            "taxes": [],
            "userid": null,
        })
    }

    fn bill(&self) -> Value {
        json!({
            "amount": self.nothing(),
            "attachment": null,
            "bill_number": null,
            "bill_payments": [],
            "currency_code": self.currency,
            "due_date": self.today,
            "due_offset_days": 0,
            "issue_date": self.today,
            "language": "en",
            "lines": [],
            "outstanding": self.nothing(),
            "overall_category": "",
            "overall_description": "",
            "paid": self.nothing(),
            "status": "unpaid",
            "tax_amount": self.nothing(),
            "total_amount": self.nothing(),
            "vendor": null,
            "vendorid": null,
        })
    }

    fn bill_vendor(&self) -> Value {
        json!({
            "account_number": null,
            "city": null,
            "country": "United States",
            "currency_code": self.currency,
            "is_1099": false,
            "language": "en",
            "note": null,
            "outstanding_balance": [],
            "overdue_balance": [],
            "phone": null,
            "postal_code": null,
            "primary_contact_email": null,
            "primary_contact_first_name": null,
            "primary_contact_last_name": null,
            "province": null,
            "street": null,
            "street2": null,
            "tax_defaults": [],
            "vendor_name": "",
            "website": null,
        })
    }

    fn list_entry(&self, noun: &Noun) -> Value {
        match noun.name {
            "category" => json!({
                "category": "",
                "is_cogs": false,
                "is_editable": false,
                "parentid": null,
                "transaction_posted": false,
            }),
            "tax" => json!({
                "accounting_systemid": "",
                "amount": "0",
                "compound": false,
                "name": "",
                "number": null,
            }),
            "task" => json!({
                "billable": true,
                "description": "",
                "name": "",
                "rate": self.nothing(),
                "tax1": 0,
                "tax2": 0,
                "tdesc": "",
                "tname": "",
            }),
            _ => json!({
                "accounting_systemid": "",
                "description": "",
                "inventory": null,
                "name": "",
                "qty": "0",
                "sku": "",
                "tax1": 0,
                "tax2": 0,
                "unit_cost": self.nothing(),
            }),
        }
    }

    fn business_record(&self, noun: &Noun) -> Value {
        match noun.name {
            "service" => json!({
                "business_id": self.business_id,
                "name": "",
                "billable": true,
            }),
            "project" => json!({
                "title": "",
                "description": null,
                "due_date": null,
                "client_id": null,
                "internal": false,
                "budget": null,
                "fixed_price": null,
                "rate": null,
                "billing_method": "project_rate",
                "project_type": "hourly_rate",
                "project_manager_id": null,
                "active": true,
                "complete": false,
                "sample": false,
                "logged_duration": null,
                "services": [],
                "billed_amount": "0.00",
                "billed_status": "unbilled",
                "retainer_id": null,
                "expense_markup": "0",
                "group": {"id": self.id, "members": [], "pending_invitations": []},
            }),
            // A time entry. It shows no time of its last change.
            _ => json!({
                "identity_id": null,
                "is_logged": true,
                "started_at": null,
                "client_id": null,
                "project_id": null,
                "pending_client": null,
                "pending_project": null,
                "pending_task": null,
                "task_id": null,
                "service_id": null,
                "note": null,
                "active": true,
                "billable": true,
                "billed": false,
                "internal": false,
                "retainer_id": null,
                "duration": 0,
                "timer": null,
            }),
        }
    }
}
