//! What every part of the engine stands on.

use std::sync::Arc;

use ledgerhook_connector::Connector;
use ledgerhook_store::Store;

use crate::ambient::{Clock, Entropy};
use crate::counters::Counters;
use crate::roster::Roster;
use crate::vault::Vault;

/// Shared by all parts; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) connectors: Arc<Vec<Connector>>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) vault: Vault,
    pub(crate) counters: Arc<Counters>,
}
