//! A run of an element's matrix: the changes are made, one kind after the other, and what arrived
//! of them is held against the documents.

use std::sync::Arc;

use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_testkit::{PATIENCE, Stage, eventually};

use super::change::Change;
use super::clock::{BooksClock, Pace};
use super::company::{Company, Event};
use super::table::{Cell, Headings, Row, Why};
use crate::PROGRAM;

/// The books of one company of an element, whose changes are detected in one way.
pub(super) trait Books: Sized {
    /// What the element is called, how its changes are detected, and of what nothing can arrive.
    const HEADINGS: Headings;

    /// The stand-in of a run.
    fn stand_in(pace: Pace) -> SandboxOptions;

    /// Connects a company for each way.
    async fn connect(stage: &mut Stage) -> Vec<Self>;

    /// What is done together, in order.
    fn rounds() -> Vec<Round>;

    /// Makes what takes part in changes later and is looked at only then.
    fn prepare(&mut self) {}

    /// Makes one change of the resource's record.
    fn make(&mut self, resource: &'static str, change: Change);

    /// Waits until every notice has been sent.
    async fn wait_until_noticed(stage: &Stage);

    /// What arrives of a change that was made, each once; or why nothing can.
    fn expected(&self, resource: &'static str, change: Change) -> Result<Vec<Event>, Why>;

    /// The company.
    fn company(&mut self) -> &mut Company;
}

/// Changes that are made together, and found before the next ones are made.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) change: Change,
    pub(super) resources: Vec<&'static str>,
}

/// The gateway with a company for each way.
#[derive(Debug)]
pub(super) struct Run<B> {
    stage: Stage,
    clock: BooksClock,
    books: Vec<B>,
}

impl<B: Books> Run<B> {
    pub(super) async fn set(pace: Pace) -> Self {
        let clock = BooksClock::begin(pace);
        let stand_in = {
            let clock = clock.clone();
            SandboxOptions { clock: Arc::new(move || clock.now()), ..B::stand_in(pace) }
        };
        let mut stage = Stage::set_in(PROGRAM, &[], stand_in).await;
        let books = B::connect(&mut stage).await;
        Self { stage, clock, books }
    }

    /// Makes the changes and judges what arrives.
    pub(super) async fn go(mut self) -> Vec<Row> {
        self.books.iter_mut().for_each(B::prepare);
        self.settle().await;
        for books in &mut self.books {
            books.company().arrived(&self.stage.receiver);
        }
        let mut rows = Vec::new();
        for round in B::rounds() {
            self.clock.pass();
            for books in &mut self.books {
                round.resources.iter().for_each(|resource| books.make(resource, round.change));
            }
            self.settle().await;
            let first = rows.len();
            let row =
                |resource: &&'static str| Row { resource, change: round.change, cells: Vec::new() };
            rows.extend(round.resources.iter().map(row));
            for books in &mut self.books {
                let arrived = books.company().arrived(&self.stage.receiver);
                let cells = judge(books, &round, arrived);
                for (row, cell) in rows[first..].iter_mut().zip(cells) {
                    row.cells.push(cell);
                }
            }
        }
        rows
    }

    /// Waits until every change has been told, looked for, and delivered.
    async fn settle(&mut self) {
        B::wait_until_noticed(&self.stage).await;
        let mut none_kept = async || {
            for books in &mut self.books {
                if books.company().has_kept_notices().await {
                    return None;
                }
            }
            Some(())
        };
        eventually("the records of all notices are read", PATIENCE, &mut none_kept).await;
        for books in &mut self.books {
            books.company().poll().await;
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

/// What became of the changes of a round, if these are the events that arrived.
fn judge<B: Books>(books: &B, round: &Round, mut arrived: Vec<Event>) -> Vec<Cell> {
    let mut judged = Vec::new();
    for resource in &round.resources {
        let expected = books.expected(resource, round.change);
        let mut wrong = Vec::new();
        for event in expected.iter().flatten() {
            let Some(place) = arrived.iter().position(|one| event.is(one)) else {
                wrong.push(format!("no {event}"));
                continue;
            };
            if let Some(member) = event.lacking_in(&arrived.remove(place)) {
                wrong.push(format!("{event} with another {member}"));
            }
        }
        judged.push((expected, wrong));
    }
    for event in arrived {
        let own = round.resources.iter().position(|resource| *resource == event.resource);
        let (_, wrong) = &mut judged[own.unwrap_or_default()];
        wrong.push(format!("besides {event}"));
    }
    let cell = |(expected, wrong): (Result<_, _>, Vec<String>)| match expected {
        _ if !wrong.is_empty() => Cell::Wrong(wrong.join(", ")),
        Ok(_) => Cell::Right,
        Err(why) => Cell::NoSuchThing(why),
    };
    judged.into_iter().map(cell).collect()
}
