//! How values of the model stand in columns, and the two ways of asking for rows.

use ledgerhook_model::Moment;
use rusqlite::{Connection, Params, Row};

use crate::error::Failure;

/// All rows that `sql` finds.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_and_then(parameters, read)?.collect()
}

/// The first row that `sql` finds.
pub(crate) fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_and_then(parameters, read)?.next().transpose()
}

/// Runs `sql` and returns how many rows it changed.
pub(crate) fn change(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
) -> Result<usize, Failure> {
    Ok(connection.prepare_cached(sql)?.execute(parameters)?)
}

/// A point in time.
pub(crate) fn moment(row: &Row<'_>, column: &str) -> Result<Moment, Failure> {
    Ok(Moment::from_micros(row.get(column)?))
}

/// A point in time that may not be there.
pub(crate) fn moment_if_any(row: &Row<'_>, column: &str) -> Result<Option<Moment>, Failure> {
    let micros: Option<i64> = row.get(column)?;
    Ok(micros.map(Moment::from_micros))
}

/// A text that `parse` must understand; the row has its id in the column `id`.
pub(crate) fn parsed<T>(
    row: &Row<'_>,
    table: &'static str,
    column: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Failure> {
    let text = row.get_ref(column)?.as_str().ok();
    match text.and_then(parse) {
        Some(value) => Ok(value),
        None => Err(Failure::Corrupt { table, column, row: row.get("id")? }),
    }
}

/// A number of rows for `LIMIT`.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
