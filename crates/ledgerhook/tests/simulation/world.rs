//! What a run needs of a provider: books that change, notices, faults of its own, and the truth at
//! the end. Each element is one implementation; all else is the same for all of them.

pub(crate) mod freshbooks;
pub(crate) mod quickbooks;
pub(crate) mod sage;

use std::collections::BTreeMap;
use std::fmt;

use axum::http::Method;
use ledgerhook_providers::ProviderSettings;
use ledgerhook_testkit::Http;
use serde_json::{Map, Value, json};
use url::Url;

use crate::chance::Chance;
use crate::setup::{InstancePlan, Kind};
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
    /// Whether a poll can see it stand so.
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

/// By what events with a record in them are dated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dating {
    /// By the notice, where one told of the change, which has a time of its own; otherwise by the
    /// record.
    Notice,
    /// By the record's last change: notices have no time. What is gone is dated by when that was
    /// seen.
    Record,
    /// By when the record was read: it does not say when it changed.
    Reading,
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

    /// The gateway's settings of its addresses, and where the stand-in has them.
    const ADDRESSES: &'static [(&'static str, &'static str)];

    /// How its instances may learn of changes; drawn from evenly.
    const KINDS: &'static [Kind];

    /// The id at the provider of the company with this number, by which the gateway knows it too.
    fn company_id(number: usize) -> String;

    /// The feeds that have a pace of their own, which a run sets like that of the others.
    const PACED_FEEDS: &'static [&'static str];

    /// Minutes between two polls of an instance; drawn from evenly.
    const POLL_MINUTES: &'static [u64] = &[5, 15, 60, 180];

    /// The event resources that an instance lists; `None` when it lists none, and is told of all.
    fn resources(chance: &mut Chance) -> Option<Vec<&'static str>>;

    /// Configuration entries that an instance of a company needs beside those of every element.
    fn configuration(company_id: &str) -> Map<String, Value>;

    /// Starts the provider. `companies` have empty books.
    async fn begin(beginning: Beginning<'_>) -> Self;

    /// Where the provider is.
    fn base_url(&self) -> &str;

    /// The gateway's settings that lead it to `base_url` instead of the provider's own addresses.
    fn settings(base_url: &str) -> ProviderSettings {
        let entry = |(name, path): &(&str, &str)| ((*name).to_owned(), format!("{base_url}{path}"));
        let entries = Self::ADDRESSES.iter().map(entry).collect();
        ProviderSettings([(Self::ELEMENT.to_owned(), entries)].into())
    }

    /// Registers an app, whose notices go to `url`. They are numbered in the order of this call.
    fn admit(&mut self, app: &App, url: &str);

    /// Name and value of the button on the provider's page with which a customer consents.
    fn consent(&self, company: usize) -> (&'static str, String);

    /// A customer consents at `oauth_url`; returns the `providerData` that an instance is made of.
    async fn authorize(&self, http: &Http, oauth_url: &str, company: usize) -> Value {
        let (page, query) = oauth_url.split_once('?').expect("an authorisation asks for something");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let (button, value) = self.consent(company);
        let answer =
            http.call(Method::POST, page, &form, format!("{query}&{button}={value}")).await;
        let back = Url::parse(answer.header("location").expect("a way back")).expect("a URL");
        assert!(back.as_str().starts_with(REDIRECT_URI));
        let mut brought: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
        assert!(brought.contains_key("code"), "{brought:?}");
        brought.retain(|name, _| ["code", "realmId"].contains(&name.as_str()));
        json!(brought)
    }

    /// Is told that time has passed.
    fn clock_moved(&self);

    /// Changes one record of a company, if anything can be done; says what was done.
    fn change(&mut self, company: usize) -> Option<String>;

    /// By what the events of a resource are dated.
    fn dating(_resource: &str) -> Dating {
        Dating::Notice
    }

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

    /// What keeps the provider from sending an instance its notices, or sends them twice.
    fn misdirects(&self, _plan: &InstancePlan) -> Option<String> {
        None
    }

    /// The record's id and state of an event, from its `objectId` and its record in `raw`.
    fn read_event(object_id: &str, record: &Value) -> (String, Stamp);

    /// Calls of the provider's API that were answered, of all companies.
    fn calls(&self) -> u64;
}
