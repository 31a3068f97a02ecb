//! The handle on who is connected: a user disconnects an app, tokens expire early.

use super::{Sage, SageError};

impl Sage {
    /// The user of a business disconnects one app, or every app. One authorization reaches every
    /// business of the user, so all of them are disconnected. Returns how many connections ended.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`].
    pub fn disconnect(
        &self,
        business_id: &str,
        client_id: Option<&str>,
    ) -> Result<usize, SageError> {
        let user = self.business(business_id)?.user;
        Ok(self.shared.lock().grants.disconnect(&user, client_id))
    }

    /// Makes every access token of the user of a business expire now. Returns how many.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`].
    pub fn expire_access_tokens(&self, business_id: &str) -> Result<usize, SageError> {
        let user = self.business(business_id)?.user;
        let now = self.shared.now();
        Ok(self.shared.lock().grants.expire_access_tokens(&user, now))
    }
}
