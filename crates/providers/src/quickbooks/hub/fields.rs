//! What is known of the members of records: those that the original's clients use, and which of
//! them Intuit's queries can name (reference: cloud-elements §7.3 and Appendix B).
//!
//! The lists are for people and for code generators; a record has whatever Intuit sends, and a
//! question may name what is not here.

mod lists;
mod transactions;

use ledgerhook_connector::FieldProfile;

use crate::quickbooks::entities::{Entity, Rows};

const STRING: &str = "string";
const NUMBER: &str = "number";
const BOOLEAN: &str = "boolean";
const DATE: &str = "date";
const OBJECT: &str = "object";
const ARRAY: &str = "array";

/// A member that a question can name.
const fn filterable(path: &'static str, kind: &'static str) -> FieldProfile {
    FieldProfile { path, kind, is_filterable: true }
}

/// A member that is only printed.
const fn printed(path: &'static str, kind: &'static str) -> FieldProfile {
    FieldProfile { path, kind, is_filterable: false }
}

/// What every record has.
const COMMON: &[FieldProfile] = &[
    filterable("id", STRING),
    printed("syncToken", STRING),
    filterable("metaData.createTime", DATE),
    filterable("metaData.lastUpdatedTime", DATE),
    printed("domain", STRING),
    printed("sparse", BOOLEAN),
];

/// What records have that are made inactive and not removed.
const ACTIVE: FieldProfile = filterable("active", BOOLEAN);

/// The members of an entity's records.
pub(super) fn of(entity: &Entity) -> Vec<FieldProfile> {
    let mut fields = COMMON.to_vec();
    if entity.rows == Some(Rows::ActiveUnlessAsked) {
        fields.push(ACTIVE);
    }
    fields.extend(own(entity.name));
    fields
}

/// Whether a member is true or false.
pub(super) fn is_boolean(entity: &Entity, field: &str) -> bool {
    let is_active = field.eq_ignore_ascii_case(ACTIVE.path);
    let is_listed =
        |known: &FieldProfile| known.path.eq_ignore_ascii_case(field) && known.kind == BOOLEAN;
    is_active || own(entity.name).iter().any(is_listed)
}

fn own(entity: &str) -> &'static [FieldProfile] {
    let found = lists::FIELDS.iter().chain(transactions::FIELDS).find(|(name, _)| *name == entity);
    found.map(|(_, fields)| *fields).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::quickbooks::entities::KnownEntities;
    use crate::quickbooks::hub::field_names::intuit_name;

    #[test]
    fn every_list_is_of_a_readable_entity_and_names_each_member_once() {
        let entities = KnownEntities::new();
        for (name, _) in lists::FIELDS.iter().chain(transactions::FIELDS) {
            let entity = entities.find(name).unwrap().entity;
            assert!(entity.rows.is_some(), "{name}");
            let fields = of(entity);
            let paths: BTreeSet<_> = fields.iter().map(|field| field.path).collect();
            assert_eq!(paths.len(), fields.len(), "{name}");
            assert!(fields.iter().all(|field| intuit_name(field.path).is_ok()), "{name}");
        }
    }

    #[test]
    fn every_event_resource_has_more_than_the_common_members() {
        let entities = KnownEntities::new();
        for resource in crate::quickbooks::PROFILE.resource_names() {
            let entity = entities.readable(resource).unwrap().entity;
            assert!(!own(entity.name).is_empty(), "{resource}");
        }
    }

    #[test]
    fn lists_have_the_member_that_hides_them() {
        let entities = KnownEntities::new();
        let has_active = |name| of(entities.find(name).unwrap().entity).contains(&ACTIVE);
        assert!(has_active("Customer"));
        assert!(!has_active("Invoice"));
        let customer = entities.find("Customer").unwrap().entity;
        assert!(is_boolean(customer, "job") && is_boolean(customer, "Active"));
        assert!(!is_boolean(customer, "displayName"));
    }
}
