//! Kept notices in memory: they are what the notices themselves say of it.

use async_trait::async_trait;
use ledgerhook_model::{NoticeId, OrganizationId};

use super::{MemoryStore, State};
use crate::StoreError;
use crate::journal::NewNotice;
use crate::kept::{Company, Kept, KeptFilter, KeptFor, KeptNotice, KeptPage};

#[async_trait]
impl Kept for MemoryStore {
    async fn kept_notices(
        &self,
        organization: OrganizationId,
        filter: KeptFilter,
    ) -> Result<KeptPage, StoreError> {
        let state = self.state();
        let before = filter.before.unwrap_or(NoticeId(i64::MAX));
        let fits = |notice: &NewNotice, kept: &KeptFor| {
            kept.organization == organization
                && filter.element.as_ref().is_none_or(|element| *element == notice.element)
                && filter.company.as_ref().is_none_or(|company| kept.companies.contains(company))
        };
        let older = state.journal.notices.range(..before).rev();
        let fitting =
            older.filter(|(_, notice)| kept(notice).is_some_and(|kept| fits(notice, kept)));
        state.kept_page(fitting.map(|(id, _)| *id), filter.limit)
    }

    async fn kept_for(
        &self,
        company: Company,
        after: Option<NoticeId>,
        limit: usize,
    ) -> Result<KeptPage, StoreError> {
        let state = self.state();
        let fits = |notice: &NewNotice, kept: &KeptFor| {
            kept.organization == company.organization
                && notice.element == company.element
                && kept.companies.contains(&company.id)
        };
        let first = NoticeId(after.map_or(0, |id| id.0) + 1);
        let newer = state.journal.notices.range(first..);
        let fitting =
            newer.filter(|(_, notice)| kept(notice).is_some_and(|kept| fits(notice, kept)));
        state.kept_page(fitting.map(|(id, _)| *id), limit)
    }
}

impl State {
    fn kept_page(
        &self,
        ids: impl Iterator<Item = NoticeId>,
        limit: usize,
    ) -> Result<KeptPage, StoreError> {
        let read = |id| {
            let notice = self.journal.notices.get(&id);
            Ok(notice.and_then(|notice| kept_notice(id, notice)))
        };
        KeptPage::gather(ids, limit, read)
    }

    /// Keeps a notice for these companies no longer.
    pub(super) fn settle(&mut self, notice: NoticeId, companies: &[String]) {
        let notice = self.journal.notices.get_mut(&notice);
        if let Some(kept) = notice.and_then(|notice| notice.kept.as_mut()) {
            kept.companies.retain(|company| !companies.contains(company));
        }
    }
}

/// For whom a notice is kept, if it still is.
fn kept(notice: &NewNotice) -> Option<&KeptFor> {
    notice.kept.as_deref().filter(|kept| !kept.companies.is_empty())
}

fn kept_notice(id: NoticeId, notice: &NewNotice) -> Option<KeptNotice> {
    let kept = kept(notice)?;
    let mut companies = kept.companies.clone();
    companies.sort();
    Some(KeptNotice {
        id,
        element: notice.element.clone(),
        app: notice.app,
        instance: kept.instance,
        companies,
        body: notice.body.to_vec(),
        readable: kept.readable.as_ref().map(|body| body.to_vec()),
        received_at: notice.received_at,
    })
}
