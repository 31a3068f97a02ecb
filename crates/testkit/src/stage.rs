//! Everything together: the program, the stand-in of QuickBooks, a receiver of callbacks, and
//! organisations whose companies are connected by the real OAuth round trip.

use std::collections::BTreeMap;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledgerhook_sandbox::quickbooks::{App, Company, QuickBooks, QuickBooksOptions};
use ledgerhook_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Map, Value, json};
use url::Url;

use crate::caller::Caller;
use crate::http::{Answer, Http};
use crate::notices::Notices;
use crate::process::Binary;
use crate::receiver::Receiver;

/// The redirect URI of every authorisation; nothing listens there.
pub const REDIRECT_URI: &str = "https://software.test/connected";

/// `event.notification.signature.key` of every instance, unless a test says otherwise.
pub const SIGNATURE_KEY: &str = "signature-key-of-the-receiver";

/// A provider app of an organisation.
#[derive(Clone, Debug)]
pub struct AppKeys {
    /// OAuth client id, `oauth.api.key`.
    pub client_id: String,
    /// OAuth client secret, `oauth.api.secret`.
    pub client_secret: String,
    /// What the provider signs notices with.
    pub verifier_token: String,
}

impl AppKeys {
    fn of(name: &str) -> Self {
        Self {
            client_id: format!("client-id-of-{name}"),
            client_secret: format!("client-secret-of-{name}"),
            verifier_token: format!("verifier-token-of-{name}"),
        }
    }
}

/// An organisation: a caller with its secrets, and its provider app.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Calls the API.
    pub caller: Caller,
    /// Its app, known to the gateway and to the provider.
    pub app: AppKeys,
    /// The app's id at the gateway.
    pub app_id: i64,
}

/// A connected company.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The instance's id.
    pub id: i64,
    /// Its token.
    pub token: String,
    /// The path at the receiver that its callback URL names.
    pub path: String,
    /// The whole answer to its creation.
    pub body: Value,
}

/// The running parts.
#[derive(Debug)]
pub struct Stage {
    /// The program.
    pub gateway: Binary,
    /// The provider's books.
    pub books: QuickBooks,
    /// The callbacks.
    pub receiver: Receiver,
    /// The first organisation.
    pub tenant: Tenant,
    /// Posts notices.
    pub notices: Notices,
    http: Http,
    sandbox: Sandbox,
    tenants: u32,
}

impl Stage {
    /// Starts everything, with further settings (`DELIVERY__RETRY_WAITS_SECONDS`).
    ///
    /// # Panics
    /// When a part does not start, as all steps here do.
    pub async fn set(program: &str, settings: &[(&str, &str)]) -> Self {
        Self::set_with(program, settings, QuickBooksOptions::default()).await
    }

    /// As [`Stage::set`], with a provider of the test's own.
    pub async fn set_with(
        program: &str,
        settings: &[(&str, &str)],
        provider: QuickBooksOptions,
    ) -> Self {
        let provider = SandboxOptions { quickbooks: provider, ..SandboxOptions::default() };
        Self::set_in(program, settings, provider).await
    }

    /// As [`Stage::set_with`], with a sandbox that may also have a clock of the test's own.
    pub async fn set_in(
        program: &str,
        settings: &[(&str, &str)],
        mut options: SandboxOptions,
    ) -> Self {
        options.quickbooks.retry_wait_divisor = 100;
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let mut gateway = Binary::new(program);
        for (name, value) in default_settings(&sandbox) {
            gateway.set(&name, &value);
        }
        for (name, value) in settings {
            gateway.set(name, value);
        }
        gateway.start().await;
        let http = Http::default();
        let first = Caller::new(http.clone(), gateway.addresses(), gateway.first_authorization());
        let books = sandbox.quickbooks().clone();
        let tenant = admit(&books, first, "first").await;
        let notices = Notices::new(http.clone(), gateway.addresses());
        let receiver = Receiver::start().await;
        Self { gateway, books, receiver, tenant, notices, http, sandbox, tenants: 1 }
    }

    /// Kills the gateway and starts it again on the same data folder.
    pub async fn restart(&mut self) {
        self.gateway.start().await;
    }

