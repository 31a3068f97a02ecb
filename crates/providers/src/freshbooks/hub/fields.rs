//! What is known of the members of records (reference: freshbooks-sage §1.9, cloud-elements §7.6).
//!
//! The lists are for people and for code generators; a record has whatever FreshBooks sends, and a
//! question may name what is not here.

use ledgerhook_connector::FieldProfile;

use crate::freshbooks::entities::{Entity, Place};

const STRING: &str = "string";
const NUMBER: &str = "number";
const BOOLEAN: &str = "boolean";
const DATE: &str = "date";
const OBJECT: &str = "object";

/// A member that a question can name.
const fn filterable(path: &'static str, kind: &'static str) -> FieldProfile {
    FieldProfile { path, kind, is_filterable: true }
}

/// A member that is only printed.
const fn printed(path: &'static str, kind: &'static str) -> FieldProfile {
    FieldProfile { path, kind, is_filterable: false }
}

const ID: FieldProfile = printed("id", NUMBER);
const UPDATED: FieldProfile = filterable("updated", DATE);
const UPDATED_AT: FieldProfile = filterable("updated_at", DATE);
const CREATED_AT: FieldProfile = printed("created_at", DATE);
const VIS_STATE: FieldProfile = filterable("vis_state", NUMBER);
const ACTIVE: FieldProfile = filterable("active", BOOLEAN);

/// Kinds of accounting that date their records as the newer ones do.
const DATED_BY_UPDATED_AT: [&str; 3] = ["bills", "expense-categories", "vendors"];

/// The members of an entity's records.
pub(super) fn of(entity: &Entity) -> Vec<FieldProfile> {
    let mut fields = vec![ID];
    match (entity.place, entity.resource) {
        (Place::Account { .. }, resource) if DATED_BY_UPDATED_AT.contains(&resource) => {
            fields.extend([CREATED_AT, UPDATED_AT, VIS_STATE]);
        }
        (Place::Account { .. }, "taxes") => fields.push(UPDATED),
        (Place::Account { .. }, _) => fields.extend([UPDATED, VIS_STATE]),
        (Place::Business { .. }, "projects") => fields.extend([CREATED_AT, UPDATED_AT, ACTIVE]),
        (Place::Business { .. }, "time-activities") => fields.extend([CREATED_AT, ACTIVE]),
        (Place::Business { .. }, _) => {}
    }
    fields.extend(own(entity.resource));
    fields
}

fn own(resource: &str) -> &'static [FieldProfile] {
    match resource {
        "customers" => CUSTOMER,
        "invoices" => INVOICE,
        "items" => ITEM,
        "payments" => PAYMENT,
        "expenses" => EXPENSE,
        "projects" => PROJECT,
        "time-activities" => TIME_ENTRY,
        "vendors" => VENDOR,
        _ => &[],
    }
}

static CUSTOMER: &[FieldProfile] = &[
    filterable("userid", NUMBER),
    filterable("fname", STRING),
    filterable("lname", STRING),
    filterable("organization", STRING),
    filterable("email", STRING),
    filterable("username", STRING),
    filterable("currency_code", STRING),
    printed("home_phone", STRING),
    printed("mob_phone", STRING),
    printed("p_street", STRING),
    printed("p_city", STRING),
    printed("p_province", STRING),
    printed("p_country", STRING),
    printed("p_code", STRING),
    printed("note", STRING),
    printed("signup_date", DATE),
];

static INVOICE: &[FieldProfile] = &[
    filterable("invoiceid", NUMBER),
    filterable("invoice_number", STRING),
    filterable("customerid", NUMBER),
    filterable("currency_code", STRING),
    filterable("payment_status", STRING),
    printed("v3_status", STRING),
    printed("create_date", DATE),
    printed("due_date", DATE),
    printed("amount", OBJECT),
    printed("outstanding", OBJECT),
    printed("paid", OBJECT),
    printed("notes", STRING),
    printed("terms", STRING),
    printed("created_at", DATE),
];

static ITEM: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("sku", STRING),
    printed("description", STRING),
    printed("unit_cost", OBJECT),
    printed("inventory", STRING),
];

static PAYMENT: &[FieldProfile] = &[
    filterable("invoiceid", NUMBER),
    filterable("clientid", NUMBER),
    filterable("type", STRING),
    printed("amount", OBJECT),
    printed("date", DATE),
    printed("note", STRING),
];

static EXPENSE: &[FieldProfile] = &[
    filterable("categoryid", NUMBER),
    filterable("clientid", NUMBER),
    filterable("vendor", STRING),
    printed("staffid", NUMBER),
    printed("amount", OBJECT),
    printed("date", DATE),
    printed("notes", STRING),
];

static PROJECT: &[FieldProfile] = &[
    filterable("client_id", NUMBER),
    filterable("complete", BOOLEAN),
    printed("title", STRING),
    printed("description", STRING),
    printed("due_date", DATE),
];

static TIME_ENTRY: &[FieldProfile] = &[
    filterable("client_id", NUMBER),
    filterable("project_id", NUMBER),
    filterable("billable", BOOLEAN),
    filterable("billed", BOOLEAN),
    printed("service_id", NUMBER),
    printed("duration", NUMBER),
    printed("started_at", DATE),
    printed("note", STRING),
];

static VENDOR: &[FieldProfile] = &[
    filterable("vendor_name", STRING),
    printed("vendorid", NUMBER),
    printed("currency_code", STRING),
    printed("primary_contact_email", STRING),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::freshbooks::entities::of_resource;

    #[test]
    fn every_resource_names_each_member_once() {
        for resource in crate::freshbooks::PROFILE.resource_names() {
            let fields = of(of_resource(resource).unwrap());
            let paths: BTreeSet<_> = fields.iter().map(|field| field.path).collect();
            assert_eq!(paths.len(), fields.len(), "{resource}");
        }
    }
}
