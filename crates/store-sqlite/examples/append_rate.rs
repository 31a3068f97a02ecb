//! Measures what the writer takes: appends a second of one notice, one event and one delivery in
//! batches of several sizes, and then the attempts recorded a second.
//!
//! `cargo run --release -p ledgerhook-store-sqlite --example append_rate -- FOLDER INSTANCES`. The
//! folder must be new and is left behind. Every event is of a new record; the more instances
//! there are, the more places of the index of changes one batch touches.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ledgerhook_model::delivery::NextStep;
use ledgerhook_model::{
    Change, ChangeKind, DeliveryId, Detection, EventId, InstanceId, Moment, OrganizationId,
    SecretHash, UserId, Version,
};
use ledgerhook_store::deliveries::{AttemptRecord, Deliveries as _};
use ledgerhook_store::instances::{Instance, Instances as _};
use ledgerhook_store::journal::{Append, Finding, Journal as _, NewEvent, NewNotice, NoticeSource};
use ledgerhook_store_sqlite::{Access, SqliteStore};
use tokio::time::Instant;

const NOTICE_BYTES: usize = 350;
const RECORD_BYTES: usize = 300;

/// Appends of one call, and calls.
const APPEND_ROUNDS: &[(i64, i64)] = &[(1, 1_000), (10, 1_000), (100, 500), (500, 400)];

/// Records of one call, and calls; not more than there are deliveries.
const ATTEMPT_ROUND: (i64, i64) = (500, 400);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(instances)) = (arguments.next(), arguments.next()) else {
        return Err("usage: append_rate FOLDER INSTANCES".into());
    };
    let instances: i64 = instances.parse()?;
    let store = SqliteStore::open(Path::new(&folder), Access::Exclusive)?;
    for _ in 0..instances {
        store.create_instance(instance()).await?;
    }
    let mut appended = 0;
    for &(appends, calls) in APPEND_ROUNDS {
        let batch = |call| {
            let first = appended + call * appends;
            (first..first + appends).map(|n| append(n, instances)).collect()
        };
        let batches: Vec<Vec<Append>> = (0..calls).map(batch).collect();
        appended += appends * calls;
        let start = Instant::now();
        for batch in batches {
            store.append(batch).await?;
        }
        report("appends", appends, calls, start);
    }
    record_attempts(&store).await?;
    Ok(())
}

async fn record_attempts(store: &SqliteStore) -> Result<(), Box<dyn Error>> {
    let (records, calls) = ATTEMPT_ROUND;
    let start = Instant::now();
    for call in 0..calls {
        let first = 1 + call * records;
        store.record_attempts((first..first + records).map(attempt).collect()).await?;
    }
    report("recorded attempts", records, calls, start);
    Ok(())
}

fn report(what: &str, rows: i64, calls: i64, start: Instant) {
    let nanos_each = start.elapsed().as_nanos() / u128::from((rows * calls).unsigned_abs());
    let a_second = 1_000_000_000 / nanos_each.max(1);
    println!("{what}, {rows} a call: {a_second} a second");
}

fn append(n: i64, instances: i64) -> Append {
    let at = Moment::from_millis(1_700_000_000_000 + n);
    let mut random = [0; 9];
    random[..8].copy_from_slice(&n.to_be_bytes());
    let change = Change {
        resource: Arc::from("invoices"),
        object_id: (1_000_000_000 + n).to_string(),
        printed_id: None,
        version: Version::Noticed(at.to_iso_millis()),
        kind: ChangeKind::Updated,
        changed_at: at,
        record: Arc::from("r".repeat(RECORD_BYTES)),
    };
    let notice = NewNotice {
        element: "quickbooks".to_owned(),
        app: None,
        body: Bytes::from(vec![b'n'; NOTICE_BYTES]),
        received_at: at,
        unrouted_entries: 0,
        kept: None,
    };
    let finding = Finding {
        instance: InstanceId(1 + n % instances),
        detection: Detection::Webhook,
        seen_at: at,
        events: vec![NewEvent { id: EventId::new(at, random), change }],
        events_per_notification_max: 20,
        deliver: true,
    };
    let notice = Some(NoticeSource::New(notice));
    Append { notice, findings: vec![finding], cursor: None }
}

fn attempt(delivery: i64) -> AttemptRecord {
    AttemptRecord {
        delivery: DeliveryId(delivery),
        attempt: 1,
        outcome: "status 200".to_owned(),
        at: Moment::from_millis(1_800_000_000_000),
        step: NextStep::Done,
    }
}

fn instance() -> Instance {
    let now = Moment::from_millis(1_700_000_000_000);
    Instance {
        id: InstanceId(0),
        organization: OrganizationId(1),
        user: UserId(1),
        element: "quickbooks".to_owned(),
        name: "books".to_owned(),
        tags: Vec::new(),
        company: "9130".to_owned(),
        configuration: BTreeMap::new(),
        sealed_configuration: vec![0; 500],
        token_hash: SecretHash::of("token"),
        sealed_token: vec![0; 60],
        external_authentication: "none".to_owned(),
        disabled: false,
        created_at: now,
        updated_at: now,
    }
}
