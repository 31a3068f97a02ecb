//! A disk that takes nothing more: notices are not answered 200, and what was is there when there
//! is room again.

use std::collections::BTreeSet;

use ledgerhook_testkit::{PATIENCE, Stage, eventually, legacy_body};
use serde_json::Value;

use crate::PROGRAM;

/// Room for the tables and some of the journal; the write-ahead log soon reaches it.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Bytes of one notice's record; a few dozen of them are more than there is room for.
const PADDING_BYTES: usize = 8 * 1024;

/// More than fit.
const NOTICES_MAX: usize = 500;

fn notice(id: &str) -> String {
    let padding = "x".repeat(PADDING_BYTES);
    let body = legacy_body("1", "2026-11-20T12:00:00Z", &[("Customer", id, "Create")]);
    body.replacen("{\"name\"", &format!("{{\"padding\":\"{padding}\",\"name\""), 1)
}

#[tokio::test]
async fn a_full_disk_refuses_notices_with_503_and_loses_none_that_was_answered_200() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let token = stage.tenant.app.verifier_token.clone();
    stage.gateway.limit_files(Some(FILE_BYTES_MAX));
    stage.restart().await;

    let mut accepted = BTreeSet::new();
    let mut refused = 0;
    for number in 0..NOTICES_MAX {
        let id = format!("n{number}");
        let answer = stage.notices.post(&token, notice(&id)).await;
        match answer.status {
            200 => drop(accepted.insert(id)),
            503 => {
                let message = answer.refused(503);
                assert_eq!(message, "the notice could not be stored");
                assert_eq!(answer.header("retry-after"), Some("10"));
                refused += 1;
            }
            other => panic!("{other}: {}", answer.text),
        }
        if refused == 10 {
            break;
        }
    }
    assert_eq!(refused, 10, "the disk became full after {} notices", accepted.len());
    assert!(!accepted.is_empty(), "there was some room");
    assert!(stage.counter("notices_not_stored").await >= 10);
    // What can be read can still be read.
    stage.tenant.caller.get("/instances").await.ok();

    stage.gateway.limit_files(None);
    stage.restart().await;
    let events = stage.tenant.caller.all("/instances/events").await;
    let stored: BTreeSet<_> =
        events.iter().map(|event| event["objectId"].as_str().unwrap().to_owned()).collect();
    assert!(stored.is_superset(&accepted), "{:?}", accepted.difference(&stored));
    stage.notices.post(&token, notice("after")).await.ok();
    let everything = async || {
        let told = stage.receiver.at("/1").into_iter().flat_map(|one| one.events());
        let told: BTreeSet<_> = told.map(|event| event.object_id).collect();
        (told.is_superset(&stored) && told.contains("after")).then_some(())
    };
    eventually("everything that was stored is told", PATIENCE, everything).await;
}
