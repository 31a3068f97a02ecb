//! The life of one process of the gateway: it can end between any two steps, as by `kill -9`.
//!
//! From that moment on the world takes no notice of what the dead gateway still does in this
//! process: its store answers it no more ([`crate::disk`]), its calls reach nobody and what comes
//! for it finds nobody ([`crate::network`]).

use std::sync::Arc;

use tokio::sync::watch;

/// Shared by all that belongs to one process.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) number: u32,
    over: Arc<watch::Sender<bool>>,
}

impl Life {
    pub(crate) fn begin(number: u32) -> Self {
        Self { number, over: Arc::new(watch::Sender::new(false)) }
    }

    pub(crate) fn end(&self) {
        self.over.send_replace(true);
    }

    pub(crate) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Completes when it is over.
    pub(crate) async fn ended(&self) {
        // The sender is held here, so waiting cannot fail.
        drop(self.over.subscribe().wait_for(|over| *over).await);
    }
}
