//! `/hubs/{any}/{resource}`: lists of records, and one record by its id (reference: cloud-elements
//! §7.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use ledgerhook_engine::Gateway;
use ledgerhook_engine::hub::HubQuestion;
use serde::Deserialize;

use super::of_instance;
use super::target::HubTarget;
use crate::answer;
use crate::failure::Failure;
use crate::paging::{PagedList, page_size};
use crate::query::Query;

/// How many records there are in all, where it was asked for.
const TOTAL_COUNT: HeaderName = HeaderName::from_static("elements-total-count");

const RECORDS: PagedList = PagedList("records");

/// The resource in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct ResourcePath {
    resource: String,
}

/// The record in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct RecordPath {
    resource: String,
    record: String,
}

/// `GET /hubs/{any}/{resource}`
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    target: HubTarget,
    Path(ResourcePath { resource }): Path<ResourcePath>,
    query: Query,
) -> Result<Response, Failure> {
    let question = question(&resource, &query)?;
    let page = target.hub(&gateway)?.list(&resource, &question).await?;
    let token = page.next.map(|next| RECORDS.token(format!("{resource}:{next}")));
    let mut answer = answer::list(&page.records, token.as_deref());
    if let Some(total) = page.total.filter(|_| question.with_total) {
        answer.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(total));
    }
    Ok(of_instance(target.id, answer))
}

/// `GET /hubs/{any}/{resource}/{id}`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    target: HubTarget,
    Path(RecordPath { resource, record }): Path<RecordPath>,
    query: Query,
) -> Result<Response, Failure> {
    let record = target.hub(&gateway)?.get(&resource, &record, query.text("fields")).await?;
    Ok(of_instance(target.id, Json(record).into_response()))
}

/// What a list is asked for. Where both are given, `nextPage` decides and `page` does not.
fn question(resource: &str, query: &Query) -> Result<HubQuestion, Failure> {
    let text = |name| query.text(name).map(str::to_owned);
    Ok(HubQuestion {
        condition: text("where"),
        order_by: text("orderBy"),
        fields: text("fields"),
        page: query.text("page").map_or(Ok(1), page)?,
        next: query.text("nextPage").map(|token| next(resource, token)).transpose()?,
        page_size: page_size(query)?,
        with_total: query.text("returnCount").map_or(Ok(false), flag)?,
    })
}

fn page(text: &str) -> Result<u32, Failure> {
    let page = text.parse().ok().filter(|page| *page >= 1);
    page.ok_or_else(|| Failure::bad_request("page: must be a whole number from 1"))
}

/// Where a token leads to, which must be one of the same resource.
fn next(resource: &str, token: &str) -> Result<String, Failure> {
    let place: String = RECORDS.place(token)?;
    let own = place.strip_prefix(resource).and_then(|place| place.strip_prefix(':'));
    own.map(str::to_owned).ok_or_else(|| {
        Failure::bad_request(format!("nextPage: a token of another resource than {resource}"))
    })
}

fn flag(text: &str) -> Result<bool, Failure> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Failure::bad_request("returnCount: must be true or false")),
    }
}
