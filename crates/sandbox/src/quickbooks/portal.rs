//! What a developer sets up in Intuit's portal: apps; and the companies apps connect to.

use serde::{Deserialize, Serialize};

/// The shape of an app's webhook bodies, switchable at any time (reference §1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFormat {
    /// The object with `eventNotifications`.
    Legacy,
    /// The array of CloudEvents.
    #[default]
    CloudEvents,
}

/// An app of the developer portal. Everything but the two credentials may be left out.
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
    /// Where notices are posted; without it the app gets none.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// The key of `intuit-signature`.
    #[serde(default)]
    pub verifier_token: String,
    /// The shape of the notices.
    #[serde(default)]
    pub webhook_format: WebhookFormat,
}

impl App {
    /// An app without webhooks that may return anywhere.
    #[must_use]
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uris: Vec::new(),
            webhook_url: None,
            verifier_token: String::new(),
            webhook_format: WebhookFormat::default(),
        }
    }

    /// The same app with notices posted to `webhook_url`, signed with `verifier_token`.
    #[must_use]
    pub fn with_webhooks(
        self,
        webhook_url: impl Into<String>,
        verifier_token: impl Into<String>,
    ) -> Self {
        Self {
            webhook_url: Some(webhook_url.into()),
            verifier_token: verifier_token.into(),
            ..self
        }
    }
}

/// A company, as listed on the authorize page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// The realm id: digits, such as `9341452000000001`.
    pub realm_id: String,
    /// The name people see.
    pub name: String,
    /// Whether it is a company of Intuit's sandbox, which only the sandbox's own address shows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_sandbox: bool,
}

impl Company {
    /// A company with empty books.
    #[must_use]
    pub fn new(realm_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { realm_id: realm_id.into(), name: name.into(), is_sandbox: false }
    }

    /// The same company, of Intuit's sandbox.
    #[must_use]
    pub fn in_sandbox(self) -> Self {
        Self { is_sandbox: true, ..self }
    }
}
