//! What may go when: cases by name, and a random run against the rules.

use std::collections::HashMap;

use ledgerhook_model::delivery::ParkReason;
use ledgerhook_model::{Change, ChangeKind, Detection, Event, EventId, NotificationId, Version};
use proptest::prelude::*;

use super::*;

const LIMITS: LaneLimits =
    LaneLimits { callback_in_flight_max: 3, instance_in_flight_max: 2, in_flight_max: 5 };

fn parcel(id: i64, instance: i64, record: &str) -> Parcel {
    let change = Change {
        resource: "invoices".into(),
        object_id: record.to_owned(),
        printed_id: None,
        version: Version::Revision(id.to_string()),
        kind: ChangeKind::Updated,
        changed_at: Moment::default(),
        record: "{}".into(),
    };
    let event = Event {
        id: EventId::new(Moment::from_millis(id), [0; 9]),
        instance: InstanceId(instance),
        notification: NotificationId(id),
        notice: None,
        change,
        detection: Detection::Webhook,
        seen_at: Moment::default(),
    };
    let notification = Notification {
        id: NotificationId(id),
        delivery: Some(DeliveryId(id)),
        instance: InstanceId(instance),
        created_at: Moment::default(),
        events: vec![event],
    };
    Parcel::new(PendingDelivery { notification, attempts: 0, due_at: Moment::default() }).unwrap()
}

/// Starts all that may go at `now`, each instance with a callback of its own.
fn start_all(lanes: &mut Lanes, now: Moment) -> Vec<i64> {
    std::iter::from_fn(|| lanes.start(now, |instance| instance.0.cast_unsigned()))
        .map(|parcel| parcel.id.0)
        .collect()
}

fn at(millis: i64) -> Moment {
    Moment::from_millis(millis)
}

#[test]
fn two_changes_of_one_record_go_one_after_the_other() {
    let mut lanes = Lanes::new(LIMITS);
    for (id, record) in [(1, "a"), (2, "a"), (3, "b")] {
        lanes.offer(parcel(id, 1, record));
    }
    assert_eq!(start_all(&mut lanes, at(0)), [1, 3]);
    lanes.answered(InstanceId(1), DeliveryId(1));
    assert_eq!(start_all(&mut lanes, at(0)), [0_i64; 0], "not before the outcome is recorded");
    lanes.finish(InstanceId(1), DeliveryId(1), NextStep::Done);
    assert_eq!(start_all(&mut lanes, at(0)), [2]);
}

#[test]
fn a_failed_delivery_holds_its_record_and_nothing_else() {
    let mut lanes = Lanes::new(LIMITS);
    for (id, record) in [(1, "a"), (2, "a"), (3, "b")] {
        lanes.offer(parcel(id, 1, record));
    }
    assert_eq!(start_all(&mut lanes, at(0)), [1, 3]);
    lanes.finish(InstanceId(1), DeliveryId(1), NextStep::Retry { at: at(100) });
    lanes.finish(InstanceId(1), DeliveryId(3), NextStep::Done);
    assert_eq!(start_all(&mut lanes, at(99)), [0_i64; 0]);
    assert_eq!(lanes.next_due(), Some(at(100)));
    assert_eq!(start_all(&mut lanes, at(100)), [1]);
    let parked = NextStep::Park { reason: ParkReason::Exhausted };
    lanes.finish(InstanceId(1), DeliveryId(1), parked);
    assert_eq!(start_all(&mut lanes, at(100)), [2], "a parked delivery holds up nobody");
}

#[test]
fn an_instance_a_callback_and_all_together_are_limited() {
    let mut lanes = Lanes::new(LIMITS);
    for instance in 1..=4 {
        for n in 0..3 {
            lanes.offer(parcel(instance * 10 + n, instance, &n.to_string()));
        }
    }
    let shared = |_| 7;
    let mut started = HashMap::new();
    while let Some(parcel) = lanes.start(at(0), shared) {
        *started.entry(parcel.instance().0).or_insert(0) += 1;
    }
    assert_eq!(started.values().sum::<i32>(), 3, "three calls to one callback: {started:?}");
    let other = |instance: InstanceId| if instance.0 == 4 { 8 } else { 7 };
    lanes.offer(parcel(50, 4, "x"));
    let more = std::iter::from_fn(|| lanes.start(at(0), other)).count();
    assert!(more <= 2, "five calls over all callbacks");
}

#[test]
fn a_dead_callback_takes_no_place_from_others() {
    let mut lanes = Lanes::new(LIMITS);
    for id in 1..=200 {
        lanes.offer(parcel(id, 1, &id.to_string()));
    }
    let mut tried = 0;
    loop {
        let started = start_all(&mut lanes, at(0));
        if started.is_empty() {
            break;
        }
        tried += started.len();
        for id in started {
            lanes.finish(InstanceId(1), DeliveryId(id), NextStep::Retry { at: at(1_000) });
        }
    }
    assert_eq!(tried, FAILED_MAX, "a callback that only fails is not given all there is");
    lanes.offer(parcel(201, 2, "a"));
    assert_eq!(start_all(&mut lanes, at(0)), [201]);
}

