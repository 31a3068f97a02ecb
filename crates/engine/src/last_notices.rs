//! When notices last told of each instance. It is not written down: a start forgets it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ledgerhook_model::{InstanceId, Moment};

/// When notices last told of instances, since the start.
#[derive(Debug, Default)]
pub(crate) struct LastNotices(Mutex<HashMap<InstanceId, Moment>>);

impl LastNotices {
    /// Notes of which instances notices told, and when.
    pub(crate) fn note(&self, told: impl IntoIterator<Item = (InstanceId, Moment)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
    }

    /// When a notice last told of an instance.
    pub(crate) fn of(&self, instance: InstanceId) -> Option<Moment> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&instance).copied()
    }

    /// Forgets an instance that is gone.
    pub(crate) fn forget(&self, instance: InstanceId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
    }
}
