//! The rules, one function each, in the order of the list in [`super`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use super::{SIGNATURE_KEY, Told, Violation, Written};
use crate::network::Arrival;
use crate::run::{History, Instance};
use crate::setup::Kind;
use crate::world::{Dating, Notice, RecordKey, Stamp, Standing, State};

/// All that is known of an instance at the end.
pub(super) struct Evidence<'a> {
    pub(super) number: usize,
    pub(super) instance: &'a Instance,
    pub(super) arrivals: Vec<Arrival>,
    /// What arrived, repeats included, in order.
    pub(super) told: Vec<Told>,
    pub(super) journal: Vec<Written>,
    pub(super) truth: BTreeMap<RecordKey, State>,
    pub(super) history: &'a History,
    /// Of all instances.
    pub(super) notices: &'a [Notice],
    /// By what the events of a resource are dated.
    pub(super) dating: fn(&str) -> Dating,
}

type Outcome = Result<(), Violation>;

impl Evidence<'_> {
    pub(super) fn check(&self) -> Outcome {
        self.signed()?;
        self.addressed()?;
        self.repeated_alike()?;
        self.complete()?;
        self.in_order()?;
        self.true_to_the_books()?;
        self.once()?;
        self.told_of_notices()?;
        self.told_of_changes()
    }

    fn signed(&self) -> Outcome {
        for Arrival { received, .. } in &self.arrivals {
            let is_right = match self.instance.plan.has_signature_key {
                true => received.is_signed_with(SIGNATURE_KEY),
                false => received.is_signed_by(&self.instance.public_key),
            };
            if !is_right {
                let body = String::from_utf8_lossy(&received.body);
                return Err(self.broken("signed", format!("{:?} {body}", received.headers)));
            }
        }
        Ok(())
    }

    fn addressed(&self) -> Outcome {
        let stranger = self.told.iter().find(|told| told.instance != self.instance.id.0);
        stranger.map_or(Ok(()), |told| {
            Err(self.broken_of("addressed", &told.record, "another instance's event arrived"))
        })
    }

    fn repeated_alike(&self) -> Outcome {
        let mut texts: HashMap<&str, &str> = HashMap::new();
        for told in &self.told {
            let first = texts.entry(&told.id).or_insert(&told.text);
            if *first != told.text {
                let what = format!("{} came as {first} and as {}", told.id, told.text);
                return Err(self.broken_of("repeated alike", &told.record, &what));
            }
        }
        Ok(())
    }

    fn complete(&self) -> Outcome {
        let written: BTreeSet<&str> = self.journal.iter().map(|one| one.id.as_str()).collect();
        if let Some(told) = self.told.iter().find(|told| !written.contains(told.id.as_str())) {
            let what = format!("{} is not in the journal", told.id);
            return Err(self.broken_of("complete", &told.record, &what));
        }
        let well = self.told.iter().filter(|told| told.is_answered_well);
        let arrived: BTreeSet<&str> = well.map(|told| told.id.as_str()).collect();
        match self.journal.iter().find(|one| !arrived.contains(one.id.as_str())) {
            Some(Written { id, record, .. }) => {
                Err(self.broken_of("complete", record, &format!("{id} has not arrived")))
            }
            None => Ok(()),
        }
    }

    fn in_order(&self) -> Outcome {
        let places = self.journal.iter().enumerate().map(|(place, one)| (one.id.as_str(), place));
        let places: HashMap<&str, usize> = places.collect();
        // Of each record, the place of the first event of it in its last notification.
        let mut begun: HashMap<&RecordKey, usize> = HashMap::new();
        for notification in self.told.chunk_by(|one, next| one.arrival == next.arrival) {
            let mut last: HashMap<&RecordKey, &Told> = HashMap::new();
            for told in notification {
                let place = places[told.id.as_str()];
                let earlier = last.insert(&told.record, told);
                let before = match earlier {
                    None => begun.insert(&told.record, place),
                    Some(earlier) => Some(places[earlier.id.as_str()]),
                };
                let is_late = before.is_some_and(|before| before > place);
                if is_late || earlier.is_some_and(|earlier| date_of(earlier) > date_of(told)) {
                    let what = format!("{} arrived after a later event of the record", told.id);
                    return Err(self.broken_of("in order", &told.record, &what));
                }
            }
        }
        Ok(())
    }

    fn true_to_the_books(&self) -> Outcome {
        for told in &self.told {
            let states = self.history.get(&told.record).map(Vec::as_slice).unwrap_or_default();
            let was_then = |state: &&State| state.second == told.second;
            let mut then = states.iter().filter(was_then);
            let is_true = match &told.stamp {
                _ if told.dating != Dating::Notice => {
                    states.iter().any(|state| speaks_of(told, state))
                }
                Stamp::Noticed { .. } => then.next().is_some(),
                Stamp::Read { revision: None, .. } => {
                    then.any(|state| state.standing != Standing::Active)
                }
                // The notice dates the event; its record was read then or later.
                Stamp::Read { revision: Some(read), .. } if told.detection == "webhook" => {
                    let read_at = states.iter().position(|state| state.revision == *read);
                    let told_at = states.iter().position(|state| state.second == told.second);
                    told_at.is_some_and(|told_at| read_at.is_some_and(|at| at >= told_at))
                }
                Stamp::Read { revision: Some(revision), .. } => {
                    then.any(|state| state.revision == *revision)
                }
            };
            if !is_true {
                let what = format!("the record never was as {} says", told.id);
                return Err(self.broken_of("true", &told.record, &what));
            }
        }
        Ok(())
    }

    fn once(&self) -> Outcome {
        for (record, events) in self.distinct() {
            for (at, one) in events.iter().enumerate() {
                let other = events.iter().skip(at + 1).find(|other| are_one_change(one, other));
                // Two notices of one second are two, though their record was read once.
                let are_dated = one.dating == Dating::Notice;
                let other = other.filter(|_| !are_dated || self.notices_like(one) < 2);
                if let Some(other) = other {
                    let what = format!("{} and {} tell of one change", one.id, other.id);
                    return Err(self.broken_of("once", record, &what));
                }
            }
            self.ended_once(record, &events)?;
        }
        Ok(())
    }

    /// Where records are read behind every notice, no end is told of more often than there was one.
    fn ended_once(&self, record: &RecordKey, events: &[&Told]) -> Outcome {
        let ends = |told: &&&Told| told.dating != Dating::Notice && told.kind == "DELETED";
        let told = events.iter().filter(ends).count();
        let states = self.history.get(record).into_iter().flatten();
        let ends = states.filter(|state| state.standing == Standing::Gone).count();
        match told > ends {
            true => Err(self.broken_of("once", record, &format!("{told} ends are told of {ends}"))),
            false => Ok(()),
        }
    }

    /// How many accepted notices told of what an event tells.
    fn notices_like(&self, event: &Told) -> usize {
        let plan = &self.instance.plan;
        let is_like = |notice: &&Notice| {
            notice.is_accepted
                && (notice.organization, notice.company) == (plan.organization, plan.company)
                && (&notice.record, notice.kind, notice.second)
                    == (&event.record, event.kind.as_str(), event.second)
        };
        self.notices.iter().filter(is_like).count()
    }

    fn told_of_notices(&self) -> Outcome {
        let plan = &self.instance.plan;
        let distinct = self.distinct();
        for notice in self.accepted_notices() {
            let events = distinct.get(&notice.record).map(Vec::as_slice).unwrap_or_default();
            let tells = |event: &&Told| match event.stamp {
                Stamp::Noticed { .. } if event.dating == Dating::Notice => {
                    let is_kind = event.kind == notice.kind || plan.kind == Kind::Hybrid;
                    event.second == notice.second && is_kind
                }
                Stamp::Noticed { .. } | Stamp::Read { .. } => {
                    event.second >= self.told_from(notice)
                }
            };
            if !events.iter().any(tells) {
                let what = format!("no event of an accepted notice: {notice:?}");
                return Err(self.broken_of("told (notices)", &notice.record, &what));
            }
        }
        Ok(())
    }

    /// From which second on an event tells of a notice. Where notices say nothing, one of a record
    /// that has ended already says no more than its end did: FreshBooks may not show it any more.
    fn told_from(&self, notice: &Notice) -> i64 {
        let states = self.history.get(&notice.record).map(Vec::as_slice).unwrap_or_default();
        let by_then = states.iter().rev().skip_while(|state| state.second > notice.second);
        let ended = by_then.take_while(|state| state.standing == Standing::Gone).last();
        let says_nothing = (self.dating)(&notice.record.0) != Dating::Notice;
        ended.filter(|_| says_nothing).map_or(notice.second, |ended| ended.second)
    }

    fn told_of_changes(&self) -> Outcome {
        let distinct = self.distinct();
        let plan = &self.instance.plan;
        for (record, state) in self.truth.iter().filter(|(record, _)| plan.tells_of(&record.0)) {
            if self.instance.baseline.get(record) == Some(state) {
                continue;
            }
            let events = distinct.get(record).map(Vec::as_slice).unwrap_or_default();
            let is_polled = self.instance.plan.kind.polls() && state.is_seen_by_polls;
            if !is_polled && !self.is_read_behind_a_notice(record, state) {
                // Only its notice could tell, which rule 8 is about.
                continue;
            }
            // `max_by_key` takes the last of equals, which is the last to arrive.
            let Some(last) = events.iter().max_by_key(|event| date_of(event)) else {
                return Err(self.broken_of("told (polls)", record, "the record has no event"));
            };
            if !is_last_state(last, state) {
                let what = format!("the last event is {}, which is not {state:?}", last.id);
                return Err(self.broken_of("told (polls)", record, &what));
            }
        }
        Ok(())
    }

    /// Whether the provider's last notice of a record was accepted, and is one that says nothing of
    /// it, so that the record was read after that.
    fn is_read_behind_a_notice(&self, record: &RecordKey, state: &State) -> bool {
        let is_last = |notice: &Notice| notice.record == *record && notice.second >= state.second;
        (self.dating)(&record.0) != Dating::Notice && self.accepted_notices().any(is_last)
    }

    /// Those that were made for the instance and answered 200.
    fn accepted_notices(&self) -> impl Iterator<Item = &Notice> {
        let plan = &self.instance.plan;
        let is_own = |notice: &&Notice| {
            notice.is_accepted
                && (notice.organization, notice.company) == (plan.organization, plan.company)
        };
        let takes = plan.kind.takes_notices();
        self.notices.iter().filter(move |notice| takes && is_own(notice))
    }

    /// The first arrival of each event, by record.
    fn distinct(&self) -> BTreeMap<&RecordKey, Vec<&Told>> {
        let mut seen = BTreeSet::new();
        let mut by_record: BTreeMap<&RecordKey, Vec<&Told>> = BTreeMap::new();
        for told in &self.told {
            if seen.insert(told.id.as_str()) {
                by_record.entry(&told.record).or_default().push(told);
            }
        }
        by_record
    }

    fn broken(&self, rule: &'static str, what: String) -> Violation {
        let plan = &self.instance.plan;
        Violation { rule, what: format!("instance {} ({plan:?}): {what}", self.number) }
    }

    /// A violation with all that is known of the record.
    fn broken_of(&self, rule: &'static str, record: &RecordKey, what: &str) -> Violation {
        let (resource, id) = record;
        let mut text = format!("{resource} {id}: {what}\n  in the books:\n");
        for state in self.history.get(record).into_iter().flatten() {
            let second = ledgerhook_model::Moment::from_millis(state.second * 1_000);
            let State { revision, standing, .. } = state;
            let second = second.to_iso_seconds();
            writeln!(text, "    {second} revision {revision}, {standing:?}").expect("memory");
        }
        text.push_str("  notices:\n");
        let plan = &self.instance.plan;
        let of_it = |notice: &&Notice| {
            notice.record == *record
                && (notice.organization, notice.company) == (plan.organization, plan.company)
        };
        for notice in self.notices.iter().filter(of_it) {
            let second = ledgerhook_model::Moment::from_millis(notice.second * 1_000);
            let (second, accepted) = (second.to_iso_seconds(), notice.is_accepted);
            writeln!(text, "    {second} {}, accepted: {accepted}", notice.kind).expect("memory");
        }
        text.push_str("  in the journal:\n");
        for one in self.journal.iter().filter(|one| one.record == *record) {
            writeln!(text, "    {} {}", one.id, one.text).expect("memory");
        }
        text.push_str("  arrived:\n");
        for told in self.told.iter().filter(|told| told.record == *record) {
            writeln!(text, "    {told}").expect("memory");
        }
        self.broken(rule, text)
    }
}

