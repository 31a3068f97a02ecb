//! Change data capture: what changed since a time, of several kinds at once (reference §2.1).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::books::{Books, Fields, Record};
use super::entities::EntityKind;
use super::refusal::Refusal;
use super::times;

/// Objects in one answer, over all kinds together; there is no second page.
const OBJECTS_MAX: usize = 1_000;

/// How far back a question may reach: 30 days.
const LOOK_BACK: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// The kind that is in it by an option only.
const TIME_ACTIVITY: &str = "TimeActivity";

/// Kinds one question may name: more than there are, so a list cannot be endless.
const ENTITIES_MAX: usize = 100;

/// Answers `GET /cdc?entities=…&changedSince=…` with the body up to, not including, `time`.
pub(super) fn answer(
    books: &Books,
    entities: &str,
    changed_since: &str,
    now: Timestamp,
    has_time_activities: bool,
) -> Result<Fields, Refusal> {
    let kinds = parse_entities(entities, has_time_activities)?;
    let since = times::parse(changed_since).ok_or_else(|| {
        Refusal::invalid_property(format!("Invalid value for changedSince: {changed_since}"))
    })?;
    if now.duration_since(since) > LOOK_BACK {
        return Err(Refusal::invalid_property(format!(
            "Operation cdc with changedSince date {changed_since} which is older than fixed days \
             is not supported."
        )));
    }
    let mut room = OBJECTS_MAX;
    let blocks: Vec<Value> = kinds
        .into_iter()
        .map(|kind| {
            let changed = changed_since_second(books, kind, times::whole_second(since), room);
            room -= changed.len();
            block(kind, &changed)
        })
        .collect();
    Ok(super::books::fields_of(json!({"CDCResponse": [{"QueryResponse": blocks}]})))
}

fn parse_entities(
    entities: &str,
    has_time_activities: bool,
) -> Result<Vec<&'static EntityKind>, Refusal> {
    if entities.trim().is_empty() {
        return Err(Refusal::missing("entities"));
    }
    if entities.split(',').count() > ENTITIES_MAX {
        return Err(Refusal::invalid_property("entities has too many elements"));
    }
    let known = |name: &str| {
        EntityKind::find(name.trim())
            .filter(|kind| kind.in_cdc || has_time_activities && kind.name == TIME_ACTIVITY)
            .ok_or_else(|| Refusal::unsupported_operation(&format!("cdc for entity {name}")))
    };
    entities.split(',').map(known).collect()
}

/// The changed records: active ones by time of change, then deleted ones by time of change.
///
/// A list record that is inactive counts as deleted: a captured Customer answer has such rows,
/// and a customer cannot be deleted in any other way. The comparison includes the second asked
/// for, because times have no fraction.
fn changed_since_second<'b>(
    books: &'b Books,
    kind: &EntityKind,
    since: Timestamp,
    room: usize,
) -> Vec<&'b Record> {
    let mut changed: Vec<&Record> =
        books.records_of(kind).filter(|record| record.updated_at >= since).collect();
    changed.sort_by_key(|record| (!record.is_active(), record.change_number));
    changed.truncate(room);
    changed
}

/// One element of `QueryResponse`. `startPosition` is absent when there are only deletes, and
/// `totalCount` is there when there is a delete (reference samples).
fn block(kind: &EntityKind, changed: &[&Record]) -> Value {
    if changed.is_empty() {
        return json!({});
    }
    let objects: Vec<Value> = changed.iter().map(|record| object(record)).collect();
    let mut fields = Fields::new();
    fields.insert(kind.name.to_owned(), objects.into());
    if changed.iter().any(|record| record.is_active()) {
        fields.insert("startPosition".to_owned(), 1.into());
    }
    fields.insert("maxResults".to_owned(), changed.len().into());
    if changed.iter().any(|record| !record.is_active()) {
        fields.insert("totalCount".to_owned(), changed.len().into());
    }
    Value::Object(fields)
}

