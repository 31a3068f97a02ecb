//! What a developer registers with Sage: apps; and the businesses apps connect to.

use serde::{Deserialize, Serialize};

/// The user of a business of whom nothing else is said.
const OWNER: &str = "owner@example.com";

/// An app. Everything but the two credentials may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// Where authorization may return to; empty allows any http or https address.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// The secret of `X-Signature`; without it no call of API 1 is signed well.
    #[serde(default)]
    pub signing_secret: Option<String>,
    /// The value of `ocp-apim-subscription-key`; without it API 3 (columbus) is closed.
    #[serde(default)]
    pub subscription_key: Option<String>,
}

impl App {
    /// An app for API 3.1 that may return anywhere.
    #[must_use]
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uris: Vec::new(),
            signing_secret: None,
            subscription_key: None,
        }
    }

    /// The same app with what the older APIs ask for.
    #[must_use]
    pub fn with_older_apis(
        self,
        signing_secret: impl Into<String>,
        subscription_key: impl Into<String>,
    ) -> Self {
        Self {
            signing_secret: Some(signing_secret.into()),
            subscription_key: Some(subscription_key.into()),
            ..self
        }
    }
}

/// A business, with its edition and the rights of its user. Everything but id and name may be
/// left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Business {
    /// The id, 32 hexadecimal digits at Sage; `X-Business`, and `X-Site` of API 3.
    pub id: String,
    /// The name people see.
    pub name: String,
    /// Who signs in to reach it. One authorization reaches every business of its user.
    #[serde(default = "owner")]
    pub user: String,
    /// Two capital letters, such as `GB`.
    #[serde(default = "great_britain")]
    pub country: String,
    /// Endpoints its edition does not have: 401 with "No active subscription".
    #[serde(default)]
    pub missing_endpoints: Vec<String>,
    /// Endpoints the user has no right to: 403.
    #[serde(default)]
    pub forbidden_endpoints: Vec<String>,
}

fn owner() -> String {
    OWNER.to_owned()
}

fn great_britain() -> String {
    "GB".to_owned()
}

impl Business {
    /// A British business of `owner@example.com` with empty books and every endpoint.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            user: owner(),
            country: great_britain(),
            missing_endpoints: Vec::new(),
            forbidden_endpoints: Vec::new(),
        }
    }

    /// The same business, reached by another user.
    #[must_use]
    pub fn of_user(self, user: impl Into<String>) -> Self {
        Self { user: user.into(), ..self }
    }

    /// The same business in another country.
    #[must_use]
    pub fn in_country(self, country: impl Into<String>) -> Self {
        Self { country: country.into(), ..self }
    }
}
