//! Every change of every event resource by every way of detecting it, through the real program to
//! a receiver. `scripts/matrix ELEMENT` shows the outcome as a table.

mod change;
mod clock;
mod company;
mod freshbooks;
mod quickbooks;
mod run;
mod sage;
mod table;

use clock::Pace;
use freshbooks::FreshBooksBooks;
use quickbooks::QuickBooksBooks;
use run::{Books, Run};
use sage::SageBooks;
use table::Table;

async fn check<B: Books>(rows: usize) {
    let run = async |pace| Run::<B>::set(pace).await.go().await;
    let [pace, other_pace] = [Pace::WithinASecond, Pace::SecondsApart];
    let (judged, others) = tokio::join!(run(pace), run(other_pace));
    let runs = [(pace.name(), judged), (other_pace.name(), others)];
    let table = Table::of_both(B::HEADINGS, runs);
    println!("{table}");
    assert_eq!(table.rows(), rows);
    let wrong = table.wrong().len();
    assert_eq!(wrong, 0, "cells are wrong, as the table shows");
}

/// 22 resources that are created, updated and deleted or deactivated; and 6 that are voided, 7 that
/// are merged and 6 that are e-mailed.
#[tokio::test]
async fn every_change_in_quickbooks_arrives_once_by_every_way() {
    check::<QuickBooksBooks>(85).await;
}

/// 17 resources that are created, updated and deleted; 13 of them are archived and 2 e-mailed.
#[tokio::test]
async fn every_change_in_freshbooks_arrives_once_by_every_way() {
    check::<FreshBooksBooks>(66).await;
}

/// 40 resources, all but one of which are updated.
#[tokio::test]
async fn every_change_in_sage_arrives_once_by_every_way() {
    check::<SageBooks>(119).await;
}
