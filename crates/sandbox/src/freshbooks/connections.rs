//! The handle on who is connected: a user disconnects an app, tokens expire early.

use super::{FreshBooks, FreshBooksError};

impl FreshBooks {
    /// A user takes access from one app, or from every app. Returns how many connections ended.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownUser`].
    pub fn disconnect(
        &self,
        identity_id: u64,
        client_id: Option<&str>,
    ) -> Result<usize, FreshBooksError> {
        self.check_user(identity_id)?;
        Ok(self.shared.lock().grants.disconnect(identity_id, client_id))
    }

    /// Makes every access token of a user expire now. Returns how many.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownUser`].
    pub fn expire_access_tokens(&self, identity_id: u64) -> Result<usize, FreshBooksError> {
        self.check_user(identity_id)?;
        let now = self.shared.now();
        Ok(self.shared.lock().grants.expire_access_tokens(identity_id, now))
    }

    fn check_user(&self, identity_id: u64) -> Result<(), FreshBooksError> {
        if self.shared.lock().users.contains_key(&identity_id) {
            return Ok(());
        }
        Err(FreshBooksError::UnknownUser(identity_id))
    }
}
