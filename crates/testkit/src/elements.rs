//! Companies of the elements beside QuickBooks, connected by the real OAuth round trip.

use std::collections::BTreeMap;

use axum::http::Method;
use ledgerhook_sandbox::freshbooks::{self, FreshBooks};
use ledgerhook_sandbox::sage::{self, Sage};
use serde_json::{Map, Value, json};
use url::Url;

use crate::http::Answer;
use crate::stage::{AppKeys, Instance, REDIRECT_URI, SIGNATURE_KEY, Stage, Tenant};

/// Who signs in at Sage.
const SAGE_USER: &str = "owner@example.com";

/// A company that is to be connected.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The element key.
    pub element: &'static str,
    /// What its callback path and its name are made of.
    pub name: String,
    /// What the consent page is told beside, or instead of, what the authorisation URL says.
    pub consent: Vec<(&'static str, String)>,
    /// Configuration entries that go over the usual ones; `null` takes one away.
    pub configuration: Value,
}

impl Candidate {
    /// A business at Sage, polled on request only.
    #[must_use]
    pub fn sage(name: &str) -> Self {
        Self {
            element: "sageone",
            name: name.to_owned(),
            consent: vec![("user", SAGE_USER.to_owned())],
            configuration: json!({
                "event.vendor.type": "polling",
                "event.poller.refresh_interval": "1000000",
                "business.name": name,
            }),
        }
    }

    /// A business at FreshBooks that takes webhooks and reads their records.
    #[must_use]
    pub fn freshbooks(name: &str, identity_id: u64) -> Self {
        Self {
            element: "freshbooksv2",
            name: name.to_owned(),
            consent: vec![("identity_id", identity_id.to_string())],
            configuration: json!({
                "event.vendor.type": "webhooks",
                "business.name": name,
            }),
        }
    }

    /// The same with further configuration.
    #[must_use]
    pub fn with(mut self, configuration: Value) -> Self {
        if let (Value::Object(own), Value::Object(more)) = (&mut self.configuration, configuration)
        {
            own.extend(more);
        }
        self
    }
}

impl Stage {
    /// Sage's books.
    #[must_use]
    pub fn sage(&self) -> &Sage {
        self.sandbox().sage()
    }

    /// Makes a tenant's app and a business known to Sage.
    ///
    /// # Panics
    /// When the stand-in has no room, as all steps here do.
    pub fn open_sage(&self, tenant: &Tenant, business_id: &str, name: &str) {
        let AppKeys { client_id, client_secret, .. } = &tenant.app;
        let app = sage::App::new(client_id, client_secret).with_older_apis("signing", "key");
        self.sage().put_app(app).expect("room for an app");
        let business = sage::Business::new(business_id, name);
        self.sage().put_business(business).expect("room for a business");
    }

    /// FreshBooks' books.
    #[must_use]
    pub fn freshbooks(&self) -> &FreshBooks {
        self.sandbox().freshbooks()
    }

    /// Makes a tenant's app and a business known to FreshBooks.
    ///
    /// # Panics
    /// When the stand-in has no room, as all steps here do.
    pub fn open_freshbooks(&self, tenant: &Tenant, business: freshbooks::Business) {
        let AppKeys { client_id, client_secret, .. } = &tenant.app;
        let app = freshbooks::App::new(client_id, client_secret);
        self.freshbooks().put_app(app).expect("room for an app");
        self.freshbooks().add_business(business).expect("room for a business");
    }

    /// What comes back to the redirect URI when the customer consents.
    pub async fn consent(
        &self,
        tenant: &Tenant,
        candidate: &Candidate,
    ) -> BTreeMap<String, String> {
        let AppKeys { client_id, client_secret, .. } = &tenant.app;
        let path = format!(
            "/elements/{}/oauth/url?apiKey={client_id}&apiSecret={client_secret}\
             &callbackUrl={REDIRECT_URI}&state=of-{}",
            candidate.element,
            candidate.name.len()
        );
        let asked = tenant.caller.get(&path).await.ok();
        let url = asked.get("oauthUrl").and_then(Value::as_str).expect("an oauthUrl");
        let (page, query) = url.split_once('?').expect("an authorisation asks for something");
        let mut fields: BTreeMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let own = candidate.consent.iter();
        fields.extend(own.map(|(name, value)| ((*name).to_owned(), value.clone())));
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&fields);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.http().call(Method::POST, page, &headers, form.finish()).await;
        let back = Url::parse(answer.header("location").expect("a way back")).expect("a URL");
        back.query_pairs().into_owned().collect()
    }

    /// Connects a company with whatever the answer is.
    pub async fn try_connect_to(&self, tenant: &Tenant, candidate: &Candidate) -> Answer {
        let back = self.consent(tenant, candidate).await;
        let mut entries = json!({
            "oauth.callback.url": REDIRECT_URI,
            "oauth.api.key": tenant.app.client_id,
            "oauth.api.secret": tenant.app.client_secret,
            "event.notification.enabled": true,
            "event.notification.callback.url": self.receiver.url(&path_of(candidate)),
            "event.notification.signature.key": SIGNATURE_KEY,
        });
        let own = candidate.configuration.as_object().cloned().unwrap_or_else(Map::new);
        if let Some(entries) = entries.as_object_mut() {
            entries.extend(own);
            entries.retain(|_, value| !value.is_null());
        }
        let body = json!({
            "element": {"key": candidate.element},
            "providerData": {"code": back.get("code").expect("a code")},
            "configuration": entries,
            "name": candidate.name,
        });
        tenant.caller.post("/instances", &body).await
    }

    /// Connects a company.
    pub async fn connect_to(&self, tenant: &Tenant, candidate: &Candidate) -> Instance {
        let body = self.try_connect_to(tenant, candidate).await.ok();
        Instance {
            id: body.get("id").and_then(Value::as_i64).expect("an id"),
            token: body.get("token").and_then(Value::as_str).expect("a token").to_owned(),
            path: path_of(candidate),
            body,
        }
    }
}

fn path_of(candidate: &Candidate) -> String {
    format!("/{}/{}", candidate.element, candidate.name.replace(' ', "-"))
}
