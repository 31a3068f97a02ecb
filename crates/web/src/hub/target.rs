//! Which instance's records a request is about: the one whose token it carries, as in the original,
//! or one of the organisation that it names by id.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::hub::HubInstance;
use ledgerhook_model::{InstanceId, OrganizationId};

use crate::BASE_PATH;
use crate::authorization::AnyCaller;
use crate::failure::Failure;
use crate::query::Query;
use crate::target::parse_id;

/// The query parameter that names an instance.
const PARAMETER: &str = "instanceId";
/// The header that names an instance where the query does not.
const HEADER: HeaderName = HeaderName::from_static("elements-instance-id");

/// The instance.
#[derive(Debug)]
pub(crate) struct HubTarget {
    organization: OrganizationId,
    /// Its id.
    pub(super) id: InstanceId,
}

impl HubTarget {
    /// The instance with its records, if it is one of the caller's organisation.
    pub(super) fn hub<'g>(&self, gateway: &'g Gateway) -> Result<HubInstance<'g>, Failure> {
        Ok(gateway.hub(self.organization, self.id)?)
    }
}

impl FromRequestParts<Arc<Gateway>> for HubTarget {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Failure> {
        let AnyCaller(caller) = AnyCaller::from_request_parts(parts, gateway).await?;
        let named = named(parts).await?;
        let organization = caller.organization;
        match (caller.instance, named) {
            (Some(of_token), Some(named)) if of_token != named => {
                Err(Failure::bad_request(format!(
                    "{PARAMETER}: {named} is not the instance of the Element token, which is \
                     {of_token}; send one of the two"
                )))
            }
            (Some(id), _) | (None, Some(id)) => Ok(Self { organization, id }),
            (None, None) => Err(no_instance(parts.uri.path())),
        }
    }
}

/// Without its hub an address may as well be a mistyped one.
fn no_instance(path: &str) -> Failure {
    let how = format!(
        "send the token of an instance (`Authorization: User …, Element …`), or name the instance \
         as ?{PARAMETER}=… or in the header Elements-Instance-Id"
    );
    match path.starts_with("/hubs/") {
        true => Failure::bad_request(format!("{PARAMETER}: missing; {how}")),
        false => Failure::not_found(format!(
            "there is nothing at {BASE_PATH}{path}; if a resource of the hub is meant, {how}"
        )),
    }
}

async fn named(parts: &mut Parts) -> Result<Option<InstanceId>, Failure> {
    let Ok(query) = Query::from_request_parts(parts, &()).await;
    let header = parts.headers.get(HEADER).and_then(|value| value.to_str().ok());
    query.text(PARAMETER).or(header).map(|text| parse_id(text.trim())).transpose()
}
