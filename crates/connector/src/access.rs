//! With what a company is read.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_model::Secret;

use crate::credentials::{ClientCredentials, UserTokens};
use crate::provider_error::ProviderError;

/// Where the tokens of calls come from.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// Tokens that are good for one call from now on, refreshed where the old ones are about to
    /// end. Asked for before each call, because a walk over many pages may outlive a token (Sage:
    /// 5 minutes).
    async fn tokens(&self) -> Result<UserTokens, ProviderError>;
    /// A secret entry of the instance's configuration, which the configuration of a question lacks:
    /// what signs calls beside a token. `None` when the instance has none.
    fn secret(&self, _key: &str) -> Option<Secret> {
        None
    }
}

/// Tokens that stay as they are, for one call or for a test.
#[async_trait]
impl TokenSource for UserTokens {
    async fn tokens(&self) -> Result<UserTokens, ProviderError> {
        Ok(self.clone())
    }
}

/// A company, and by whose authority it is read.
#[derive(Debug, Clone)]
pub struct Access {
    /// The company's id at the provider.
    pub company: String,
    /// Those of the provider app; they sign calls of OAuth 1.0a.
    pub credentials: ClientCredentials,
    /// Where the tokens of each call come from.
    pub source: Arc<dyn TokenSource>,
}

impl Access {
    /// The tokens of the next call.
    pub async fn tokens(&self) -> Result<UserTokens, ProviderError> {
        self.source.tokens().await
    }

    /// A secret entry of the instance's configuration.
    pub fn secret(&self, key: &str) -> Option<Secret> {
        self.source.secret(key)
    }
}
