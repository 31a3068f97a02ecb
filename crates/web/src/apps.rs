//! `/elements/{keyOrId}/apps`: the organisation's apps at a provider. Their secrets are taken and
//! never shown.

pub(crate) mod reads;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::apps::{AppRequest, ReadBudget};
use ledgerhook_engine::store::apps::App;
use ledgerhook_model::secret::MASK;
use ledgerhook_model::{AppId, Secret};
use serde::Serialize;

use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::body::{JsonObject, Members};
use crate::failure::Failure;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppShape {
    id: i64,
    name: String,
    environment: String,
    api_key: &'static str,
    api_secret: &'static str,
    verifier_token: &'static str,
    read_budget: Option<i64>,
    created_date: String,
}

impl From<App> for AppShape {
    fn from(app: App) -> Self {
        Self {
            id: app.id.0,
            name: app.name,
            environment: app.environment,
            api_key: MASK,
            api_secret: MASK,
            verifier_token: MASK,
            read_budget: app.read_budget,
            created_date: app.created_at.to_iso_seconds(),
        }
    }
}

/// `GET /elements/{keyOrId}/apps`
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path(element): Path<String>,
) -> Result<Response, Failure> {
    let element = gateway.connector(&element)?.profile.key;
    let apps = gateway.apps().list(caller.organization, element).await?;
    Ok(answer::list(&apps.into_iter().map(AppShape::from).collect::<Vec<_>>(), None))
}

/// `POST /elements/{keyOrId}/apps`
pub(crate) async fn create(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path(element): Path<String>,
    JsonObject(body): JsonObject,
) -> Result<Json<AppShape>, Failure> {
    let element = gateway.connector(&element)?.profile.key;
    let app = gateway.apps().create(caller.organization, element, app_request(body)?).await?;
    Ok(Json(app.into()))
}

/// `GET /elements/{keyOrId}/apps/{id}`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path((element, app)): Path<(String, String)>,
) -> Result<Json<AppShape>, Failure> {
    let element = gateway.connector(&element)?.profile.key;
    let app = gateway.apps().get(caller.organization, element, parse_id(&app)?).await?;
    Ok(Json(app.into()))
}

/// `PATCH /elements/{keyOrId}/apps/{id}`
pub(crate) async fn update(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path((element, app)): Path<(String, String)>,
    JsonObject(body): JsonObject,
) -> Result<Json<AppShape>, Failure> {
    let element = gateway.connector(&element)?.profile.key;
    let (id, request) = (parse_id(&app)?, app_request(body)?);
    let app = gateway.apps().update(caller.organization, element, id, request).await?;
    Ok(Json(app.into()))
}

/// `DELETE /elements/{keyOrId}/apps/{id}`
pub(crate) async fn delete(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path((element, app)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    let element = gateway.connector(&element)?.profile.key;
    gateway.apps().delete(caller.organization, element, parse_id(&app)?).await?;
    Ok(StatusCode::OK)
}

fn parse_id(text: &str) -> Result<AppId, Failure> {
    text.parse().map_err(|_| Failure::not_found(format!("No app found with ID {text}")))
}

/// Clients send back what they were shown: a masked secret is as good as none.
fn app_request(mut body: Members) -> Result<AppRequest, Failure> {
    let mut unmasked = |name| Ok::<_, Failure>(body.text(name)?.filter(|text| text != MASK));
    let api_key = unmasked("apiKey")?;
    let api_secret = unmasked("apiSecret")?.map(Secret::new);
    let verifier_token = unmasked("verifierToken")?.map(Secret::new);
    Ok(AppRequest {
        name: body.text("name")?,
        environment: body.text("environment")?,
        api_key,
        api_secret,
        verifier_token,
        read_budget: read_budget(&mut body)?,
    })
}

/// A number of reads a month, or the name of what the provider sells.
fn read_budget(body: &mut Members) -> Result<Option<ReadBudget>, Failure> {
    const NAME: &str = "readBudget";
    if body.is_text(NAME) {
        return Ok(body.text(NAME)?.map(ReadBudget::Plan));
    }
    Ok(body.whole_number(NAME)?.map(ReadBudget::Reads))
}
