//! Every change of every resource of QuickBooks by every way of detecting it, through the real
//! program to a receiver. `scripts/matrix quickbooks` shows the outcome as a table.

mod company;
mod documents;
mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_sandbox::quickbooks::{QuickBooks, WebhookFormat};
use ledgerhook_testkit::{PATIENCE, Stage, eventually};

use crate::PROGRAM;
use company::Company;
use documents::{Change, RESOURCES, Resource, Way, Whose};
use table::{Row, Table};

/// 22 resources that are created, updated and deleted or deactivated; and 6 that are voided, 7 that
/// are merged and 6 that are e-mailed.
const ROWS: usize = 85;

/// The provider's clock, in the test's hand: a record prints the second of its last change, and
/// whether two changes share a second must not be up to chance.
#[derive(Clone, Debug)]
struct BooksClock {
    begins_at: Timestamp,
    passed_ms: Arc<AtomicI64>,
}

impl BooksClock {
    /// Begins with a whole second, far enough ahead of the gateway's clock that whatever changes
    /// has changed after the gateway began to look.
    fn begin() -> Self {
        let now = (SandboxOptions::default().clock)();
        let ahead = Timestamp::from_second(now.as_second() + 60).unwrap();
        Self { begins_at: ahead, passed_ms: Arc::default() }
    }

    fn pass(&self, pace: Pace) {
        let milliseconds = match pace {
            Pace::WithinASecond => 50,
            Pace::SecondsApart => 2_000,
        };
        self.passed_ms.fetch_add(milliseconds, Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        self.begins_at + SignedDuration::from_millis(self.passed_ms.load(Ordering::Relaxed))
    }
}

/// How the changes of one record follow each other.
#[derive(Clone, Copy, Debug)]
enum Pace {
    WithinASecond,
    SecondsApart,
}

/// The gateway with a company for each way.
struct Run {
    stage: Stage,
    clock: BooksClock,
    pace: Pace,
    companies: Vec<Company>,
}

impl Run {
    async fn set(pace: Pace) -> Self {
        let clock = BooksClock::begin();
        let provider = {
            let clock = clock.clone();
            SandboxOptions { clock: Arc::new(move || clock.now()), ..SandboxOptions::default() }
        };
        let mut stage = Stage::set_in(PROGRAM, &[], provider).await;
        let legacy = stage.tenant.clone();
        let cloud_events = stage.another_tenant().await;
        let all_lost = stage.another_tenant().await;
        let later_lost = stage.another_tenant().await;
        let mut companies = Vec::new();
        for way in Way::ALL {
            let tenant = match way {
                Way::Legacy => &legacy,
                Way::CloudEvents | Way::Polling | Way::Hybrid => &cloud_events,
                Way::HybridAllLost => &all_lost,
                Way::HybridLaterLost => &later_lost,
            };
            stage.send_webhooks(tenant);
            companies.push(Company::connect(&stage, tenant, way).await);
        }
        let app = &legacy.app.client_id;
        stage.books.set_webhook_format(app, WebhookFormat::Legacy).unwrap();
        Self { stage, clock, pace, companies }
    }

    /// Makes the changes one kind after the other, so that each is found before the next.
    async fn go(mut self) -> Vec<Row> {
        self.create_what_is_merged_away().await;
        let mut rows = Vec::new();
        for change in Change::ALL {
            let resources = || in_order().filter(|resource| resource.undergoes(change));
            self.clock.pass(self.pace);
            for company in &mut self.companies {
                company.lose_notices(&self.stage.books, change);
                resources().for_each(|one| company.make(&self.stage.books, one, change));
            }
            self.settle().await;
            let first = rows.len();
            rows.extend(resources().map(|resource| Row { resource, change, cells: Vec::new() }));
            for company in &mut self.companies {
                let mut arrived = company.arrived(&self.stage.receiver);
                for Row { resource, cells, .. } in &mut rows[first..] {
                    let events = arrived.remove(resource.name).unwrap_or_default();
                    cells.push(company.judge(&self.stage.books, (resource, change), events));
                }
                assert!(arrived.is_empty(), "{:?}, {change:?}: {arrived:?}", company.way);
            }
        }
        rows
    }

    async fn create_what_is_merged_away(&mut self) {
        for company in &mut self.companies {
            company.lose_notices(&self.stage.books, Change::Created);
            for resource in in_order().filter(|resource| resource.undergoes(Change::Merged)) {
                company.create(&self.stage.books, resource.entity, Whose::MergedAway);
            }
        }
        self.settle().await;
        for company in &mut self.companies {
            company.arrived(&self.stage.receiver);
        }
    }

    /// Waits until every change has been told, looked for, and delivered.
    async fn settle(&self) {
        self.stage.books.wait_until_sent(PATIENCE).await.unwrap();
        let none_kept = async || {
            for company in &self.companies {
                if company.has_kept_notices().await {
                    return None;
                }
            }
            Some(())
        };
        eventually("the records of all notices are read", PATIENCE, none_kept).await;
        for company in &self.companies {
            company.poll().await;
        }
        let appended = usize::try_from(self.stage.counter("events_appended").await).unwrap();
        let all_arrived = async || {
            let arrived: usize =
                self.stage.receiver.all().iter().map(|one| one.events().len()).sum();
            (arrived >= appended).then_some(())
        };
        eventually("every event arrives", PATIENCE, all_arrived).await;
    }
}

/// The resources in an order in which a record of each can be created.
fn in_order() -> impl Iterator<Item = &'static Resource> {
    let named = |entity| RESOURCES.iter().find(|resource| resource.entity == entity);
    QuickBooks::entities().map(move |entity| named(entity).expect("an event resource"))
}

#[tokio::test]
async fn every_change_of_every_resource_arrives_once_by_every_way() {
    let run = async |pace| Run::set(pace).await.go().await;
    let (within_a_second, seconds_apart) =
        tokio::join!(run(Pace::WithinASecond), run(Pace::SecondsApart));
    let table =
        Table::of_both([("within a second", within_a_second), ("seconds apart", seconds_apart)]);
    println!("{table}");
    assert_eq!(table.rows(), ROWS);
    let wrong = table.wrong().len();
    assert_eq!(wrong, 0, "cells are wrong, as the table shows");
}
