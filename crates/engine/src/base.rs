//! What every part of the engine stands on.

use std::sync::Arc;

use ledgerhook_connector::Connector;
use ledgerhook_model::Month;
use ledgerhook_store::Store;

use crate::ambient::{Clock, Entropy};
use crate::counters::Counters;
use crate::last_notices::LastNotices;
use crate::reads::Reads;
use crate::roster::{Roster, Seat};
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
    pub(crate) reads: Arc<Reads>,
    pub(crate) last_notices: Arc<LastNotices>,
}

impl Base {
    /// Why the provider is asked nothing more for an instance this month, in words for people: the
    /// reads of its app are used. `None` when it may be asked.
    pub(crate) fn spent_budget(&self, seat: &Seat) -> Option<String> {
        let app = self.roster.app_of(seat)?;
        let budget = app.budget()?;
        let now = self.clock.now();
        if self.reads.of_app(app.id, now) < budget {
            return None;
        }
        let next = Month::of(now).next().start().to_iso_seconds();
        Some(format!(
            "the {budget} reads a month of the app {} are used; wait until {next}, or raise its \
             readBudget",
            app.name
        ))
    }
}
