//! The writer: one thread that owns the only writing connection, and commits in groups.
//!
//! Whatever waits is done in one transaction and made durable by one flush, which costs
//! milliseconds where a row costs microseconds. No timer: with little to do a commit carries one
//! job, under load hundreds. Nobody is answered before the commit. When a job fails, the group is
//! taken back and done again with a savepoint around each job, so that the one takes back only
//! itself; without a failure, which is nearly always, no savepoint is paid for.

use std::thread::JoinHandle;

use ledgerhook_store::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::columns::change;
use crate::error::Failure;
use crate::last_ids::LastIds;

/// Most jobs that wait; more callers than this wait for room in the queue.
const JOBS_WAITING_MAX: usize = 4_096;

/// Most jobs of one commit, so that the first of a group is not answered much later than it would
/// have been alone.
const JOBS_PER_COMMIT_MAX: usize = 1_024;

/// What a job works with.
#[derive(Debug)]
pub(crate) struct Session {
    /// The writing connection, inside a transaction while a job runs.
    pub(crate) connection: Connection,
    /// The ids given last.
    pub(crate) last_ids: LastIds,
}

/// The way to the writing thread. Dropping it finishes what waits, folds the write-ahead log into
/// the database file and ends the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(session: Session) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(JOBS_WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_until_closed(session, waiting))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Does `work` in the next transaction and returns its result once that is durable. It may be
    /// done twice, the first time being taken back.
    ///
    /// A caller that stops waiting does not stop the work.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopped = || StoreError::Unavailable("the writer has stopped".to_owned());
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work { work, outcome: None, reply });
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(job).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed, and every waiter told, when it happened.
            thread.join().ok();
        }
    }
}

/// Something that waits to be written.
trait Job: Send {
    /// Does the work and keeps its outcome, of which it returns the error.
    fn run(&mut self, session: &mut Session) -> Result<(), StoreError>;
    /// Puts an error in place of the outcome.
    fn fail(&mut self, error: StoreError);
    /// Tells the waiter.
    fn answer(self: Box<Self>);
}

struct Work<W, T> {
    work: W,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<W, T> Job for Work<W, T>
where
    W: FnMut(&mut Session) -> Result<T, Failure> + Send,
    T: Send,
{
    fn run(&mut self, session: &mut Session) -> Result<(), StoreError> {
        let outcome = (self.work)(session).map_err(StoreError::from);
        let error = outcome.as_ref().err().cloned();
        self.outcome = Some(outcome);
        error.map_or(Ok(()), Err)
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // The waiter may have gone away; what was written stays written.
            self.reply.send(outcome).ok();
        }
    }
}

fn write_until_closed(mut session: Session, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
    let mut group = Vec::new();
    while waiting.blocking_recv_many(&mut group, JOBS_PER_COMMIT_MAX) > 0 {
        let last_ids = session.last_ids;
        if let Err(error) = write_group(&mut session, &mut group) {
            session.roll_back(last_ids);
            for job in &mut group {
                job.fail(error.clone());
            }
        }
        group.drain(..).for_each(Job::answer);
    }
    session.fold_log();
}

/// Runs all jobs in one transaction. An error is one of the transaction, not of a job.
fn write_group(session: &mut Session, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let last_ids = session.last_ids;
    session.execute("BEGIN IMMEDIATE")?;
    if group.iter_mut().any(|job| job.run(session).is_err()) {
        session.roll_back(last_ids);
        session.execute("BEGIN IMMEDIATE")?;
        for job in group {
            run_in_savepoint(session, job.as_mut())?;
        }
    }
    session.execute("COMMIT")
}

fn run_in_savepoint(session: &mut Session, job: &mut dyn Job) -> Result<(), StoreError> {
    let last_ids = session.last_ids;
    session.execute("SAVEPOINT job")?;
    if let Err(error) = job.run(session) {
        if session.connection.is_autocommit() {
            // SQLite gave up the whole transaction, as it may when the disk is full.
            return Err(error);
        }
        session.last_ids = last_ids;
        session.execute("ROLLBACK TO job")?;
    }
    session.execute("RELEASE job")
}

impl Session {
    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        change(&self.connection, sql, [])?;
        Ok(())
    }

    /// Ends a transaction that failed, if SQLite has not ended it already.
    fn roll_back(&mut self, last_ids: LastIds) {
        self.last_ids = last_ids;
        if !self.connection.is_autocommit() {
            // If even this fails, the next BEGIN does too, and its group is told.
            self.execute("ROLLBACK").ok();
        }
    }

    /// Folds the write-ahead log into the database file. Only tidiness: what is not folded is
    /// found in the log at the next start.
    fn fold_log(&self) {
        let result = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        result.ok();
    }
}
