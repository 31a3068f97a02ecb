//! What a run needs of a provider: books that change, notices, faults of its own, and the truth at
//! the end. Each element is one implementation; all else is the same for all of them.

pub(crate) mod quickbooks;
pub(crate) mod sage;

use std::collections::BTreeMap;
use std::fmt;

use ledgerhook_providers::ProviderSettings;
use ledgerhook_testkit::Http;
use serde_json::{Map, Value};

use crate::chance::Chance;
use crate::setup::Kind;
use crate::time::VirtualClock;

/// A record: its event resource (`invoices`) and its id.
pub(crate) type RecordKey = (String, String);

/// Whether a record can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    /// Still there, and hidden from users.
    Inactive,
    Gone,
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The provider's revision.
    pub(crate) revision: String,
    /// The second of its last change.
    pub(crate) second: i64,
    pub(crate) standing: Standing,
    /// Whether a poll can see that it is gone.
    pub(crate) is_seen_by_polls: bool,
}

/// A notice that the provider made for an app.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Which organisation's app.
    pub(crate) organization: usize,
    pub(crate) company: usize,
    pub(crate) record: RecordKey,
    /// `eventType` of the event it becomes.
    pub(crate) kind: &'static str,
    pub(crate) second: i64,
    /// The gateway answered 200.
    pub(crate) is_accepted: bool,
}

/// Which state of a record an event speaks of, as its body shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// A whole record with its revision, or what a read leaves of a record that is gone.
    Read {
        /// `None` of what is gone.
        revision: Option<String>,
        /// Whether the record says that it is in use.
        is_active: bool,
    },
    /// What knows only when: the provider's entry of a notice, or a record that could not be read
    /// whole.
    Noticed {
        /// As it was written.
        time: String,
    },
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { revision: Some(revision), is_active: true } => {
                write!(f, "read {revision}")
            }
            Self::Read { revision: Some(revision), .. } => write!(f, "read {revision}, inactive"),
            Self::Read { revision: None, .. } => f.write_str("read, gone"),
            Self::Noticed { time } => write!(f, "noticed at {time}"),
        }
    }
}

/// What a world begins with.
#[derive(Debug)]
pub(crate) struct Beginning<'a> {
    pub(crate) clock: VirtualClock,
    pub(crate) companies: &'a [String],
    pub(crate) chance: Chance,
    /// Whether the provider does what it may do only under bad conditions: repeats, losses, delays.
    pub(crate) is_troubled: bool,
}

/// An app of an organisation.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) verifier_token: String,
}

/// The redirect URI of every authorisation; nothing listens there.
pub(crate) const REDIRECT_URI: &str = "https://software.test/connected";

/// A provider with its books.
pub(crate) trait World: Sized + fmt::Debug {
    /// The element's key.
    const ELEMENT: &'static str;

    /// How its instances may learn of changes; drawn from evenly.
    const KINDS: &'static [Kind];

    /// The id at the provider of the company with this number, by which the gateway knows it too.
    fn company_id(number: usize) -> String;

    /// The feeds that have a pace of their own, which a run sets like that of the others.
    const PACED_FEEDS: &'static [&'static str];

    /// The event resources that an instance lists; `None` when it lists none, and is told of all.
    fn resources(chance: &mut Chance) -> Option<Vec<&'static str>>;

    /// Configuration entries that an instance of a company needs beside those of every element.
    fn configuration(company_id: &str) -> Map<String, Value>;

    /// Starts the provider. `companies` have empty books.
    async fn begin(beginning: Beginning<'_>) -> Self;

    /// Where the provider is.
    fn base_url(&self) -> &str;

    /// The gateway's settings that lead it to `base_url` instead of the provider's own addresses.
    fn settings(base_url: &str) -> ProviderSettings;

    /// Registers an app, whose notices go to `url`. They are numbered in the order of this call.
    fn admit(&mut self, app: &App, url: &str);

    /// A customer consents at `oauth_url`; returns the `providerData` that an instance is made of.
    async fn authorize(&self, http: &Http, oauth_url: &str, company: usize) -> Value;

    /// Is told that time has passed.
    fn clock_moved(&self);

    /// Changes one record of a company, if anything can be done; says what was done.
    fn change(&mut self, company: usize) -> Option<String>;

    /// Changes the record that was changed last once more. `None` where a second change of one
    /// second has a revision of its own, so that there is nothing to it.
    fn change_again(&mut self, company: usize) -> Option<String>;

    /// Where every record that can be an event stands.
    fn records(&self, company: usize) -> BTreeMap<RecordKey, State>;

    /// The notices so far.
    fn notices(&self) -> Vec<Notice>;

    /// Lets something go wrong on the provider's side; its name.
    fn trouble(&mut self, chance: &mut Chance) -> &'static str;

    /// Ends all that goes wrong, and lets go of what was held back.
    fn calm(&mut self);

    /// Whether notices wait to be sent.
    fn is_sending(&self) -> bool;

    /// The record's id and state of an event, from its `objectId` and its record in `raw`.
    fn read_event(object_id: &str, record: &Value) -> (String, Stamp);

    /// Calls of the provider's API that were answered, of all companies.
    fn calls(&self) -> u64;
}
