//! A caller of the public API, and the customer's browser on the authorisation page.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use axum::extract::Query;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method};
use ledgerhook_egress::{AddressPolicy, Answer, CallableUrl, Client, Request};
use ledgerhook_model::Secret;
use serde_json::Value;

/// Calls the gateway with one user's secrets.
#[derive(Debug, Clone)]
pub(super) struct Api {
    client: Client,
    /// `http://127.0.0.1:port/elements/api-v2`.
    pub(super) base: String,
    /// The value of the `Authorization` header.
    pub(super) authorization: Secret,
}

impl Api {
    pub(super) fn new(client: Client, base: String, authorization: Secret) -> Self {
        Self { client, base, authorization }
    }

    /// Calls `path` and returns the JSON answer; anything but a 200 is an error with its body.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(self.authorization.expose())?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let url = format!("{}{path}", self.base);
        let body = body.map(|value| value.to_string()).unwrap_or_default();
        let answer = self.send(method.clone(), &url, headers, body).await?;
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status.as_u16() != 200 {
            bail!("{method} {path} answered {}: {text}", answer.status);
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// What a customer does in the browser: opens the authorisation page at `oauth_url`, presses
    /// the button with this name and value, and is sent back to the redirect address with what is
    /// returned: `code`, `state`, and at QuickBooks `realmId`.
    pub(super) async fn approve(
        &self,
        oauth_url: &str,
        (name, value): (&str, &str),
    ) -> anyhow::Result<HashMap<String, String>> {
        let page = self.send(Method::GET, oauth_url, HeaderMap::new(), String::new()).await?;
        let html = String::from_utf8_lossy(&page.body);
        if !html.contains(&format!(r#"value="{value}""#)) {
            bail!("the authorisation page has no button for {value}: {}", page.status);
        }
        // The page's form sends back what it was asked with, and the button pressed.
        let (address, asked) =
            oauth_url.split_once('?').context("an authorisation asks nothing")?;
        let mut headers = HeaderMap::new();
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form_type);
        let form = format!("{asked}&{name}={value}");
        let answer = self.send(Method::POST, address, headers, form).await?;
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.context("approving led nowhere")?;
        let returned = location.parse::<axum::http::Uri>()?;
        let Query(returned) = Query::try_from_uri(&returned)?;
        Ok(returned)
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: String,
    ) -> anyhow::Result<Answer> {
        let url = CallableUrl::parse(url, &AddressPolicy::allow_private())?;
        let request = Request { method, headers, body: body.into(), ..Request::get(url) };
        Ok(self.client.send(request).await?)
    }
}
