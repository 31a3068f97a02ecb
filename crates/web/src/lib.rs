//! Everything HTTP of the gateway: the Elements-compatible API, the addresses that providers post
//! their notices to, and the operator's pages. The rules are in the engine; here requests are
//! read, bounded and authorised, and answers are written.

mod admin;
mod answer;
mod apps;
mod authorization;
mod body;
mod deliveries;
mod elements;
mod events;
mod failure;
mod hub;
mod ingress;
mod instances;
pub mod listener;
mod notices;
mod oauth;
mod paging;
mod query;
mod target;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post, put};
use ledgerhook_engine::Gateway;
use tower_http::catch_panic::CatchPanicLayer;

use instances::{configuration, docs, enabled, health, polling};

/// The path under which the original has its API, which clients have in their code.
pub(crate) const BASE_PATH: &str = "/elements/api-v2";

/// What is served on the public address: the API, and the addresses for providers' notices.
///
/// There is no time limit for a whole request: a creation of an instance that is cut short would
/// use up the authorisation code and lose the tokens. Reading a body is limited, and so is every
/// call that the engine makes to a provider.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let api = Router::new()
        .nest(BASE_PATH, api())
        .fallback(answer::no_such_address)
        .method_not_allowed_fallback(answer::no_such_method)
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(from_fn_with_state(Arc::clone(&gateway), answer::complete))
        // Its addresses are read in any case, which routes cannot say.
        .layer(from_fn_with_state(Arc::clone(&gateway), listener::serve));
    // Notices are what comes by the ten thousand: no layer is put around them.
    ingress_routes().merge(api).with_state(gateway)
}

/// What is served on the operator's own address: health, readiness and metrics.
pub fn admin_router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/healthz", get(admin::healthz))
        .route("/readyz", get(admin::readyz))
        .route("/metrics", get(admin::metrics))
        .with_state(gateway)
}

fn api() -> Router<Arc<Gateway>> {
    let instances = instance_routes().merge(state_routes());
    element_routes().merge(instances).merge(event_routes()).merge(hub_routes())
}

fn element_routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/elements", get(elements::list))
        .route("/elements/{element}", get(elements::read))
        .route("/elements/{element}/metadata", get(elements::metadata))
        .route("/elements/{element}/configuration", get(elements::configuration))
        .route("/elements/{element}/oauth/url", get(oauth::url_by_query).post(oauth::url_by_body))
        .route("/elements/{element}/oauth/token", get(oauth::request_token))
        .route("/elements/{element}/apps", get(apps::list).post(apps::create))
        .route(
            "/elements/{element}/apps/{app}",
            get(apps::read).patch(apps::update).delete(apps::delete),
        )
        .route("/elements/{element}/apps/{app}/reads", get(apps::reads::read))
}

/// Instances are addressed by their id, by element and id, or by the token in the request.
fn instance_routes() -> Router<Arc<Gateway>> {
    let all = get(instances::list).post(instances::create);
    let by_token = put(instances::replace).patch(instances::update).delete(instances::delete);
    let by_id = by_token.clone().get(instances::read);
    let switch = put(enabled::enable).delete(enabled::disable);
    let entries = get(configuration::list);
    let entry = patch(configuration::update).put(configuration::update).get(configuration::read);
    Router::new()
        .route("/instances", all.clone().merge(by_token))
        .route("/instances/configuration", entries.clone())
        .route("/instances/configuration/{entry}", entry.clone())
        .route("/instances/enabled", switch.clone())
        .route("/instances/docs", get(docs::read))
        .route("/instances/{id}", by_id.clone())
        .route("/instances/{id}/configuration", entries)
        .route("/instances/{id}/configuration/{entry}", entry)
        .route("/instances/{id}/enabled", switch)
        .route("/instances/{id}/docs", get(docs::read))
        .route("/instances/{id}/poll", post(instances::poll))
        .route("/instances/{id}/subscriptions", get(instances::subscriptions))
        .route("/instances/{id}/reconnect", get(oauth::reconnect))
        .route("/instances/{id}/migrate-oauth1", post(oauth::migrate))
        .route("/instances/{id}/verification-key", get(instances::verification_key))
        .route("/elements/{element}/instances", all)
        .route("/elements/{element}/instances/{id}", by_id)
}

/// How instances are.
fn state_routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/instances/health", get(health::read))
        .route("/instances/{id}/health", get(health::read))
        .route("/instances/history", get(health::history))
        .route("/instances/{id}/history", get(health::history))
        .route("/instances/event-poller-records", get(polling::records))
        .route("/instances/{id}/event-poller-records", get(polling::records))
        .route("/instances/polling-enabled", put(polling::enable))
        .route("/instances/{id}/polling-enabled", put(polling::enable))
        .route("/instances/polling-disabled", get(polling::disabled))
        .route("/jobs/polling-disabled", get(polling::disabled))
}

fn event_routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/instances/events", get(events::list))
        .route("/instances/events/{event}", get(events::read))
        .route("/instances/{id}/events", get(events::list_of_instance))
        .route("/instances/{id}/events/{event}", get(events::read_of_instance))
        .route("/notices", get(notices::list))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/{delivery}/retry", post(deliveries::retry))
}

/// The name of the hub means nothing, and may be left out (reference: cloud-elements §7.1).
fn hub_routes() -> Router<Arc<Gateway>> {
    record_routes("/hubs/{hub}").merge(record_routes(""))
}

fn record_routes(hub: &str) -> Router<Arc<Gateway>> {
    let at = |path: &str| format!("{hub}{path}");
    Router::new()
        .route(&at("/ping"), get(hub::ping))
        .route(&at("/changes"), get(hub::changes::list))
        .route(&at("/objects"), get(hub::objects::list))
        .route(&at("/objects/{object}/metadata"), get(hub::objects::metadata))
        .route(&at("/{resource}"), get(hub::records::list))
        .route(&at("/{resource}/{record}"), get(hub::records::read))
}

fn ingress_routes() -> Router<Arc<Gateway>> {
    let of_element = get(ingress::purpose).post(ingress::notice);
    let of_instance = get(ingress::purpose).post(ingress::notice_of_instance);
    let of_subscription = get(ingress::purpose).post(ingress::notice_of_subscription);
    let path = format!("{BASE_PATH}/events/{{element}}");
    Router::new()
        .route(&path, of_element.clone())
        .route(&format!("{path}/"), of_element)
        .route(&format!("{path}/{{instance}}"), of_instance.clone())
        .route(&format!("{path}/{{instance}}/"), of_instance)
        .route(&format!("{path}/subscriptions/{{token}}"), of_subscription)
        .method_not_allowed_fallback(ingress::no_such_method)
}
