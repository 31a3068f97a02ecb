//! Every task of the engine is started here, so that a shutdown can wait for all of them.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;

/// Starts tasks, tells them to end, and waits for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Supervisor {
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Supervisor {
    /// Starts a task.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.tasks.spawn(task));
    }

    /// Does `task` to its end even if the caller stops waiting for it; `None` if the runtime ended
    /// first. A panic of the task is the caller's.
    ///
    /// A web server drops a handler when its client hangs up: what must not be left half done goes
    /// through here.
    pub(crate) async fn complete<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        match self.tasks.spawn(task).await {
            Ok(done) => Some(done),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => None,
            },
        }
    }

    /// Completes when the tasks are to end.
    pub(crate) fn ending(&self) -> WaitForCancellationFuture<'_> {
        self.ending.cancelled()
    }

    /// Whether the tasks are to end.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_cancelled()
    }

    /// Tells all tasks to end and waits for them, `patience` at most. True when all have ended.
    pub(crate) async fn shut_down(&self, patience: Duration) -> bool {
        self.ending.cancel();
        self.tasks.close();
        tokio::time::timeout(patience, self.tasks.wait()).await.is_ok()
    }
}
