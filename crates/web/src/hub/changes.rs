//! `/hubs/{any}/changes`: what changed since a moment (reference: cloud-elements §6.6). The members
//! have the names that an event has.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::hub::ChangesQuestion;
use ledgerhook_model::{Change, Moment};
use serde::Serialize;
use serde_json::value::RawValue;

use super::of_instance;
use super::target::HubTarget;
use crate::answer;
use crate::failure::Failure;
use crate::paging::PagedList;
use crate::query::Query;

const CHANGES: PagedList = PagedList("changes");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeShape {
    object_type: String,
    object_id: String,
    event_type: &'static str,
    changed_date: String,
    /// The record; what is left of it where it was deleted.
    record: Option<Box<RawValue>>,
}

impl From<&Change> for ChangeShape {
    fn from(change: &Change) -> Self {
        Self {
            object_type: change.resource.to_string(),
            object_id: change.id_to_print().to_owned(),
            event_type: change.kind.as_str(),
            changed_date: change.changed_at.to_iso_millis(),
            record: RawValue::from_string(change.record.to_string()).ok(),
        }
    }
}

/// `GET /hubs/{any}/changes?where=changedSince='…'&entities=products,bills`, in order of time.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    target: HubTarget,
    query: Query,
) -> Result<Response, Failure> {
    let next = query.text("nextPage").map(|token| CHANGES.place(token)).transpose()?;
    let question = ChangesQuestion {
        condition: query.text("where").unwrap_or_default().to_owned(),
        entities: query.text("entities").map(str::to_owned),
        next: next.map(Moment::from_micros),
    };
    let page = target.hub(&gateway)?.changes(&question).await?;
    let shapes: Vec<_> = page.changes.iter().map(ChangeShape::from).collect();
    let token = page.next.map(|next| CHANGES.token(next.micros()));
    Ok(of_instance(target.id, answer::list(&shapes, token.as_deref())))
}
