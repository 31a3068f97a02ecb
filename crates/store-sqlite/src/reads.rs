//! Metered reads in SQLite.

use async_trait::async_trait;
use ledgerhook_model::{AppId, InstanceId, Month, ReadMark};
use ledgerhook_store::StoreError;
use ledgerhook_store::reads::{MarkedReads, ReadCount, Reads};
use rusqlite::Row;

use crate::SqliteStore;
use crate::columns::{all, change, moment};
use crate::error::Failure;
use crate::writer::Session;

/// In place of an app where there was none: ids begin with 1.
const NO_APP: i64 = 0;

const ADD: &str = "
    INSERT INTO reads (month, instance_id, app_id, reads) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (month, instance_id, app_id) DO UPDATE SET reads = reads + excluded.reads";

pub(crate) const OF_MONTH: &str =
    "SELECT * FROM reads WHERE month = ?1 ORDER BY instance_id, app_id";

const MARK: &str = "
    INSERT INTO read_marks (month, app_id, mark, at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (month, app_id, mark) DO NOTHING";

pub(crate) const MARKS_OF_MONTH: &str =
    "SELECT * FROM read_marks WHERE month = ?1 ORDER BY app_id, mark";

#[async_trait]
impl Reads for SqliteStore {
    async fn add_reads(&self, counts: Vec<ReadCount>) -> Result<(), StoreError> {
        let add = move |session: &mut Session| {
            for count in &counts {
                let app = count.app.map_or(NO_APP, |app| app.0);
                let values = (count.month.number(), count.instance.0, app, count.reads);
                change(&session.connection, ADD, values)?;
            }
            Ok(())
        };
        self.writer.write(add).await
    }

    async fn reads_of_month(&self, month: Month) -> Result<Vec<ReadCount>, StoreError> {
        let find = move |connection: &_| all(connection, OF_MONTH, [month.number()], read_count);
        self.readers.read(find).await
    }

    async fn mark_reads(&self, mark: MarkedReads) -> Result<bool, StoreError> {
        let values = (mark.month.number(), mark.app.0, mark.mark.as_str(), mark.at.micros());
        let store = move |session: &mut Session| Ok(change(&session.connection, MARK, values)? > 0);
        self.writer.write(store).await
    }

    async fn read_marks(&self, month: Month) -> Result<Vec<MarkedReads>, StoreError> {
        let find =
            move |connection: &_| all(connection, MARKS_OF_MONTH, [month.number()], read_mark);
        self.readers.read(find).await
    }
}

fn read_count(row: &Row<'_>) -> Result<ReadCount, Failure> {
    let app: i64 = row.get("app_id")?;
    Ok(ReadCount {
        month: Month::from_number(row.get("month")?),
        instance: InstanceId(row.get("instance_id")?),
        app: (app != NO_APP).then_some(AppId(app)),
        reads: row.get("reads")?,
    })
}

fn read_mark(row: &Row<'_>) -> Result<MarkedReads, Failure> {
    let app: i64 = row.get("app_id")?;
    let name: String = row.get("mark")?;
    let unknown = Failure::Corrupt { table: "read_marks", column: "mark", row: app };
    Ok(MarkedReads {
        app: AppId(app),
        month: Month::from_number(row.get("month")?),
        mark: ReadMark::from_name(&name).ok_or(unknown)?,
        at: moment(row, "at")?,
    })
}
