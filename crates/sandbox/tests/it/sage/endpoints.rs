//! Every endpoint of API 3.1: what it tells of changes.

use ledgerhook_sandbox::sage::{RecordOperation, Sage};
use serde_json::{Value, json};

use super::bench::{Bench, LEAD, START};
use crate::client::text;

/// The endpoints that take `updated_or_created_since` and not `deleted_since` (reference:
/// freshbooks-sage §2.5).
const UPDATES_ONLY: [&str; 15] = [
    "analysis_types",
    "analysis_type_categories",
    "bank_opening_balances",
    "bank_reconciliations",
    "coa_accounts",
    "journal_codes",
    "ledger_accounts",
    "ledger_account_opening_balances",
    "ledger_entries",
    "sales_estimates",
    "sales_quotes",
    "service_rate_types",
    "tax_profiles",
    "tax_rates",
    "transactions",
];

fn sample(bench: &Bench, endpoint: &str) -> Value {
    bench.sage().sample_body(LEAD, endpoint, 1).unwrap()
}

#[tokio::test]
async fn every_endpoint_tells_what_its_filters_promise() {
    let bench = Bench::start_with(|options| options.access_token_life_s = 86_400).await;
    let tokens = bench.connect().await;
    for endpoint in ["contacts", "bank_accounts", "ledger_accounts"] {
        bench.save(endpoint, sample(&bench, endpoint));
    }
    let (mut both, mut updates, mut neither) = (0, 0, 0);
    for endpoint in Sage::endpoints() {
        bench.pass(10);
        let old = bench.save(endpoint, sample(&bench, endpoint));
        bench.pass(10);
        let new = bench.save(endpoint, sample(&bench, endpoint));
        let shown = bench.get(&tokens, &format!("{endpoint}/{new}")).await.json();
        let since = text(&shown["created_at"]);
        let changed =
            bench.ids(&tokens, &format!("{endpoint}?updated_or_created_since={since}")).await;
        assert!(changed.contains(&new), "{endpoint}");
        bench.pass(10);
        bench.delete(endpoint, &old);
        let listed = bench.ids(&tokens, endpoint).await;
        assert!(listed.contains(&new) && !listed.contains(&old), "{endpoint}");
        let deleted = bench.ids(&tokens, &format!("{endpoint}?deleted_since={START}")).await;
        let knows_updates = !changed.contains(&old);
        if Sage::tells_deletes(endpoint) {
            assert_eq!((deleted, knows_updates), (vec![old], true), "{endpoint}");
            both += 1;
        } else {
            // The parameter is ignored: the rows that are there, and no word of the one that was.
            assert_eq!(deleted, listed, "{endpoint}");
            assert_eq!(knows_updates, UPDATES_ONLY.contains(&endpoint), "{endpoint}");
            if knows_updates { updates += 1 } else { neither += 1 }
        }
    }
    assert_eq!((both, updates, neither), (23, 15, 10));
}

#[tokio::test]
async fn the_product_writes_what_apps_may_not() {
    let bench = Bench::start().await;
    let id = bench.save("transactions", sample(&bench, "transactions"));
    bench.save("transactions", json!({"id": id, "reference": "T1"}));
    bench.save("journal_codes", sample(&bench, "journal_codes"));
    let snapshot = bench.sage().snapshot(LEAD).unwrap();
    let state = &snapshot[&("transactions", id.clone())];
    assert_eq!((state.version, state.deleted), (1, false));
    let shown = bench.sage().record(LEAD, "transactions", &id).unwrap().unwrap();
    assert_eq!((&shown["reference"], &shown["updated_at"]), (&"T1".into(), &START.into()));
    assert_eq!(state.updated_at.to_string(), START);
    bench.pass(3);
    bench.delete("transactions", &id);
    let snapshot = bench.sage().snapshot(LEAD).unwrap();
    let state = &snapshot[&("transactions", id.clone())];
    assert!(state.deleted);
    assert_eq!(state.updated_at.to_string(), "2026-03-10T19:00:03Z");
    let gone = json!({"id": id});
    let again = bench.sage().change_record(LEAD, "transactions", RecordOperation::Delete, gone);
    assert!(again.unwrap_err().to_string().contains("404"));
}
