//! The kinds of record there are: where each one is served, how it is shown, and what it tells
//! (reference: freshbooks-sage §1.5, §1.9).

use serde::Serialize;

use super::times::TimeForm;

/// What happens to a record, as event names spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Verb {
    /// `create`.
    #[serde(rename = "create")]
    Create,
    /// `update`.
    #[serde(rename = "update")]
    Update,
    /// `delete`.
    #[serde(rename = "delete")]
    Delete,
    /// `sendByEmail`, of estimates and invoices.
    #[serde(rename = "sendByEmail")]
    SendByEmail,
}

impl Verb {
    /// The word after the point of an event name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::SendByEmail => "sendByEmail",
        }
    }
}

/// The service a record belongs to: the first part of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// `/accounting/account/{account_id}/…`: old envelopes, Eastern times.
    Accounting,
    /// `/projects/business/{business_id}/…`: flat bodies, UTC.
    Projects,
    /// `/timetracking/business/{business_id}/…`, like projects.
    TimeTracking,
    /// `/comments/business/{business_id}/…`, like projects.
    Comments,
}

impl Service {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Accounting => "accounting",
            Self::Projects => "projects",
            Self::TimeTracking => "timetracking",
            Self::Comments => "comments",
        }
    }
}

/// What becomes of a deleted record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// `PUT` with `vis_state` 1; it stays.
    ByUpdate,
    /// `DELETE`, or `PUT` with `vis_state` 1; it stays.
    ByVerb,
    /// `DELETE`; from then on it is not found, and only `include_deleted` lists it.
    Gone,
}

/// Which writes the API takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writes {
    All,
    /// No create: people are invited.
    ChangesOnly,
    /// None: only users of the product write them.
    Nothing,
}

/// A property that shows a time of the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) property: &'static str,
    /// Whether it stays as it was when the record was created.
    pub(super) of_creation: bool,
    pub(super) form: TimeForm,
}

const fn changed(property: &'static str, form: TimeForm) -> Stamp {
    Stamp { property, of_creation: false, form }
}

const fn created(property: &'static str, form: TimeForm) -> Stamp {
    Stamp { property, of_creation: true, form }
}

const UPDATED: &[Stamp] = &[changed("updated", TimeForm::Eastern)];

/// A kind of record.
#[derive(Debug)]
pub(super) struct Noun {
    /// The word in event names, and of the handle.
    pub(super) name: &'static str,
    pub(super) service: Service,
    /// The path of a list, without service and account.
    pub(super) list_path: &'static str,
    /// The path of a record, without service, account and id.
    pub(super) item_path: &'static str,
    /// The key of a record in its envelope.
    pub(super) key: &'static str,
    /// The key of a list in its envelope.
    pub(super) list_key: &'static str,
    /// The second name of the id, such as `invoiceid`; `id` when there is none.
    pub(super) id_property: &'static str,
    pub(super) stamps: &'static [Stamp],
    pub(super) removal: Removal,
    pub(super) writes: Writes,
    /// Properties a new record must bring.
    pub(super) required: &'static [&'static str],
    /// Properties that hold the id of a record of another noun; 0 and null hold none.
    pub(super) references: &'static [(&'static str, &'static str)],
    /// Properties that `search[…]` compares exactly.
    pub(super) searches: &'static [&'static str],
    /// Whether events tell of it.
    pub(super) has_events: bool,
}

