//! Reads that a provider meters: counted, kept and held within an app's budget.

use ledgerhook_model::Month;
use ledgerhook_sandbox::quickbooks::{CallKind, RecordOperation};
use ledgerhook_store::reads::Reads as _;
use ledgerhook_store_sqlite::{Access, SqliteStore};
use ledgerhook_testkit::{Instance, PATIENCE, Stage, eventually};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000022";
const PATH: &str = "/9341452000000022";

/// Makes the first organisation's app one of production with a budget.
async fn set_budget(stage: &Stage, budget: Value) -> String {
    let path = format!("/elements/quickbooks/apps/{}", stage.tenant.app_id);
    let change = json!({"environment": "production", "readBudget": budget});
    stage.tenant.caller.patch(&path, &change).await.ok();
    format!("{path}/reads")
}

/// Connects a company that is polled for customers alone, every so many minutes.
async fn connect(stage: &Stage, vendor_type: &str, minutes: &str) -> Instance {
    let wish = json!({
        "event.vendor.type": vendor_type, "event.poller.refresh_interval": minutes,
        "event.poller.urls": "customers", "event.hydrate": false,
    });
    stage.connect(&stage.tenant, REALM, &wish).await
}

fn cdc_calls(stage: &Stage) -> u64 {
    stage.books.succeeded_calls(REALM, CallKind::Cdc)
}

#[tokio::test]
async fn reads_are_what_the_provider_counts_and_outlive_the_process() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let reads = set_budget(&stage, json!("builder")).await;
    let instance = connect(&stage, "polling", "1000").await;
    let poll = format!("/instances/{}/poll", instance.id);
    for _ in 0..5 {
        stage.tenant.caller.post(&poll, &Value::Null).await.ok();
    }
    for _ in 0..2 {
        let found = stage.tenant.caller.get(&reads).await.ok();
        assert_eq!(found["used"], cdc_calls(&stage));
        assert_eq!(found["companies"][0]["reads"], 5);
        assert_eq!((&found["budget"], &found["exhausted"]), (&json!(500_000), &json!(false)));
        assert!(stage.gateway.terminate().await.success());
        stage.restart().await;
    }
}

#[tokio::test]
async fn reads_that_were_written_are_known_after_a_kill() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let reads = set_budget(&stage, json!("silver")).await;
    let instance = connect(&stage, "polling", "1000").await;
    stage.tenant.caller.post(&format!("/instances/{}/poll", instance.id), &Value::Null).await.ok();
    let found = stage.tenant.caller.get(&reads).await.ok();
    let month = Month::parse(found["month"].as_str().unwrap()).unwrap();
    let store = SqliteStore::open(&stage.gateway.data_folder(), Access::Shared).unwrap();
    let written = async || store.reads_of_month(month).await.unwrap().first().copied();
    let count = eventually("the count is written", PATIENCE, written).await;
    assert_eq!((count.instance.0, count.reads), (instance.id, 1));
    drop(store);
    stage.gateway.kill9();
    stage.restart().await;
    assert_eq!(stage.tenant.caller.get(&reads).await.ok()["used"], 1);
}

#[tokio::test]
async fn polls_stop_when_the_budget_is_used_and_webhooks_go_on() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = connect(&stage, "hybrid", "0.001666").await;
    let polled = async || (cdc_calls(&stage) > 3).then_some(());
    eventually("it is polled", PATIENCE, polled).await;
    let reads = set_budget(&stage, json!(2)).await;
    let held_back = async |polls: u64| {
        let before = stage.counter("polls_held_back").await;
        let more =
            async || (stage.counter("polls_held_back").await >= before + polls).then_some(());
        eventually("polls would have been due", PATIENCE, more).await;
    };
    held_back(3).await;
    let calls = cdc_calls(&stage);
    held_back(3).await;
    assert_eq!(cdc_calls(&stage), calls, "the provider is left alone");
    let warned = async || {
        let found = stage.tenant.caller.get(&reads).await.ok();
        found["warnedAt"].is_string().then_some(found)
    };
    let found = eventually("it is warned", PATIENCE, warned).await;
    assert_eq!((&found["used"], &found["exhausted"]), (&json!(calls), &json!(true)));
    let told = async || {
        let path = format!("/instances/{}/history", instance.id);
        let entries = stage.tenant.caller.all(&path).await;
        let kinds: Vec<_> = entries.iter().map(|entry| entry["kind"].clone()).collect();
        (kinds == ["budget exhausted", "budget warning"]).then_some(())
    };
    eventually("the history tells of it", PATIENCE, told).await;

    stage.send_webhooks(&stage.tenant);
    let body = json!({"DisplayName": "Ada"});
    stage.books.change_record(REALM, "Customer", RecordOperation::Save, body).unwrap();
    let events = stage.receiver.wait_for_events(PATH, 1).await;
    assert_eq!(events[0].kind, "CREATED");
    assert_eq!(stage.counter("budget_warnings").await, 2, "once each");
}

#[tokio::test]
async fn a_budget_that_is_small_stretches_the_interval() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let reads = set_budget(&stage, json!(1_000)).await;
    connect(&stage, "polling", "0.01666").await;
    let stretched = async || {
        let found = stage.tenant.caller.get(&reads).await.ok();
        let company = &found["companies"][0];
        let seconds = company["stretchedIntervalSeconds"].as_u64()?;
        (seconds > 10).then_some(())
    };
    eventually("the interval is stretched", PATIENCE, stretched).await;
    // Enough for every poll of the month, and it is as fast as before.
    set_budget(&stage, json!(100_000_000)).await;
    let own_pace = async || {
        let found = stage.tenant.caller.get(&reads).await.ok();
        (found["companies"][0]["stretchedIntervalSeconds"] == 0).then_some(())
    };
    eventually("the interval is its own", PATIENCE, own_pace).await;
    let before = cdc_calls(&stage);
    let faster = async || (cdc_calls(&stage) > before + 2).then_some(());
    eventually("polls come again", PATIENCE, faster).await;
}
