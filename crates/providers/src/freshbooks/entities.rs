//! Which of FreshBooks' kinds of record is which resource, where its records are, and in whose time
//! they are dated (reference: freshbooks-sage §1.5 and §1.9, cloud-elements §7.6).

use std::sync::Arc;

/// A kind of record of the FreshBooks API.
#[derive(Debug)]
pub(super) struct Entity {
    /// What the name of a notice begins with; `None` when there are no notices of it.
    pub(super) noun: Option<&'static str>,
    /// The original's name for it, or one in its style.
    pub(super) resource: &'static str,
    /// Where its records are.
    pub(super) place: Place,
    /// The member that holds a single record.
    pub(super) item_key: &'static str,
    /// The member that holds a list.
    pub(super) list_key: &'static str,
    /// Whose wall clock `updated` and `created_at` without an offset show.
    pub(super) clock: Clock,
    /// The lists that together show every record, deleted ones too where FreshBooks shows them,
    /// each by its parameters; none when a sweep could not tell what has changed.
    pub(super) lists: &'static [Parameters],
}

impl Entity {
    /// Those of the lists that show deleted records.
    pub(super) fn lists_with_deleted(&self) -> impl Iterator<Item = Parameters> {
        let shows = |list: &Parameters| list.iter().any(|(name, _)| SHOW_DELETED.contains(name));
        self.lists.iter().copied().filter(shows)
    }
}

/// Parameters that make a list show deleted records.
const SHOW_DELETED: [&str; 3] = ["search[vis_state]", "active", "include_deleted"];

/// Parameters of a query.
pub(super) type Parameters = &'static [(&'static str, &'static str)];

/// Where records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `/accounting/account/{account id}/{path}[/{id}]`.
    Account {
        /// As in `users/clients`.
        path: &'static str,
    },
    /// `/{product}/business/{business id}/{list}` and `…/{item}/{id}`, which differ for some.
    Business {
        /// As in `timetracking`.
        product: &'static str,
        /// As in `projects`.
        list: &'static str,
        /// As in `project`.
        item: &'static str,
    },
}

/// Whose wall clock it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// That of New York, as everywhere in accounting but where the official client knows better.
    Eastern,
    /// UTC.
    Utc,
}

/// Without a wish the lists of accounting show what is active and what is archived; deleted records
/// are shown on request only (FreshBooks, "Active, Archived, and Deleted Objects").
const WITH_DELETED: &[Parameters] = &[&[], &[("search[vis_state]", "1")]];

/// A kind of record of the accounting system.
const fn account(
    noun: &'static str,
    resource: &'static str,
    path: &'static str,
    item_key: &'static str,
    list_key: &'static str,
) -> Entity {
    Entity {
        noun: Some(noun),
        resource,
        place: Place::Account { path },
        item_key,
        list_key,
        clock: Clock::Eastern,
        lists: WITH_DELETED,
    }
}

const fn in_utc(entity: Entity) -> Entity {
    Entity { clock: Clock::Utc, ..entity }
}

const fn without_notices(entity: Entity) -> Entity {
    Entity { noun: None, ..entity }
}

/// A deletion removes the record itself.
const fn without_deleted(entity: Entity) -> Entity {
    Entity { lists: &[&[]], ..entity }
}

