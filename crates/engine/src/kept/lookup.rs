//! Asking the provider of which kind a record is that a notice names by several.
//!
//! It is never guessed. A record is of the only candidate that has its id, where all candidates
//! could be looked at; else of the only one whose record was changed in the second that the notice
//! names. That a record is not there says nothing of one that was deleted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ledgerhook_connector::{Connector, NoticeEntry, RecordsPage};
use ledgerhook_model::{ChangeKind, NoticeId};

use super::obstacle::{NotNow, Obstacle, Unanswered};
use crate::calls::Calls;
use crate::roster::Seat;

/// The questions of one visit.
#[derive(Debug)]
pub(super) struct Lookup<'a> {
    calls: &'a Calls,
    connector: &'a Connector,
    /// The provider gave no answer, and is asked no more in this visit.
    pub(super) unanswered: Option<Unanswered>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(calls: &'a Calls, connector: &'a Connector) -> Self {
        Self { calls, connector, unanswered: None }
    }

    /// Gives those entries of a notice their resource whose provider knows it. `seats` are
    /// instances of their company.
    pub(super) async fn tell_apart(
        &mut self,
        notice: NoticeId,
        seats: &[Arc<Seat>],
        entries: &mut [NoticeEntry],
    ) {
        let asked = questions(entries);
        if asked.is_empty() || self.unanswered.is_some() {
            return;
        }
        match self.ask(seats, asked).await {
            Ok(found) => entries.iter_mut().for_each(|entry| found.tell(entry)),
            Err(NotNow { wait, .. }) => self.unanswered = Some(Unanswered { from: notice, wait }),
        }
    }

    async fn ask(
        &self,
        seats: &[Arc<Seat>],
        asked: BTreeMap<Arc<str>, BTreeSet<String>>,
    ) -> Result<Found, NotNow> {
        let mut found = Found::default();
        let Some(records) = self.connector.records.as_deref() else { return Ok(found) };
        for (resource, ids) in asked {
            let ids: Vec<String> = ids.into_iter().collect();
            if !records.reads(&resource) {
                continue;
            }
            for seat in seats {
                let read = self.calls.records(records, seat, &resource, &ids).await;
                match read.map_err(Obstacle::from) {
                    Ok(page) => {
                        found.take(resource, page);
                        break;
                    }
                    Err(Obstacle::NotNow(not_now)) => return Err(not_now),
                    Err(Obstacle::ShutOut(_) | Obstacle::Declined(_)) => {}
                }
            }
        }
        Ok(found)
    }
}

/// The ids to look up, by the resource that they may be of.
fn questions(entries: &[NoticeEntry]) -> BTreeMap<Arc<str>, BTreeSet<String>> {
    let mut asked: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
    for entry in entries {
        for candidate in &entry.candidates {
            let ids = asked.entry(Arc::clone(candidate)).or_default();
            ids.insert(entry.change.object_id.clone());
        }
    }
    asked
}

/// What the provider has.
#[derive(Debug, Default)]
struct Found {
    /// For each resource that could be looked at, the second of the last change of each record.
    seconds: HashMap<Arc<str>, HashMap<String, i64>>,
}

impl Found {
    fn take(&mut self, resource: Arc<str>, page: RecordsPage) {
        let second = |change: ledgerhook_model::Change| {
            let second = change.changed_at.seconds();
            (change.object_id, second)
        };
        self.seconds.insert(resource, page.found.into_iter().map(second).collect());
    }

    /// Gives an entry its resource, when it is known.
    fn tell(&self, entry: &mut NoticeEntry) {
        if let Some(resource) = self.resource_of(entry) {
            entry.change.resource = resource;
            entry.candidates.clear();
        }
    }

