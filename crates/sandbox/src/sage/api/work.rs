//! What a call does to the books: list, read, create, update, delete.

use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::books::{Attributes, Fields};
use super::super::endpoints::{Endpoint, Holds, Writers};
use super::super::faults;
use super::super::listing::{self, Asked, Dialect, Links};
use super::super::portal::Business;
use super::super::refusal::Refusal;
use super::super::shared::{Shared, State};
use super::super::types;
use super::access::Session;
use crate::caller::Caller;

/// A call of an endpoint.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Order<'o> {
    pub(in super::super) caller: &'o Caller,
    pub(in super::super) endpoint: &'o str,
    pub(in super::super) id: Option<&'o str>,
    pub(in super::super) body: &'o [u8],
    pub(in super::super) dialect: Dialect,
}

/// Carries out a call that was let in.
pub(in super::super) fn carry_out(
    shared: &Shared,
    state: &mut State,
    session: &Session,
    order: &Order<'_>,
) -> Result<Response, Refusal> {
    let endpoint = Endpoint::find(order.endpoint).ok_or(Refusal::not_found())?;
    let is_read = matches!(order.caller.method, Method::GET | Method::HEAD);
    let business = state.businesses.get(&session.business_id).ok_or(Refusal::not_found())?;
    check_rights(&business.business, endpoint)?;
    if !is_read && session.read_only {
        return Err(Refusal::forbidden());
    }
    let job = Job { endpoint, session, order };
    match (endpoint.holds, order.id) {
        (Holds::Settings, None) if is_read => job.read_settings(state),
        (Holds::Settings, None) if order.caller.method == Method::PUT => job.put_settings(state),
        (Holds::Settings, _) => Err(Refusal::not_found_or_method(order.id.is_some())),
        (Holds::Records | Holds::Types, None) if is_read => job.list(shared, state),
        (Holds::Records | Holds::Types, Some(id)) if is_read => job.read(state, id),
        (Holds::Records | Holds::Types, id) => job.write(state, id),
    }
}

/// What the edition of a business has, and what its user may see.
fn check_rights(business: &Business, endpoint: &Endpoint) -> Result<(), Refusal> {
    let listed = |names: &[String]| names.iter().any(|name| name == endpoint.name);
    if listed(&business.missing_endpoints) {
        return Err(Refusal::no_subscription());
    }
    if listed(&business.forbidden_endpoints) {
        return Err(Refusal::forbidden());
    }
    Ok(())
}

struct Job<'j> {
    endpoint: &'static Endpoint,
    session: &'j Session,
    order: &'j Order<'j>,
}

impl Job<'_> {
    fn list(&self, shared: &Shared, state: &mut State) -> Result<Response, Refusal> {
        let asked = Asked::read(self.endpoint, self.order.caller.query(), self.order.dialect)?;
        let links = Links {
            drops_filters: shared.options.next_drops_filters,
            loses_next: state.chance.happens(shared.options.lost_next_links_per_mille),
        };
        let business = state.businesses.get(&self.session.business_id);
        let books = &business.ok_or(Refusal::not_found())?.books;
        let page = listing::answer(books, self.endpoint, &asked, links);
        let rows_max = shared.options.heavy_page_rows_max;
        let rows = u64::try_from(page.rows).unwrap_or(u64::MAX);
        if asked.attributes == Attributes::All && rows_max.is_some_and(|max| rows > max) {
            return Ok(faults::gateway_page(StatusCode::BAD_GATEWAY));
        }
        Ok(Json(page.body).into_response())
    }

    fn read(&self, state: &State, id: &str) -> Result<Response, Refusal> {
        self.shown(state, id).map(|shown| Json(shown).into_response())
    }

    fn shown(&self, state: &State, id: &str) -> Result<Value, Refusal> {
        if self.endpoint.holds == Holds::Types {
            return types::row(self.endpoint.name, id).ok_or(Refusal::not_found());
        }
        let business = state.businesses.get(&self.session.business_id);
        let record = business.and_then(|one| one.books.live(self.endpoint.name, id));
        let attributes = listing::attributes_of(self.order.caller.query());
        record.map(|record| record.show(&attributes)).ok_or(Refusal::not_found())
    }

    fn read_settings(&self, state: &State) -> Result<Response, Refusal> {
        let business = state.businesses.get(&self.session.business_id);
        let settings = business.and_then(|one| one.books.settings_of(self.endpoint));
        settings.map(|settings| Json(settings).into_response()).ok_or(Refusal::not_found())
    }

    fn put_settings(&self, state: &mut State) -> Result<Response, Refusal> {
        let (body, now) = (self.body()?, self.session.now);
        let changed = state.write(&self.session.business_id, now, |books, _| {
            books.change_settings(self.endpoint, body, now)
        });
        Ok(Json(changed.ok_or(Refusal::not_found())??).into_response())
    }

    fn write(&self, state: &mut State, id: Option<&str>) -> Result<Response, Refusal> {
        let (endpoint, now) = (self.endpoint, self.session.now);
        let business_id = &self.session.business_id;
        let (status, id) = match (&self.order.caller.method, id, endpoint.writers) {
            (&Method::POST, None, writers) if writers != Writers::Product => {
                let body = self.body()?;
                let created =
                    state.write(business_id, now, |books, pen| books.create(endpoint, body, pen));
                (StatusCode::CREATED, created.ok_or(Refusal::not_found())??)
            }
            (&Method::PUT, Some(id), Writers::Apps | Writers::AppsNeverDelete) => {
                let body = self.body()?;
                let updated =
                    state.write(business_id, now, |books, _| books.update(endpoint, id, body, now));
                updated.ok_or(Refusal::not_found())??;
                (StatusCode::OK, id.to_owned())
            }
            (&Method::DELETE, Some(id), Writers::Apps | Writers::AppsNeverUpdate) => {
                let reason = void_reason(self.order.caller.query());
                let deleted = state.write(business_id, now, |books, _| {
                    books.delete(endpoint, id, reason.as_deref(), now)
                });
                deleted.ok_or(Refusal::not_found())??;
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            _ => return Err(Refusal::method_not_allowed()),
        };
        Ok((status, Json(self.shown(state, &id)?)).into_response())
    }

    /// The object inside the wrapper.
    fn body(&self) -> Result<Fields, Refusal> {
        if !self.order.caller.sends("application/json") {
            return Err(Refusal::unsupported_media_type());
        }
        let wrapper = self.endpoint.wrapper();
        let unreadable = |_| Refusal::invalid("", "The body is not a JSON object.");
        let mut body: Fields = serde_json::from_slice(self.order.body).map_err(unreadable)?;
        match body.remove(&wrapper) {
            Some(Value::Object(fields)) => Ok(fields),
            _ => Err(Refusal::required(&wrapper)),
        }
    }
}

fn void_reason(query: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    pairs.find(|(name, _)| name == "void_reason").map(|(_, reason)| reason)
}
