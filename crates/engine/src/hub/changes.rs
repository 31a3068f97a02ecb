//! `/changes`: what changed since a moment, over several resources (reference: cloud-elements
//! §6.6). It is asked of the provider's change feeds, which is one call for most resources where
//! a list of each would be one call each, and tells of deletions too.

use ledgerhook_connector::ChangeFeed;
use ledgerhook_model::ceql::{self, Comparison, Operator, Test};
use ledgerhook_model::{Change, Moment};

use super::{HubInstance, wrong};
use crate::refusal::Refusal;

/// The column of `where` that says since when.
const CHANGED_SINCE: &str = "changedSince";
/// The column of `where`, or the parameter, that names resources.
const ENTITIES: &str = "entities";

/// Which changes are asked for, in the words of the request.
#[derive(Debug, Clone, Default)]
pub struct ChangesQuestion {
    /// `where`: `changedSince='2026-01-31T00:00:00Z'`, and perhaps `entities='products,bills'`.
    pub condition: String,
    /// `entities`: names with commas between them; all that have a feed when there are none.
    pub entities: Option<String>,
    /// Where the page before ended, which takes the place of `changedSince`.
    pub next: Option<Moment>,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesPage {
    /// The changes, in order of time.
    pub changes: Vec<Change>,
    /// Where the next page begins; `None` when these are all up to now.
    pub next: Option<Moment>,
}

impl HubInstance<'_> {
    /// What changed of some resources, from a moment on, inclusive.
    pub async fn changes(&self, question: &ChangesQuestion) -> Result<ChangesPage, Refusal> {
        self.check_enabled()?;
        let read = Question::read(question)?;
        let resources = self.resources_with_feed(read.entities.as_deref())?;
        let since = question.next.unwrap_or(read.since);
        let mut page = ChangesPage { changes: Vec::new(), next: None };
        for feed in &self.connector.feeds {
            let own: Vec<_> =
                resources.iter().filter(|name| self.covers(&**feed, name)).cloned().collect();
            if own.is_empty() {
                continue;
            }
            let found = self.calls.changes(&**feed, &self.seat, &own, since).await?;
            page.changes.extend(found.changes);
            if found.more {
                let until = found.provider_time;
                page.next = Some(page.next.map_or(until, |next| next.min(until)));
            }
        }
        // What another feed knows of later comes again with the next page.
        page.changes.retain(|change| page.next.is_none_or(|next| change.changed_at < next));
        page.changes.sort_by_key(|change| change.changed_at);
        Ok(page)
    }

    fn covers(&self, feed: &dyn ChangeFeed, resource: &str) -> bool {
        feed.covers(resource, &self.seat.configuration)
    }

    /// The resources of a list of names, or all that a feed tells of.
    fn resources_with_feed(&self, names: Option<&str>) -> Result<Vec<String>, Refusal> {
        let known: Vec<&str> = self.connector.profile.resource_names();
        let is_told = |name: &str| {
            known.contains(&name)
                && self.connector.feeds.iter().any(|feed| self.covers(&**feed, name))
        };
        let told: Vec<&str> = known.iter().copied().filter(|name| is_told(name)).collect();
        let Some(names) = names else {
            return Ok(told.into_iter().map(str::to_owned).collect());
        };
        let mut chosen = Vec::new();
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !told.contains(&name) {
                let problem =
                    format!("no changes are told of `{name}`; known: {}", told.join(", "));
                return Err(wrong(ENTITIES, &problem));
            }
            if !chosen.iter().any(|other| other == name) {
                chosen.push(name.to_owned());
            }
        }
        Ok(chosen)
    }
}

/// A question that was understood.
struct Question {
    since: Moment,
    entities: Option<String>,
}

impl Question {
    fn read(question: &ChangesQuestion) -> Result<Self, Refusal> {
        const FORM: &str = "write changedSince='2026-01-31T00:00:00Z'";
        let condition = ceql::parse(&question.condition)
            .map_err(|error| wrong("where", &format!("{error}; {FORM}")))?;
        let unreadable = || wrong("where", &FORM);
        let mut since = None;
        let mut entities = question.entities.clone();
        for comparison in condition.conjunction().ok_or_else(unreadable)? {
            let Comparison { field, test } = comparison;
            match (field.as_str(), test) {
                (
                    CHANGED_SINCE,
                    Test::Compare(Operator::Equal | Operator::GreaterOrEqual, value),
                ) => {
                    let millis = || value.text().parse().ok().map(Moment::from_millis);
                    since = Some(value.moment().or_else(millis).ok_or_else(unreadable)?);
                }
                (ENTITIES, Test::Compare(Operator::Equal, value)) => {
                    entities = Some(value.text().to_owned());
                }
                _ => {
                    let problem = format!("`{field}` cannot stand here; {FORM}");
                    return Err(wrong("where", &problem));
                }
            }
        }
        Ok(Self { since: since.ok_or_else(unreadable)?, entities })
    }
}
