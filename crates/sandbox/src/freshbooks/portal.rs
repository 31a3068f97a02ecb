//! What a developer sets up at FreshBooks: apps; and the users and businesses they connect to.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An app of the developer page. Everything but the two credentials may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// Where authorization may return to; empty allows any address FreshBooks would take.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// The scopes the app may ask for, and gets when it asks for none; empty allows any that is
    /// spelt `user:<object>:<read|write>`.
    #[serde(default)]
    pub scopes: Vec<String>,
}

impl App {
    /// An app that may return anywhere and ask for any scope.
    #[must_use]
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

/// A person who signs in and gives an app access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// `identity_id` of the person.
    pub identity_id: u64,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
}

impl User {
    /// A person; the e-mail address follows from the name.
    #[must_use]
    pub fn new(identity_id: u64, first_name: &str, last_name: &str) -> Self {
        let email = format!("{first_name}.{last_name}@example.com").to_lowercase();
        let (first_name, last_name) = (first_name.to_owned(), last_name.to_owned());
        Self { identity_id, first_name, last_name, email }
    }
}

/// A business, as `business_memberships` of its users show it (reference: freshbooks-sage §1.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Business {
    /// `business.id`: for projects, time and services.
    pub business_id: u64,
    /// `business.account_id`: for accounting and events. Some memberships have none.
    #[serde(default)]
    pub account_id: Option<String>,
    /// The name people see.
    pub name: String,
    /// `identity_id` of its members; empty makes every user one.
    #[serde(default)]
    pub members: Vec<u64>,
}

impl Business {
    /// A business with empty books of which every user is a member.
    #[must_use]
    pub fn new(business_id: u64, account_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { account_id: Some(account_id.into()), ..Self::without_account(business_id, name) }
    }

    /// A business without an account: it has no accounting and cannot carry callbacks.
    #[must_use]
    pub fn without_account(business_id: u64, name: impl Into<String>) -> Self {
        Self { business_id, account_id: None, name: name.into(), members: Vec::new() }
    }

    /// The same business of some users only.
    #[must_use]
    pub fn of_members(self, members: Vec<u64>) -> Self {
        Self { members, ..self }
    }

    /// Whether a user is a member.
    pub(super) fn has_member(&self, identity_id: u64) -> bool {
        self.members.is_empty() || self.members.contains(&identity_id)
    }

    /// `business_uuid`, made from the number.
    pub(super) fn uuid(&self) -> String {
        format!("b5000000-0000-4000-8000-{:012x}", self.business_id)
    }
}

/// Whether FreshBooks would send somebody, or something, to an address: https; and http on this
/// machine, which is ours.
pub(super) fn is_safe_address(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}
