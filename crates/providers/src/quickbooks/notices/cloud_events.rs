//! The newer shape: an array of CloudEvents, of any mix of companies (reference: quickbooks §1.4).
//! On a merge `intuitentityid` is the record that stays and `data.deletedid` the one that went.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;
use super::bounded_list::BoundedList;
use super::hint::{Hint, Reading};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, rename = "intuitentityid")]
    object_id: Text<'a>,
    #[serde(borrow, rename = "intuitaccountid")]
    company: Text<'a>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
}

/// Reads a body; `None` when it is not of this shape.
pub(super) fn read(body: &[u8], reading: &mut Reading<'_>) -> Option<()> {
    let events = serde_json::from_slice::<BoundedList<'_>>(body).ok()?;
    for json in events.elements {
        let event = serde_json::from_str::<Event<'_>>(json.get()).ok();
        reading.take(event.as_ref().and_then(|event| hint(event, json)));
    }
    reading.skip(events.beyond);
    Some(())
}

fn hint<'a>(event: &'a Event<'_>, json: &'a RawValue) -> Option<Hint<'a>> {
    let (entity, operation) = entity_and_operation(&event.kind.0)?;
    Some(Hint {
        company: &event.company.0,
        entity,
        object_id: &event.object_id.0,
        operation,
        time: event.time.as_ref().map(|text| &*text.0),
        entry_id: event.id.as_ref().map(|text| &*text.0),
        json: json.get(),
    })
}

/// The two middle parts of `qbo.<entity>.<operation>.v<number>`.
fn entity_and_operation(kind: &str) -> Option<(&str, &str)> {
    let mut parts = kind.split('.');
    let (product, entity, operation, version) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let number = version.strip_prefix(['v', 'V'])?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_of_quickbooks = product.eq_ignore_ascii_case("qbo");
    (is_of_quickbooks && is_number && parts.next().is_none()).then_some((entity, operation))
}
