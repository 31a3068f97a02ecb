//! Refreshes whose answers are lost, two at once, and the end of an authorisation, against the
//! provider's own conduct: a refresh token changes about once a day and the old one then fails.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_sandbox::quickbooks::{CallKind, Fault, FaultPlan, QuickBooksOptions};
use ledgerhook_testkit::{Instance, PATIENCE, Stage, eventually};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::PROGRAM;

const REALM: &str = "9341452000000002";
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The provider's clock, in the test's hand. The gateway keeps its own time: to it, a token of the
/// provider simply ends too early.
#[derive(Clone)]
struct HandClock(Arc<Mutex<Timestamp>>);

impl HandClock {
    fn pass(&self, span: SignedDuration) {
        *self.0.lock().unwrap() += span;
    }
}

struct Play {
    stage: Stage,
    clock: HandClock,
    instance: Instance,
}

impl Play {
    async fn begin(change: impl FnOnce(&mut QuickBooksOptions)) -> Self {
        let clock = HandClock(Arc::new(Mutex::new("2026-03-10T12:00:00Z".parse().unwrap())));
        let own = clock.clone();
        let mut options = SandboxOptions {
            clock: Arc::new(move || *own.0.lock().unwrap()),
            ..SandboxOptions::default()
        };
        change(&mut options.quickbooks);
        let stage = Stage::set_in(PROGRAM, &[], options).await;
        let polling =
            json!({"event.vendor.type": "polling", "event.poller.refresh_interval": 1000});
        let instance = stage.connect(&stage.tenant, REALM, &polling).await;
        Self { stage, clock, instance }
    }

    fn path(&self, rest: &str) -> String {
        format!("/instances/{}{rest}", self.instance.id)
    }

    /// The status of a poll.
    async fn poll(&self) -> u16 {
        self.stage.tenant.caller.post(&self.path("/poll"), &Value::Null).await.status
    }

    async fn is_valid(&self) -> bool {
        self.stage.tenant.caller.get(&self.path("")).await.ok()["valid"] == true
    }

    async fn reconnection(&self) -> Value {
        self.stage.tenant.caller.get(&self.path("/reconnect")).await.ok()
    }

    /// Has the answers of the next calls for tokens lost.
    fn lose_answers(&self, count: u32) {
        self.stage.books.add_fault(FaultPlan::token(Fault::LoseAnswer, count)).unwrap();
    }
}

#[tokio::test]
async fn an_answer_lost_before_the_token_changes_does_no_harm() {
    let play = Play::begin(|_| ()).await;
    play.clock.pass(SignedDuration::from_hours(2));
    play.lose_answers(2);
    assert_eq!(play.poll().await, 502);
    assert!(play.is_valid().await);
    assert_eq!(play.poll().await, 502);
    assert_eq!(play.poll().await, 200);
}

#[tokio::test]
async fn an_answer_lost_as_the_token_changes_is_recovered_while_the_provider_takes_the_old_one() {
    let play = Play::begin(|options| options.rotated_token_grace_s = 600).await;
    play.clock.pass(DAY);
    play.lose_answers(1);
    assert_eq!(play.poll().await, 502);
    assert_eq!(play.poll().await, 200);
    assert!(play.is_valid().await);
}

#[tokio::test]
async fn an_answer_lost_as_the_token_changes_is_named_when_the_provider_does_not() {
    let play = Play::begin(|_| ()).await;
    play.clock.pass(DAY);
    play.lose_answers(1);
    assert_eq!(play.poll().await, 502);
    assert_eq!(play.poll().await, 502);
    assert!(!play.is_valid().await);
    let why = play.reconnection().await["needsReauthentication"].as_str().unwrap().to_owned();
    assert!(why.contains("the answer to the refresh before was lost"), "{why}");
}

#[tokio::test]
async fn two_refreshes_at_once_are_one() {
    let options = |options: &mut QuickBooksOptions| {
        options.rotate_every_refresh = true;
        options.revoke_on_token_reuse = true;
    };
    let play = Play::begin(options).await;
    let calls = || {
        let counts = play.stage.books.calls().into_iter();
        counts.filter(|one| one.kind == CallKind::Token).map(|one| one.succeeded + one.failed).sum()
    };
    let before: u64 = calls();
    play.clock.pass(SignedDuration::from_hours(2));
    let polls = tokio::join!(play.poll(), play.poll(), play.poll(), play.poll());
    assert_eq!(polls, (200, 200, 200, 200));
    assert_eq!(calls() - before, 1);
}

#[tokio::test]
async fn a_refresh_goes_on_when_who_asked_for_it_hangs_up() {
    let play = Play::begin(|_| ()).await;
    play.clock.pass(DAY);
    play.stage.books.add_fault(FaultPlan::token(Fault::Hang, 1)).unwrap();
    let url = format!("{}{}", play.stage.gateway.addresses().api(), play.path("/poll"));
    let mut waiting = JoinSet::new();
    waiting.spawn({
        let (http, caller) = (play.stage.http().clone(), play.stage.tenant.caller.clone());
        async move {
            let headers = [
                ("authorization", caller.authorization.as_str()),
                ("content-type", "application/json"),
            ];
            http.call(axum::http::Method::POST, &url, &headers, "").await.status
        }
    });
    let hangs = async || {
        let failed = play
            .stage
            .books
            .calls()
            .into_iter()
            .any(|one| one.kind == CallKind::Cdc && one.failed > 1);
        failed.then_some(())
    };
    eventually("the access token was refused", PATIENCE, hangs).await;
    waiting.abort_all();
    assert!(waiting.join_next().await.unwrap().unwrap_err().is_cancelled());
    play.stage.books.clear_faults();
    let works = async || (play.poll().await == 200).then_some(());
    eventually("the tokens of the refresh are there", PATIENCE, works).await;
    assert!(play.is_valid().await);
}

#[tokio::test]
async fn after_five_years_the_customer_authorises_again_and_polls_go_on() {
    let play = Play::begin(|_| ()).await;
    let ends = play.reconnection().await["authorizationEndsDate"].as_str().unwrap().to_owned();
    let begin = play.instance.body["createdDate"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let life_s = ends.parse::<Timestamp>().unwrap().as_second() - begin.as_second();
    assert!((157_679_940..=157_680_000).contains(&life_s), "five years, but {life_s} s");
    play.clock.pass(SignedDuration::from_secs(157_680_000));
    assert_eq!(play.poll().await, 502);
    assert!(!play.is_valid().await);
    let reconnection = play.reconnection().await;
    let why = reconnection["needsReauthentication"].as_str().unwrap();
    assert!(why.starts_with("invalid_grant"), "{why}");
    assert_eq!(reconnection["element"], "quickbooks");
    let url = reconnection["oauthUrl"].as_str().unwrap();
    assert!(url.contains(&format!("&state={}&client_id=", play.instance.id)), "{url}");

    let other = play.stage.authorize(&play.stage.tenant, "7").await;
    let mistaken = json!({"providerData": {"code": other, "realmId": "7"}});
    let message = play.stage.tenant.caller.patch(&play.path(""), &mistaken).await.refused(400);
    assert!(message.contains("authorised company 7, and this instance is of company"), "{message}");
    assert!(!play.is_valid().await);

    let code = play.stage.authorize(&play.stage.tenant, REALM).await;
    let again = json!({"providerData": {"code": code, "realmId": REALM}});
    play.stage.tenant.caller.patch(&play.path(""), &again).await.ok();
    assert!(play.is_valid().await);
    assert_eq!(play.reconnection().await["needsReauthentication"], Value::Null);
    assert_eq!(play.poll().await, 200);
}
