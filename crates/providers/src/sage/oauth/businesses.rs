//! Which of a user's businesses is connected (reference: freshbooks-sage §2.4): a grant reaches all
//! of them, and a call that names none would read the lead one silently.

use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, StatusCode};
use ledgerhook_connector::{ConnectError, ProviderError};
use ledgerhook_egress::{Answer, Client, Request};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{Configuration, keys};
use serde::Deserialize;

use crate::sage::profile::{BUSINESS_ID, BUSINESS_NAME};
use crate::sage::{answer, faults};
use crate::settings::callable;

/// Most businesses named in a message.
const NAMED_MAX: usize = 10;

/// Most characters of a business' name in a message.
const NAME_CHARS_MAX: usize = 60;

/// The businesses that a token reaches.
#[derive(Debug)]
pub(super) struct Businesses<'a> {
    /// Makes the calls.
    pub(super) client: &'a Client,
    /// Where the API is.
    pub(super) api: &'a str,
    /// The access token.
    pub(super) token: &'a Secret,
}

/// A business.
#[derive(Debug, Deserialize)]
struct Business {
    id: String,
    displayed_as: Option<String>,
}

impl Business {
    fn name(&self) -> &str {
        self.displayed_as.as_deref().unwrap_or_default().trim()
    }
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "$items")]
    items: Vec<Business>,
}

impl Businesses<'_> {
    /// The id of the business that the configuration names, by id or by name; else of the lead one.
    pub(super) async fn choose(
        &self,
        configuration: &Configuration,
    ) -> Result<String, ConnectError> {
        let (id, name) = (configuration.text(BUSINESS_ID), configuration.text(BUSINESS_NAME));
        let (Some(wanted), key) =
            (id.or(name), if id.is_some() { BUSINESS_ID } else { BUSINESS_NAME })
        else {
            let answer = self.get("businesses/lead").await?;
            let lead: Business = read(&answer)?;
            return Ok(lead.id);
        };
        let answer = self.get("businesses").await?;
        let List { items } = read(&answer)?;
        let is_wanted = |business: &&Business| match key {
            BUSINESS_ID => business.id == wanted,
            _ => business.name().to_lowercase() == wanted.to_lowercase(),
        };
        match items.iter().filter(is_wanted).collect::<Vec<_>>().as_slice() {
            [business] => Ok(business.id.clone()),
            [] => Err(refused(key, wanted, "is none of the businesses of that user", &items)),
            _ => Err(refused(key, wanted, "is the name of several businesses; name one", &items)),
        }
    }

    async fn get(&self, path: &str) -> Result<Answer, ConnectError> {
        let unavailable = |message: String| ConnectError::Unavailable { message };
        let url = callable(&format!("{}/{path}", self.api))
            .map_err(|refusal| unavailable(refusal.to_string()))?;
        let mut call = Request::get(url);
        let bearer = HeaderValue::try_from(format!("Bearer {}", self.token.expose()));
        let mut bearer = bearer.map_err(|_| token_refused(String::new()))?;
        bearer.set_sensitive(true);
        call.headers.insert(AUTHORIZATION, bearer);
        call.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let sent = self.client.send(call).await;
        sent.map_err(|error| unavailable(format!("Sage could not be asked: {error}")))
    }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, ConnectError> {
    if answer.status == StatusCode::UNAUTHORIZED
        && faults::refusal(answer) == ProviderError::Unauthorized
    {
        return Err(token_refused(format!("status {}", answer.status.as_u16())));
    }
    answer::read(answer).map_err(|error| match error {
        ProviderError::Rejected(words) | ProviderError::Refused(words) => ConnectError::Refused {
            message: "Sage gave tokens, but does not tell the businesses of that user; authorise \
                      as a user of an active Sage Accounting business"
                .to_owned(),
            provider_message: words,
        },
        other => ConnectError::Unavailable { message: other.to_string() },
    })
}

fn token_refused(provider_message: String) -> ConnectError {
    let message = format!(
        "Sage does not accept the access token; give a fresh one as configuration.{}, or name the \
         business as configuration.{BUSINESS_ID}",
        keys::USER_TOKEN
    );
    ConnectError::Refused { message, provider_message }
}

fn refused(key: &str, wanted: &str, problem: &str, items: &[Business]) -> ConnectError {
    let shown = |business: &Business| {
        let name: String = business.name().chars().take(NAME_CHARS_MAX).collect();
        format!("{} ({name})", business.id)
    };
    let mut known: Vec<_> = items.iter().take(NAMED_MAX).map(shown).collect();
    if items.len() > NAMED_MAX {
        known.push(format!("and {} more", items.len() - NAMED_MAX));
    }
    let message = format!(
        "configuration.{key}: `{wanted}` {problem}; set configuration.{BUSINESS_ID} to the id of \
         one, authorise again and use the new code"
    );
    ConnectError::Refused { message, provider_message: format!("businesses: {}", known.join(", ")) }
}
