//! Reading single records: what a notice points at.

use async_trait::async_trait;
use ledgerhook_model::Change;
use ledgerhook_model::configuration::Configuration;

use crate::access::Access;
use crate::provider_error::ProviderError;

/// Which records to read.
#[derive(Debug, Clone, Copy)]
pub struct RecordsRequest<'a> {
    /// With what.
    pub access: &'a Access,
    /// The instance's configuration without its secrets.
    pub configuration: &'a Configuration,
    /// The kind of record.
    pub resource: &'a str,
    /// The provider's ids.
    pub object_ids: &'a [String],
}

/// The records that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordsPage {
    /// Each record as a feed would tell of it: the same id, version, printed id and form.
    pub found: Vec<Change>,
    /// Ids that the provider does not have (any more).
    pub missing: Vec<String>,
    /// Metered calls that were made.
    pub reads: u32,
}

/// How single records are read.
#[async_trait]
pub trait Records: Send + Sync {
    /// Whether records of this resource can be read.
    fn reads(&self, resource: &str) -> bool;
    /// Reads records in as few calls as possible.
    async fn read(&self, request: RecordsRequest<'_>) -> Result<RecordsPage, ProviderError>;
}