    /// Another organisation with an app of its own, made on the command line.
    pub async fn another_tenant(&mut self) -> Tenant {
        self.tenants += 1;
        let name = format!("organisation-{}", self.tenants);
        let made = self.gateway.run(&["org", "create", &name, "--json"]).await.json();
        let secret =
            |name: &str| made.get(name).and_then(Value::as_str).expect("a secret").to_owned();
        let authorization =
            format!("User {}, Organization {}", secret("userSecret"), secret("organizationSecret"));
        let caller = Caller::new(self.http.clone(), self.gateway.addresses(), authorization);
        admit(&self.books, caller, &name).await
    }

    /// Has the provider post a tenant's notices to the gateway where it is now.
    pub fn send_webhooks(&self, tenant: &Tenant) {
        let keys = &tenant.app;
        let url = format!("{}/events/quickbooks", self.gateway.addresses().api());
        let app = App::new(&keys.client_id, &keys.client_secret);
        self.books.put_app(app.with_webhooks(url, &keys.verifier_token)).expect("room for an app");
    }

    /// The customer's consent: from the gateway's authorisation URL over the provider's page back
    /// to the redirect URI with a code for the company, which is made if there is none.
    pub async fn authorize(&self, tenant: &Tenant, realm: &str) -> String {
        self.authorize_for(tenant, realm, "com.intuit.quickbooks.accounting").await
    }

    /// As [`Stage::authorize`], for scopes of the test's own.
    pub async fn authorize_for(&self, tenant: &Tenant, realm: &str, scope: &str) -> String {
        self.books.add_company(Company::new(realm, "Company")).expect("room for a company");
        let AppKeys { client_id, client_secret, .. } = &tenant.app;
        let path = format!(
            "/elements/quickbooks/oauth/url?apiKey={client_id}&apiSecret={client_secret}\
             &callbackUrl={REDIRECT_URI}&state={realm}&scope={}",
            scope.replace(' ', "%20")
        );
        let asked = tenant.caller.get(&path).await.ok();
        let url = asked.get("oauthUrl").and_then(Value::as_str).expect("an oauthUrl");
        let (page, query) = url.split_once('?').expect("an authorisation asks for something");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let consent = format!("{query}&realm_id={realm}");
        let answer = self.http.call(Method::POST, page, &form, consent).await;
        let back = Url::parse(answer.header("location").expect("a way back")).expect("a URL");
        let back: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
        assert_eq!(back.get("state").map(String::as_str), Some(realm), "the state came back");
        back.get("code").expect("a code").clone()
    }