#[test]
fn what_does_not_fit_is_read_from_the_store_and_nothing_is_missed() {
    let mut lanes = Lanes::new(LIMITS);
    let last = i64::try_from(WINDOW).unwrap() + 10;
    for id in 1..=last {
        lanes.offer(parcel(id, 1, &id.to_string()));
    }
    let mut seen = Vec::new();
    loop {
        for load in lanes.take_loads() {
            let after = load.after.map_or(0, |id| id.0);
            let rows = (after + 1..=last).take(load.limit);
            let read = rows.map(|id| parcel(id, 1, &id.to_string())).collect();
            lanes.loaded(load, Some(read));
        }
        let started = start_all(&mut lanes, at(0));
        if started.is_empty() {
            break;
        }
        for id in started {
            lanes.finish(InstanceId(1), DeliveryId(id), NextStep::Done);
            seen.push(id);
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
    assert!(lanes.lanes.is_empty(), "an idle lane takes no memory");
}

#[test]
fn what_comes_while_a_lane_is_read_is_read_as_well() {
    let mut lanes = Lanes::new(LIMITS);
    lanes.offer_stored(InstanceId(1));
    let load = lanes.take_loads().remove(0);
    lanes.offer(parcel(9, 1, "late"));
    lanes.loaded(load, Some(vec![parcel(3, 1, "early")]));
    let again = lanes.take_loads().remove(0);
    assert_eq!(again.after, Some(DeliveryId(3)));
    lanes.loaded(again, Some(vec![parcel(9, 1, "late")]));
    assert_eq!(start_all(&mut lanes, at(0)), [3, 9]);
}

/// One step of a random run.
#[derive(Debug, Clone)]
enum Step {
    Offer { instance: i64, record: u8 },
    Start,
    End { which: usize, retry: bool },
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1_i64..4, 0_u8..4).prop_map(|(instance, record)| Step::Offer { instance, record }),
        Just(Step::Start),
        (0_usize..8, any::<bool>()).prop_map(|(which, retry)| Step::End { which, retry }),
        Just(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn each_record_goes_in_order_within_the_limits_and_all_arrives(
        steps in proptest::collection::vec(step(), 1..200)
    ) {
        let mut lanes = Lanes::new(LIMITS);
        let mut world = World::default();
        for step in steps {
            world.take(&mut lanes, &step)?;
        }
        for _ in 0..2_000 {
            world.take(&mut lanes, &Step::Start)?;
            world.take(&mut lanes, &Step::End { which: 0, retry: false })?;
            world.take(&mut lanes, &Step::Wait)?;
        }
        prop_assert_eq!(world.arrived.len(), world.offered.len());
        prop_assert!(lanes.lanes.is_empty());
    }
}

#[derive(Default)]
struct World {
    now: i64,
    offered: Vec<(i64, i64, u8)>,
    under_way: Vec<i64>,
    arrived: Vec<i64>,
}

impl World {
    fn take(&mut self, lanes: &mut Lanes, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Offer { instance, record } => {
                let id = i64::try_from(self.offered.len()).unwrap() + 1;
                self.offered.push((id, *instance, *record));
                lanes.offer(parcel(id, *instance, &record.to_string()));
            }
            Step::Start => {
                self.under_way.extend(start_all(lanes, at(self.now)));
                self.check()?;
            }
            Step::End { which, retry } => {
                if self.under_way.is_empty() {
                    return Ok(());
                }
                let id = self.under_way.remove(which % self.under_way.len());
                let step = if *retry {
                    NextStep::Retry { at: at(self.now + 10) }
                } else {
                    self.arrived.push(id);
                    NextStep::Done
                };
                lanes.finish(self.instance(id), DeliveryId(id), step);
            }
            Step::Wait => self.now += 10,
        }
        Ok(())
    }

    fn instance(&self, id: i64) -> InstanceId {
        InstanceId(self.offered.iter().find(|(own, ..)| *own == id).unwrap().1)
    }

    /// No call goes beyond a limit, and none overtakes an earlier one of its record.
    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.under_way.len() <= LIMITS.in_flight_max);
        for id in &self.under_way {
            let (_, instance, record) = *self.offered.iter().find(|(own, ..)| own == id).unwrap();
            let same = self.under_way.iter().filter(|other| self.instance(**other).0 == instance);
            prop_assert!(same.count() <= LIMITS.instance_in_flight_max);
            for (earlier, ..) in self
                .offered
                .iter()
                .filter(|(own, of, what)| own < id && *of == instance && *what == record)
            {
                prop_assert!(self.arrived.contains(earlier), "{id} overtook {earlier}");
            }
        }
        Ok(())
    }
}