    fn resource_of(&self, entry: &NoticeEntry) -> Option<Arc<str>> {
        let NoticeEntry { change, candidates, .. } = entry;
        let second = |candidate: &Arc<str>| self.seconds.get(candidate)?.get(&change.object_id);
        let having: Vec<&Arc<str>> =
            candidates.iter().filter(|candidate| second(candidate).is_some()).collect();
        let all_seen = candidates.iter().all(|candidate| self.seconds.contains_key(candidate));
        if let [one] = having.as_slice()
            && all_seen
            && change.kind != ChangeKind::Deleted
        {
            return Some(Arc::clone(one));
        }
        let told_of = change.changed_at.seconds();
        let mut changed_then =
            having.into_iter().filter(|candidate| second(candidate) == Some(&told_of));
        match (changed_then.next(), changed_then.next()) {
            (Some(one), None) => Some(Arc::clone(one)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ledgerhook_model::{Change, Moment, Version};

    use super::*;

    fn change(object_id: &str, kind: ChangeKind, second: i64) -> Change {
        Change {
            resource: Arc::default(),
            object_id: object_id.to_owned(),
            printed_id: None,
            version: Version::Noticed(String::new()),
            kind,
            changed_at: Moment::from_millis(second * 1_000 + 500),
            record: Arc::from("{}"),
        }
    }

    /// What a look at one kind of record came to.
    #[derive(Debug, Clone, Copy)]
    enum Look {
        NotPossible,
        Missing,
        ChangedAt(i64),
    }

    /// Looks for the record 5; each kind has another record, changed in second 9.
    fn found(looks: [(&str, Look); 2]) -> Found {
        let mut found = Found::default();
        for (resource, look) in looks {
            let mut records = vec![change("6", ChangeKind::Updated, 9)];
            match look {
                Look::NotPossible => continue,
                Look::Missing => {}
                Look::ChangedAt(second) => records.push(change("5", ChangeKind::Updated, second)),
            }
            let page = RecordsPage { found: records, ..RecordsPage::default() };
            found.take(Arc::from(resource), page);
        }
        found
    }

    #[test]
    fn a_record_is_of_the_only_candidate_that_has_it_or_was_changed_then() {
        use ChangeKind::{Deleted, Merged, Updated};
        use Look::{ChangedAt, Missing, NotPossible};
        for (kind, bill, product, expected) in [
            (Updated, Missing, ChangedAt(1), "products"),
            (Updated, ChangedAt(1), Missing, "bills"),
            (Merged, Missing, ChangedAt(1), "products"),
            (Updated, Missing, Missing, ""),
            (Updated, ChangedAt(9), ChangedAt(1), "bills"),
            (Updated, ChangedAt(9), ChangedAt(9), ""),
            (Updated, ChangedAt(1), ChangedAt(1), ""),
            (Updated, NotPossible, ChangedAt(1), ""),
            (Updated, NotPossible, ChangedAt(9), "products"),
            (Updated, NotPossible, NotPossible, ""),
            (Deleted, Missing, ChangedAt(1), ""),
            (Deleted, Missing, ChangedAt(9), "products"),
        ] {
            let mut entry = NoticeEntry {
                company: "1".to_owned(),
                change: change("5", kind, 9),
                is_dated: true,
                candidates: vec![Arc::from("bills"), Arc::from("products")],
            };
            found([("bills", bill), ("products", product)]).tell(&mut entry);
            let case = format!("{kind}: bill {bill:?}, product {product:?}");
            assert_eq!(&*entry.change.resource, expected, "{case}");
            assert_eq!(entry.candidates.is_empty(), !expected.is_empty(), "{case}");
        }
    }

    #[test]
    fn an_entry_that_says_what_it_is_of_stays_as_it_is() {
        let mut entry = NoticeEntry {
            company: "1".to_owned(),
            change: Change { resource: Arc::from("terms"), ..change("5", ChangeKind::Updated, 9) },
            is_dated: true,
            candidates: Vec::new(),
        };
        let before = entry.clone();
        assert!(questions(std::slice::from_ref(&entry)).is_empty());
        found([("bills", Look::ChangedAt(9)), ("products", Look::Missing)]).tell(&mut entry);
        assert_eq!(entry, before);
    }
}
