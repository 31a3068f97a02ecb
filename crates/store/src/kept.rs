//! Kept notices: those with entries that became no event when they came, because nobody took them
//! or because they name several kinds of record. They are written and settled with the journal
//! ([`Append`](crate::journal::Append)), read here, and go when their notice is trimmed.

use async_trait::async_trait;
use bytes::Bytes;
use ledgerhook_model::{AppId, InstanceId, Moment, NoticeId, OrganizationId};

use crate::StoreError;

/// Most bytes of notices in one page, but for the one that goes beyond: a notice may have 2 MiB,
/// and a page is in memory as a whole.
pub const KEPT_PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// For whom a new notice is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFor {
    /// Whose notice it is: the app's that signed it, or the caller's who vouched for it.
    pub organization: OrganizationId,
    /// The instance whose address it was posted to; it is for no other one.
    pub instance: Option<InstanceId>,
    /// The companies whose entries are to become events later, at least one, each once.
    pub companies: Vec<String>,
    /// The body in the provider's own form, where the raw one is in another.
    pub readable: Option<Bytes>,
}

/// A notice that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNotice {
    /// Its id.
    pub id: NoticeId,
    /// The element key.
    pub element: String,
    /// The app whose verifier token fitted.
    pub app: Option<AppId>,
    /// The instance whose address it was posted to.
    pub instance: Option<InstanceId>,
    /// The companies that it is kept for, in their order as texts.
    pub companies: Vec<String>,
    /// The raw body.
    pub body: Vec<u8>,
    /// The body in the provider's own form, where the raw one is in another.
    pub readable: Option<Vec<u8>>,
    /// When it arrived.
    pub received_at: Moment,
}

/// A company as the notices of one organisation name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Company {
    /// Whose notices.
    pub organization: OrganizationId,
    /// The element key.
    pub element: String,
    /// The company's id at the provider.
    pub id: String,
}

/// Which kept notices to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptFilter {
    /// Of this element.
    pub element: Option<String>,
    /// Kept for this company.
    pub company: Option<String>,
    /// Older than this one.
    pub before: Option<NoticeId>,
    /// At most so many.
    pub limit: usize,
}

/// A page of kept notices. It may have fewer than were asked for (see [`KEPT_PAGE_BYTES_MAX`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptPage {
    /// The notices.
    pub notices: Vec<KeptNotice>,
    /// The last one, when there are more after it.
    pub next: Option<NoticeId>,
}

impl KeptPage {
    /// Reads notices in the order of `ids` until `limit` is reached or the page is full. An id
    /// more than `limit` tells that there are more.
    pub fn gather<E>(
        ids: impl IntoIterator<Item = NoticeId>,
        limit: usize,
        mut read: impl FnMut(NoticeId) -> Result<Option<KeptNotice>, E>,
    ) -> Result<Self, E> {
        let mut page = Self::default();
        let mut bytes = 0;
        for id in ids {
            if page.notices.len() >= limit || bytes >= KEPT_PAGE_BYTES_MAX {
                page.next = page.notices.last().map(|notice| notice.id);
                break;
            }
            if let Some(notice) = read(id)? {
                bytes += notice.body.len() + notice.readable.as_ref().map_or(0, Vec::len);
                page.notices.push(notice);
            }
        }
        Ok(page)
    }
}

/// Kept notices.
#[async_trait]
pub trait Kept {
    /// The kept notices of an organisation, newest first.
    async fn kept_notices(
        &self,
        organization: OrganizationId,
        filter: KeptFilter,
    ) -> Result<KeptPage, StoreError>;

    /// The notices that are kept for a company, oldest first, those after `after`, at most `limit`.
    async fn kept_for(
        &self,
        company: Company,
        after: Option<NoticeId>,
        limit: usize,
    ) -> Result<KeptPage, StoreError>;
}