/// All kinds: the resources of the original first, then the other nouns of notices.
///
/// Tasks and staff have no noun; their paths are those of the official Python client. Services have
/// neither a time nor a filter by time, so only a notice tells of them.
static ENTITIES: &[Entity] = &[
    account("client", "customers", "users/clients", "client", "clients"),
    without_notices(account("staff", "employees", "users/staffs", "staff", "staffs")),
    account("expense", "expenses", "expenses/expenses", "expense", "expenses"),
    account("invoice", "invoices", "invoices/invoices", "invoice", "invoices"),
    account("item", "items", "items/items", "item", "items"),
    account("payment", "payments", "payments/payments", "payment", "payments"),
    Entity {
        noun: Some("project"),
        resource: "projects",
        place: Place::Business { product: "projects", list: "projects", item: "project" },
        item_key: "project",
        list_key: "projects",
        clock: Clock::Utc,
        // A deleted project is inactive, which the one parameter asks for by FreshBooks' documents,
        // and shown on request, which the other one says to the services of a business.
        lists: &[&[], &[("active", "false"), ("include_deleted", "true")]],
    },
    without_notices(account("task", "tasks", "projects/tasks", "task", "tasks")),
    without_deleted(account("tax", "taxes", "taxes/taxes", "tax", "taxes")),
    Entity {
        noun: Some("time_entry"),
        resource: "time-activities",
        place: Place::Business {
            product: "timetracking",
            list: "time_entries",
            item: "time_entries",
        },
        item_key: "time_entry",
        list_key: "time_entries",
        clock: Clock::Utc,
        // Without `team` only the entries of the person who authorised are shown.
        lists: &[&[("team", "true"), ("include_deleted", "true")]],
    },
    in_utc(account(
        "bill_vendor",
        "vendors",
        "bill_vendors/bill_vendors",
        "bill_vendor",
        "bill_vendors",
    )),
    in_utc(account("bill", "bills", "bills/bills", "bill", "bills")),
    account(
        "credit_note",
        "credit-notes",
        "credit_notes/credit_notes",
        "credit_note",
        "credit_notes",
    ),
    account("estimate", "estimates", "estimates/estimates", "estimate", "estimates"),
    account("category", "expense-categories", "expenses/categories", "category", "categories"),
    account(
        "recurring",
        "recurring-invoices",
        "invoice_profiles/invoice_profiles",
        "invoice_profile",
        "invoice_profiles",
    ),
    Entity {
        noun: Some("service"),
        resource: "services",
        place: Place::Business { product: "comments", list: "services", item: "service" },
        item_key: "service",
        list_key: "services",
        clock: Clock::Utc,
        lists: &[],
    },
];

/// The kind of record of a resource.
pub(super) fn of_resource(resource: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|entity| entity.resource == resource)
}

/// The nouns that tell of `resources`, each once.
pub(super) fn nouns(resources: &[String]) -> Vec<&'static str> {
    let is_wanted = |entity: &&Entity| resources.iter().any(|name| name == entity.resource);
    ENTITIES.iter().filter(is_wanted).filter_map(|entity| entity.noun).collect()
}

/// An entity with its resource name made once, to be shared by every change.
#[derive(Debug)]
pub(super) struct KnownEntity {
    /// What it is.
    pub(super) entity: &'static Entity,
    /// [`Entity::resource`].
    pub(super) resource: Arc<str>,
}

/// Every entity that is known.
#[derive(Debug)]
pub(super) struct KnownEntities(Vec<KnownEntity>);

impl KnownEntities {
    /// Makes the shared names.
    pub(super) fn new() -> Self {
        let known = |entity| KnownEntity { entity, resource: Arc::from(entity.resource) };
        Self(ENTITIES.iter().map(known).collect())
    }

    /// The entity that notices call by that noun.
    pub(super) fn of_noun(&self, noun: &str) -> Option<&KnownEntity> {
        let has_noun = |entity: &Entity| entity.noun.is_some_and(|own| own == noun);
        self.0.iter().find(|known| has_noun(known.entity))
    }

    /// The entity of a resource.
    pub(super) fn of_resource(&self, resource: &str) -> Option<&KnownEntity> {
        self.0.iter().find(|known| known.entity.resource == resource)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &KnownEntity> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_noun_of_the_list_has_a_resource_of_its_own() {
        let nouns = [
            "bill",
            "bill_vendor",
            "category",
            "client",
            "credit_note",
            "estimate",
            "expense",
            "invoice",
            "item",
            "payment",
            "project",
            "recurring",
            "service",
            "tax",
            "time_entry",
        ];
        let known = KnownEntities::new();
        let mut resources: Vec<&str> =
            nouns.iter().map(|noun| known.of_noun(noun).unwrap().entity.resource).collect();
        resources.sort_unstable();
        resources.dedup();
        assert_eq!(resources.len(), nouns.len());
        assert!(known.of_noun("all").is_none() && known.of_noun("").is_none());
    }

    #[test]
    fn a_resource_has_one_entity() {
        for entity in ENTITIES {
            let same = ENTITIES.iter().filter(|other| other.resource == entity.resource);
            assert_eq!(same.count(), 1, "{}", entity.resource);
        }
    }
}
