//! What is particular to a provider: how its stand-in is set up and worked with, and what it has
//! and documents. Everything else is the same for all of them.

use std::time::Duration;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Secret;
use ledgerhook_sandbox::{Sandbox, SandboxOptions};

/// The client id of every app.
pub(crate) const CLIENT_ID: &str = "conformance-app";
/// Its client secret.
pub(crate) const CLIENT_SECRET: &str = "conformance-app-secret";
/// Where a customer is sent back to.
pub(crate) const REDIRECT_URI: &str = "https://app.example.com/back";

/// The parts of a connector that a provider may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// It posts notices.
    pub(crate) notices: bool,
    /// It wants to be told, for each company, where to.
    pub(crate) subscriptions: bool,
    /// It can be polled.
    pub(crate) feeds: bool,
    /// Its records can be read one by one.
    pub(crate) records: bool,
    /// Its records can be read through the hub.
    pub(crate) hub: bool,
}

/// How long its tokens live, as it documents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lifetimes {
    /// The access token.
    pub(crate) access: Duration,
    /// The refresh token.
    pub(crate) refresh: Option<Duration>,
    /// The whole connection, however often it is renewed.
    pub(crate) hard: Option<Duration>,
}

/// What reading a record by its id shows once it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeletedRecord {
    /// It is found, as one that was deleted.
    Found,
    /// It is missing.
    Missing,
}

/// Which calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Those for a company.
    Api,
    /// Those for tokens.
    Token,
}

/// A failure in the provider's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 500.
    ServerError,
    /// 503.
    Unavailable,
    /// 429.
    Throttle,
    /// The connection is dropped.
    DropConnection,
}

/// A provider and its stand-in.
pub(crate) trait Provider: Sync {
    /// Its element key.
    fn element(&self) -> &'static str;
    /// What its connector has.
    fn parts(&self) -> Parts;
    /// Puts an app and a company into the stand-in.
    fn set_up(&self, options: &mut SandboxOptions);
    /// Where the stand-in is.
    fn url<'a>(&self, sandbox: &'a Sandbox) -> &'a str;
    /// The settings of its addresses, and the paths that the stand-in has for them.
    fn addresses(&self) -> &'static [(&'static str, &'static str)];
    /// The field of the consent page that says who consents; empty, it says that nobody does.
    fn consent(&self) -> (&'static str, &'static str);
    /// What a connection is configured with beside the keys of the app.
    fn entries(&self) -> &'static [(&'static str, &'static str)];
    /// The id of the company.
    fn company(&self) -> &'static str;
    /// How long its tokens live.
    fn lifetimes(&self) -> Lifetimes;

    /// A resource whose records can be made, edited and deleted; polled, and read by the hub.
    fn resource(&self) -> &'static str;
    /// Makes a record as a user of the product; its id.
    fn create(&self, sandbox: &Sandbox, number: u64) -> String;
    /// Edits a record.
    fn edit(&self, sandbox: &Sandbox, id: &str);
    /// Deletes a record.
    fn delete(&self, sandbox: &Sandbox, id: &str);
    /// What reading a deleted record shows.
    fn deleted_record(&self) -> DeletedRecord;
    /// An id as the provider makes them, which no record has.
    fn unknown_id(&self) -> &'static str;
    /// A member that no record can have, so that no question can name it.
    fn impossible_member(&self) -> &'static str;
    /// Calls for a company's books, as the stand-in counts them, whatever came of them.
    fn calls(&self, sandbox: &Sandbox) -> u64;

    /// Has the next calls fail, so many that it is all of them.
    fn fail(&self, sandbox: &Sandbox, target: Target, failure: Failure);
    /// Ends the failing.
    fn recover(&self, sandbox: &Sandbox);
    /// Ends all access tokens.
    fn end_tokens(&self, sandbox: &Sandbox);
    /// The customer ends the connection at the provider.
    fn disconnect(&self, sandbox: &Sandbox);
    /// Takes the right to [`Provider::resource`] away, or to the whole company where rights are
    /// not finer.
    fn close_books(&self, sandbox: &Sandbox);
    /// Whether an error says so, as the provider documents it.
    fn says_closed(&self, error: &ProviderError) -> bool;
    /// Has all notices posted to a URL, signed with a key, where the app says so once.
    fn post_notices_to(&self, sandbox: &Sandbox, url: &str, key: &Secret);
}
