//! A program of a customer that calls the API.

use axum::http::Method;
use serde_json::Value;

use crate::http::{Answer, Http};
use crate::process::Addresses;

/// Calls the API with one `Authorization`.
#[derive(Clone, Debug)]
pub struct Caller {
    http: Http,
    addresses: Addresses,
    /// The value of the `Authorization` header; none is sent when it is empty.
    pub authorization: String,
}

impl Caller {
    /// A caller with `User …, Organization …`.
    #[must_use]
    pub fn new(http: Http, addresses: Addresses, authorization: String) -> Self {
        Self { http, addresses, authorization }
    }

    /// The same program with another `Authorization`.
    #[must_use]
    pub fn with(&self, authorization: impl Into<String>) -> Self {
        Self { authorization: authorization.into(), ..self.clone() }
    }

    /// The caller's user with the token of an instance: `Element …, User …`.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        let user = self.authorization.split(',').next().unwrap_or_default();
        self.with(format!("Element {token}, {user}"))
    }

    /// `GET`.
    ///
    /// # Panics
    /// When no answer came, as all calls do.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    /// `POST` with a JSON body; without one when it is `null`.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path, body).await
    }

    /// `PUT` with a JSON body; without one when it is `null`.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, body).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, &Value::Null).await
    }

    /// Any method, with a JSON body unless it is `null`.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, body).await
    }

    /// Any method with a body as it is, called JSON.
    pub async fn send(&self, method: Method, path: &str, body: String) -> Answer {
        let url = format!("{}{path}", self.addresses.api());
        let mut headers = vec![("content-type", "application/json")];
        if !self.authorization.is_empty() {
            headers.push(("authorization", self.authorization.as_str()));
        }
        self.http.call(method, &url, &headers, body).await
    }

    /// Every item of a list, page by page.
    ///
    /// # Panics
    /// When a page is not a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut page = path.to_owned();
        loop {
            let answer = self.get(&page).await;
            items.extend(answer.ok().as_array().expect("a list").iter().cloned());
            let Some(token) = answer.header("elements-next-page-token") else { return items };
            let joint = if path.contains('?') { '&' } else { '?' };
            page = format!("{path}{joint}nextPage={token}");
        }
    }
}
