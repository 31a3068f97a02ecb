//! What configurations mean, what is asked for them, and what the answers mean.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::change::ChangeKind;
use crate::moment::Moment;

/// The published sample of Sage One, its missing closing quote included
/// (reference: freshbooks-sage §0).
const SAGE: &str = r#"{
  "customers":{
    "url":"/hubs/finance/customers?where=lastModifiedDate>='${date:yyyy-MM-dd'T'HH:mm:ss'Z'}' and attributes='created_at,updated_at",
    "idField":"id",
    "datesConfiguration":{
      "updatedDateField":"updated_at",
      "updatedDateFormat":"yyyy-MM-dd'T'HH:mm:ss'Z'",
      "updatedDateTimezone":"GMT",
      "createdDateField":"created_at",
      "createdDateFormat":"yyyy-MM-dd'T'HH:mm:ss'Z'",
      "createdDateTimezone":"GMT"
    }
  }
}"#;

/// The published sample with every member, its stray quote included
/// (reference: cloud-elements §6.1).
const EVERY_MEMBER: &str = r#"{"deals":{"url":"/hubs/marketing/deals?where=mdate>=2017-02-28T16:11:29-06:00",
 "idField":"id","filterByUpdatedDate":true,"updatedDateTimezone":"GMT",
 "datesConfiguration":{"updatedDateField":"mdate","updatedDateFormat":"yyyy-MM-dd'T'HH:mm:ssXXX",
 "updatedDateTimezone":"GMT","createdDateField":"cdate",
 "createdDateFormat":"yyyy-MM-dd'T'HH:mm:ssXXX'","createdDateTimezone":"GMT"},
 "createdCheckTolerance":60,"pageSize":20,"pollDelay":60}}"#;

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// 2017-05-11T07:00:00Z and 15 minutes later.
fn poll() -> (Moment, Moment) {
    (moment("2017-05-11T07:00:00Z"), moment("2017-05-11T07:15:00Z"))
}

fn single(text: &str) -> PolledResource {
    let mut resources = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(resources.len(), 1);
    resources.remove(0)
}

/// A resource with these members beside `url` and `idField`.
fn with(members: Value) -> Result<PolledResource, PollerConfigurationError> {
    let mut resource = json!({"url": "/hubs/finance/bills", "idField": "id"});
    for (name, value) in members.as_object().unwrap() {
        resource[name] = value.clone();
    }
    let mut object = serde_json::Map::new();
    object.insert("bills".to_owned(), resource);
    from_json(&object).map(|mut resources| resources.remove(0))
}

fn with_dates(dates: Value) -> Result<PolledResource, PollerConfigurationError> {
    with(json!({ "datesConfiguration": dates }))
}

#[test]
fn the_published_sample_with_its_missing_quote_makes_the_question_that_was_meant() {
    let customers = single(SAGE);
    let question = plan(&customers, poll().0, poll().1).unwrap();
    assert_eq!(question.resource, "customers");
    assert_eq!(
        question.condition.unwrap().to_string(),
        "lastModifiedDate >= '2017-05-11T07:00:00Z'"
    );
    assert_eq!(question.attributes, ["created_at", "updated_at"]);
    let corrected = single(&SAGE.replace("updated_at\",\n    \"id", "updated_at'\",\n    \"id"));
    let fixed = plan(&corrected, poll().0, poll().1).unwrap();
    assert_eq!(fixed, plan(&customers, poll().0, poll().1).unwrap());
    assert_eq!(customers.created_check_tolerance, CREATED_CHECK_TOLERANCE_DEFAULT);
    assert!(customers.filter_by_updated_date && !customers.filter_by_current_date);
    assert_eq!((customers.page_size, customers.poll_delay), (None, Duration::ZERO));
}

#[test]
fn every_member_is_read_and_unknown_ones_are_not() {
    let deals = single(EVERY_MEMBER);
    assert_eq!(deals.name, "deals");
    assert_eq!(deals.id_field.as_str(), "id");
    assert_eq!(deals.created.as_ref().unwrap().field.as_str(), "cdate");
    assert_eq!(deals.created.as_ref().unwrap().zone, Zone::gmt());
    assert_eq!(deals.created_check_tolerance, Duration::from_secs(60));
    assert_eq!(deals.poll_delay, Duration::from_secs(60));
    let question = plan(&deals, poll().0, poll().1).unwrap();
    assert_eq!(question.page_size, Some(20));
    assert_eq!(question.condition.unwrap().to_string(), "mdate >= 2017-02-28T16:11:29-06:00");
}

