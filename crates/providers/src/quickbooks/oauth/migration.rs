//! From OAuth 1.0a to OAuth 2.0: a signed call gives tokens of OAuth 2.0 for the token of OAuth
//! 1.0a (reference: quickbooks §4.2). Intuit ended OAuth 1.0a on 2019-12-17; whether it still
//! answers this call is Intuit's to say.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use ledgerhook_connector::{ConnectError, Connected, MigrateRequest, Tokens};
use ledgerhook_egress::{Answer, CallError, CallableUrl, Client, Request};
use ledgerhook_model::configuration::{Configuration, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use super::connect_input;
use super::granted::Granted;
use super::{INTUIT, JSON};
use crate::connect_input::{entry_name, problem, redirect_uri};
use crate::quickbooks::endpoints::Endpoints;
use crate::quickbooks::oauth1_signature::Signer;
use crate::quickbooks::profile::{
    AUTHENTICATION_TYPE, OAUTH1, OAUTH2, REALM_ID, SCOPE, SCOPE_DEFAULT,
};
use crate::token_endpoint::TokenAnswer;

/// Most characters repeated of the provider's own words.
const WORDS_CHARS_MAX: usize = 300;

const ENDED: &str = "Intuit ended OAuth 1.0a on 2019-12-17, and whether it still migrates a \
    connection is Intuit's to say; otherwise have the customer authorise again by OAuth 2.0";

/// What a migration is asked with.
#[derive(Debug)]
pub(super) struct Migration<'a> {
    request: &'a MigrateRequest<'a>,
    redirect_uri: &'a str,
    /// That of the instance once it is connected by OAuth 2.0.
    pub(super) configuration: Configuration,
}

#[derive(Deserialize)]
struct RealmBody {
    #[serde(rename = "realmId")]
    realm: Option<Value>,
}

impl<'a> Migration<'a> {
    /// Checks that there is something to migrate.
    pub(super) fn read(request: &'a MigrateRequest<'a>) -> Result<Self, ConnectError> {
        let kind = request.configuration.text(AUTHENTICATION_TYPE);
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(OAUTH1)) {
            let text =
                "this instance is connected by OAuth 2.0 already; there is nothing to migrate";
            return Err(problem(&entry_name(AUTHENTICATION_TYPE), text));
        }
        let callback_url = request.configuration.text(keys::OAUTH_CALLBACK_URL).unwrap_or_default();
        let redirect_uri = redirect_uri(&entry_name(keys::OAUTH_CALLBACK_URL), callback_url)?;
        let mut configuration = request.configuration.clone();
        configuration.set(AUTHENTICATION_TYPE, OAUTH2);
        Ok(Self { request, redirect_uri, configuration })
    }

    /// Asks for the tokens, and for which company they are, where the answer says so.
    pub(super) async fn exchange(
        &self,
        client: &Client,
        endpoints: &Endpoints,
    ) -> Result<(Tokens, Option<String>), ConnectError> {
        let (url, is_intuits) = endpoints.migrate(&self.configuration);
        let answer = self.ask(client, url).await.map_err(|error| ConnectError::Unavailable {
            message: format!("the provider could not be asked: {error}"),
        })?;
        match INTUIT.read::<Granted>(&answer) {
            TokenAnswer::Granted(granted) => {
                let tokens = INTUIT.first_tokens(*granted)?;
                Ok((tokens, company_of(&answer)?))
            }
            _ if answer.status.is_client_error() => Err(refused(&answer, is_intuits)),
            TokenAnswer::Unusable(message) => Err(ConnectError::Unavailable { message }),
            TokenAnswer::Refused(refusal) => {
                Err(ConnectError::Unavailable { message: refusal.words })
            }
        }
    }

    /// The company as it is connected from now on.
    pub(super) fn connected(
        &self,
        tokens: Tokens,
        proved: Vec<(&'static str, String)>,
    ) -> Connected {
        let company = self.request.company.to_owned();
        let mut configuration =
            vec![(REALM_ID, company.clone()), (AUTHENTICATION_TYPE, OAUTH2.to_owned())];
        configuration.extend(proved);
        Connected { company, tokens, configuration }
    }

    async fn ask(&self, client: &Client, url: &CallableUrl) -> Result<Answer, CallError> {
        let MigrateRequest { consumer, old, credentials, .. } = self.request;
        let body = json!({
            "scope": self.configuration.text(SCOPE).unwrap_or(SCOPE_DEFAULT),
            "redirect_uri": self.redirect_uri,
            "client_id": credentials.api_key.expose(),
            "client_secret": credentials.api_secret.expose(),
        });
        let signer = Signer::new(consumer, &old.token, &old.companion);
        let authorization =
            signer.authorization(&Method::POST, url).ok_or(CallError::Unsendable)?;
        let headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static(JSON)),
            (CONTENT_TYPE, HeaderValue::from_static(JSON)),
            (AUTHORIZATION, authorization),
        ]);
        client.send(Request::post(url.clone(), headers, body.to_string().into())).await
    }
}

fn company_of(answer: &Answer) -> Result<Option<String>, ConnectError> {
    let body = serde_json::from_slice::<RealmBody>(&answer.body).ok();
    let realm = match body.and_then(|body| body.realm) {
        Some(Value::String(realm)) => Some(realm),
        other => other.and_then(|realm| realm.as_u64()).map(|realm| realm.to_string()),
    };
    realm.map(|realm| connect_input::company("realmId of the answer", &realm)).transpose()
}

fn refused(answer: &Answer, is_intuits: bool) -> ConnectError {
    let way_out = "check the consumer key and secret of the instance, and client id and secret of \
                   the app of OAuth 2.0";
    let what = if is_intuits { ENDED } else { way_out };
    let status = answer.status.as_u16();
    let words = String::from_utf8_lossy(&answer.body);
    ConnectError::Refused {
        message: format!("the provider did not migrate the connection (status {status}): {what}"),
        provider_message: words.chars().take(WORDS_CHARS_MAX).collect(),
    }
}

#[cfg(test)]
mod tests;
