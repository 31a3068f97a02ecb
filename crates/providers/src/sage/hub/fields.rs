//! What is known of the members of records: those that all have, and the main ones of the lists
//! that are asked for most (reference: freshbooks-sage §2.5). A record has whatever Sage sends.

use ledgerhook_connector::FieldProfile;

use super::filters;
use super::question::is_of_update;
use crate::sage::entities::Entity;

const STRING: &str = "string";
const BOOLEAN: &str = "boolean";
const DATE: &str = "date";
const OBJECT: &str = "object";
const ARRAY: &str = "array";

type Member = (&'static str, &'static str);

/// What every record has.
const COMMON: &[Member] = &[
    ("id", STRING),
    ("displayed_as", STRING),
    ("$path", STRING),
    ("created_at", DATE),
    ("updated_at", DATE),
    ("lastModifiedDate", DATE),
];

/// Amounts are texts: `"-430035.84"`.
const CONTACTS: &[Member] = &[
    ("name", STRING),
    ("reference", STRING),
    ("email", STRING),
    ("contact_types", ARRAY),
    ("main_address", OBJECT),
    ("delivery_address", OBJECT),
    ("main_contact_person", OBJECT),
    ("tax_number", STRING),
    ("currency", OBJECT),
    ("balance", STRING),
    ("credit_limit", STRING),
    ("notes", STRING),
];

const INVOICES: &[Member] = &[
    ("invoice_number", STRING),
    ("reference", STRING),
    ("contact", OBJECT),
    ("contact_name", STRING),
    ("date", DATE),
    ("due_date", DATE),
    ("status", OBJECT),
    ("currency", OBJECT),
    ("net_amount", STRING),
    ("tax_amount", STRING),
    ("total_amount", STRING),
    ("outstanding_amount", STRING),
    ("invoice_lines", ARRAY),
    ("notes", STRING),
];

const PRODUCTS: &[Member] = &[
    ("item_code", STRING),
    ("description", STRING),
    ("active", BOOLEAN),
    ("sales_ledger_account", OBJECT),
    ("purchase_ledger_account", OBJECT),
];

/// The members of an entity's records.
pub(super) fn of(entity: &Entity) -> Vec<FieldProfile> {
    let own = match entity.endpoint {
        "contacts" => CONTACTS,
        "sales_invoices" => INVOICES,
        "products" => PRODUCTS,
        _ => &[],
    };
    let profile = |(path, kind): &Member| {
        let is_filterable = is_of_update(path) || filters::of(entity.endpoint).contains(path);
        FieldProfile { path, kind, is_filterable }
    };
    COMMON.iter().chain(own).map(profile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sage::entities;

    #[test]
    fn what_can_be_asked_for_is_told() {
        let filterable = |resource| -> Vec<_> {
            let fields = of(entities::find(resource).unwrap());
            fields.iter().filter(|field| field.is_filterable).map(|field| field.path).collect()
        };
        assert_eq!(filterable("customers"), ["updated_at", "lastModifiedDate", "email"]);
        assert_eq!(filterable("products"), ["updated_at", "lastModifiedDate", "active"]);
        assert_eq!(filterable("tax-rates"), ["updated_at", "lastModifiedDate"]);
    }
}
