//! The handle on webhooks: where the notices stand, and holding, losing and repeating them.

use std::time::Duration;

use super::super::{QuickBooks, QuickBooksError};
use super::{Delivery, Notice, WebhookStats};

impl QuickBooks {
    /// The notices made so far, oldest first; the oldest are forgotten after 100,000.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.shared.lock().outbox.notices()
    }

    /// The attempts to post so far, oldest first; the oldest are forgotten after 10,000.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().outbox.deliveries()
    }

    /// Where the notices stand.
    #[must_use]
    pub fn webhook_stats(&self) -> WebhookStats {
        self.shared.lock().outbox.stats()
    }

    /// Waits until the notices stand as asked for.
    ///
    /// # Errors
    /// [`QuickBooksError::TooLate`] with where they stand when the time is over.
    pub async fn wait_for_webhooks(
        &self,
        time: Duration,
        reached: impl Fn(&WebhookStats) -> bool,
    ) -> Result<WebhookStats, QuickBooksError> {
        self.shared.wait_for_outbox(time, reached).await.map_err(QuickBooksError::TooLate)
    }

    /// Waits until no notice waits to be sent; held ones do not count.
    ///
    /// # Errors
    /// [`QuickBooksError::TooLate`] with where they stand when the time is over.
    pub async fn wait_until_sent(&self, time: Duration) -> Result<WebhookStats, QuickBooksError> {
        self.wait_for_webhooks(time, |stats| stats.waiting == 0).await
    }

    /// Sends a past notice again, as providers do; its CloudEvents id stays the same.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownNotice`].
    pub fn resend_notice(&self, number: u64) -> Result<(), QuickBooksError> {
        if self.shared.change_outbox(|state| state.outbox.resend(number)) {
            return Ok(());
        }
        Err(QuickBooksError::UnknownNotice(number))
    }

    /// Holds back the next notices of an app until they are released.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn hold_next_notices(&self, client_id: &str, count: u32) -> Result<(), QuickBooksError> {
        self.check_app(client_id)?;
        self.shared.change_outbox(|state| state.outbox.hold_next(client_id, count));
        Ok(())
    }

    /// Sends the notices held back, behind those that wait, and stops holding.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn release_held_notices(&self, client_id: &str) -> Result<(), QuickBooksError> {
        self.check_app(client_id)?;
        self.shared.change_outbox(|state| state.outbox.release_held(client_id));
        Ok(())
    }

    /// Loses the next notices of an app.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn drop_next_notices(&self, client_id: &str, count: u32) -> Result<(), QuickBooksError> {
        self.check_app(client_id)?;
        self.shared.change_outbox(|state| state.outbox.drop_next(client_id, count));
        Ok(())
    }
}
