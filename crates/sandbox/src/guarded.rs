//! The state of a stand-in behind its lock, with a word to those who wait for a change.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// The state, and who waits for it.
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    state: Mutex<S>,
    changed: watch::Sender<()>,
}

impl<S> Guarded<S> {
    pub(crate) fn new(state: S) -> Self {
        Self { state: Mutex::new(state), changed: watch::Sender::new(()) }
    }

    /// Locks the state. A panic of another holder leaves it usable: each change is made whole
    /// before anything can fail.
    pub(crate) fn lock(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the state, and wakes those who wait for a change.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut S) -> T) -> T {
        let result = work(&mut self.lock());
        self.announce();
        result
    }

    /// Wakes those who wait for a change.
    pub(crate) fn announce(&self) {
        self.changed.send_replace(());
    }

    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Waits until a look at the state shows what is waited for. When the time is over, what it
    /// shows then is the error.
    pub(crate) async fn wait_for<T>(
        &self,
        time: Duration,
        look: impl Fn(&S) -> T,
        reached: impl Fn(&T) -> bool,
    ) -> Result<T, T> {
        let mut changed = self.watch();
        let waiting = async {
            loop {
                let seen = look(&self.lock());
                if reached(&seen) || changed.changed().await.is_err() {
                    return seen;
                }
            }
        };
        tokio::time::timeout(time, waiting).await.map_err(|_| look(&self.lock()))
    }
}
