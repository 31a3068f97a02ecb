//! What an element is called and what it has.

use ledgerhook_model::ChangeKind;
use ledgerhook_model::configuration::KeyProfile;

/// A provider as the API describes it: `GET /elements/{key}`.
#[derive(Debug)]
pub struct ElementProfile {
    /// The number that the original gave it (QuickBooks Online: 39).
    pub id: i64,
    /// `quickbooks`.
    pub key: &'static str,
    /// `QuickBooks Online`.
    pub name: &'static str,
    /// `QuickBooksOnline`.
    pub hook_name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// The path of its picture in the original.
    pub image: &'static str,
    /// `finance`.
    pub hub: &'static str,
    /// `authentication.type` in answers: `oauth2`.
    pub authentication: &'static str,
    /// Its event resources.
    pub resources: &'static [ResourceProfile],
    /// Its own configuration keys, beside the `event.*` keys every element has.
    pub keys: &'static [KeyProfile],
    /// The configuration key that says who authorised, where a new authorisation or a refresh of
    /// one user ends the refresh tokens that the same app had of that user before, whichever
    /// companies they were for; `None` where each authorisation stands by itself.
    pub grant_owner: Option<&'static str>,
}

impl ElementProfile {
    /// The names of its event resources.
    pub fn resource_names(&self) -> Vec<&'static str> {
        self.resources.iter().map(|resource| resource.name).collect()
    }
}

/// A kind of record with events.
#[derive(Debug)]
pub struct ResourceProfile {
    /// The original's name, `bill-payments`.
    pub name: &'static str,
    /// What polling can tell of it; empty when it cannot be polled.
    pub polled: &'static [ChangeKind],
    /// What notices can tell of it; empty when there are none.
    pub noticed: &'static [ChangeKind],
}
