//! Which instance a request is about. The original addresses it in three ways, with the same
//! operations behind each: `/instances/{id}`, `/elements/{keyOrId}/instances/{id}`, and
//! `/instances` with the instance's token in the `Authorization` header.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::tenants::Caller;
use ledgerhook_model::InstanceId;

use crate::authorization::{AnyCaller, OrganizationCaller};
use crate::failure::Failure;

/// An instance and who asks for it. Whether the instance exists in the caller's organisation is
/// for the engine to say; only under an element's address it has been looked up already.
#[derive(Debug)]
pub(crate) struct Target {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The instance.
    pub(crate) id: InstanceId,
}

impl FromRequestParts<Arc<Gateway>> for Target {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Failure> {
        let path = RawPathParams::from_request_parts(parts, gateway)
            .await
            .map_err(|rejection| Failure::new(rejection.status(), rejection.body_text()))?;
        let member = |name| path.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        let Some(id) = member("id") else {
            let AnyCaller(caller) = AnyCaller::from_request_parts(parts, gateway).await?;
            return by_token(caller);
        };
        let OrganizationCaller(caller) =
            OrganizationCaller::from_request_parts(parts, gateway).await?;
        let target = Self { caller, id: parse_id(id)? };
        if let Some(element) = member("element") {
            target.check_element(gateway, element).await?;
        }
        Ok(target)
    }
}

impl Target {
    async fn check_element(&self, gateway: &Gateway, key_or_id: &str) -> Result<(), Failure> {
        let element = gateway.connector(key_or_id)?.profile.key;
        let view = gateway.instances().get(self.caller.organization, self.id).await?;
        if view.instance.element == element { Ok(()) } else { Err(not_found(self.id)) }
    }
}

fn by_token(caller: Caller) -> Result<Target, Failure> {
    let id = caller.instance.ok_or_else(|| {
        Failure::bad_request(
            "this address takes the token of an instance (`Authorization: User …, Element …`); \
             without it, name the instance: /instances/{id}",
        )
    })?;
    Ok(Target { caller, id })
}

/// An instance id as it stands in a path. What is no number is no instance.
pub(crate) fn parse_id(text: &str) -> Result<InstanceId, Failure> {
    text.parse().map_err(|_| not_found(text))
}

fn not_found(id: impl std::fmt::Display) -> Failure {
    Failure::not_found(format!("No element instance found with ID {id}"))
}
