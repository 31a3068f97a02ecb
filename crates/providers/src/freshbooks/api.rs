//! Calls to the FreshBooks API for one business: where they go and by whose authority (reference:
//! freshbooks-sage §1.1 and §1.9).

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use ledgerhook_connector::{Access, ProviderError, UserTokens};
use ledgerhook_egress::{Answer, Client, Request};
use ledgerhook_model::configuration::Configuration;
use serde_json::Value;
use url::form_urlencoded;

use super::endpoints::Endpoints;
use super::entities::{Entity, Place};
use super::profile::BUSINESS_ID;
use crate::settings::callable;

/// Most records or subscriptions on a page; FreshBooks silently gives no more.
pub(super) const PER_PAGE: usize = 100;

/// Longest account id; those that were seen have 5 or 6 letters and digits.
const ACCOUNT_ID_BYTES_MAX: usize = 64;

/// Most digits of the number of a business; those that were seen have 4 to 8.
const BUSINESS_ID_DIGITS_MAX: usize = 20;

/// A business, and with what it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Company<'a> {
    /// Its account id and tokens.
    pub(super) access: &'a Access,
    /// The configuration of its instance.
    pub(super) configuration: &'a Configuration,
}

impl<'a> Company<'a> {
    /// Its account id, fit for a path.
    pub(super) fn account(self) -> Result<&'a str, ProviderError> {
        let account = self.access.company.as_str();
        match is_account_id(account) {
            true => Ok(account),
            false => Err(ProviderError::unanswerable(format!(
                "`{account}` is not an account id of FreshBooks, which is made of letters and digits"
            ))),
        }
    }

    fn business(self) -> Result<&'a str, ProviderError> {
        business_id(self.configuration).ok_or_else(|| {
            ProviderError::unanswerable(format!(
                "configuration.{BUSINESS_ID} is not set, or not a number; projects, time and \
                 services are read by it"
            ))
        })
    }

    /// The path to the list of a kind of record.
    pub(super) fn list_path(self, entity: &Entity) -> Result<String, ProviderError> {
        match entity.place {
            Place::Account { path } => {
                Ok(format!("/accounting/account/{}/{path}", self.account()?))
            }
            Place::Business { product, list, .. } => {
                Ok(format!("/{product}/business/{}/{list}", self.business()?))
            }
        }
    }

    /// The path to a record, whose id must be fit for a path.
    pub(super) fn item_path(self, entity: &Entity, id: &str) -> Result<String, ProviderError> {
        match entity.place {
            Place::Account { .. } => Ok(format!("{}/{id}", self.list_path(entity)?)),
            Place::Business { product, item, .. } => {
                Ok(format!("/{product}/business/{}/{item}/{id}", self.business()?))
            }
        }
    }
}

/// Whether a text is an account id: it stands in paths.
pub(super) fn is_account_id(text: &str) -> bool {
    let is_sized = !text.is_empty() && text.len() <= ACCOUNT_ID_BYTES_MAX;
    is_sized && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The number of the business, where the configuration has a usable one.
pub(super) fn business_id(configuration: &Configuration) -> Option<&str> {
    configuration.text(BUSINESS_ID).filter(|text| is_business_id(text))
}

/// Whether a text is the number of a business: it stands in paths.
pub(super) fn is_business_id(text: &str) -> bool {
    text.len() <= BUSINESS_ID_DIGITS_MAX && is_number(text)
}

/// Whether a text is made of digits, as ids of records and subscriptions are.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The FreshBooks API.
#[derive(Debug)]
pub(super) struct Api {
    client: Client,
    endpoints: Arc<Endpoints>,
}

impl Api {
    /// `client` makes the calls.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>) -> Self {
        Self { client, endpoints }
    }

    /// Reads. No content type goes with it: the API of projects wants none on a GET.
    pub(super) async fn get(
        &self,
        company: Company<'_>,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, ProviderError> {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let separator = if query.is_empty() { "" } else { "?" };
        self.send(company, Method::GET, &format!("{path}{separator}{query}"), None).await
    }

    /// Does anything else, with a JSON body where there is one.
    pub(super) async fn send(
        &self,
        company: Company<'_>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ProviderError> {
        let url = callable(&format!("{}{path}", self.endpoints.api))
            .map_err(|refusal| ProviderError::unanswerable(refusal.to_string()))?;
        let tokens = company.access.tokens().await?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, bearer(&tokens).ok_or(ProviderError::Unauthorized)?);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = body.map(Value::to_string).unwrap_or_default().into();
        let call = Request { method, url, headers, body };
        self.client.send(call).await.map_err(|error| ProviderError::Unavailable(error.to_string()))
    }
}

/// A token that cannot stand in a header is not one that was given.
fn bearer(tokens: &UserTokens) -> Option<HeaderValue> {
    let text = format!("Bearer {}", tokens.token.expose());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
