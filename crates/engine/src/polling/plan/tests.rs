//! Tests of the plan.

use super::super::waits::with_jitter;
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn cdc(instance: i64) -> PollId {
    PollId::new(InstanceId(instance), "cdc")
}

fn even(wait: Duration) -> Duration {
    wait
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_taken_once_an_interval() {
    let mut plan = Plan::default();
    let start = Instant::now();
    plan.set(&cdc(1), start, MINUTE);
    plan.set(&cdc(2), start + MINUTE, 2 * MINUTE);
    assert_eq!(plan.take_due(start, even), [cdc(1)]);
    assert_eq!(plan.take_due(start, even), []);
    assert_eq!(plan.next_due(), Some(start + MINUTE));
    assert_eq!(plan.take_due(start + MINUTE, even), [cdc(1), cdc(2)]);
    assert_eq!(plan.take_due(start + 2 * MINUTE, even), [cdc(1)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_is_not_due_any_more() {
    let mut plan = Plan::default();
    let start = Instant::now();
    plan.set(&cdc(1), start, MINUTE);
    plan.set(&cdc(1), start + MINUTE, MINUTE);
    assert_eq!(plan.take_due(start, even), []);
    plan.remove(&cdc(1));
    assert_eq!(plan.take_due(start + MINUTE, even), []);
    assert_eq!(plan.next_due(), None);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_from_before_the_polls_were_begun_again_does_not_end_them() {
    let mut plan = Plan::default();
    plan.begin(InstanceId(1));
    plan.set(&cdc(1), Instant::now(), MINUTE);
    let begun = plan.begun(InstanceId(1));
    plan.begin(InstanceId(1));
    plan.end(InstanceId(1), begun);
    assert!(plan.entry(&cdc(1)).is_some());
    plan.end(InstanceId(1), plan.begun(InstanceId(1)));
    assert!(plan.entry(&cdc(1)).is_none());
}

#[tokio::test(start_paused = true)]
async fn the_polls_of_one_instance_are_told_from_those_of_others() {
    let mut plan = Plan::default();
    let query = PollId::new(InstanceId(2), "query");
    for id in [&cdc(1), &cdc(2), &query, &cdc(3)] {
        plan.set(id, Instant::now(), MINUTE);
    }
    let of = |instance| plan.of(InstanceId(instance)).into_iter().map(|(id, _)| id);
    assert_eq!(of(2).collect::<Vec<_>>(), [cdc(2), query]);
    assert_eq!(of(4).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn stretching_moves_the_wait_that_a_poll_is_in() {
    let mut plan = Plan::default();
    let start = Instant::now();
    plan.set(&cdc(1), start, 10 * MINUTE);
    plan.stretch(&cdc(1), 2_000, start, even);
    assert_eq!(plan.take_due(start, even), [cdc(1)], "the first turn stays where it is");
    assert_eq!(plan.next_due(), Some(start + 20 * MINUTE));
    plan.stretch(&cdc(1), 6_000, start + MINUTE, even);
    assert_eq!(plan.next_due(), Some(start + 60 * MINUTE));
    assert_eq!(plan.stretched(), [cdc(1)]);
    plan.stretch(&cdc(1), 2_000, start + MINUTE, even);
    assert_eq!(plan.next_due(), Some(start + 20 * MINUTE));
    // What is overdue by its new pace comes within a part of its interval.
    plan.stretch(&cdc(1), 6_000, start + MINUTE, even);
    plan.stretch(&cdc(1), 1_000, start + 30 * MINUTE, |interval| interval / 2);
    assert_eq!(plan.next_due(), Some(start + 35 * MINUTE));
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_was_put_off_waits_as_long_as_was_said() {
    let mut plan = Plan::default();
    let start = Instant::now();
    plan.put_off(&cdc(1), start);
    assert_eq!(plan.next_due(), None, "what is not planned is not put off");
    plan.set(&cdc(1), start, MINUTE);
    plan.put_off(&cdc(1), start + 5 * MINUTE);
    assert_eq!(plan.take_due(start + MINUTE, even), []);
    assert_eq!(plan.take_due(start + 5 * MINUTE, even), [cdc(1)]);
}

/// The provider sells reads by the month: 31 days of 96 quarters of an hour.
#[tokio::test(start_paused = true)]
async fn an_idle_company_is_asked_at_most_2976_times_in_31_days() {
    for random in [0, 1, 499, 999] {
        let mut plan = Plan::default();
        let start = Instant::now();
        let end = start + Duration::from_secs(31 * 24 * 60 * 60);
        plan.set(&cdc(1), start, 15 * MINUTE);
        let mut polls = 0;
        while let Some(due) = plan.next_due().filter(|due| *due < end) {
            polls += plan.take_due(due, |wait| with_jitter(wait, random)).len();
        }
        assert!(polls <= 2_976, "{polls}");
        assert!(polls >= 2_976 * 9 / 10, "{polls}");
    }
}
