//! CSV: the request has one list, so each row is one of its notifications, with the objects in its
//! cells written as JSV (reference: qbo-webhooks-listener §6.2).

use csv::{ReaderBuilder, StringRecord};

use super::tree::{Node, Room};
use super::{DecodeError, binding, jsv};
use crate::listener::notice::Notice;

/// Reads a table whose first line names the columns, in any order and case.
pub(super) fn read(text: &str) -> Result<Notice, DecodeError> {
    check_quotes(text)?;
    let mut room = Room::new();
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let columns = reader.headers().map_err(not_well_formed)?.clone();
    let is_known = |name: &str| {
        let name = name.trim();
        name.eq_ignore_ascii_case(binding::REALM_ID)
            || name.eq_ignore_ascii_case(binding::DATA_CHANGE_EVENT)
    };
    if !columns.iter().any(is_known) {
        return Err(DecodeError::NoKnownColumn);
    }
    let mut notice = Notice::default();
    for row in reader.records() {
        let row = row.map_err(not_well_formed)?;
        notice.notifications.extend(binding::notification(members(&columns, &row, &mut room)?)?);
    }
    Ok(notice)
}

fn members(
    columns: &StringRecord,
    row: &StringRecord,
    room: &mut Room,
) -> Result<Node, DecodeError> {
    let member = |(name, cell): (&str, &str)| {
        room.take()?;
        let name = name.trim();
        let is_object = name.eq_ignore_ascii_case(binding::DATA_CHANGE_EVENT);
        let value = match cell {
            "" => Node::Null,
            _ if is_object => jsv::read(cell)?,
            _ => Node::Text(cell.to_owned()),
        };
        Ok((name.to_owned(), value))
    };
    columns.iter().zip(row.iter()).map(member).collect::<Result<_, _>>().map(Node::Members)
}

/// Quotes come in pairs, around a cell or for one within it. The library takes a table that is cut
/// short within a cell.
fn check_quotes(text: &str) -> Result<(), DecodeError> {
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 0 {
        return Ok(());
    }
    Err(DecodeError::NotWellFormed("the CSV cannot be read: a quote is not closed".to_owned()))
}

fn not_well_formed(error: csv::Error) -> DecodeError {
    DecodeError::NotWellFormed(format!("the CSV cannot be read: {error}"))
}