#[test]
fn values_are_read_with_and_without_quotes() {
    let read = with(json!({
        "filterByUpdatedDate": "false", "filterByCurrentDate": "TRUE",
        "createdCheckTolerance": "2", "pageSize": "50", "pollDelay": "0"
    }))
    .unwrap();
    assert!(!read.filter_by_updated_date && read.filter_by_current_date);
    assert_eq!(read.created_check_tolerance, Duration::from_secs(2));
    assert_eq!((read.page_size, read.poll_delay), (Some(50), Duration::ZERO));
    assert!(!with(json!({"filterByUpdateDate": false})).unwrap().filter_by_updated_date);
    let right = json!({"filterByUpdatedDate": true, "filterByUpdateDate": false});
    assert!(with(right).unwrap().filter_by_updated_date);
}

#[test]
fn what_a_date_leaves_out_has_a_default() {
    let read = with_dates(json!({
        "updatedDateField": "meta.updated", "updatedDateFormat": "milliseconds",
        "updatedDateTimezone": "PST", "createdDateField": "meta.created"
    }))
    .unwrap();
    assert_eq!(read.created.as_ref().unwrap().form, DateForm::Milliseconds);
    assert_eq!(read.created.unwrap().zone.to_string(), "PST");
    let blank = json!({
        "updatedDateField": "", "updatedDateFormat": "", "createdDateField": null
    });
    let blank = with_dates(blank).unwrap();
    assert_eq!((blank.updated, blank.created), (None, None));
    let no_zone = json!({"updatedDateField": "at", "updatedDateFormat": "yyyy"});
    assert_eq!(with_dates(no_zone).unwrap().updated.unwrap().zone, Zone::gmt());
}

#[test]
fn resources_keep_their_order_and_nothing_is_nothing() {
    let text = r#"{"b":{"url":"/b","idField":"id"},"a":{"url":"/a","idField":"id"}}"#;
    let names: Vec<_> = parse(text).unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!(parse(""), Ok(vec![]));
    assert_eq!(parse("{}"), Ok(vec![]));
}

