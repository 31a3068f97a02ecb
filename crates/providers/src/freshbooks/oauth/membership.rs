//! Who authorised and for which of their businesses: `/users/me` (reference: freshbooks-sage §1.8).

use std::fmt::Write as _;

use ledgerhook_connector::{ConnectError, Connected, ProviderError, Tokens};
use ledgerhook_egress::Answer;
use ledgerhook_model::configuration::keys;
use serde::Deserialize;
use serde_json::Value;

use super::wanted::Wanted;
use crate::connect_input::{entry_name, problem};
use crate::freshbooks::api::{is_account_id, is_business_id};
use crate::freshbooks::faults;
use crate::freshbooks::profile::{
    ACCOUNT_ID, BUSINESS_ID, BUSINESS_NAME, BUSINESS_UUID, IDENTITY_ID,
};

/// Most businesses that are listed in an error.
const NAMES_MAX: usize = 20;

/// Longest UUID of a business that is kept, in bytes; written with hyphens it has 36.
const UUID_BYTES_MAX: usize = 64;

/// Most characters repeated of the name of a business.
const NAME_CHARS_MAX: usize = 100;

const PROFILE_HIDDEN: &str = "FreshBooks does not tell which businesses the customer has; give the \
    app the scope user:profile:read and authorise again";

/// A business to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Business {
    /// Its account id.
    pub(super) account: String,
    /// Its number.
    pub(super) number: Option<String>,
    /// Its UUID.
    pub(super) uuid: Option<String>,
    /// The number of the person who authorised.
    pub(super) identity: Option<String>,
}

impl Business {
    /// The business with its tokens; its ids are kept.
    pub(super) fn connected(self, tokens: Tokens) -> Connected {
        let mut configuration = vec![(ACCOUNT_ID, self.account.clone())];
        configuration.extend(self.number.map(|number| (BUSINESS_ID, number)));
        configuration.extend(self.uuid.map(|uuid| (BUSINESS_UUID, uuid)));
        configuration.extend(self.identity.map(|identity| (IDENTITY_ID, identity)));
        Connected { company: self.account, tokens, configuration }
    }
}

#[derive(Deserialize)]
struct Body {
    response: Me,
}

#[derive(Deserialize)]
struct Me {
    identity_id: Option<Value>,
    #[serde(default)]
    business_memberships: Vec<Membership>,
}

#[derive(Deserialize)]
struct Membership {
    business: Option<BusinessOfMember>,
}

#[derive(Deserialize)]
struct BusinessOfMember {
    id: Option<Value>,
    business_uuid: Option<String>,
    name: Option<String>,
    account_id: Option<String>,
}

impl BusinessOfMember {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default().trim()
    }

    /// A member of a business without books has a business without an account.
    fn account(&self) -> Option<&str> {
        self.account_id.as_deref().filter(|text| is_account_id(text))
    }

    fn is(&self, wanted: &Wanted<'_>) -> bool {
        match wanted.name {
            Some(name) => self.name().to_lowercase() == name.trim().to_lowercase(),
            None => self.account().is_some() && self.account() == wanted.account,
        }
    }

    fn to_business(&self, identity: Option<&str>) -> Option<Business> {
        let account = self.account()?.to_owned();
        let uuid = self.business_uuid.clone().filter(|uuid| uuid.len() <= UUID_BYTES_MAX);
        let number = self.id.as_ref().and_then(number);
        Some(Business { account, number, uuid, identity: identity.map(str::to_owned) })
    }
}

/// A number that may come as a text.
fn number(value: &Value) -> Option<String> {
    let number = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    is_business_id(&number).then_some(number)
}

/// The one business that is meant: by its name, and where several have it, by the account id that
/// may be given beside it.
pub(super) fn find(answer: &Answer, wanted: &Wanted<'_>) -> Result<Business, ConnectError> {
    let (all, identity) = me(answer)?;
    let found: Vec<&BusinessOfMember> = all.iter().filter(|one| one.is(wanted)).collect();
    let usable = found.iter().filter_map(|one| one.to_business(identity.as_deref()));
    let mut usable: Vec<Business> = usable.collect();
    // Somebody with two roles in a business is a member twice.
    usable.sort_by(|a, b| a.account.cmp(&b.account));
    usable.dedup_by(|a, b| a.account == b.account);
    let is_wanted = |one: &Business| wanted.account == Some(one.account.as_str());
    if usable.len() > 1 && usable.iter().any(is_wanted) {
        usable.retain(is_wanted);
    }
    let problem = match usable.as_slice() {
        [one] => return Ok(one.clone()),
        [] if found.is_empty() => "is none of the customer's businesses",
        [] => "has no account id, so it has no books that could be read or told of",
        _ => "is the name of several; add configuration.freshbooks.account.id",
    };
    Err(refused(wanted, problem, &all))
}

/// The businesses of whoever authorised, and who that is.
fn me(answer: &Answer) -> Result<(Vec<BusinessOfMember>, Option<String>), ConnectError> {
    let refused = || match faults::refusal(answer) {
        ProviderError::Unauthorized => ConnectError::Refused {
            message: format!(
                "FreshBooks does not accept the access token; where you brought it, renew it and \
                 put the new one in configuration.{}",
                keys::USER_TOKEN
            ),
            provider_message: format!("status {}", answer.status.as_u16()),
        },
        ProviderError::Refused(words) => {
            ConnectError::Refused { message: PROFILE_HIDDEN.to_owned(), provider_message: words }
        }
        other => ConnectError::Unavailable {
            message: format!("FreshBooks was asked for the customer's businesses: {other}"),
        },
    };
    if !answer.status.is_success() || answer.truncated {
        return Err(refused());
    }
    let body: Body = serde_json::from_slice(&answer.body).map_err(|_| refused())?;
    let Me { identity_id, business_memberships } = body.response;
    let businesses = business_memberships.into_iter().filter_map(|member| member.business);
    Ok((businesses.collect(), identity_id.as_ref().and_then(number)))
}

fn refused(wanted: &Wanted<'_>, what: &str, all: &[BusinessOfMember]) -> ConnectError {
    let key = if wanted.name.is_some() { BUSINESS_NAME } else { ACCOUNT_ID };
    let mut text = format!("it {what}; there are ");
    for (index, business) in all.iter().take(NAMES_MAX).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let name: String = business.name().chars().take(NAME_CHARS_MAX).collect();
        let account = business.account().unwrap_or("no account id");
        // Writing to a text cannot fail.
        write!(text, "{comma}`{name}` ({account})").unwrap_or_default();
    }
    match all.len() {
        0 => text.push_str("none"),
        count if count > NAMES_MAX => text.push_str(", and more"),
        _ => {}
    }
    problem(&entry_name(key), text)
}
