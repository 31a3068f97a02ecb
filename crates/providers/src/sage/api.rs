//! Calls to Sage's API for one company: where they go and what they carry (reference:
//! freshbooks-sage §2.1).

mod headers;

use std::sync::Arc;

use ledgerhook_connector::{Access, ProviderError};
use ledgerhook_egress::{Answer, Client, Request};
use ledgerhook_model::configuration::Configuration;
use url::form_urlencoded;

use super::dialect::Dialect;
use super::endpoints::Endpoints;
use crate::settings::callable;

/// A company, and with what it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Company<'a> {
    /// Its id and tokens.
    pub(super) access: &'a Access,
    /// The configuration of its instance.
    pub(super) configuration: &'a Configuration,
}

impl Company<'_> {
    /// The generation of API in which it is read.
    pub(super) fn dialect(self) -> Result<Dialect, ProviderError> {
        Dialect::of(self.configuration).map_err(|error| {
            ProviderError::unanswerable(format!("configuration.{}: {}", error.key, error.problem))
        })
    }
}

/// Makes a text that no other call has; `None` when there is no chance to be had.
pub(super) type NonceSource = fn() -> Option<String>;

/// Sage's API.
#[derive(Debug)]
pub(super) struct Api {
    client: Client,
    endpoints: Arc<Endpoints>,
    nonces: NonceSource,
}

impl Api {
    /// `client` makes the calls, `nonces` go into signed ones.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>, nonces: NonceSource) -> Self {
        Self { client, endpoints, nonces }
    }

    /// Asks for what is at a path, as [`list_path`] and [`record_path`] make it. The answer is one
    /// of any status.
    pub(super) async fn get(
        &self,
        company: Company<'_>,
        path: &str,
    ) -> Result<Answer, ProviderError> {
        let dialect = company.dialect()?;
        let url = callable(&format!("{}/{path}", self.endpoints.api(dialect)))
            .map_err(|refusal| ProviderError::unanswerable(refusal.to_string()))?;
        let mut call = Request::get(url);
        call.headers = headers::of(company, dialect, &call, self.nonces).await?;
        self.client
            .send(call)
            .await
            .map_err(|error| ProviderError::Unavailable(format!("{error}{}", dialect.retirement())))
    }
}

/// The path of a page of a list.
pub(super) fn list_path(endpoint: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{endpoint}?{query}")
}

/// The path of a whole record; `None` for what cannot be an id.
pub(super) fn record_path(endpoint: &str, id: &str) -> Option<String> {
    is_id(id).then(|| format!("{endpoint}/{id}"))
}

/// Longest id, in bytes; Sage's own have 32 hexadecimal digits or are short words.
const ID_BYTES_MAX: usize = 128;

/// Whether a text may be the id of a record: nothing that would lead elsewhere in a path.
fn is_id(text: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !text.is_empty() && text.len() <= ID_BYTES_MAX && text.bytes().all(is_of_id)
}

#[cfg(test)]
mod tests;
