//! Measures what one core writes: appends a second of `{1 notice, 1 event, 1 delivery}` in batches
//! of several sizes, and recorded attempts a second. `append_rate [FOLDER] [INSTANCES]`.
#![expect(clippy::print_stdout, reason = "the figures are its result")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use ledgerhook_model::delivery::NextStep;
use ledgerhook_model::{
    Change, ChangeKind, DeliveryId, Detection, EventId, InstanceId, Moment, OrganizationId,
    SecretHash, UserId, Version,
};
use ledgerhook_store::deliveries::{AttemptRecord, Deliveries as _};
use ledgerhook_store::instances::{Instance, Instances as _};
use ledgerhook_store::journal::{Append, Finding, Journal as _, NewEvent, NewNotice};
use ledgerhook_store_sqlite::{Access, SqliteStore};
use tokio::time::Instant;

const NOTICE_BYTES: usize = 350;
const RECORD_BYTES: usize = 300;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or("append-rate-data".to_owned()));
    let instances: i64 = arguments.next().map_or(Ok(1_000), |text| text.parse())?;
    let store = SqliteStore::open(&folder, Access::Exclusive)?;
    for _ in 0..instances {
        store.create_instance(instance()).await?;
    }
    let mut traffic = Traffic::new(instances);
    for (batch, batches) in [(1, 1_000), (10, 1_000), (100, 500), (500, 400), (500, 400)] {
        let work: Vec<Vec<Append>> =
            (0..batches).map(|_| (0..batch).map(|_| traffic.append()).collect()).collect();
        let (cpu, start) = (cpu_micros(), Instant::now());
        for batch in work {
            store.append(batch).await?;
        }
        report("appends", batch, batches, start, cpu);
    }
    let mut id = 0;
    for (batch, batches) in [(500, 200)] {
        let (cpu, start) = (cpu_micros(), Instant::now());
        for _ in 0..batches {
            let records = (0..batch).map(|_| {
                id += 1;
                attempt(id)
            });
            store.record_attempts(records.collect()).await?;
        }
        report("attempts", batch, batches, start, cpu);
    }
    // One append a job, many jobs waiting: what the group commit makes of them.
    let store = Arc::new(store);
    let (cpu, start) = (cpu_micros(), Instant::now());
    let (tasks, each) = (500, 200);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        let work: Vec<Append> = (0..each).map(|_| traffic.append()).collect();
        let store = Arc::clone(&store);
        waiting.spawn(async move {
            for append in work {
                store.append(vec![append]).await?;
            }
            Ok::<_, ledgerhook_store::StoreError>(())
        });
    }
    while let Some(done) = waiting.join_next().await {
        done??;
    }
    report("appends, one a job,", tasks, each, start, cpu);
    Ok(())
}

fn report(what: &str, batch: usize, batches: usize, start: Instant, cpu_before: u64) {
    let micros = start.elapsed().as_micros();
    let cpu = cpu_micros() - cpu_before;
    let rows = (batch * batches) as u128;
    println!(
        "{what} of {batch}: {} a second, {} µs of processor each",
        rows * 1_000_000 / micros.max(1),
        (u128::from(cpu) * 10 / rows) as f64 / 10.0,
    );
}

fn cpu_micros() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // utime, stime in ticks of 10 ms
    stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2)
        .filter_map(|f| f.parse::<u64>().ok()).sum::<u64>() * 10_000 + (fields.len() as u64 * 0)
}

struct Traffic { instances: i64, sent: i64, seed: u64 }
impl Traffic {
    fn new(instances: i64) -> Self { Self { instances, sent: i64::from(std::process::id()) * 10_000_000, seed: 88172645463325252 } }
    fn random(&mut self) -> u64 { self.seed ^= self.seed << 13; self.seed ^= self.seed >> 7; self.seed ^= self.seed << 17; self.seed }
    fn append(&mut self) -> Append {
        self.sent += 1;
        let at = Moment::from_millis(1_700_000_000_000 + self.sent);
        let mut random = [0; 9];
        random[..8].copy_from_slice(&self.random().to_be_bytes());
        let instance = InstanceId(1 + (self.random() % self.instances as u64) as i64);
        let change = Change {
            resource: Arc::from("invoices"),
            object_id: (self.random() % 100_000).to_string(),
            printed_id: None,
            version: Version::Noticed(at.to_iso_millis()),
            kind: ChangeKind::Updated,
            changed_at: at,
            record: Arc::from("r".repeat(RECORD_BYTES)),
        };
        Append {
            notice: Some(NewNotice { element: "quickbooks".into(), app: None, body: Bytes::from(vec![b'n'; NOTICE_BYTES]), received_at: at, unrouted_entries: 0 }),
            findings: vec![Finding { instance, detection: Detection::Webhook, seen_at: at, events: vec![NewEvent { id: EventId::new(at, random), change }], events_per_notification_max: 20, deliver: true }],
            cursor: None,
        }
    }
}

fn attempt(id: i64) -> AttemptRecord {
    AttemptRecord { delivery: DeliveryId(id), attempt: 1, outcome: "status 200".into(), at: Moment::from_millis(1_800_000_000_000), step: NextStep::Done }
}

fn instance() -> Instance {
    let now = Moment::from_millis(1);
    Instance { id: InstanceId(0), organization: OrganizationId(1), user: UserId(1), element: "quickbooks".into(), name: "x".into(), tags: vec![], company: "1".into(), configuration: BTreeMap::new(), sealed_configuration: vec![0; 500], token_hash: SecretHash([0; 32]), sealed_token: vec![0; 60], external_authentication: "none".into(), disabled: false, created_at: now, updated_at: now }
}
