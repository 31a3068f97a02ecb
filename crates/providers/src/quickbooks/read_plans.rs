//! What Intuit's App Partner Program includes a month, by tier (reference: quickbooks §3.2).

use ledgerhook_connector::ReadPlan;

/// The tiers. No figure is published for the two upper ones.
pub(super) const READ_PLANS: &[ReadPlan] = &[
    ReadPlan { name: "builder", reads: Some(500_000) },
    ReadPlan { name: "silver", reads: Some(1_000_000) },
    ReadPlan { name: "gold", reads: None },
    ReadPlan { name: "platinum", reads: None },
];
