//! Whatever is done, the embedded store answers what the in-memory store answers.

use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::delivery::{NextStep, ParkReason};
use ledgerhook_model::{DeliveryId, InstanceId, NoticeId, Version};
use ledgerhook_store::Store;
use ledgerhook_store::deliveries::{AttemptRecord, DeliveryFilter};
use ledgerhook_store::journal::{
    Append, CursorAdvance, EventFilter, Finding, NewNotice, NoticeSource,
};
use ledgerhook_store::kept::{Company, KeptFilter, KeptFor};
use ledgerhook_store::memory::MemoryStore;
use ledgerhook_store::polls::PollId;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{ORGANIZATION, at, event, fresh_store, new_instance, notice, told};

/// Few of everything, so that things meet: duplicates, ended deliveries, deleted instances.
const INSTANCES: i64 = 3;

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<Append>),
    Record(Vec<AttemptRecord>),
    Unpark(DeliveryId),
    DeleteInstance(InstanceId),
    TrimBefore(i64),
}

prop_compose! {
    fn an_event()(object in 0..4_u64, text in 0..3_u8, second in 0..3_i64, notice: bool)
        -> ledgerhook_store::journal::NewEvent
    {
        let mut new = event(object, "{}");
        let text = text.to_string();
        new.change.version =
            if notice { Version::Noticed(text) } else { Version::Revision(text) };
        new.change.changed_at = at(second);
        new
    }
}

/// Some of two companies.
fn companies() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(vec!["1".to_owned(), "2".to_owned()], 0..=2)
}

prop_compose! {
    /// A new notice, or one that was kept before, if there was one of that id.
    fn a_source()(
        companies in companies(),
        earlier in proptest::option::of(1..12_i64),
        second in 0..5_i64,
    ) -> NoticeSource {
        if let Some(id) = earlier {
            return NoticeSource::Kept { id: NoticeId(id), settled: companies };
        }
        let is_kept = !companies.is_empty();
        let organization = ORGANIZATION;
        let kept = KeptFor { organization, instance: None, companies, readable: None };
        let kept = is_kept.then(|| Box::new(kept));
        NoticeSource::New(NewNotice { received_at: at(second), kept, ..notice() })
    }
}

prop_compose! {
    fn an_append()(
        instance in 1..=INSTANCES + 1,
        events in vec(an_event(), 0..6),
        events_per_notification_max in 0..4_usize,
        deliver: bool,
        notice in proptest::option::of(a_source()),
        second in 0..5_i64,
        with_cursor: bool,
    ) -> Append {
        let instance = InstanceId(instance);
        let Append { findings, .. } = told(instance, events);
        let finding = |finding| Finding {
            events_per_notification_max,
            deliver,
            seen_at: at(second),
            ..finding
        };
        let cursor = CursorAdvance {
            poll: PollId::new(instance, "cdc"),
            cursor: Cursor::baseline(at(second)),
            polled_at: at(second),
            found: deliver,
        };
        Append {
            notice,
            findings: findings.into_iter().map(finding).collect(),
            cursor: with_cursor.then_some(cursor),
        }
    }
}

prop_compose! {
    fn a_record()(delivery in 1..20_i64, attempt in 1..4_u32, step in 0..3) -> AttemptRecord {
        AttemptRecord {
            delivery: DeliveryId(delivery),
            attempt,
            outcome: "status 200".to_owned(),
            at: at(9),
            step: match step {
                0 => NextStep::Done,
                1 => NextStep::Retry { at: at(99) },
                _ => NextStep::Park { reason: ParkReason::Gone },
            },
        }
    }
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(an_append(), 0..4).prop_map(Step::Append),
        3 => vec(a_record(), 1..6).prop_map(Step::Record),
        1 => (1..20_i64).prop_map(|id| Step::Unpark(DeliveryId(id))),
        1 => (1..=INSTANCES).prop_map(|id| Step::DeleteInstance(InstanceId(id))),
        1 => (0..6_i64).prop_map(Step::TrimBefore),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_embedded_store_answers_what_the_in_memory_store_answers(
        steps in vec(a_step(), 1..16)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (sqlite, _folder) = fresh_store();
            let memory = MemoryStore::new();
            for _ in 0..INSTANCES {
                new_instance(&memory).await;
                new_instance(&sqlite).await;
            }
            for (number, mut step) in steps.into_iter().enumerate() {
                give_event_ids(&mut step, number);
                let expected = answer(&memory, step.clone()).await;
                prop_assert_eq!(answer(&sqlite, step).await, expected);
                prop_assert_eq!(contents(&sqlite).await, contents(&memory).await);
            }
            Ok(())
        })?;
    }
}

/// Every event of a run gets an id of its own, but for every eleventh, which takes the first one's.
fn give_event_ids(step: &mut Step, number: usize) {
    let Step::Append(batch) = step else { return };
    let findings = batch.iter_mut().flat_map(|append| &mut append.findings);
    for (n, new) in findings.flat_map(|finding| &mut finding.events).enumerate() {
        let unique = u64::try_from(number * 1_000 + n).unwrap();
        new.id = super::event_id(if unique % 11 == 10 { 0 } else { unique });
    }
}

async fn answer(store: &impl Store, step: Step) -> String {
    match step {
        Step::Append(batch) => format!("{:?}", store.append(batch).await),
        Step::Record(records) => format!("{:?}", store.record_attempts(records).await),
        Step::Unpark(id) => format!("{:?}", store.unpark(ORGANIZATION, id, at(50)).await),
        Step::DeleteInstance(id) => {
            format!("{:?}", store.delete_instance(ORGANIZATION, id).await)
        }
        Step::TrimBefore(second) => format!("{:?}", store.trim(at(second), 100).await),
    }
}

fn first_company() -> Company {
    let (element, id) = ("quickbooks".to_owned(), "1".to_owned());
    Company { organization: ORGANIZATION, element, id }
}

/// Everything of the journal that can be read.
async fn contents(store: &impl Store) -> Vec<String> {
    let mut contents = Vec::new();
    let events = EventFilter { limit: 1_000, ..EventFilter::default() };
    let deliveries = DeliveryFilter { limit: 1_000, ..DeliveryFilter::default() };
    contents.push(format!("{:?}", store.events(ORGANIZATION, events.clone()).await));
    contents.push(format!("{:?}", store.deliveries(ORGANIZATION, deliveries).await));
    let kept = KeptFilter { limit: 1_000, ..KeptFilter::default() };
    contents.push(format!("{:?}", store.kept_notices(ORGANIZATION, kept).await));
    contents.push(format!("{:?}", store.kept_for(first_company(), None, 3).await));
    contents.push(format!("{:?}", store.instances_with_pending().await));
    contents.push(format!("{:?}", store.poll_states().await));
    for instance in (1..=INSTANCES).map(InstanceId) {
        let of_instance = EventFilter { instance: Some(instance), ..events.clone() };
        contents.push(format!("{:?}", store.events(ORGANIZATION, of_instance).await));
        contents.push(format!("{:?}", store.pending(instance, None, 1_000).await));
    }
    contents
}
