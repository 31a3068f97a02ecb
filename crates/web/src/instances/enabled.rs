//! `PUT|DELETE …/enabled`: switching an instance on and off (reference: cloud-elements §2.5).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use ledgerhook_engine::Gateway;

use super::answer_with;
use crate::failure::Failure;
use crate::target::Target;

/// `PUT /instances/{id}/enabled`, `PUT /instances/enabled`
pub(crate) async fn enable(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Response, Failure> {
    set_enabled(&gateway, &target, true).await
}

/// `DELETE /instances/{id}/enabled`, `DELETE /instances/enabled`
pub(crate) async fn disable(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Response, Failure> {
    set_enabled(&gateway, &target, false).await
}

async fn set_enabled(
    gateway: &Gateway,
    target: &Target,
    enabled: bool,
) -> Result<Response, Failure> {
    let organization = target.caller.organization;
    let view = gateway.instances().set_enabled(organization, target.id, enabled).await?;
    Ok(answer_with(&view, &target.caller))
}
