//! The handle on who is connected: a user disconnects an app, tokens expire early.

use super::{QuickBooks, QuickBooksError};

impl QuickBooks {
    /// A user disconnects one app, or every app, from a company. Returns how many connections
    /// ended.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`].
    pub fn disconnect(
        &self,
        realm_id: &str,
        client_id: Option<&str>,
    ) -> Result<usize, QuickBooksError> {
        self.check_company(realm_id)?;
        let mut state = self.shared.lock();
        let signed = state.signed_grants.disconnect(realm_id, client_id);
        Ok(state.grants.disconnect(realm_id, client_id) + signed)
    }

    /// Makes every access token of OAuth 2.0 of a company expire now. Returns how many.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`].
    pub fn expire_access_tokens(&self, realm_id: &str) -> Result<usize, QuickBooksError> {
        self.check_company(realm_id)?;
        let now = self.shared.now();
        Ok(self.shared.lock().grants.expire_access_tokens(realm_id, now))
    }
}