/// What the events of a record are replayed by, before their arrival. Dates have whole seconds;
/// within one, the creation comes first and the end last.
fn date_of(event: &Told) -> (i64, u8) {
    let place = match event.kind.as_str() {
        "CREATED" => 0,
        "DELETED" => 2,
        _ => 1,
    };
    (event.second, place)
}

/// Whether an event speaks of a state, where notices say nothing of it.
fn speaks_of(told: &Told, state: &State) -> bool {
    let was_by_then = state.second <= told.second;
    let is_end = state.standing == Standing::Gone;
    match &told.stamp {
        Stamp::Noticed { .. } => was_by_then,
        Stamp::Read { revision: None, .. } => is_end && was_by_then,
        Stamp::Read { revision: Some(revision), .. } => {
            let is_then = match told.dating {
                Dating::Reading => was_by_then,
                Dating::Notice | Dating::Record => state.second == told.second,
            };
            *revision == state.revision && is_then && is_end == (told.kind == "DELETED")
        }
    }
}

/// Whether two events of one record tell of the same change.
fn are_one_change(one: &Told, other: &Told) -> bool {
    if one.dating != Dating::Notice {
        // Nothing tells two notices apart that say nothing.
        return matches!(
            (&one.stamp, &other.stamp),
            (Stamp::Read { revision: Some(first), .. }, Stamp::Read { revision: Some(second), .. })
                if first == second
        );
    }
    let is_same_second = one.second == other.second;
    match (&one.stamp, &other.stamp) {
        (Stamp::Noticed { time: one_time }, Stamp::Noticed { time: other_time }) => {
            one_time == other_time && one.kind == other.kind
        }
        (Stamp::Read { revision: first, .. }, Stamp::Read { revision: second, .. }) => {
            let by_notice = [one, other].iter().any(|told| told.detection == "webhook");
            is_same_second && first == second && (one.kind == other.kind || !by_notice)
        }
        _ => {
            let phase = |told: &Told| (told.kind == "CREATED", told.kind == "DELETED");
            is_same_second && phase(one) == phase(other)
        }
    }
}

/// Whether the last event of a record tells where it stands in the books.
fn is_last_state(last: &Told, state: &State) -> bool {
    let tells_end = last.kind == "DELETED";
    let is_its_second = last.second == state.second;
    match (state.standing, &last.stamp) {
        (Standing::Gone, _) => tells_end,
        (Standing::Active, Stamp::Noticed { .. }) if last.dating != Dating::Notice => {
            !tells_end && last.second >= state.second
        }
        (Standing::Inactive, Stamp::Noticed { .. }) => tells_end || is_its_second,
        (Standing::Inactive, Stamp::Read { is_active, .. }) => tells_end || !is_active,
        (Standing::Active, Stamp::Noticed { .. }) => !tells_end && is_its_second,
        (Standing::Active, Stamp::Read { revision, .. }) => {
            !tells_end && revision.as_ref() == Some(&state.revision)
        }
    }
}

#[cfg(test)]
mod tests;
