//! Events as a customer's program reads them out of notifications.

use std::fmt;

use ledgerhook_model::Moment;
use ledgerhook_testkit::Reply;
use serde_json::Value;

use crate::network::Arrival;
use crate::world::{Dating, RecordKey, Stamp, World};

/// An event that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) record: RecordKey,
    /// `eventType`.
    pub(crate) kind: String,
    /// `date`, in seconds.
    pub(crate) second: i64,
    pub(crate) stamp: Stamp,
    pub(crate) dating: Dating,
    pub(crate) detection: String,
    /// `instanceId` of the notification.
    pub(crate) instance: i64,
    /// Which of the instance's notifications it came with, in the order of arrival.
    pub(crate) arrival: usize,
    pub(crate) arrived_at: Moment,
    pub(crate) is_answered_well: bool,
    /// The event and its record as they were written.
    pub(crate) text: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, kind, second, stamp, detection, arrived_at, .. } = self;
        let answer = if self.is_answered_well { "200" } else { "not 200" };
        let at = arrived_at.to_iso_millis();
        let date = Moment::from_millis(second * 1_000).to_iso_seconds();
        write!(f, "{at} {id} {kind} of {date} ({stamp}; {detection}; answered {answer})")
    }
}

/// The events of all notifications of books, in the order of their arrival.
pub(crate) fn events_of<W: World>(arrivals: &[Arrival]) -> Vec<Told> {
    let is_of_books =
        |arrival: &Arrival| arrival.received.header("ledgerhook-detection") != "gateway";
    let arrivals = arrivals.iter().enumerate().filter(|(_, arrival)| is_of_books(arrival));
    arrivals.flat_map(|(number, arrival)| of_notification::<W>(number, arrival)).collect()
}

fn of_notification<W: World>(number: usize, arrival: &Arrival) -> Vec<Told> {
    let received = &arrival.received;
    let body = received.json();
    let message = &body["message"];
    let entries = message["events"].as_array().expect("events");
    let shown = received.events().into_iter().enumerate();
    let told = shown.map(|(place, event)| {
        let record = &message["raw"][&event.object_type][place];
        let entry = &entries[place];
        let date = Moment::parse(entry["date"].as_str().unwrap_or_default()).expect("a date");
        let (id, stamp) = W::read_event(&event.object_id, record);
        Told {
            id: event.id,
            dating: W::dating(&event.object_type),
            record: (event.object_type, id),
            kind: event.kind,
            second: date.seconds(),
            stamp,
            detection: received.header("ledgerhook-detection").to_owned(),
            instance: message["instanceId"].as_i64().unwrap_or_default(),
            arrival: number,
            arrived_at: arrival.at,
            is_answered_well: received.reply == Reply::Status(200),
            text: text(entry, record),
        }
    });
    told.collect()
}

/// All of an event but when the gateway saw it, which is its notification's.
fn text(entry: &Value, record: &Value) -> String {
    format!("{entry} {record}")
}
