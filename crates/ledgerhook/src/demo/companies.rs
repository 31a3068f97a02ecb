//! The companies of the demo: where each has its books, and how its changes are detected.

use serde_json::{Value, json};

/// A company that is connected.
#[derive(Debug)]
pub(super) struct Company {
    /// Its id at the provider, and the end of its callback URL.
    pub(super) id: &'static str,
    pub(super) element: &'static str,
    pub(super) name: &'static str,
    pub(super) vendor_type: &'static str,
    /// What the customer's button on the provider's page sends.
    pub(super) consent: (&'static str, &'static str),
}

/// QuickBooks, by webhooks.
pub(super) const QUICKBOOKS_NOTICED: Company = Company {
    id: "9341452000000001",
    element: "quickbooks",
    name: "Blue Heron Books",
    vendor_type: "webhook",
    consent: ("realm_id", "9341452000000001"),
};

/// QuickBooks, by polling.
pub(super) const QUICKBOOKS_POLLED: Company = Company {
    id: "9341452000000002",
    name: "Corner Cafe",
    vendor_type: "polling",
    consent: ("realm_id", "9341452000000002"),
    ..QUICKBOOKS_NOTICED
};

/// FreshBooks, by webhooks.
pub(super) const FRESHBOOKS: Company = Company {
    id: "439001",
    element: "freshbooksv2",
    name: "Harbour Studio",
    vendor_type: "webhooks",
    consent: ("identity_id", "712052"),
};

/// The number that FreshBooks has for it.
pub(super) const FRESHBOOKS_BUSINESS_ID: u64 = 439_001;

/// The person who owns it.
pub(super) const FRESHBOOKS_IDENTITY_ID: u64 = 712_052;

/// Sage, by polling.
pub(super) const SAGE: Company = Company {
    id: "49c196153fb1524b7d888cece84e8b12",
    element: "sageone",
    name: "Harbour Joinery",
    vendor_type: "polling",
    consent: ("user", "owner@example.com"),
};

impl Company {
    pub(super) const ALL: [Self; 4] = [QUICKBOOKS_NOTICED, QUICKBOOKS_POLLED, FRESHBOOKS, SAGE];

    /// Configuration entries beside those that all companies have.
    pub(super) fn configuration(&self) -> Value {
        match self.element {
            "quickbooks" => json!({"authentication.type": "oauth2"}),
            _ => json!({
                "business.name": self.name,
                "event.poller.urls": "customers|invoices",
            }),
        }
    }
}
