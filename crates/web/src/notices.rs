//! `/notices`: notices that are kept until their entries can become events. An addition; the
//! original forgets them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::store::kept::{KeptFilter, KeptNotice};
use ledgerhook_model::NoticeId;
use serde::Serialize;

use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;

const NOTICES: PagedList = PagedList("notices");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NoticeShape {
    id: i64,
    element: String,
    /// The companies with entries that are no events yet.
    companies: Vec<String>,
    received_date: String,
    /// As it was posted.
    body: String,
}

impl From<KeptNotice> for NoticeShape {
    fn from(notice: KeptNotice) -> Self {
        Self {
            id: notice.id.0,
            element: notice.element,
            companies: notice.companies,
            received_date: notice.received_at.to_iso_millis(),
            body: String::from_utf8_lossy(&notice.body).into_owned(),
        }
    }
}

/// `GET /notices?element=&company=`, newest first. A page of large bodies ends early.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(NOTICES, &query)?;
    let element = query.text("element").map(|element| gateway.connector(element)).transpose()?;
    let filter = KeptFilter {
        element: element.map(|connector| connector.profile.key.to_owned()),
        company: query.text("company").map(str::to_owned),
        before: page.after.map(NoticeId),
        limit: page.size,
    };
    let found = gateway.kept_notices(caller.organization, filter).await?;
    let next_page = found.next.map(|id| NOTICES.token(id));
    let shapes: Vec<_> = found.notices.into_iter().map(NoticeShape::from).collect();
    Ok(answer::list(&shapes, next_page.as_deref()))
}
