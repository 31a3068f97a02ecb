//! JSV, CSV and JSON Lines (reference: qbo-webhooks-listener §6).

use super::*;

const LINE: &str = "{eventNotifications:[{realmId:123,dataChangeEvent:{entities:[{name:Vendor,id:56,\
                    operation:Create,lastUpdated:2015-10-05T14:42:19-0700}]}}]}";

#[test]
fn jsv_is_read_as_it_is_written_and_with_blanks() {
    let id = |text: &str| format!("{{eventNotifications:[{{realmId:{text}}}]}}");
    let read = |text: &str| notice(Some(text), &[]);
    let spread = LINE
        .replace('{', "{\n\t")
        .replace('[', "\n[\n\t")
        .replace(',', ",\r\n")
        .replace("realmId:", "realmId : ");
    check(
        Format::Jsv,
        &[
            (LINE, vendor()),
            (
                &LINE.to_uppercase().replace("CREATE", "create").replace("VENDOR", "vendor"),
                vendor(),
            ),
            // 400 in the original, whose own page shows such a sample.
            (&spread, vendor()),
            (&format!(" {LINE}\n"), vendor()),
            // Bound to nothing in the original.
            (
                r#"{"eventNotifications":[{"realmId":"123","dataChangeEvent":{"entities":[{"name":"Vendor","id":56,"operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#,
                vendor(),
            ),
            (r#"{"eventNotifications":[{"realmId":a b}]}"#, read("a b")),
            ("{}", nothing()),
            ("{eventNotifications:}", nothing()),
            ("{eventNotifications:[]}", nothing()),
            ("{eventNotifications:{realmId:1}}", read("1")),
            (&id(""), notice(None, &[])),
            (&id("\"\""), read("")),
            (&id("null"), read("null")),
            (&id("a:b"), read("a:b")),
            (&id("\"a,\"\"b\"\"\n{c}\\\""), read("a,\"b\"\n{c}\\")),
            (&id("1,other:[1,{x:y}]"), read("1")),
        ],
    );
}

#[test]
fn jsv_that_is_not_well_formed_is_refused() {
    check_refused(
        Format::Jsv,
        &[
            "hello",
            "realmId:1",
            "[]",
            "[{realmId:1}]",
            "{eventNotifications:[{realmId:123",
            "{eventNotifications:[{realmId:123}]",
            "{eventNotifications:[{realmId:123]}",
            "{eventNotifications:[]} x",
            "{eventNotifications:[]}}",
            "{eventNotifications}",
            "{:[]}",
            "{,}",
            "{a:1,}",
            "{a:\"x}",
            "{a:\"x\"y}",
            "{a:x\"y\"}",
            "{a:x]}",
            "{a:x{}}",
        ],
    );
    let error = decode(Format::Jsv, "{a:1;b:\"x\"}").unwrap_err();
    assert_eq!(error.to_string(), "the JSV cannot be read: expected `,` or `}` at byte 8");
}

#[test]
fn each_row_of_a_csv_is_a_notification() {
    let event = "\"{entities:[{name:Vendor,id:56,operation:Create,lastUpdated:2015-10-05T14:42:19-0700}]}\"";
    let mut two = vendor();
    two.notifications.extend(notice(Some("a,\"b"), &[]).notifications);
    check(
        Format::Csv,
        &[
            (&format!("realmId,dataChangeEvent\n123,{event}\n"), vendor()),
            (&format!("realmId,dataChangeEvent\r\n123,{event}"), vendor()),
            (&format!("other, DATACHANGEEVENT ,RealmID\nx,{event},123\n"), vendor()),
            (&format!("realmId,dataChangeEvent\n123,{event}\n\"a,\"\"b\",\n"), two),
            (
                "realmId,dataChangeEvent\n1,\"{\"\"entities\"\":[{\"\"id\"\":\"\"5\"\"}]}\"\n",
                notice(Some("1"), &[[None, Some("5"), None, None, None]]),
            ),
            ("realmId\n", nothing()),
            ("realmId,dataChangeEvent\n,\n", notice(None, &[])),
            // What the original's own page shows for CSV; bound to nothing there.
            (r#"{"eventNotifications":[{"realmId":"1"}]}"#, notice(Some("1"), &[])),
        ],
    );
}

#[test]
fn a_csv_that_would_lose_something_is_refused() {
    check_refused(
        Format::Csv,
        &[
            "hello",
            "a,b\n1,2\n",
            "realmId,dataChangeEvent\n1\n",
            "realmId,dataChangeEvent\n1,,2\n",
            "realmId,dataChangeEvent\n1,\"{entities:[{id:5",
            "realmId,dataChangeEvent\n1,\"{entities:[{id:5}]}",
            "realmId,dataChangeEvent\n1,\"{entities:[{id:5\"\n",
            "realmId,dataChangeEvent\n1,x\n",
            "realmId,realmId\n1,2\n",
            r#"{"eventNotifications":["#,
        ],
    );
}

#[test]
fn each_line_of_json_lines_is_a_notification() {
    let mut both = notice(Some("1"), &[]);
    both.notifications.extend(notice(Some("2"), &[]).notifications);
    check(
        Format::Jsonl,
        &[
            ("{\"realmId\":\"1\"}\n{\"RealmId\":2}\n", both.clone()),
            ("{\"realmId\":\"1\"}\r\n\r\n{\"realmId\":\"2\"}", both.clone()),
            // What the original's own page shows for it.
            ("{\"eventNotifications\":[{\"realmId\":\"1\"},\n{\"realmId\":\"2\"}]}", both.clone()),
            ("{\"eventNotifications\":[{\"realmId\":\"1\"}]}\n{\"realmId\":\"2\"}", both),
            ("null\n", nothing()),
        ],
    );
    check_refused(Format::Jsonl, &["hello", "{\"realmId\":\"1\"}\n{\"realmId\":", "5", "[]"]);
}
