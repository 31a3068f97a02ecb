//! What must hold for any body of the listener, in any format.

use ledgerhook_web::listener::decoding::{
    Content, decode, decode_batch, decode_notifications, text,
};
use ledgerhook_web::listener::{Format, Notice};
use serde_json::{Value, json};

/// Reads a body in every way that its format has. Nothing panics, and what is read survives being
/// written as Intuit's JSON.
pub fn read(format: Format, body: &[u8]) {
    let Ok(text) = text(body) else { return };
    if let Ok(Content::Notice(notice)) = decode(format, text) {
        check(&notice);
    }
    if let Ok(requests) = decode_batch(format, text) {
        requests.iter().for_each(check);
    }
    if format == Format::Jsv
        && let Ok(notice) = decode_notifications(text)
    {
        check(&notice);
    }
}

/// The JSON of a notice is read again, as many notifications and entities as there were, and from
/// then on nothing changes. (The first time a number with several names becomes their text.)
fn check(notice: &Notice) {
    let once = read_again(notice);
    let sizes = |notice: &Notice| -> Vec<usize> {
        notice.notifications.iter().map(|one| one.entities.len()).collect()
    };
    assert_eq!(sizes(notice), sizes(&once));
    assert_eq!(once, read_again(&once));
}

fn read_again(notice: &Notice) -> Notice {
    let json = notice.canonical().to_string();
    match decode(Format::Json, &json) {
        Ok(Content::Notice(again)) => again,
        other => panic!("{other:?} from {json}"),
    }
}

/// A record with members of every sort under short names; one holds a part of `text`.
pub fn record(text: &str) -> Value {
    let part: String = text.chars().rev().take(30).collect();
    json!({
        "id": 7, "a": part, "b": 5.50, "c": {"d": 1_415_131_437_000_i64}, "m": "2017-05-11T07:00:47Z",
        "x": null, "n": "product", "active": true, "line": [{"amount": "-3.0"}]
    })
}