fn object(record: &Record) -> Value {
    if record.is_active() {
        return Value::Object(record.fields.clone());
    }
    json!({
        "status": "Deleted",
        "domain": "QBO",
        "Id": record.id(),
        "MetaData": {"LastUpdatedTime": times::record_time(record.updated_at)},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::books::fields_of;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn customer() -> &'static EntityKind {
        EntityKind::find("Customer").unwrap()
    }

    fn books_with_customers(names: &[(&str, &str)]) -> Books {
        let mut books = Books::default();
        for (name, time) in names {
            books.save(customer(), fields_of(json!({"DisplayName": name})), at(time)).unwrap();
        }
        books
    }

    const NOW: &str = "2026-03-10T12:00:00Z";

    #[test]
    fn nothing_changed_gives_one_empty_object_per_kind() {
        let answer = answer(&Books::default(), "Customer,invoice", NOW, at(NOW), false).unwrap();
        let answer = Value::Object(answer);
        assert_eq!(answer, json!({"CDCResponse": [{"QueryResponse": [{}, {}]}]}));
    }

    #[test]
    fn the_second_asked_for_is_included() {
        let books = books_with_customers(&[
            ("before", "2026-03-10T11:00:00.9Z"),
            ("in the second", "2026-03-10T11:00:01.1Z"),
        ]);
        let answer = answer(&books, "Customer", "2026-03-10T11:00:01.8Z", at(NOW), false).unwrap();
        let block = &answer["CDCResponse"][0]["QueryResponse"][0];
        assert_eq!(block["maxResults"], 1);
        assert_eq!(block["startPosition"], 1);
        assert_eq!(block["Customer"][0]["DisplayName"], "in the second");
        assert_eq!(block.get("totalCount"), None);
    }

    #[test]
    fn deleted_records_come_last_and_carry_only_id_and_time() {
        let mut books =
            books_with_customers(&[("a", "2026-03-10T11:00:00Z"), ("b", "2026-03-10T11:00:01Z")]);
        let gone = json!({"Id": "1", "SyncToken": "0", "sparse": true, "Active": false});
        books.save(customer(), fields_of(gone), at("2026-03-10T11:00:05Z")).unwrap();
        let answer =
            answer(&books, "Customer", "2026-03-10T03:00:00-08:00", at(NOW), false).unwrap();
        let block = &answer["CDCResponse"][0]["QueryResponse"][0];
        assert_eq!(block["Customer"][0]["Id"], "2");
        assert_eq!(
            block["Customer"][1],
            json!({"status": "Deleted", "domain": "QBO", "Id": "1",
                   "MetaData": {"LastUpdatedTime": "2026-03-10T04:00:05-07:00"}})
        );
        assert_eq!(block["totalCount"], 2);
    }

    #[test]
    fn an_answer_of_deletes_only_has_no_start_position() {
        let mut books = books_with_customers(&[("a", "2026-03-10T11:00:00Z")]);
        let gone = json!({"Id": "1", "SyncToken": "0", "sparse": true, "Active": false});
        books.save(customer(), fields_of(gone), at("2026-03-10T11:00:05Z")).unwrap();
        let answer = answer(&books, "Customer", "2026-03-10T11:00:00Z", at(NOW), false).unwrap();
        let block = &answer["CDCResponse"][0]["QueryResponse"][0];
        assert_eq!(block.get("startPosition"), None);
        assert_eq!(block["maxResults"], 1);
    }

    #[test]
    fn all_kinds_together_share_a_thousand_objects_oldest_first() {
        let mut books = Books::default();
        let vendor = EntityKind::find("Vendor").unwrap();
        for number in 0..700 {
            let body = fields_of(json!({"DisplayName": format!("n{number}")}));
            books.save(vendor, body.clone(), at("2026-03-10T11:00:00Z")).unwrap();
            books.save(customer(), body, at("2026-03-10T11:00:00Z")).unwrap();
        }
        let answer =
            answer(&books, "Vendor,Customer", "2026-03-10T11:00:00Z", at(NOW), false).unwrap();
        let blocks = &answer["CDCResponse"][0]["QueryResponse"];
        assert_eq!(blocks[0]["maxResults"], 700);
        assert_eq!(blocks[1]["maxResults"], 300);
        assert_eq!(blocks[1]["Customer"][0]["DisplayName"], "n0");
    }

    #[test]
    fn time_activities_are_known_when_asked_for() {
        for (has_time_activities, is_known) in [(false, false), (true, true)] {
            let answer =
                answer(&Books::default(), "TimeActivity", NOW, at(NOW), has_time_activities);
            assert_eq!(answer.is_ok(), is_known);
        }
    }

    #[test]
    fn questions_that_cannot_be_answered_are_refused() {
        for (entities, since, code) in [
            ("TaxCode", NOW, "500"),
            ("Customer,Nonsense", NOW, "500"),
            ("", NOW, "2020"),
            ("Customer", "lately", "2010"),
            ("Customer", "2026-02-08T11:59:59Z", "2010"),
        ] {
            let refusal = answer(&Books::default(), entities, since, at(NOW), false).unwrap_err();
            assert_eq!(refusal.code, code, "{entities} {since}");
        }
        assert!(
            answer(&Books::default(), "Customer", "2026-02-08T12:00:00Z", at(NOW), false).is_ok()
        );
    }

    #[test]
    fn a_question_older_than_30_days_is_refused_in_the_documented_words() {
        let asked = "2020-01-01T00:00:00-08:00";
        let refusal = answer(&Books::default(), "Customer", asked, at(NOW), false).unwrap_err();
        assert_eq!(
            refusal.detail,
            "Operation cdc with changedSince date 2020-01-01T00:00:00-08:00 which is older than \
             fixed days is not supported."
        );
    }
}
