//! Killed under load: what was answered 200 is delivered after the restart, whenever the process
//! dies.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ledgerhook_testkit::{
    Arrived, Notices, PATIENCE, Received, Reply, Stage, eventually, legacy_body,
};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::PROGRAM;

/// Rounds of load and kill; `LEDGERHOOK_CRASH_ROUNDS` asks for more.
const ROUNDS: u32 = 20;

/// Connections that post at the same time.
const POSTERS: usize = 8;

/// The process lives for a random part of this after the first notice of a round is posted.
const ROUND_MS_MAX: u64 = 600;

/// Where the records of a round are told of.
const PATH: &str = "/1";

/// A sequence of numbers that a seed can bring back (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[expect(clippy::disallowed_methods, reason = "raised by hand, on the command line of the test")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Posts notices of one record each until the gateway is gone, and returns the records whose notice
/// was answered 200.
async fn post_until_killed(notices: Notices, token: String, name: String) -> Vec<String> {
    let mut accepted = Vec::new();
    for number in 0.. {
        let id = format!("{name}-{number}");
        let body = legacy_body("1", "2026-11-20T12:00:00Z", &[("Customer", &id, "Create")]);
        match notices.try_post(&token, body).await {
            Some(200) => accepted.push(id),
            Some(status) => panic!("a notice was answered {status}"),
            None => break,
        }
    }
    accepted
}

/// One life of the process: load, and its end at a random moment.
async fn live(stage: &mut Stage, round: u32, life: Duration) -> Vec<String> {
    let mut posters = JoinSet::new();
    for poster in 0..POSTERS {
        let token = stage.tenant.app.verifier_token.clone();
        let name = format!("{round}-{poster}");
        posters.spawn(post_until_killed(stage.notices.clone(), token, name));
    }
    // The moment of death is the point of the test; nothing is waited for.
    tokio::time::sleep_until(Instant::now() + life).await;
    stage.gateway.kill9();
    posters.join_all().await.into_iter().flatten().collect()
}

/// The event ids under which each record was told of.
fn ids_by_record(received: &[Received]) -> BTreeMap<String, BTreeSet<String>> {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Arrived { id, object_id, .. } in received.iter().flat_map(Received::events) {
        ids.entry(object_id).or_default().insert(id);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_200_is_delivered_whenever_the_process_is_killed() {
    let rounds = asked("LEDGERHOOK_CRASH_ROUNDS").map_or(ROUNDS, |text| text.try_into().unwrap());
    let seed = asked("LEDGERHOOK_CRASH_SEED").unwrap_or(0x1ed9_e4b0_0c0f_fee5).max(1);
    println!("{rounds} rounds with seed {seed} (LEDGERHOOK_CRASH_ROUNDS, LEDGERHOOK_CRASH_SEED)");
    let mut chance = Chance(seed);
    let mut stage = Stage::set(PROGRAM, &[("DELIVERY__RETRY_WAITS_SECONDS", "[1, 1, 1]")]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let mut accepted = BTreeSet::new();
    for round in 1..=rounds {
        // Some attempts fail, so that there are retries to lose, too.
        stage.receiver.script(PATH, [Reply::Status(500), Reply::Status(503)]);
        let life = Duration::from_millis(chance.below(ROUND_MS_MAX));
        let answered = live(&mut stage, round, life).await;
        println!("round {round}: killed after {life:?}, {} answered 200", answered.len());
        accepted.extend(answered);
        stage.restart().await;
    }
    let everything = async || {
        let told = ids_by_record(&stage.receiver.at(PATH));
        accepted.iter().all(|record| told.contains_key(record)).then_some(told)
    };
    let told = eventually("all that was answered 200 is delivered", PATIENCE, everything).await;
    let repeats =
        stage.receiver.at(PATH).iter().map(|one| one.events().len()).sum::<usize>() - told.len();
    println!("{} answered 200, {} records told, {repeats} repeats", accepted.len(), told.len());
    assert!(accepted.len() >= rounds as usize, "there was load");
    for (record, ids) in told {
        assert_eq!(ids.len(), 1, "{record} was told of under several event ids");
    }
}