#[test]
fn an_error_names_the_resource_and_the_member() {
    for (members, expected) in [
        (json!({"url": ""}), "`bills`: url: is missing"),
        (json!({"url": 5}), "`bills`: url: `5` is not a text"),
        (json!({"url": "/hubs/finance"}), "`bills`: url: `/hubs/finance` names no resource"),
        (json!({"idField": null}), "`bills`: idField: is missing"),
        (json!({"idField": "a..b"}), "`bills`: idField: `a..b` is not a path"),
        (json!({"pageSize": 0}), "`bills`: pageSize: 0 is not from 1 to 5000"),
        (json!({"pageSize": "many"}), "`bills`: pageSize: `many` is not a whole number"),
        (json!({"pollDelay": -1}), "`bills`: pollDelay: `-1` is not a whole number"),
        (json!({"pollDelay": 86_401}), "`bills`: pollDelay: 86401 is more than 86400 seconds"),
        (json!({"createdCheckTolerance": []}), "`bills`: createdCheckTolerance: `[]` is not"),
        (json!({"filterByCurrentDate": 1}), "`bills`: filterByCurrentDate: `1` is not true or"),
        (json!({"datesConfiguration": 1}), "`bills`: datesConfiguration: is not an object"),
        (json!({"url": "/a?where=b"}), "`bills`: url: where: Error parsing query at character 2"),
        (json!({"url": "/a?where=b='${x}'"}), "`bills`: url: date macro at character 6: `x`"),
        (json!({"url": "/a?orderBy=b up"}), "`bills`: url: orderBy: Error parsing query"),
        (json!({"url": "/a?fields=,"}), "`bills`: url: fields: Error parsing query"),
        (json!({"url": "/a?pageSize=x"}), "`bills`: url: pageSize: `x` is not a number from 1"),
        (json!({"url": "/a?since=${x}"}), "`bills`: url: since: date macro at character 3"),
    ] {
        let error = with(members).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    for (dates, expected) in [
        (json!({"updatedDateField": "at"}), "updatedDateFormat: is missing"),
        (
            json!({"updatedDateField": "at", "updatedDateFormat": "yyyy-QQ"}),
            "updatedDateFormat: date pattern at character 6: `Q`",
        ),
        (
            json!({"createdDateField": "at", "updatedDateFormat": "QQ"}),
            "updatedDateFormat: date pattern",
        ),
        (
            json!({"updatedDateField": "at", "updatedDateFormat": "yyyy", "updatedDateTimezone": "X"}),
            "updatedDateTimezone: `X` is not a time zone",
        ),
        (
            json!({"createdDateField": ".", "createdDateFormat": "yyyy"}),
            "createdDateField: `.` is not a path",
        ),
    ] {
        let error = with_dates(dates).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`bills`: datesConfiguration.{expected}")), "{error}");
    }
    assert!(parse("[]").unwrap_err().to_string().contains("is not a JSON object of resources"));
    assert!(parse("{\"a\":").unwrap_err().to_string().contains("line 1 column 5"));
    assert!(parse(r#"{"a":5}"#).unwrap_err().to_string().starts_with("`a`: is not an object"));
}

#[test]
fn the_question_begins_earlier_by_the_delay_and_ends_now() {
    let url = "/a?where=x>='${gmtDate:HH:mm:ss}' and x<'${nowTimeZone:GMT:HH:mm:ss}'\
               &since=${epoch:s}&orderBy=x desc&fields=id,x&pageSize=7";
    let resource = with(json!({"url": url, "pollDelay": 90})).unwrap();
    let question = plan(&resource, poll().0, poll().1).unwrap();
    assert_eq!(question.condition.unwrap().to_string(), "x >= '06:58:30' AND x < '07:15:00'");
    assert_eq!(question.parameters, [("since".to_owned(), "1494485910".to_owned())]);
    assert_eq!(question.order_by.to_string(), "x desc");
    assert_eq!(question.fields.paths().len(), 2);
    assert_eq!(question.page_size, Some(7));
    let own_size = with(json!({"url": url, "pageSize": 9})).unwrap();
    assert_eq!(plan(&own_size, poll().0, poll().1).unwrap().page_size, Some(9));
}

#[test]
fn the_other_default_pollers_of_the_original_are_understood() {
    for (url, condition) in [
        (
            "/hubs/finance/invoices?where=TimeModified >= '${date:yyyy-MM-dd'T'HH:mm:ssXXX}'",
            "TimeModified >= '2017-05-11T07:00:00Z'",
        ),
        (
            "/hubs/finance/x?where=lastModifiedDate>'${gmtDate:yyyy-MM-dd'T'HH:mm:ssXXX}'",
            "lastModifiedDate > '2017-05-11T07:00:00Z'",
        ),
        (
            "/hubs/finance/x?where=whenmodified>'${gmtDate:MM/dd/yyyy HH:mm:ss}'",
            "whenmodified > '05/11/2017 07:00:00'",
        ),
        ("/hubs/payment/events?where=created >'${epoch:s}'", "created > '1494486000'"),
    ] {
        let resource = with(json!({ "url": url })).unwrap();
        let question = plan(&resource, poll().0, poll().1).unwrap();
        assert_eq!(question.condition.unwrap().to_string(), condition, "{url}");
    }
}

/// Sage's customer with these dates.
fn customer(created: &str, updated: &str) -> Value {
    json!({"id": "f5b2", "created_at": created, "updated_at": updated})
}

#[test]
fn a_record_is_created_updated_or_nothing_new() {
    let resource = single(SAGE);
    let (last_poll, started) = poll();
    for (created, updated, expected) in [
        ("2017-05-11T07:00:47Z", "2017-05-11T07:00:47Z", Some(ChangeKind::Created)),
        ("2017-05-11T07:00:47Z", "2017-05-11T07:00:57Z", Some(ChangeKind::Created)),
        ("2017-05-11T07:00:57Z", "2017-05-11T07:00:47Z", Some(ChangeKind::Created)),
        ("2017-05-11T07:00:47Z", "2017-05-11T07:00:58Z", Some(ChangeKind::Updated)),
        ("2016-05-11T07:00:47Z", "2017-05-11T07:00:01Z", Some(ChangeKind::Updated)),
        ("2016-05-11T07:00:47Z", "2017-05-11T07:00:00Z", None),
        ("2016-05-11T07:00:47Z", "2017-05-11T06:59:59Z", None),
        ("2016-05-11T07:00:47Z", "2017-05-11T09:00:00Z", Some(ChangeKind::Updated)),
        ("2017-05-11T07:00:47Z", " ", Some(ChangeKind::Created)),
        ("", "2017-05-11T07:00:47Z", Some(ChangeKind::Updated)),
    ] {
        let record = customer(created, updated);
        let found = classify(&resource, &record, last_poll, started).unwrap();
        assert_eq!(found.as_ref().map(|one| one.kind), expected, "{created} {updated}");
        assert!(found.is_none_or(|one| one.object_id == "f5b2" && one.changed_at > last_poll));
    }
}

#[test]
fn filters_can_be_switched() {
    let (last_poll, started) = poll();
    let dates =
        json!({"updatedDateField": "updated_at", "updatedDateFormat": "yyyy-MM-dd'T'HH:mm:ssX"});
    let old = customer("", "2016-01-01T00:00:00Z");
    let late = customer("", "2017-05-11T07:15:01Z");
    let at_start = customer("", "2017-05-11T07:15:00Z");
    let in_delay = customer("", "2017-05-11T06:59:00Z");
    let is_new = |members: Value, record: &Value| {
        let mut members = members;
        members["datesConfiguration"] = dates.clone();
        classify(&with(members).unwrap(), record, last_poll, started).unwrap().is_some()
    };
    assert!(!is_new(json!({}), &old));
    assert!(is_new(json!({"filterByUpdatedDate": "false"}), &old));
    assert!(is_new(json!({}), &late));
    assert!(!is_new(json!({"filterByCurrentDate": true}), &late));
    assert!(is_new(json!({"filterByCurrentDate": true}), &at_start));
    assert!(!is_new(json!({}), &in_delay));
    assert!(is_new(json!({"pollDelay": 90}), &in_delay));
}

#[test]
fn one_field_for_both_dates_is_always_created() {
    let dates = json!({
        "updatedDateField": "meta.at", "updatedDateFormat": "milliseconds",
        "createdDateField": "meta.at"
    });
    let record = json!({"id": 7, "meta": {"at": 1_494_486_047_000_i64}});
    let found =
        classify(&with_dates(dates).unwrap(), &record, poll().0, poll().1).unwrap().unwrap();
    assert_eq!((found.object_id.as_str(), found.kind), ("7", ChangeKind::Created));
    assert_eq!(found.changed_at, moment("2017-05-11T07:00:47Z"));
}

#[test]
fn a_record_without_dates_is_told_apart_by_its_content() {
    let resource = with(json!({"idField": "user.id"})).unwrap();
    let version = |text: &str| {
        let record: Value = serde_json::from_str(text).unwrap();
        let found = classify(&resource, &record, poll().0, poll().1).unwrap().unwrap();
        assert_eq!((found.kind, found.changed_at), (ChangeKind::Updated, poll().1));
        found.version
    };
    let first = version(r#"{"user":{"id":"a","n":1},"list":[1,2]}"#);
    assert_eq!(first, version(r#"{"list":[1,2],"user":{"n":1,"id":"a"}}"#));
    assert_ne!(first, version(r#"{"list":[2,1],"user":{"n":1,"id":"a"}}"#));
    assert_ne!(first, version(r#"{"user":{"id":"a","n":1},"list":[1],"2":null}"#));
}

#[test]
fn two_states_of_one_second_have_two_versions() {
    let resource = single(SAGE);
    let mut record = customer("2016-01-01T00:00:00Z", "2017-05-11T07:14:59Z");
    let version =
        |record: &Value| classify(&resource, record, poll().0, poll().1).unwrap().unwrap().version;
    let (first, again) = (version(&record), version(&record));
    record["name"] = json!("changed in the same second");
    assert_eq!(first, again);
    assert_ne!(first, version(&record));
}

#[test]
fn a_record_that_does_not_fit_is_an_error_that_names_the_member() {
    let resource = single(SAGE);
    for (record, expected) in [
        (json!({}), "`customers`: a record does not fit idField: `id` is missing"),
        (json!({"id": ""}), "idField: `id` is missing"),
        (json!({"id": [1]}), "idField: `id` is neither a text nor a number"),
        (json!({"id": "x".repeat(257)}), "idField: `id` is longer than 256 bytes"),
        (json!([1]), "idField: `id` is missing"),
        (customer("", "yesterday"), "updatedDateField: `updated_at`: `yesterday` is not a date as"),
        (json!({"id": 1, "created_at": 5}), "createdDateField: `created_at`: `5` is not a date"),
    ] {
        let error = classify(&resource, &record, poll().0, poll().1).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn full_lines_define_resources_and_others_name_them() {
    let text = "documents|/hubs/documents/events/poll/documents?where=lastmodifieddate=\
                '${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'\n\
                \n  accounts|contacts\r\nleads\n\
                bills|/bills||meta.at|milliseconds|PST|made|yyyy-MM-dd|GMT\n\
                vendors|/vendors||at|yyyy-MM-dd||made";
    let lines = lines(text).unwrap();
    let defined = |index: usize| match &lines[index] {
        PollerLine::Defined(resource) => resource,
        PollerLine::Names(names) => panic!("{names}"),
    };
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[1], PollerLine::Names("accounts|contacts".to_owned()));
    assert_eq!(lines[2], PollerLine::Names("leads".to_owned()));
    let question = plan(defined(0), poll().0, poll().1).unwrap();
    assert_eq!(question.resource, "events/poll/documents");
    assert_eq!(
        question.condition.unwrap().to_string(),
        "lastmodifieddate = '2017-05-11T07:00:00Z'"
    );
    assert_eq!((defined(0).updated.as_ref(), defined(0).id_field.as_str()), (None, "id"));
    let updated = defined(3).updated.as_ref().unwrap();
    assert_eq!((&updated.form, updated.zone.to_string()), (&DateForm::Milliseconds, "PST".into()));
    assert_eq!(defined(3).created.as_ref().unwrap().form.to_string(), "yyyy-MM-dd");
    assert_eq!(defined(4).created.as_ref().unwrap().form.to_string(), "yyyy-MM-dd");
}

#[test]
fn a_wrong_line_names_the_resource_and_the_part() {
    for (text, expected) in [
        ("|/a", "``: a line is resource|url|filter"),
        ("a|/a|1|2|3|4|5|6|7|8", "`a`: a line is resource|url|filter"),
        ("a|/hubs/x", "`a`: pollerUrl: `/hubs/x` names no resource"),
        ("a|/a||at", "`a`: updatedDateFormat: is missing"),
        ("a|/a||at|QQ", "`a`: updatedDateFormat: date pattern"),
        ("a|/a||at|yyyy|X", "`a`: updatedDateTimeZone: `X` is not a time zone"),
        ("a|/a||..|yyyy", "`a`: updatedDateField: `..` is not a path"),
        ("a|/a?where=x", "`a`: url: where: Error parsing query"),
    ] {
        let error = lines(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,80}", condition in "[a-z='${}:,&? ]{0,40}") {
        let _resources = parse(&text);
        let _lines = lines(&text);
        let _lines = lines(&format!("a|/{text}"));
        let _read = with(json!({"url": format!("/a?where={condition}")}));
    }

    #[test]
    fn no_record_makes_it_panic(
        id in ".{0,10}", created in ".{0,30}", updated in "[0-9TZ:.+-]{0,30}", last: i64, started: i64
    ) {
        let record = json!({"id": id, "created_at": created, "updated_at": updated});
        let (last, started) = (Moment::from_micros(last), Moment::from_micros(started));
        let _polled = classify(&single(SAGE), &record, last, started);
    }

    #[test]
    fn every_change_after_the_last_poll_is_found(
        changed in 0_i64..4_000_000_000_000, before in 1_i64..1_000_000_000, age in 0_i64..1_000_000
    ) {
        let dates = json!({
            "updatedDateField": "u", "updatedDateFormat": "milliseconds", "createdDateField": "c"
        });
        let record = json!({"id": 1, "u": changed, "c": changed - age});
        let last = Moment::from_millis(changed - before);
        let resource = with_dates(dates).unwrap();
        let found = classify(&resource, &record, last, last).unwrap().unwrap();
        let kind = if age <= 10_000 { ChangeKind::Created } else { ChangeKind::Updated };
        prop_assert_eq!(found.kind, kind);
        let at_once = Moment::from_millis(changed);
        prop_assert_eq!(classify(&resource, &record, at_once, at_once).unwrap(), None);
    }
}
