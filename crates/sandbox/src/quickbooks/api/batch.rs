//! Several queries and writes in one call (reference §2.3). What goes wrong with one item is told
//! in its place and leaves the others alone.

use serde_json::{Value, json};

use super::super::books::{Fields, fields_of};
use super::super::entities::EntityKind;
use super::super::query;
use super::super::refusal::Refusal;
use super::super::shared::{State as SandboxState, Write};
use super::{books, find_writable, named, operate, parse_body};

/// Items in one call; older pages of the documents say 10.
const ITEMS_MAX: usize = 30;

/// Objects all queries of one call may answer with.
const OBJECTS_MAX: u64 = 1_000;

/// Answers `POST /batch` with the body up to, not including, `time`.
pub(super) fn answer(
    state: &mut SandboxState,
    write: &Write<'_>,
    body: &[u8],
) -> Result<Fields, Refusal> {
    let mut body = parse_body(body)?;
    let Some(Value::Array(items)) = body.remove("BatchItemRequest") else {
        return Err(Refusal::missing("BatchItemRequest"));
    };
    if items.len() > ITEMS_MAX {
        return Err(Refusal::invalid_property("the batch has more than 30 items"));
    }
    let mut room = OBJECTS_MAX;
    let answers: Vec<Value> =
        items.into_iter().map(|item| answer_item(state, write, item, &mut room)).collect();
    Ok(fields_of(json!({"BatchItemResponse": answers})))
}

fn answer_item(state: &mut SandboxState, write: &Write<'_>, item: Value, room: &mut u64) -> Value {
    let mut item = fields_of(item);
    let number = item.remove("bId").unwrap_or_default();
    let outcome = match item.remove("Query") {
        Some(query) => select(state, write.realm_id, &query, room),
        None => write_item(state, write, item),
    };
    let mut answer = match outcome {
        Ok(answer) => answer,
        Err(refusal) => fields_of(json!({"Fault": refusal.fault()})),
    };
    answer.insert("bId".to_owned(), number);
    Value::Object(answer)
}

fn select(
    state: &SandboxState,
    realm_id: &str,
    query: &Value,
    room: &mut u64,
) -> Result<Fields, Refusal> {
    let text = query.as_str().ok_or_else(|| Refusal::query_unreadable("not a text"))?;
    let answer = query::select(books(state, realm_id)?, text)?;
    let rows = answer.get("QueryResponse").and_then(|response| response.get("maxResults"));
    let rows = rows.and_then(Value::as_u64).unwrap_or(0);
    *room = room
        .checked_sub(rows)
        .ok_or_else(|| Refusal::query_invalid("the batch answers with more than 1000 objects"))?;
    Ok(answer)
}

fn write_item(
    state: &mut SandboxState,
    write: &Write<'_>,
    item: Fields,
) -> Result<Fields, Refusal> {
    let operation = item.get("operation").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !matches!(operation.as_str(), "create" | "update" | "delete") {
        return Err(Refusal::unsupported_operation(&operation));
    }
    let named_record = item.into_iter().find(|(name, _)| EntityKind::find(name).is_some());
    let Some((name, Value::Object(record))) = named_record else {
        return Err(Refusal::invalid_property("the item has neither a query nor a record"));
    };
    let entity = find_writable(&name)?;
    let now = write.now;
    let written = state.write(write, |books| operate(books, entity, &operation, record, now))?;
    Ok(named(entity, written.shown))
}
