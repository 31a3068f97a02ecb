//! Reading pages of a list: what is asked, what a page tells of its list, and what is done when
//! Sage cannot give whole records by the page or wants to be asked later.

use std::sync::Arc;

use http::StatusCode;
use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use ledgerhook_model::{Change, Moment};

use crate::answered::settled_until;
use crate::patience::Patience;
use crate::sage::answer::{self, ListPage};
use crate::sage::api::{Api, Company, list_path, record_path};
use crate::sage::entities::Entity;
use crate::sage::faults;
use crate::sage::record::Row;

/// Most records on a page: as many as Sage gives.
pub(super) const ITEMS_PER_PAGE: u64 = 200;

const WHOLE: &str = "all";
const TIMES: &str = "created_at,updated_at";
const TIMES_OF_DELETED: &str = "created_at,updated_at,deleted_at";

/// Which records are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selection {
    /// Those that were made or changed at this moment or later.
    UpdatedSince(Moment),
    /// Those that were deleted later than this moment.
    DeletedAfter(Moment),
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page {
    /// The records as changes; fewer than `ids` when some are gone already.
    pub(super) changes: Vec<Change>,
    /// The ids that stood on the page.
    pub(super) ids: Vec<String>,
    /// When its last record was updated, where all were and stand in that order.
    pub(super) ends_at: Option<Moment>,
    /// How many records the whole list has, where it says so.
    pub(super) total: Option<u64>,
    /// Whether the list ends with it, as far as it says. A page after the last one would show the
    /// last one again.
    pub(super) is_last: bool,
    /// Up to when its changes are complete, by Sage's time of the answer.
    pub(super) settled_until: Option<Moment>,
}

/// Reads pages of one list of one company.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    api: &'a Api,
    company: Company<'a>,
    entity: &'static Entity,
    resource: &'a Arc<str>,
    reads: u32,
    patience: Patience,
}

impl<'a> Reader<'a> {
    /// `api` makes the calls.
    pub(super) fn new(
        api: &'a Api,
        company: Company<'a>,
        entity: &'static Entity,
        resource: &'a Arc<str>,
    ) -> Self {
        Self { api, company, entity, resource, reads: 0, patience: Patience::default() }
    }

    /// Calls that were made.
    pub(super) fn reads(&self) -> u32 {
        self.reads
    }

    /// Whose list is read.
    pub(super) fn entity(&self) -> &'static Entity {
        self.entity
    }

    /// Reads a page of the list as it comes; pages count from 1.
    pub(super) async fn page(
        &mut self,
        selection: Selection,
        number: u64,
    ) -> Result<Page, ProviderError> {
        self.read_page(selection, number, None).await
    }

    /// Reads the first page of the list in order of the time of the last update.
    pub(super) async fn page_in_order(&mut self, since: Moment) -> Result<Page, ProviderError> {
        self.read_page(Selection::UpdatedSince(since), 1, Some("updated_at:asc")).await
    }

    async fn read_page(
        &mut self,
        selection: Selection,
        number: u64,
        sort: Option<&str>,
    ) -> Result<Page, ProviderError> {
        let attributes = match selection {
            Selection::UpdatedSince(_) => WHOLE,
            Selection::DeletedAfter(_) => TIMES_OF_DELETED,
        };
        let answer = self.get(&self.path(selection, attributes, number, sort)).await?;
        if attributes != WHOLE || !faults::is_too_heavy(&answer) {
            let list = answer::read_list(&answer)?;
            return Ok(self.understood(list, selection, number));
        }
        let answer = self.get(&self.path(selection, TIMES, number, sort)).await?;
        let list = answer::read_list(&answer)?;
        let page = self.understood(list, selection, number);
        let changes = self.whole_records(page.changes).await?;
        Ok(Page { changes, ..page })
    }

    fn path(
        &self,
        selection: Selection,
        attributes: &str,
        number: u64,
        sort: Option<&str>,
    ) -> String {
        let (name, moment) = match selection {
            Selection::UpdatedSince(moment) => ("updated_or_created_since", moment),
            Selection::DeletedAfter(moment) => ("deleted_since", moment),
        };
        let (since, number) = (moment.to_iso_seconds(), number.to_string());
        let items = ITEMS_PER_PAGE.to_string();
        let mut parameters: Vec<(&str, &str)> = self.entity.filter.into_iter().collect();
        parameters.extend([(name, since.as_str()), ("attributes", attributes)]);
        parameters.extend(sort.map(|sort| ("sort", sort)));
        parameters.extend([("items_per_page", items.as_str()), ("page", number.as_str())]);
        list_path(self.entity.endpoint, &parameters)
    }

    fn understood(&self, list: ListPage<'_>, selection: Selection, number: u64) -> Page {
        let ListPage { rows, total, items_per_page, settled_until } = list;
        let items_up_to_here = number.saturating_mul(items_per_page.unwrap_or(ITEMS_PER_PAGE));
        let times: Option<Vec<Moment>> = rows.iter().map(|row| row.updated_at()).collect();
        let times = times.filter(|times| times.is_sorted());
        let read_at = settled_until.unwrap_or_default();
        let change = |row: Row<'_>| match selection {
            Selection::UpdatedSince(_) => row.into_change(self.resource, read_at),
            Selection::DeletedAfter(_) => row.into_deletion(self.resource, read_at),
        };
        Page {
            ids: rows.iter().map(|row| row.id().to_owned()).collect(),
            ends_at: times.and_then(|times| times.last().copied()),
            total,
            is_last: rows.is_empty() || total.is_some_and(|total| items_up_to_here >= total),
            settled_until,
            changes: rows.into_iter().map(change).collect(),
        }
    }

    /// Reads each record by itself, because a page of whole ones was too much. One that Sage cannot
    /// give at all is told with its times only: it would hold up all others for ever. But when none
    /// can be read, Sage is down.
    async fn whole_records(
        &mut self,
        in_outline: Vec<Change>,
    ) -> Result<Vec<Change>, ProviderError> {
        let (mut whole, mut unread) = (Vec::with_capacity(in_outline.len()), Vec::new());
        let mut failure = None;
        for change in in_outline {
            let Some(path) = record_path(self.entity.endpoint, &change.object_id) else {
                unread.push(change);
                continue;
            };
            let answer = self.get(&path).await?;
            // Deleted meanwhile.
            if faults::is_gone(&answer) {
                continue;
            }
            match answer::read_record(&answer) {
                Ok(row) => {
                    let read_at = settled_until(&answer).unwrap_or(change.changed_at);
                    whole.push(row.into_change(self.resource, read_at));
                }
                Err(error) if faults::is_too_heavy(&answer) => {
                    failure = Some(error);
                    unread.push(change);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = failure.filter(|_| whole.is_empty()) {
            return Err(error);
        }
        whole.extend(unread);
        Ok(whole)
    }

    /// Asks, and asks again after a while when Sage wants that.
    async fn get(&mut self, path: &str) -> Result<Answer, ProviderError> {
        loop {
            let answer = self.api.get(self.company, path).await?;
            self.reads = self.reads.saturating_add(1);
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                self.patience.answered();
                return Ok(answer);
            }
            match faults::refusal(&answer) {
                ProviderError::Throttled { wait } if self.patience.outlasts(wait).await => {}
                error => return Err(error),
            }
        }
    }
}
