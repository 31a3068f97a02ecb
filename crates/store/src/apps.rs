//! Provider apps of organisations: what a software company registered with a provider.

use async_trait::async_trait;
use ledgerhook_model::{AppId, Moment, OrganizationId};

use crate::StoreError;

/// A provider app. Its client secret and verifier token are inside `sealed_secrets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Whose app it is.
    pub organization: OrganizationId,
    /// The element key, `quickbooks`.
    pub element: String,
    /// Its name.
    pub name: String,
    /// `production` or `development`.
    pub environment: String,
    /// The client id; unique within organisation and element. Public: it stands in every
    /// authorisation URL.
    pub api_key: String,
    /// Client secret and verifier token, encrypted.
    pub sealed_secrets: Vec<u8>,
    /// Reads a month that may be spent; no limit when `None`.
    pub read_budget: Option<i64>,
    /// When it was made.
    pub created_at: Moment,
}

/// An app to be made: an [`App`] without an id.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// See [`App::organization`].
    pub organization: OrganizationId,
    /// See [`App::element`].
    pub element: String,
    /// See [`App::name`].
    pub name: String,
    /// See [`App::environment`].
    pub environment: String,
    /// See [`App::api_key`]; [`StoreError::Exists`] when taken.
    pub api_key: String,
    /// See [`App::sealed_secrets`].
    pub sealed_secrets: Vec<u8>,
    /// See [`App::read_budget`].
    pub read_budget: Option<i64>,
    /// Now.
    pub created_at: Moment,
}

/// Provider apps.
#[async_trait]
pub trait Apps {
    /// Makes an app.
    async fn create_app(&self, new: NewApp) -> Result<App, StoreError>;
    /// Stores `app` over the row with its id and organisation; false when there is none.
    async fn update_app(&self, app: App) -> Result<bool, StoreError>;
    /// Removes an app; false when the organisation has no such app.
    async fn delete_app(&self, organization: OrganizationId, id: AppId)
    -> Result<bool, StoreError>;
    /// All apps of all organisations, by id: what the gateway routes notices by.
    async fn all_apps(&self) -> Result<Vec<App>, StoreError>;
}
