//! The little of OpenID Connect that OAuth clients ask for: `id_token`, its key, and the user.
//!
//! Shapes as in the documentation samples. There is one user, who is everybody.

use std::sync::LazyLock;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::super::shared::SharedState;
use crate::caller::Caller;

/// The key of every sandbox, published with it: it proves nothing to anybody.
static KEY: LazyLock<Option<RsaKeyPair>> =
    LazyLock::new(|| RsaKeyPair::from_pkcs8(include_bytes!("id_token_key.pk8")).ok());

const KEY_ID: &str = "sandbox";
const SUBJECT: &str = "5a7dbc0a-0000-4000-8000-000000000001";

/// Life of an `id_token` in seconds, as in a sample.
const LIFE_S: i64 = 3_600;

/// What an `id_token` is about.
#[derive(Debug)]
pub(super) struct Identity<'i> {
    pub(super) base_url: &'i str,
    pub(super) client_id: &'i str,
    pub(super) realm_id: &'i str,
}

/// A signed token (RS256, RFC 7519); none when the key cannot be used.
pub(super) fn id_token(identity: &Identity<'_>, now: Timestamp) -> Option<String> {
    let issued_at_s = now.as_second();
    let header = json!({"kid": KEY_ID, "alg": "RS256"});
    let claims = json!({
        "sub": SUBJECT,
        "aud": [identity.client_id],
        "realmid": identity.realm_id,
        "auth_time": issued_at_s,
        "iss": issuer(identity.base_url),
        "exp": issued_at_s.saturating_add(LIFE_S),
        "iat": issued_at_s,
    });
    let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let key = KEY.as_ref()?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
    Some(format!("{signed}.{}", encode(signature)))
}

pub(super) fn issuer(base_url: &str) -> String {
    format!("{base_url}/op/v1")
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `GET /op/v1/jwks`: the public half of the key.
pub(super) async fn jwks() -> Json<Value> {
    let key = KEY.as_ref().map(|key| {
        let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
        json!({
            "kty": "RSA",
            "e": encode(public.e),
            "use": "sig",
            "kid": KEY_ID,
            "alg": "RS256",
            "n": encode(public.n),
        })
    });
    Json(json!({"keys": key.into_iter().collect::<Vec<_>>()}))
}

/// `GET /v1/openid_connect/userinfo`, with an access token.
pub(super) async fn userinfo(State(shared): State<SharedState>, caller: Caller) -> Response {
    let token = caller.bearer_token().unwrap_or_default();
    if !shared.lock().grants.is_live(token, shared.now()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let user = json!({
        "sub": SUBJECT,
        "email": "bookkeeper@example.com",
        "emailVerified": true,
        "givenName": "Sandbox",
        "familyName": "User",
        "phoneNumber": "+15555550100",
        "phoneNumberVerified": true,
        "address": {
            "streetAddress": "1 Example Street",
            "locality": "Exampleville",
            "region": "CA",
            "postalCode": "90001",
            "country": "US",
        },
    });
    Json(user).into_response()
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    fn decode(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[tokio::test]
    async fn a_token_is_signed_with_the_published_key() {
        let identity = Identity { base_url: "http://sandbox", client_id: "app", realm_id: "77" };
        let now = Timestamp::from_second(1_770_000_000).unwrap();
        let token = id_token(&identity, now).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = jwks().await.0["keys"][0].clone();
        let part = |name: &str| decode(key[name].as_str().unwrap());
        let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature)).unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let header: Value = serde_json::from_slice(&decode(header)).unwrap();
        assert_eq!(header, json!({"kid": key["kid"], "alg": "RS256"}));
        let claims: Value = serde_json::from_slice(&decode(claims)).unwrap();
        assert_eq!(claims["aud"], json!(["app"]));
        assert_eq!(claims["iss"], "http://sandbox/op/v1");
        assert_eq!(claims["exp"], 1_770_003_600);
    }
}
