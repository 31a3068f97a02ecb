//! One run of a seed: times of work and trouble, then rest until everything must have settled, and
//! a look at what came of it.

mod rest;
mod stage;
mod trouble;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use ledgerhook_model::{InstanceId, Moment, OrganizationId};
use ledgerhook_testkit::Http;
use tempfile::TempDir;

use crate::chance::Chance;
use crate::check::{self, Violation};
use crate::figures::Figures;
use crate::network::Network;
use crate::process::{Machine, Process};
use crate::setup::{InstancePlan, Setup};
use crate::time::{self, Time};
use crate::world::{App, RecordKey, State, World};

/// Lines of what was done that a failed run shows.
const LOG_LINES_MAX: usize = 400;

/// Of a thousand steps, in how many customers look whether they are still connected.
const AUTHORIZATIONS_PER_MILLE: u64 = 20;

/// How fast time passes while a call is on its way: a poll may take many, one after the other.
const WHILE_TRAVELLING: Duration = Duration::from_millis(500);

/// How fast time passes while something is waited for.
const WHILE_WAITING: Duration = Duration::from_millis(500);

/// An organisation, with what its user authorises itself with.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    authorization: String,
    app: App,
}

/// A connected company.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) plan: InstancePlan,
    pub(crate) id: InstanceId,
    /// The path of its callback.
    pub(crate) path: String,
    /// The public key of its organisation.
    pub(crate) public_key: String,
    /// The company's records when it was connected.
    pub(crate) baseline: BTreeMap<RecordKey, State>,
}

/// Every state that each record of a company ever had, in order.
pub(crate) type History = BTreeMap<RecordKey, Vec<State>>;

/// A run under way.
#[derive(Debug)]
pub(crate) struct Run<W> {
    pub(crate) setup: Setup,
    pub(crate) time: Time,
    pub(crate) world: W,
    pub(crate) network: Network,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) instances: Vec<Instance>,
    /// Of each company.
    pub(crate) histories: Vec<History>,
    pub(crate) figures: Figures,
    chance: Chance,
    http: Http,
    pub(crate) machine: Machine,
    process: Option<Process>,
    lives: u32,
    /// When a gateway that is down starts again.
    down_until: Moment,
    /// Callbacks that misbehave, and until when.
    misbehaving: Vec<(Moment, String)>,
    log: VecDeque<String>,
    _folder: TempDir,
}

/// Runs a seed of an element. The error says all that is known of the violation.
pub(crate) fn run<W: World>(seed: u64) -> Result<Figures, String> {
    let mut chance = Chance::from_seed(seed);
    let setup = Setup::draw::<W>(seed, &mut chance);
    run_setup::<W>(setup, chance)
}

fn run_setup<W: World>(setup: Setup, chance: Chance) -> Result<Figures, String> {
    time::run(async |time| {
        let mut run = Run::<W>::stage(setup, chance, time).await;
        run.work().await;
        let outcome = run.rest().await;
        let outcome = match outcome {
            Ok(()) => check::check(&mut run).await,
            Err(violation) => Err(violation),
        };
        outcome.map_err(|violation| run.report(&violation))?;
        Ok(run.figures)
    })
}

impl<W: World> Run<W> {
    /// The gateway that runs now.
    pub(crate) fn process(&self) -> Process {
        self.process.clone().expect("the gateway runs")
    }

    /// Changes and faults, as chance has them.
    async fn work(&mut self) {
        let end = self.time.now().plus(self.setup.work);
        while self.time.now() < end {
            self.revive_if_due().await;
            self.end_misbehaviour();
            if self.chance.happens(self.setup.changes_per_mille) {
                self.change_books();
            }
            if self.chance.happens(self.setup.faults_per_mille) {
                self.trouble();
            }
            if self.process.is_some() && self.chance.happens(AUTHORIZATIONS_PER_MILLE) {
                self.authorize_whom_it_needs().await;
            }
            let step_ms = u64::try_from(self.setup.step_max.as_millis()).unwrap();
            let span = Duration::from_millis(self.chance.within(1..=step_ms));
            self.pass(span).await;
            if self.chance.happens(self.setup.changes_per_mille / 2) {
                self.change_around_polls().await;
            }
            self.end_life_by_chance().await;
            self.time.settle().await;
            self.bury_if_dead();
        }
    }

    /// Changes one record or a few of one company, at one moment.
    fn change_books(&mut self) {
        let company = self.chance.place(self.setup.companies.len());
        let changes = self.chance.pick(&[1, 1, 1, 2, 5]);
        for _ in 0..changes {
            self.change_one(company);
        }
    }

    /// Changes a record in the second of the polls that are due: before they look, and once more
    /// when they have looked.
    async fn change_around_polls(&mut self) {
        let company = self.chance.place(self.setup.companies.len());
        self.change_one(company);
        self.time.settle().await;
        let change = self.world.change_again(company);
        self.note_change(company, change);
    }

    pub(crate) fn change_one(&mut self, company: usize) {
        let change = self.world.change(company);
        self.note_change(company, change);
    }

    fn note_change(&mut self, company: usize, change: Option<String>) {
        let Some(change) = change else { return };
        self.figures.changes += 1;
        self.note(&change);
        let history = &mut self.histories[company];
        for (key, state) in self.world.records(company) {
            let states = history.entry(key).or_default();
            if states.last() != Some(&state) {
                states.push(state);
            }
        }
    }

    /// Lets time pass, and does not wait for what that leads to.
    async fn pass(&mut self, span: Duration) {
        self.figures.virtual_time += span;
        let mut left = span;
        while left > WHILE_TRAVELLING && self.network.desk.is_travelled() {
            self.time.pass(WHILE_TRAVELLING, || self.world.clock_moved()).await;
            self.time.settle().await;
            left -= WHILE_TRAVELLING;
        }
        self.time.pass(left, || self.world.clock_moved()).await;
    }

    /// Lets time pass, and waits until all is quiet.
    pub(crate) async fn step(&mut self, span: Duration) {
        self.pass(span).await;
        self.time.settle().await;
    }

    /// Lets time pass until `work` is done.
    pub(crate) async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = self.time.settle() => {}
            }
            self.pass(WHILE_WAITING).await;
        }
    }

    /// Remembers what was done, for the report.
    pub(crate) fn note(&mut self, what: &str) {
        if self.log.len() == LOG_LINES_MAX {
            self.log.pop_front();
        }
        self.log.push_back(format!("{} {what}", self.time.now().to_iso_millis()));
    }

    fn report(&self, violation: &Violation) -> String {
        let seed = self.setup.seed;
        let log: Vec<&str> = self.log.iter().map(String::as_str).collect();
        format!(
            "seed {seed} of {element} broke a rule: {violation}\n\nwhat was done:\n{log}\n\n\
             the run: {setup:#?}\n\n{violation}\n\n\
             run it again: scripts/simulate --element {element} --from {seed} --seeds 1\n",
            element = W::ELEMENT,
            log = log.join("\n"),
            setup = self.setup,
        )
    }
}
