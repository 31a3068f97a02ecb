//! A month of work and polls by a clock in hand: cheap, without a real wait, within every bound.

use ledgerhook_sandbox::quickbooks::{App, Bookkeeper, CallKind, RecordStanding};
use serde_json::Value;

use std::collections::BTreeMap;

use super::bench::{Bench, CLIENT_ID, CLIENT_SECRET, REALM};
use crate::client::{DEADLINE, Tokens, form, text};
use crate::receiver::Receiver;

/// Polls of a day, one every 15 minutes.
const POLLS_PER_DAY: usize = 96;
const DAYS: usize = 30;
/// Changes between two polls.
const CHANGES: usize = 2;
const POLL_INTERVAL_S: i64 = 15 * 60;

const POLLED: &str = "Account,Bill,BillPayment,Class,CompanyCurrency,CreditMemo,Customer,Employee,\
                      Invoice,Item,JournalEntry,Payment,PaymentMethod,PurchaseOrder,RefundReceipt,\
                      SalesReceipt,Term,Vendor,VendorCredit";

/// What a listener knows: the version of a record, or that it ended.
type Known = BTreeMap<(String, String), Option<String>>;

/// One poll; the time to ask from next.
async fn poll(bench: &Bench, tokens: &Tokens, since: &str, known: &mut Known) -> String {
    let asked = form(&[("entities", POLLED), ("changedSince", since)]);
    let answer = bench.api_get(tokens, &format!("cdc?{asked}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    for block in answer["CDCResponse"][0]["QueryResponse"].as_array().unwrap() {
        for (entity, records) in block.as_object().unwrap() {
            for record in records.as_array().into_iter().flatten() {
                let ended = record["status"] == "Deleted";
                let version = (!ended).then(|| text(&record["SyncToken"]));
                known.insert((entity.clone(), text(&record["Id"])), version);
            }
        }
    }
    text(&answer["time"])
}

async fn refresh(bench: &Bench, tokens: Tokens) -> Tokens {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    let answer: Value = bench.token_call(&fields).await.json();
    Tokens { access: text(&answer["access_token"]), refresh: text(&answer["refresh_token"]) }
}

#[tokio::test]
async fn a_month_of_polls_ends_with_what_the_books_say() {
    let receiver = Receiver::start().await;
    let app = App::new(CLIENT_ID, CLIENT_SECRET).with_webhooks(&receiver.url, "verify_me");
    let bench = Bench::start_on_its_clock(|options| {
        options.apps = vec![app];
        options.aggregation_ms = 60_000;
    })
    .await;
    let mut tokens = bench.connect(REALM).await;
    let mut bookkeeper = Bookkeeper::new(bench.quickbooks().clone(), REALM, 1);
    let (mut known, mut since) = (Known::new(), "2026-03-10T18:59:00Z".to_owned());
    for number in 0..DAYS * POLLS_PER_DAY {
        for _ in 0..CHANGES {
            bookkeeper.step().unwrap();
        }
        bench.pass(POLL_INTERVAL_S);
        if number % 3 == 0 {
            tokens = refresh(&bench, tokens).await;
        }
        since = poll(&bench, &tokens, &since, &mut known).await;
    }
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let books = bench.quickbooks().snapshot(REALM).unwrap();
    let told: Known = books
        .into_iter()
        .filter(|((entity, _), _)| POLLED.split(',').any(|polled| polled == *entity))
        .map(|((entity, id), state)| {
            let active = state.standing == RecordStanding::Active;
            ((entity.to_owned(), id), active.then_some(state.sync_token))
        })
        .collect();
    // Records that came and went between two polls are told as ended all the same.
    assert_eq!(known, told);
    assert_eq!(bench.quickbooks().succeeded_calls(REALM, CallKind::Cdc), 2_880);
    let stats = bench.quickbooks().webhook_stats();
    assert_eq!((stats.dropped, stats.failed_attempts), (0, 0));
    assert!(stats.delivered > 5_000, "{stats:?}");
}
