//! What carries a stand-in while it runs: its clock, its waits, its tasks and its end.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::options::{Clock, SandboxOptions};

/// The clock, the waits and the tasks of one stand-in.
pub(crate) struct Running {
    clock: Clock,
    waits_follow_clock: bool,
    clock_moved: watch::Sender<()>,
    released: watch::Sender<()>,
    tasks: TaskTracker,
    stop: CancellationToken,
    runtime: Handle,
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Running").finish_non_exhaustive()
    }
}

impl Running {
    /// To be called inside a tokio runtime, which the tasks then use.
    pub(crate) fn new(
        options: &SandboxOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self {
            clock: options.clock.clone(),
            waits_follow_clock: options.waits_follow_clock,
            clock_moved: watch::Sender::new(()),
            released: watch::Sender::new(()),
            tasks,
            stop,
            runtime: Handle::current(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Wakes those who wait for the clock.
    pub(crate) fn announce_clock(&self) {
        self.clock_moved.send_replace(());
    }

    /// Waits for `wait` after `from`: by the sandbox's clock when waits follow it, and otherwise
    /// by tokio's time from now.
    pub(crate) async fn wait_since(&self, from: Timestamp, wait: Duration) {
        if !self.waits_follow_clock {
            tokio::time::sleep(wait).await;
            return;
        }
        let mut moved = self.clock_moved.subscribe();
        let end = from.checked_add(wait).unwrap_or(Timestamp::MAX);
        while self.now() < end && moved.changed().await.is_ok() {}
    }

    /// Lets every hanging call go on.
    pub(crate) fn release_hanging(&self) {
        self.released.send_replace(());
    }

    /// Waits until hanging calls are released or the sandbox stops.
    pub(crate) async fn wait_for_release(&self) {
        let mut released = self.released.subscribe();
        // Both ends mean the same: go on.
        let _released = self.stop.run_until_cancelled(released.changed()).await;
    }

    /// Runs a task until it ends or the sandbox stops.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        let stoppable = async move {
            stop.run_until_cancelled(task).await;
        };
        self.tasks.spawn_on(stoppable, &self.runtime);
    }
}
