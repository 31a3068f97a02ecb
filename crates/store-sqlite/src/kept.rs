//! Kept notices in SQLite.

use std::mem::take;

use async_trait::async_trait;
use ledgerhook_model::{AppId, InstanceId, NoticeId, OrganizationId};
use ledgerhook_store::StoreError;
use ledgerhook_store::kept::{Company, Kept, KeptFilter, KeptFor, KeptNotice, KeptPage};
use rusqlite::{Connection, Params, Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, first, limit, moment};
use crate::error::Failure;

const INSERT: &str = "
    INSERT INTO kept_notices (notice_id, company, organization_id, element, instance_id)
    VALUES (?1, ?2, ?3, ?4, ?5)";

/// With the notice itself.
pub(crate) const REMOVE: &str = "DELETE FROM kept_notices WHERE notice_id = ?1";

pub(crate) const SETTLE: &str = "DELETE FROM kept_notices WHERE notice_id = ?1 AND company = ?2";

/// The index has the rows of a notice side by side, so each is told once without sorting.
pub(crate) const OF_ORGANIZATION: &str = "
    SELECT DISTINCT notice_id FROM kept_notices INDEXED BY kept_notices_of_organization
    WHERE organization_id = ?1 AND notice_id < ?2
      AND (?3 IS NULL OR element = ?3) AND (?4 IS NULL OR company = ?4)
    ORDER BY notice_id DESC LIMIT ?5";

pub(crate) const FOR_COMPANY: &str = "
    SELECT notice_id FROM kept_notices
    WHERE organization_id = ?1 AND element = ?2 AND company = ?3 AND notice_id > ?4
    ORDER BY notice_id LIMIT ?5";

pub(crate) const COMPANIES: &str =
    "SELECT company, instance_id FROM kept_notices WHERE notice_id = ?1 ORDER BY company";

#[async_trait]
impl Kept for SqliteStore {
    async fn kept_notices(
        &self,
        organization: OrganizationId,
        filter: KeptFilter,
    ) -> Result<KeptPage, StoreError> {
        let before = filter.before.map_or(i64::MAX, |id| id.0);
        let find = move |connection: &Connection| {
            let rows = limit(filter.limit.saturating_add(1));
            let values = (organization.0, before, &filter.element, &filter.company, rows);
            find_page(connection, OF_ORGANIZATION, values, filter.limit)
        };
        self.readers.read(find).await
    }

    async fn kept_for(
        &self,
        company: Company,
        after: Option<NoticeId>,
        limit_rows: usize,
    ) -> Result<KeptPage, StoreError> {
        let after = after.map_or(0, |id| id.0);
        let find = move |connection: &Connection| {
            let Company { organization, element, id } = &company;
            let rows = limit(limit_rows.saturating_add(1));
            let values = (organization.0, element, id, after, rows);
            find_page(connection, FOR_COMPANY, values, limit_rows)
        };
        self.readers.read(find).await
    }
}

/// Keeps a notice that was just written.
pub(crate) fn insert(
    connection: &Connection,
    notice: i64,
    element: &str,
    kept: &KeptFor,
) -> Result<(), Failure> {
    let instance = kept.instance.map(|id| id.0);
    for company in &kept.companies {
        let values = params![notice, company, kept.organization.0, element, instance];
        change(connection, INSERT, values)?;
    }
    Ok(())
}

/// Keeps a notice for these companies no longer.
pub(crate) fn settle(
    connection: &Connection,
    notice: NoticeId,
    companies: &[String],
) -> Result<(), Failure> {
    for company in companies {
        change(connection, SETTLE, (notice.0, company))?;
    }
    Ok(())
}

fn find_page(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    limit: usize,
) -> Result<KeptPage, Failure> {
    let ids = all(connection, sql, values, |row| Ok(NoticeId(row.get(0)?)))?;
    KeptPage::gather(ids, limit, |id| find_notice(connection, id))
}

fn find_notice(connection: &Connection, id: NoticeId) -> Result<Option<KeptNotice>, Failure> {
    let read_company = |row: &Row<'_>| {
        let instance: Option<i64> = row.get("instance_id")?;
        Ok((row.get::<_, String>("company")?, instance.map(InstanceId)))
    };
    let companies = all(connection, COMPANIES, [id.0], read_company)?;
    let instance = companies.first().and_then(|(_, instance)| *instance);
    let mut companies: Vec<String> = companies.into_iter().map(|(company, _)| company).collect();
    let read = |row: &Row<'_>| {
        Ok(KeptNotice {
            id,
            element: row.get("element")?,
            app: row.get::<_, Option<i64>>("app_id")?.map(AppId),
            instance,
            companies: take(&mut companies),
            body: row.get("body")?,
            readable: row.get("readable")?,
            received_at: moment(row, "received_at")?,
        })
    };
    first(connection, "SELECT * FROM notices WHERE id = ?1", [id.0], read)
}
