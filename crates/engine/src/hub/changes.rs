//! `/changes`: what changed since a moment, over several resources (reference: cloud-elements
//! §6.6). It is asked of the provider's change feeds, which is one call for most resources where
//! a list of each would be one call each, and tells of deletions too.

use ledgerhook_connector::{ChangeFeed, FeedPage};
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

impl ChangesPage {
    /// What several feeds found. They are complete up to different moments: the page ends at the
    /// earliest, and what is known of later comes again with the next page.
    fn of(findings: Vec<FeedPage>) -> Self {
        let unfinished = findings.iter().filter(|found| found.more);
        let next = unfinished.map(|found| found.provider_time).min();
        let all = findings.into_iter().flat_map(|found| found.changes);
        let mut changes: Vec<Change> =
            all.filter(|change| next.is_none_or(|next| change.changed_at < next)).collect();
        changes.sort_by_key(|change| change.changed_at);
        Self { changes, next }
    }
}

impl HubInstance<'_> {
    /// What changed of some resources, from a moment on, inclusive.
    pub async fn changes(&self, question: &ChangesQuestion) -> Result<ChangesPage, Refusal> {
        self.check_readable()?;
        let read = Question::read(question)?;
        let resources = self.resources_with_feed(read.entities.as_deref())?;
        let since = question.next.unwrap_or(read.since);
        let mut findings = Vec::with_capacity(self.connector.feeds.len());
        for feed in &self.connector.feeds {
            let is_own = |name: &&String| self.covers(&**feed, name);
            let own: Vec<String> = resources.iter().filter(is_own).cloned().collect();
            if !own.is_empty() {
                findings.push(self.calls.changes(&**feed, &self.seat, &own, since).await?);
            }
        }
        Ok(ChangesPage::of(findings))
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

#[cfg(test)]
mod tests {
    use ledgerhook_model::{ChangeKind, Version};

    use super::*;

    fn change(object_id: &str, second: i64) -> Change {
        Change {
            resource: "bills".into(),
            object_id: object_id.to_owned(),
            printed_id: None,
            version: Version::Revision("0".to_owned()),
            kind: ChangeKind::Updated,
            changed_at: Moment::from_millis(second * 1_000),
            record: "{}".into(),
        }
    }

    fn found(changes: &[(&str, i64)], until: i64, more: bool) -> FeedPage {
        FeedPage {
            changes: changes.iter().map(|(id, second)| change(id, *second)).collect(),
            provider_time: Moment::from_millis(until * 1_000),
            reads: 1,
            more,
            note: None,
        }
    }

    fn ids(page: &ChangesPage) -> Vec<&str> {
        page.changes.iter().map(|change| change.object_id.as_str()).collect()
    }

    #[test]
    fn finished_feeds_make_one_last_page_in_order_of_time() {
        let findings = vec![found(&[("a", 1), ("c", 3)], 9, false), found(&[("b", 2)], 5, false)];
        let page = ChangesPage::of(findings);
        assert_eq!((ids(&page), page.next), (vec!["a", "b", "c"], None));
    }

    #[test]
    fn a_page_ends_where_the_first_unfinished_feed_does() {
        let findings = vec![
            found(&[("a", 1), ("d", 4), ("e", 7)], 9, false),
            found(&[("b", 2), ("c", 4)], 4, true),
            found(&[], 6, true),
        ];
        let page = ChangesPage::of(findings);
        assert_eq!((ids(&page), page.next), (vec!["a", "b"], Some(Moment::from_millis(4_000))));
    }
}
