//! Which of the customer's businesses is to be connected, as the configuration says.

use ledgerhook_connector::ConnectError;
use ledgerhook_model::configuration::Configuration;

use crate::connect_input::{entry_name, problem};
use crate::freshbooks::api::is_account_id;
use crate::freshbooks::profile::{ACCOUNT_ID, BUSINESS_NAME};

/// Longest name of a business, in characters: the original's text fields.
const NAME_CHARS_MAX: usize = 1_000;

/// Which of the customer's businesses is meant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    /// By its name.
    pub(super) name: Option<&'a str>,
    /// By its account id.
    pub(super) account: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    /// Reads it, and checks it as far as that can be done without asking.
    pub(super) fn read(configuration: &'a Configuration) -> Result<Self, ConnectError> {
        let name = configuration.text(BUSINESS_NAME);
        let account = configuration.text(ACCOUNT_ID);
        if name.is_some_and(|name| name.chars().count() > NAME_CHARS_MAX) {
            let text = format!("it is longer than {NAME_CHARS_MAX} characters");
            return Err(problem(&entry_name(BUSINESS_NAME), text));
        }
        if account.is_some_and(|account| !is_account_id(account)) {
            let text = "it must be an account id, which is made of letters and digits";
            return Err(problem(&entry_name(ACCOUNT_ID), text));
        }
        Ok(Self { name, account })
    }
}