impl Noun {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        NOUNS.iter().find(|noun| noun.name == name)
    }

    /// The noun whose list, or whose records, have a path.
    pub(super) fn at(service: &str, path: &str) -> Option<&'static Self> {
        NOUNS.iter().find(|noun| {
            noun.service.word() == service && (noun.list_path == path || noun.item_path == path)
        })
    }

    pub(super) fn has_vis_state(&self) -> bool {
        matches!(self.removal, Removal::ByUpdate | Removal::ByVerb) || self.key == "service"
    }

    /// Whether a record can be sent by e-mail.
    pub(super) fn can_be_sent(&self) -> bool {
        matches!(self.name, "estimate" | "invoice")
    }

    /// Whether there is such an event.
    pub(super) fn has_event(&self, verb: Verb) -> bool {
        self.has_events && (verb != Verb::SendByEmail || self.can_be_sent())
    }

    /// Whether an event name is one of the 47 (reference: freshbooks-sage §1.5).
    pub(super) fn is_event(event: &str) -> bool {
        let (name, verb) = event.split_once('.').unwrap_or((event, ""));
        let verbs = [Verb::Create, Verb::Update, Verb::Delete, Verb::SendByEmail];
        Self::find(name).is_some_and(|noun| {
            let is_noun = noun.has_events && name == event;
            is_noun || verbs.iter().any(|one| one.word() == verb && noun.has_event(*one))
        })
    }
}

/// A noun of the accounting service that is deleted by update and shows `updated`.
const fn accounting(
    name: &'static str,
    path: &'static str,
    list_key: &'static str,
    id_property: &'static str,
) -> Noun {
    Noun {
        name,
        service: Service::Accounting,
        list_path: path,
        item_path: path,
        key: name,
        list_key,
        id_property,
        stamps: UPDATED,
        removal: Removal::ByUpdate,
        writes: Writes::All,
        required: &[],
        references: &[],
        searches: &[],
        has_events: true,
    }
}

/// A noun of a business service.
const fn business(service: Service, name: &'static str, paths: [&'static str; 2]) -> Noun {
    let [list_path, item_path] = paths;
    Noun {
        service,
        item_path,
        stamps: &[],
        removal: Removal::Gone,
        ..accounting(name, list_path, list_path, "id")
    }
}

const CUSTOMER: &[(&str, &str)] = &[("customerid", "client")];