    /// Access and refresh token of a company, obtained without the gateway.
    pub async fn tokens(&self, tenant: &Tenant, realm: &str) -> (String, String) {
        let code = self.authorize(tenant, realm).await;
        let AppKeys { client_id, client_secret, .. } = &tenant.app;
        let basic = format!("Basic {}", STANDARD.encode(format!("{client_id}:{client_secret}")));
        let headers = [
            ("authorization", basic.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let url = format!("{}/oauth2/v1/tokens/bearer", self.provider_url());
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={REDIRECT_URI}");
        let granted = self.http.call(Method::POST, &url, &headers, form).await.ok();
        let token =
            |name: &str| granted.get(name).and_then(Value::as_str).expect("a token").to_owned();
        (token("access_token"), token("refresh_token"))
    }

    /// The body that creates an instance which takes webhooks and is called back at `/<realm>`.
    /// Members of `configuration` go over the usual ones; `null` takes one away. Records are not
    /// read, because the notices of most tests name records that no books have.
    #[must_use]
    pub fn instance_body(
        &self,
        tenant: &Tenant,
        realm: &str,
        code: &str,
        configuration: &Value,
    ) -> Value {
        let mut entries = json!({
            "oauth.callback.url": REDIRECT_URI,
            "oauth.api.key": tenant.app.client_id,
            "oauth.api.secret": tenant.app.client_secret,
            "authentication.type": "oauth2",
            "event.notification.enabled": true,
            "event.vendor.type": "webhook",
            "event.notification.callback.url": self.receiver.url(&format!("/{realm}")),
            "event.notification.signature.key": SIGNATURE_KEY,
            "event.hydrate": false,
        });
        let own = configuration.as_object().cloned().unwrap_or_else(Map::new);
        if let Some(entries) = entries.as_object_mut() {
            entries.extend(own);
            entries.retain(|_, value| !value.is_null());
        }
        json!({
            "element": {"key": "quickbooks"},
            "providerData": {"code": code, "realmId": realm},
            "configuration": entries,
            "name": format!("Books of {realm}"),
        })
    }

    /// Connects a company by the OAuth round trip; see [`Stage::instance_body`].
    pub async fn connect(&self, tenant: &Tenant, realm: &str, configuration: &Value) -> Instance {
        let answer = self.try_connect(tenant, realm, configuration).await;
        let body = answer.ok();
        Instance {
            id: body.get("id").and_then(Value::as_i64).expect("an id"),
            token: body.get("token").and_then(Value::as_str).expect("a token").to_owned(),
            path: format!("/{realm}"),
            body,
        }
    }

    /// As [`Stage::connect`], with whatever the answer is.
    pub async fn try_connect(&self, tenant: &Tenant, realm: &str, configuration: &Value) -> Answer {
        let code = self.authorize(tenant, realm).await;
        let body = self.instance_body(tenant, realm, &code, configuration);
        tenant.caller.post("/instances", &body).await
    }

    /// A counter of `/metrics`, by its name without `ledgerhook_` and `_total`.
    pub async fn counter(&self, name: &str) -> u64 {
        let url = format!("{}/metrics", self.gateway.addresses().admin());
        let text = self.http.call(Method::GET, &url, &[], "").await.text;
        let prefix = format!("ledgerhook_{name}_total ");
        let line = text.lines().find_map(|line| line.strip_prefix(&prefix));
        line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no counter {name}"))
    }

    /// The HTTP client.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// The stand-ins of all providers.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The provider's server.
    #[must_use]
    pub fn provider_url(&self) -> &str {
        self.sandbox.base_url()
    }
}

/// Retries soon, polls as fast as an instance asks, callbacks on this machine, the providers'
/// addresses.
fn default_settings(sandbox: &Sandbox) -> Vec<(String, String)> {
    let own = [
        ("EGRESS__ALLOW_PRIVATE", "true"),
        ("POLLING__INTERVAL_MS_MIN", "100"),
        ("INGRESS__GATHERING_MS", "20"),
        ("DELIVERY__RETRY_WAITS_SECONDS", "[1, 1]"),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let addresses = [
        addresses("QUICKBOOKS", sandbox.base_url(), &QUICKBOOKS_PATHS),
        addresses("FRESHBOOKSV2", sandbox.freshbooks().base_url(), &FRESHBOOKS_PATHS),
        addresses("SAGEONE", sandbox.sage().base_url(), &SAGE_PATHS),
    ];
    own.chain(addresses.into_iter().flatten()).collect()
}

/// Settings and paths of a provider's endpoints.
type Paths = [(&'static str, &'static str)];

/// The settings that lead an element to its stand-in.
fn addresses(element: &str, base: &str, paths: &Paths) -> Vec<(String, String)> {
    let setting = |(name, path): &(&str, &str)| {
        (format!("PROVIDERS__{element}__{name}"), format!("{base}{path}"))
    };
    paths.iter().map(setting).collect()
}

const FRESHBOOKS_PATHS: [(&str, &str); 5] = [
    ("AUTHORIZE_URL", "/oauth/authorize"),
    ("TOKEN_URL", "/auth/oauth/token"),
    ("REVOKE_URL", "/auth/oauth/revoke"),
    ("API_URL", ""),
    ("ME_URL", "/auth/api/v1/users/me"),
];

const QUICKBOOKS_PATHS: [(&str, &str); 5] = [
    ("AUTHORIZE_URL", "/connect/oauth2"),
    ("TOKEN_URL", "/oauth2/v1/tokens/bearer"),
    ("REVOKE_URL", "/v2/oauth2/tokens/revoke"),
    ("API_URL", ""),
    ("SANDBOX_API_URL", ""),
];

const SAGE_PATHS: [(&str, &str); 6] = [
    ("AUTHORIZE_URL", "/oauth2/auth/central"),
    ("TOKEN_URL", "/token"),
    ("REVOKE_URL", "/revoke"),
    ("API_URL", ""),
    ("COLUMBUS_URL", ""),
    ("COLUMBUS_UKI_OAUTH_URL", "/oauth2"),
];

/// Makes an app known to the provider and to the gateway.
async fn admit(books: &QuickBooks, caller: Caller, name: &str) -> Tenant {
    let app = AppKeys::of(name);
    books.put_app(App::new(&app.client_id, &app.client_secret)).expect("room for an app");
    let body = json!({
        "name": name, "environment": "development", "apiKey": app.client_id,
        "apiSecret": app.client_secret, "verifierToken": app.verifier_token,
    });
    let made = caller.post("/elements/quickbooks/apps", &body).await.ok();
    let app_id = made.get("id").and_then(Value::as_i64).expect("an id");
    Tenant { caller, app, app_id }
}
