//! What must be true at the end of a run, and what is not looked at.
//!
//! Of every instance, from what arrived at its callback, what the journal holds, and what the books
//! and the provider's own records say:
//!
//! 1. **Signed.** Every notification carries a right signature: with the instance's key the
//!    original's and `v1`, without one the organisation's `v1a`.
//! 2. **Addressed.** It names the instance whose callback it came to.
//! 3. **Repeated alike.** An event id always comes with the same event and the same record.
//! 4. **Complete.** Every event of the journal arrived and was answered 200, and nothing arrived
//!    that is not in the journal.
//! 5. **In order.** The events of one record arrive in the order of the journal, repeats included;
//!    within one notification, in the order of their dates.
//! 6. **True.** Every event speaks of a state that the record had: of its revision and second when
//!    it was read, of its second when only a notice is known.
//! 7. **Once.** No two events speak of one change: not two reads of one revision (but for two
//!    operations that notices tell apart), not two notices of one time and operation, not a notice
//!    and a read of one second unless one of them alone tells of the
//!    creation, or of the end.
//! 8. **Told (notices).** For each notice that was answered 200 there is an event: with its second
//!    and its operation where only notices are events; with its second, or of a later read of the
//!    record, otherwise.
//! 9. **Told (polls).** Replayed by their date, then by arrival, the events of each record that
//!    changed since the connection end with its state in the books: gone or not; and the last one's
//!    revision is that of the books or, if only a notice is known, its second is. Dates have whole
//!    seconds; within one, a creation comes first and a deletion last, however late a notice was.
//!
//! Where notices say nothing but which record (FreshBooks), a record is read behind each of them,
//! and dates its event. Then, instead:
//!
//! - to 6: what does not say when it changed, and what is gone, is dated by when that was seen;
//! - to 7: no two events speak of one content, and no end is told of more often than there was one;
//! - to 8: the event of a notice is of its second or later; one of a record that has ended already
//!   is told by the end;
//! - to 9: it holds without polls, too, when the provider's last notice of the record was accepted.
//!
//! An event is a read when its `objectId` has a revision (`12|3`) or its record is what change data
//! capture leaves of a deleted one; it is a notice when its record is the provider's entry. Both
//! are accepted of any way of detection.
//!
//! Not looked at: the other contents of records; how soon events arrive; what change data capture
//! cannot tell (a deleted time activity whose notice was lost), nor a list of FreshBooks (a deleted
//! tax, any service); whether a deactivation that a notice calls an update is told as a deletion;
//! events of resources that an instance does not list; retention. Parked deliveries do not occur,
//! since no callback misbehaves for long enough.

mod events;
mod rules;

use std::fmt;

use ledgerhook_engine::store::journal::{EventFilter, EventRecord};
use ledgerhook_model::Detection;

use crate::run::{Instance, Run};
use crate::world::{RecordKey, World};
pub(crate) use events::{Told, events_of};

/// `event.notification.signature.key` of the instances that have one.
pub(crate) const SIGNATURE_KEY: &str = "signature-key-of-the-receiver";

/// A page of the journal.
const PAGE: usize = 500;

/// A rule that was broken.
#[derive(Debug)]
pub(crate) struct Violation {
    rule: &'static str,
    what: String,
}

impl Violation {
    pub(crate) fn of_the_run(rule: &'static str, what: String) -> Self {
        Self { rule, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.what)
    }
}

/// An event of the journal.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) id: String,
    pub(crate) record: RecordKey,
    pub(crate) text: String,
}

/// Looks at every instance; the first rule that is broken.
pub(crate) async fn check<W: World>(run: &mut Run<W>) -> Result<(), Violation> {
    run.figures.polls += run.process().gateway.counters().polls;
    run.figures.provider_calls += run.world.calls();
    let notices = run.world.notices();
    run.figures.notices += u64::try_from(notices.len()).unwrap();
    let mut events = 0;
    let mut repeats = 0;
    for (number, instance) in run.instances.iter().enumerate() {
        let journal = journal(run, instance).await;
        let arrivals = run.network.desk.callbacks.at(&instance.path);
        let told = events_of::<W>(&arrivals);
        events += journal.len();
        repeats += told.len() - journal.len().min(told.len());
        let truth = run.world.records(instance.plan.company);
        let history = &run.histories[instance.plan.company];
        let evidence = rules::Evidence {
            number,
            instance,
            arrivals,
            told,
            journal,
            truth,
            history,
            notices: &notices,
            dating: W::dating,
        };
        evidence.check()?;
    }
    run.figures.events += u64::try_from(events).unwrap();
    run.figures.repeats += u64::try_from(repeats).unwrap();
    Ok(())
}

/// The events of an instance's books, oldest first.
async fn journal<W: World>(run: &Run<W>, instance: &Instance) -> Vec<Written> {
    let organization = run.organizations[instance.plan.organization].id;
    let gateway = run.process().gateway;
    let mut written = Vec::new();
    let mut before = None;
    loop {
        let filter = EventFilter { instance: Some(instance.id), before, limit: PAGE };
        let page = gateway.events(organization, filter).await.expect("a working store");
        // What the gateway tells of a connection is of no books.
        let of_books = |record: &EventRecord| record.event.detection != Detection::Gateway;
        for record in page.records.into_iter().filter(of_books) {
            let change = &record.event.change;
            written.push(Written {
                id: record.event.id.to_string(),
                record: (change.resource.to_string(), change.object_id.clone()),
                text: format!("{} {} {:?}", change.kind, change.version.to_key(), record.status),
            });
        }
        before = page.next;
        if before.is_none() {
            written.reverse();
            return written;
        }
    }
}