/// Every noun, in an order in which one of each can be created.
pub(super) static NOUNS: [Noun; 18] = [
    Noun {
        stamps: &[changed("updated", TimeForm::Eastern), created("signup_date", TimeForm::Utc)],
        searches: &["email", "fname", "lname", "organization", "userid", "username"],
        ..accounting("client", "users/clients", "clients", "userid")
    },
    Noun {
        writes: Writes::ChangesOnly,
        has_events: false,
        ..accounting("staff", "users/staffs", "staffs", "userid")
    },
    Noun {
        stamps: &[
            created("created_at", TimeForm::Eastern),
            changed("updated_at", TimeForm::Eastern),
        ],
        writes: Writes::Nothing,
        ..accounting("category", "expenses/categories", "categories", "categoryid")
    },
    Noun {
        removal: Removal::Gone,
        required: &["name"],
        searches: &["compound"],
        ..accounting("tax", "taxes/taxes", "taxes", "taxid")
    },
    Noun {
        required: &["name"],
        searches: &["name", "sku"],
        ..accounting("item", "items/items", "items", "itemid")
    },
    Noun {
        required: &["name"],
        has_events: false,
        ..accounting("task", "projects/tasks", "tasks", "taskid")
    },
    Noun {
        stamps: &[created("created_at", TimeForm::Utc), changed("updated_at", TimeForm::Utc)],
        required: &["vendor_name"],
        searches: &["vendor_name"],
        ..accounting("bill_vendor", "bill_vendors/bill_vendors", "bill_vendors", "vendorid")
    },
    Noun {
        stamps: &[created("created_at", TimeForm::Eastern), changed("updated", TimeForm::Eastern)],
        removal: Removal::ByVerb,
        required: &["customerid", "create_date"],
        references: CUSTOMER,
        searches: &["customerid", "estimate_number"],
        ..accounting("estimate", "estimates/estimates", "estimates", "estimateid")
    },
    Noun {
        stamps: &[created("created_at", TimeForm::Eastern), changed("updated", TimeForm::Eastern)],
        removal: Removal::ByVerb,
        required: &["customerid", "create_date"],
        references: CUSTOMER,
        searches: &["customerid", "invoice_number", "invoiceid", "payment_status"],
        ..accounting("invoice", "invoices/invoices", "invoices", "invoiceid")
    },
    Noun {
        key: "invoice_profile",
        required: &["customerid", "create_date", "frequency", "numberRecurring"],
        references: CUSTOMER,
        ..accounting(
            "recurring",
            "invoice_profiles/invoice_profiles",
            "invoice_profiles",
            "invoiceprofileid",
        )
    },
    Noun {
        required: &["invoiceid", "amount", "date", "type"],
        references: &[("invoiceid", "invoice")],
        searches: &["clientid", "invoiceid", "type"],
        ..accounting("payment", "payments/payments", "payments", "logid")
    },
    Noun {
        required: &["amount", "categoryid", "date", "staffid"],
        references: &[("categoryid", "category"), ("clientid", "client"), ("staffid", "staff")],
        searches: &["categoryid", "clientid", "vendor"],
        ..accounting("expense", "expenses/expenses", "expenses", "expenseid")
    },
    Noun {
        stamps: &[created("created_at", TimeForm::Utc), changed("updated_at", TimeForm::Utc)],
        required: &["vendorid", "issue_date"],
        references: &[("vendorid", "bill_vendor")],
        searches: &["vendorid", "bill_number"],
        ..accounting("bill", "bills/bills", "bills", "id")
    },
    Noun {
        required: &["clientid", "create_date"],
        references: &[("clientid", "client")],
        searches: &["clientid"],
        ..accounting("credit_note", "credit_notes/credit_notes", "credit_notes", "creditid")
    },
    Noun {
        stamps: &[
            created("created_at", TimeForm::Eastern),
            changed("updated_at", TimeForm::Eastern),
        ],
        removal: Removal::ByVerb,
        required: &["amount", "category_name", "date"],
        has_events: false,
        ..accounting("other_income", "other_incomes/other_incomes", "other_income", "incomeid")
    },
    Noun { required: &["name"], ..business(Service::Comments, "service", ["services", "service"]) },
    Noun {
        stamps: &[
            created("created_at", TimeForm::UtcBare),
            changed("updated_at", TimeForm::UtcBare),
        ],
        required: &["title"],
        references: &[("client_id", "client")],
        ..business(Service::Projects, "project", ["projects", "project"])
    },
    Noun {
        stamps: &[created("created_at", TimeForm::UtcZulu)],
        required: &["duration", "is_logged", "started_at"],
        references: &[
            ("client_id", "client"),
            ("project_id", "project"),
            ("service_id", "service"),
        ],
        ..business(Service::TimeTracking, "time_entry", ["time_entries", "time_entries"])
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifteen_nouns_with_events_and_47_names() {
        let verbs = [Verb::Create, Verb::Update, Verb::Delete, Verb::SendByEmail];
        let names: Vec<String> = NOUNS
            .iter()
            .flat_map(|noun| verbs.map(|verb| format!("{}.{}", noun.name, verb.word())))
            .filter(|event| Noun::is_event(event))
            .collect();
        assert_eq!(names.len(), 47);
        assert_eq!(NOUNS.iter().filter(|noun| Noun::is_event(noun.name)).count(), 15);
        for event in ["all", "invoice.", "client.sendByEmail", "task.create", "invoice.created", ""]
        {
            assert!(!Noun::is_event(event), "{event}");
        }
    }

    #[test]
    fn paths_are_those_of_the_reference() {
        for (service, path, name) in [
            ("accounting", "users/clients", "client"),
            ("accounting", "expenses/categories", "category"),
            ("accounting", "invoice_profiles/invoice_profiles", "recurring"),
            ("projects", "project", "project"),
            ("projects", "projects", "project"),
            ("timetracking", "time_entries", "time_entry"),
            ("comments", "service", "service"),
        ] {
            assert_eq!(Noun::at(service, path).map(|noun| noun.name), Some(name));
        }
        assert!(Noun::at("comments", "project").is_none());
    }
}
