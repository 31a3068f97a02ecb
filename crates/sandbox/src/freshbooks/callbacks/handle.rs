//! The handle on callbacks: what is registered, where the notices stand, and holding, losing,
//! repeating and reordering them.

use std::time::Duration;

use super::super::{FreshBooks, FreshBooksError};
use super::{Callback, Delivery, Notice, NoticeStats};

impl FreshBooks {
    /// The callbacks of a business, of all apps.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn callbacks(&self, business_id: u64) -> Result<Vec<Callback>, FreshBooksError> {
        self.check_business(business_id)?;
        Ok(self.shared.lock().callbacks.of_business(business_id).cloned().collect())
    }

    /// Makes a callback unverified without a word, so that it gets no events.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownCallback`].
    pub fn unverify_callback(&self, callback_id: u64) -> Result<(), FreshBooksError> {
        let mut state = self.shared.lock();
        let callback = state.callbacks.get_mut(callback_id);
        callback.ok_or(FreshBooksError::UnknownCallback(callback_id))?.verified = false;
        Ok(())
    }

    /// Removes a callback without a word.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownCallback`].
    pub fn remove_callback(&self, callback_id: u64) -> Result<(), FreshBooksError> {
        let removed = self.shared.change_outbox(|state| state.remove_callback(callback_id));
        removed.map(drop).ok_or(FreshBooksError::UnknownCallback(callback_id))
    }

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
    pub fn notice_stats(&self) -> NoticeStats {
        self.shared.lock().outbox.stats()
    }

    /// Waits until the notices stand as asked for.
    ///
    /// # Errors
    /// [`FreshBooksError::TooLate`] with where they stand when the time is over.
    pub async fn wait_for_notices(
        &self,
        time: Duration,
        reached: impl Fn(&NoticeStats) -> bool,
    ) -> Result<NoticeStats, FreshBooksError> {
        self.shared.wait_for_outbox(time, reached).await.map_err(FreshBooksError::TooLate)
    }

    /// Waits until no notice waits to be sent; held ones do not count.
    ///
    /// # Errors
    /// [`FreshBooksError::TooLate`] with where they stand when the time is over.
    pub async fn wait_until_sent(&self, time: Duration) -> Result<NoticeStats, FreshBooksError> {
        self.wait_for_notices(time, |stats| stats.waiting == 0).await
    }

    /// Sends a past notice again.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownNotice`].
    pub fn resend_notice(&self, number: u64) -> Result<(), FreshBooksError> {
        if self.shared.change_outbox(|state| state.outbox.resend(number)) {
            return Ok(());
        }
        Err(FreshBooksError::UnknownNotice(number))
    }

    /// Holds back the next notices of a business until they are released.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn hold_next_notices(&self, business_id: u64, count: u32) -> Result<(), FreshBooksError> {
        self.check_business(business_id)?;
        self.shared.lock().outbox.hold_next(business_id, count);
        Ok(())
    }

    /// Loses the next notices of a business.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn drop_next_notices(&self, business_id: u64, count: u32) -> Result<(), FreshBooksError> {
        self.check_business(business_id)?;
        self.shared.lock().outbox.drop_next(business_id, count);
        Ok(())
    }

    /// Sends each of the next notices of a business twice.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn duplicate_next_notices(
        &self,
        business_id: u64,
        count: u32,
    ) -> Result<(), FreshBooksError> {
        self.check_business(business_id)?;
        self.shared.lock().outbox.duplicate_next(business_id, count);
        Ok(())
    }

    /// Gathers the next `count` notices of a business and then sends the last one first.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn reorder_next_notices(
        &self,
        business_id: u64,
        count: u32,
    ) -> Result<(), FreshBooksError> {
        self.check_business(business_id)?;
        self.shared.lock().outbox.reorder_next(business_id, count);
        Ok(())
    }

    /// Sends the notices held back or gathered, in their order, and forgets what was asked for
    /// the next ones.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn release_held_notices(&self, business_id: u64) -> Result<(), FreshBooksError> {
        self.check_business(business_id)?;
        self.shared.change_outbox(|state| state.outbox.release_held(business_id));
        Ok(())
    }
}
