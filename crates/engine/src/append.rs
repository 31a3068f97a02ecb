//! The one appender: intake and polls hand over what they found; it takes everything that is
//! waiting, has it written in one transaction, gives new deliveries to the dispatcher, and then
//! answers all who waited.
//!
//! There is no timer: with little to do a commit carries one notice, with much to do hundreds, and
//! the disk's flush is paid once for all of them.

use std::sync::Arc;

use ledgerhook_model::{InstanceId, Moment, NoticeId};
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{Append, Appended, NoticeSource};
use tokio::sync::{mpsc, oneshot};

use crate::base::Base;
use crate::dispatch::Dispatcher;
use crate::supervisor::Supervisor;

/// Appends that may wait for the appender; a full queue makes intake wait, which makes providers
/// wait, which is the only honest answer of a disk that cannot follow.
const WAITING_MAX: usize = 8_192;

/// Most appends of one transaction: about 10 ms of writing, so that no waiter waits long for
/// others.
const BATCH_MAX: usize = 512;

/// Hands appends to the appender's task.
#[derive(Debug, Clone)]
pub(crate) struct Appender {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    append: Append,
    answer: oneshot::Sender<Result<Option<NoticeId>, Arc<StoreError>>>,
}

impl Appender {
    /// Starts the appender's task.
    pub(crate) fn start(base: Base, dispatcher: Arc<Dispatcher>, supervisor: &Supervisor) -> Self {
        let (jobs, queue) = mpsc::channel(WAITING_MAX);
        let task = Task { base, dispatcher };
        supervisor.spawn(task.run(queue, supervisor.clone()));
        Self { jobs }
    }

    /// Writes `append`; returns once it is on disk, or not at all. The id is its notice's.
    pub(crate) async fn append(&self, append: Append) -> Result<Option<NoticeId>, Arc<StoreError>> {
        let stopped = || Arc::new(StoreError::Unavailable("the gateway is stopping".to_owned()));
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job { append, answer }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

struct Task {
    base: Base,
    dispatcher: Arc<Dispatcher>,
}

impl Task {
    async fn run(self, mut queue: mpsc::Receiver<Job>, supervisor: Supervisor) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        loop {
            tokio::select! {
                taken = queue.recv_many(&mut jobs, BATCH_MAX) => {
                    if taken == 0 {
                        return;
                    }
                }
                () = supervisor.ending() => {
                    // What already waits is still written; nothing new is taken in.
                    queue.close();
                    if queue.recv_many(&mut jobs, WAITING_MAX).await == 0 {
                        return;
                    }
                }
            }
            self.write(&mut jobs).await;
        }
    }

    async fn write(&self, jobs: &mut Vec<Job>) {
        let (batch, answers): (Vec<_>, Vec<_>) =
            jobs.drain(..).map(|job| (job.append, job.answer)).unzip();
        let told: Vec<_> = batch.iter().flat_map(|append| self.noticed(append)).collect();
        match self.base.store.append(batch).await {
            Ok(written) => {
                self.base.last_notices.note(told);
                for (appended, answer) in written.into_iter().zip(answers) {
                    self.count(&appended);
                    let notice = appended.notice;
                    self.dispatcher.take_in(appended.notifications);
                    // A waiter that has gone away does not undo what is written.
                    drop(answer.send(Ok(notice)));
                }
            }
            Err(error) => {
                tracing::error!(%error, "the journal could not be written");
                let error = Arc::new(error);
                for answer in answers {
                    drop(answer.send(Err(Arc::clone(&error))));
                }
            }
        }
    }

    /// Of which instances a notice that has just come tells, and when it came: at once, or when
    /// what it is kept for is done.
    fn noticed(&self, append: &Append) -> Vec<(InstanceId, Moment)> {
        let Some(NoticeSource::New(notice)) = &append.notice else { return Vec::new() };
        let mut instances: Vec<InstanceId> =
            append.findings.iter().map(|finding| finding.instance).collect();
        if let Some(kept) = &notice.kept {
            let roster = &self.base.roster;
            let companies = kept.companies.iter();
            let seats = companies.flat_map(|one| roster.by_company(&notice.element, one));
            let own =
                seats.filter(|seat| seat.organization == kept.organization && seat.takes_notices());
            instances.extend(own.map(|seat| seat.id));
        }
        instances.into_iter().map(|instance| (instance, notice.received_at)).collect()
    }

    fn count(&self, appended: &Appended) {
        let events: usize = appended.notifications.iter().map(|one| one.events.len()).sum();
        self.base.counters.events_appended.many(events as u64);
        self.base.counters.duplicates_dropped.many(u64::from(appended.duplicates));
    }
}
