//! `GET /auth/api/v1/users/me` (reference: freshbooks-sage §1.8): the user and the businesses.
//! There is no `result` layer.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::super::portal::{Business, User};
use super::super::shared::{SharedState, State as SandboxState};
use super::Caller;
use super::accounting::unauthenticated;

pub(super) async fn me(State(shared): State<SharedState>, caller: Caller) -> Response {
    let now = shared.now();
    let state = shared.lock();
    let bearer = state.grants.bearer(caller.token(), now);
    let user = bearer.and_then(|bearer| state.users.get(&bearer.identity_id));
    match user {
        Some(user) => Json(json!({"response": describe(user, &state)})).into_response(),
        None => unauthenticated(),
    }
}

fn describe(user: &User, state: &SandboxState) -> Value {
    let id = user.identity_id;
    let businesses = state.businesses.values().map(|one| &one.business);
    let businesses: Vec<&Business> = businesses.filter(|one| one.has_member(id)).collect();
    let accounts = businesses.iter().filter_map(|one| one.account_id.as_deref());
    let per_account = |value: Value| -> Map<String, Value> {
        accounts.clone().map(|account| (account.to_owned(), value.clone())).collect()
    };
    json!({
        "id": id,
        "profile": {
            "setup_complete": true,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "phone_number": null,
            "address": null,
            "professions": [],
            "has_password": true,
        },
        "identity_id": id,
        "identity_uuid": format!("1d000000-0000-4000-8000-{id:012x}"),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": "en",
        "confirmed_at": "2024-05-23T05:57:24Z",
        "created_at": "2024-05-23T05:42:42Z",
        "unconfirmed_email": null,
        "setup_complete": true,
        "phone_numbers": [{"title": "", "phone_number": null}],
        "addresses": [null],
        "profession": null,
        "links": {
            "me": format!("/service/auth/api/v1/users?id={id}"),
            "roles": format!("/service/auth/api/v1/users/role/{id}"),
        },
        "permissions": per_account(json!({})),
        "groups": businesses.iter().map(|one| group(user, one)).collect::<Value>(),
        "subscription_statuses": per_account(json!("active")),
        "integrations": {},
        "business_memberships": businesses.iter().map(|one| membership(one)).collect::<Value>(),
        "identity_origin": null,
        "roles": businesses.iter().filter_map(|one| role(one)).collect::<Value>(),
    })
}

fn group(user: &User, business: &Business) -> Value {
    json!({
        "id": business.business_id + 200_000,
        "group_id": business.business_id + 300_000,
        "role": "owner",
        "identity_id": user.identity_id,
        "identity_uuid": format!("1d000000-0000-4000-8000-{:012x}", user.identity_id),
        "business_id": business.business_id,
        "active": true,
    })
}

fn membership(business: &Business) -> Value {
    json!({
        "id": business.business_id + 100_000,
        "role": "owner",
        "unacknowledged_change": false,
        "business": {
            "id": business.business_id,
            "business_uuid": business.uuid(),
            "name": business.name,
            "account_id": business.account_id,
            "date_format": "mm/dd/yyyy",
            "address": {
                "id": business.business_id + 400_000,
                "street": "1 Main Street",
                "city": "Toronto",
                "province": "Ontario",
                "country": "Canada",
                "postal_code": "M5T 2B3",
            },
            "phone_number": null,
            "business_clients": [],
        },
    })
}

fn role(business: &Business) -> Option<Value> {
    let account = business.account_id.as_deref()?;
    let id = business.business_id + 500_000;
    Some(json!({
        "id": id,
        "role": "admin",
        "systemid": business.business_id + 600_000,
        "userid": 1,
        "created_at": "2024-05-23T05:42:42Z",
        "links": {"destroy": format!("/service/auth/api/v1/users/role/{id}")},
        "accountid": account,
    }))
}
