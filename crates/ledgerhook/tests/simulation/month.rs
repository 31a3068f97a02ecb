//! A month of a company in virtual time: how often the provider is asked, as the provider counts.

use std::time::Duration;

use ledgerhook_sandbox::quickbooks::CallKind;

use crate::chance::Chance;
use crate::check::check;
use crate::run::Run;
use crate::setup::{Kind, Setup};
use crate::time;
use crate::world::quickbooks::QuickBooksWorld;

const DAYS: u64 = 31;
const STEP: Duration = Duration::from_secs(60);
const STEPS: u64 = DAYS * 24 * 60;

/// Polls of a month at every 15 minutes.
const QUARTERS: u64 = DAYS * 24 * 4;

/// What change data capture does not cover is asked for every six hours: tax codes, tax rates and
/// time activities, with a query each. One more than fit into the month, for the first.
const QUERIES_MAX: u64 = 3 * (DAYS * 4 + 1);

/// Groups of changes in a busy month, and changes of each.
const GROUPS: u64 = 90;
const CHANGES_A_GROUP: u32 = 5;

/// How often the provider was asked.
#[derive(Clone, Copy, Debug)]
struct Asked {
    by_cdc: u64,
    by_query: u64,
    otherwise: u64,
}

/// A month of one company in whose books so many groups of changes are made.
fn month(kind: Kind, groups: u64) -> Asked {
    time::run(async |time| {
        let setup = Setup::of_one::<QuickBooksWorld>(kind);
        let realm = setup.companies[0].clone();
        let mut run = Run::<QuickBooksWorld>::stage(setup, Chance::from_seed(1), time).await;
        for step in 0..STEPS {
            // Spread evenly, with the first one after the first step of all.
            if (step * groups) % STEPS < groups {
                for _ in 0..CHANGES_A_GROUP {
                    run.change_one(0);
                }
            }
            run.step(STEP).await;
        }
        let calls = |kind| run.world.books().succeeded_calls(&realm, kind);
        let asked = Asked {
            by_cdc: calls(CallKind::Cdc),
            by_query: calls(CallKind::Query),
            otherwise: calls(CallKind::Read) + calls(CallKind::Batch) + calls(CallKind::Write),
        };
        // Until a poll has told of what was changed last.
        for _ in 0..24 * 60 {
            run.step(STEP).await;
        }
        println!("{kind:?}, {groups} groups of changes: {asked:?}");
        check(&mut run).await.unwrap_or_else(|violation| panic!("{violation}"));
        asked
    })
}

/// A company is read once when it is connected.
const TO_CONNECT: u64 = 1;

#[test]
fn an_idle_company_is_polled_every_quarter_of_an_hour_and_no_more() {
    let asked = month(Kind::Polling, 0);
    // Chance delays each poll by up to half a minute, which here is the next step.
    assert!((2_780..=QUARTERS).contains(&asked.by_cdc), "{asked:?}");
    assert!(asked.by_query <= QUERIES_MAX, "{asked:?}");
    assert_eq!(asked.otherwise, TO_CONNECT, "{asked:?}");
}

#[test]
fn an_idle_company_with_webhooks_is_asked_once_a_day() {
    let asked = month(Kind::Hybrid, 0);
    assert!((1..=DAYS).contains(&asked.by_cdc), "{asked:?}");
    assert!(asked.by_query <= QUERIES_MAX, "{asked:?}");
    assert_eq!(asked.otherwise, TO_CONNECT, "{asked:?}");
}

#[test]
fn a_busy_company_with_webhooks_is_asked_once_a_day_and_once_a_group_of_changes() {
    let asked = month(Kind::Hybrid, GROUPS);
    let Asked { by_cdc, by_query, otherwise } = asked;
    assert!((1..=DAYS + GROUPS).contains(&by_cdc), "{asked:?}");
    // However the records of a group are read: by change data capture, by query or one by one.
    let reads = by_cdc + by_query + otherwise;
    assert!(reads <= DAYS + GROUPS + QUERIES_MAX + TO_CONNECT, "{asked:?}");
}
