//! Configuration of an instance: the original's keys, their values as strings, and what the
//! `event.*` keys mean once read.

mod resources;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

use crate::change::named;
use crate::limits::{CONFIGURATION_ENTRIES_MAX, CONFIGURATION_VALUE_BYTES_MAX};
use crate::moment::Moment;
use crate::poller_configuration::PolledResource;
use crate::secret::{MASK, Secret};

/// Keys that this gateway gives a meaning to (reference: cloud-elements §2.6).
pub mod keys {
    /// Whether changes are looked for at all.
    pub const EVENTS_ENABLED: &str = "event.notification.enabled";
    /// `polling`, `webhook`, `webhooks` or `hybrid`.
    pub const VENDOR_TYPE: &str = "event.vendor.type";
    /// Where notifications go.
    pub const CALLBACK_URL: &str = "event.notification.callback.url";
    /// The key that signs notifications.
    pub const SIGNATURE_KEY: &str = "event.notification.signature.key";
    /// Whether notifications carry the organisation's ed25519 signature as well.
    pub const ASYMMETRIC_SIGNATURE: &str = "event.notification.signature.asymmetric";
    /// Further headers of a notification.
    pub const CALLBACK_HEADERS: &str = "event.notification.callback.headers";
    /// Basic authentication towards the callback.
    pub const BASIC_USERNAME: &str = "event.notification.basic.username";
    /// See [`BASIC_USERNAME`].
    pub const BASIC_PASSWORD: &str = "event.notification.basic.password";
    /// Minutes between polls.
    pub const REFRESH_INTERVAL: &str = "event.poller.refresh_interval";
    /// Resources to poll, as a list of names.
    pub const POLLER_URLS: &str = "event.poller.urls";
    /// Resources to poll, each with the question that is asked and where its dates are.
    pub const POLLER_CONFIGURATION: &str = "event.poller.configuration";
    /// From when on the first poll asks; from the connection on when not given.
    pub const POLLER_HISTORY: &str = "event.poller.history";
    /// Whether the record that a notice points at is read before its event is sent.
    pub const HYDRATE: &str = "event.hydrate";
    /// The customer's client id at the provider.
    pub const API_KEY: &str = "oauth.api.key";
    /// The client secret.
    pub const API_SECRET: &str = "oauth.api.secret";
    /// The redirect URI of the authorisation.
    pub const OAUTH_CALLBACK_URL: &str = "oauth.callback.url";
    /// An access token that the caller obtained itself.
    pub const USER_TOKEN: &str = "oauth.user.token";
    /// A refresh token that the caller obtained itself.
    pub const REFRESH_TOKEN: &str = "oauth.user.refresh_token";
}

named! {
    /// Types of a configuration entry, as `GET …/configuration` prints them.
    KeyKind {
        /// `true` or `false`.
        Boolean = "BOOLEAN",
        /// A short text.
        Text = "TEXTFIELD_1000",
        /// A long text.
        TextArea = "TEXTAREA",
        /// A secret; masked in every answer and stored encrypted.
        Password = "PASSWORD",
    }
}

/// What is known of one configuration key.
#[derive(Debug, Clone, Copy)]
pub struct KeyProfile {
    /// The key.
    pub key: &'static str,
    /// Its label.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its type.
    pub kind: KeyKind,
    /// The value in force when none is given.
    pub default: Option<&'static str>,
    /// Whether creation needs it.
    pub required: bool,
}

const fn key(
    key: &'static str,
    name: &'static str,
    kind: KeyKind,
    default: Option<&'static str>,
    description: &'static str,
) -> KeyProfile {
    KeyProfile { key, name, description, kind, default, required: false }
}

/// The keys every element has.
pub const EVENT_KEYS: &[KeyProfile] = &[
    key(
        keys::EVENTS_ENABLED,
        "Events Enabled",
        KeyKind::Boolean,
        Some("false"),
        "Whether changes in this company's books become events",
    ),
    key(
        keys::VENDOR_TYPE,
        "Vendor Event Type",
        KeyKind::Text,
        Some("polling"),
        "How changes are detected: polling, webhook (or webhooks), hybrid",
    ),
    key(
        keys::CALLBACK_URL,
        "Event Notification Callback URL",
        KeyKind::Text,
        None,
        "Where events are posted; without one they are kept for reading",
    ),
    key(
        keys::SIGNATURE_KEY,
        "Callback Notification Signature Key",
        KeyKind::Password,
        None,
        "The key of the Elements-Webhook-Signature header; a whsec_ key serves both signatures",
    ),
    key(
        keys::ASYMMETRIC_SIGNATURE,
        "Asymmetric Signature",
        KeyKind::Boolean,
        None,
        "Whether notifications carry the organisation's ed25519 signature (v1a): true unless there \
         is a signature key, because it costs more than all the rest of a delivery's signing",
    ),
    key(
        keys::CALLBACK_HEADERS,
        "Event Notification Callback Headers",
        KeyKind::TextArea,
        None,
        "Further headers of a notification: one `Name: value` a line, or a JSON object",
    ),
    key(
        keys::BASIC_USERNAME,
        "Event Notification Basic Authentication User Name",
        KeyKind::Text,
        None,
        "User name of basic authentication towards the callback",
    ),
    key(
        keys::BASIC_PASSWORD,
        "Event Notification Basic Authentication Password",
        KeyKind::Password,
        None,
        "Password of basic authentication towards the callback",
    ),
    key(
        keys::REFRESH_INTERVAL,
        "Event poller refresh interval (mins)",
        KeyKind::Text,
        Some("15"),
        "Minutes between polls; hybrid instances poll once a day unless asked otherwise",
    ),
    key(
        keys::POLLER_URLS,
        "Event Poller URLs",
        KeyKind::TextArea,
        None,
        "Resources to look at, separated by |, comma, newline or blank; all when not given",
    ),
    key(
        keys::POLLER_CONFIGURATION,
        "Event Poller Resources Configuration",
        KeyKind::TextArea,
        None,
        "Resources to poll by a question of one's own: a JSON object with url, idField and \
         datesConfiguration for each",
    ),
    key(
        keys::POLLER_HISTORY,
        "Event Poller History",
        KeyKind::Text,
        None,
        "From when on the first poll asks (2026-01-31T00:00:00Z); without it what happened before \
         the connection is no event",
    ),
    key(
        keys::HYDRATE,
        "Hydrate",
        KeyKind::Boolean,
        Some("true"),
        "Whether the record that a webhook points at is read before its event is sent; such reads \
         are metered",
    ),
];

/// Something in the configuration that cannot be used: the key, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("configuration.{key}: {problem}")]
pub struct ConfigurationError {
    /// The key.
    pub key: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl ConfigurationError {
    /// An error at `key`.
    pub fn new(key: &str, problem: impl Into<String>) -> Self {
        Self { key: key.to_owned(), problem: problem.into() }
    }
}

/// The configuration of an instance: values as strings, `null` allowed, unknown keys kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration(pub BTreeMap<String, Option<String>>);

impl Configuration {
    /// Reads the `configuration` object of a request. Booleans, numbers and objects become the
    /// strings they are printed as.
    pub fn from_json(object: &serde_json::Map<String, Value>) -> Result<Self, ConfigurationError> {
        if object.len() > CONFIGURATION_ENTRIES_MAX {
            let problem = format!("more than {CONFIGURATION_ENTRIES_MAX} entries");
            return Err(ConfigurationError::new("*", problem));
        }
        let mut entries = BTreeMap::new();
        for (key, value) in object {
            let text = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            if text.as_ref().is_some_and(|text| text.len() > CONFIGURATION_VALUE_BYTES_MAX) {
                let problem = format!("longer than {CONFIGURATION_VALUE_BYTES_MAX} bytes");
                return Err(ConfigurationError::new(key, problem));
            }
            entries.insert(key.clone(), text);
        }
        Ok(Self(entries))
    }

    /// The value of `key`, when there is one that is not empty. The original stores the text
    /// `false` where an optional text was never set (reference: cloud-elements §2.6).
    pub fn text(&self, key: &str) -> Option<&str> {
        let text = self.0.get(key)?.as_deref()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Sets `key`.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.to_owned(), Some(value.into()));
    }

    /// Takes over the entries of `changes`. A masked value means "as it was": clients send back
    /// what they were shown.
    pub fn merge(&mut self, changes: Self) {
        for (key, value) in changes.0 {
            if value.as_deref() != Some(MASK) {
                self.0.insert(key, value);
            }
        }
    }

    fn boolean(&self, key: &str, default: bool) -> Result<bool, ConfigurationError> {
        match self.text(key).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(default),
            Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => {
                Err(ConfigurationError::new(key, format!("`{other}` is neither true nor false")))
            }
        }
    }
}

/// True when the value of `key` is a secret: a known password entry, or a key whose name says so.
pub fn is_secret(key: &str, element_keys: &[KeyProfile]) -> bool {
    let profile = EVENT_KEYS.iter().chain(element_keys).find(|profile| profile.key == key);
    match profile {
        Some(profile) => profile.kind == KeyKind::Password,
        None => {
            let last = key.rsplit('.').next().unwrap_or(key).to_ascii_lowercase();
            ["secret", "password", "token", "key"].iter().any(|word| last.ends_with(word))
        }
    }
}

named! {
    /// How an instance learns of changes.
    VendorType {
        /// By asking, at an interval.
        Polling = "polling",
        /// By the provider's notices. `webhooks` is accepted as well.
        Webhook = "webhook",
        /// By notices, with a slow poll finding what they lost.
        Hybrid = "hybrid",
    }
}

impl VendorType {
    /// Whether an instance of this type is polled.
    pub fn polls(self) -> bool {
        matches!(self, Self::Polling | Self::Hybrid)
    }

    /// Whether notices become events of an instance of this type.
    pub fn takes_notices(self) -> bool {
        matches!(self, Self::Webhook | Self::Hybrid)
    }
}

/// What the `event.*` keys of an instance mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSettings {
    /// Whether changes become events.
    pub enabled: bool,
    /// How changes are detected.
    pub vendor_type: VendorType,
    /// Where events go; kept for reading when `None`.
    pub callback_url: Option<String>,
    /// The key that signs notifications.
    pub signature_key: Option<Secret>,
    /// Whether notifications carry the organisation's ed25519 signature (`v1a`). Without a
    /// signature key they do, so that none goes unsigned; with one, when asked for.
    pub asymmetric_signature: bool,
    /// User name and password towards the callback.
    pub basic: Option<(String, Secret)>,
    /// Further headers: names and values.
    pub headers: Vec<(String, String)>,
    /// Between two polls.
    pub poll_interval: Duration,
    /// Resources looked at, by name.
    pub resources: Vec<String>,
    /// Those of them that are polled by questions of the customer's own.
    pub polled: Vec<PolledResource>,
    /// Whether the record that a notice points at is read before its event is sent.
    pub hydrate: bool,
    /// From when on the first poll asks; from the connection on when `None`.
    pub history: Option<Moment>,
}

/// Between the polls of an instance that names no interval (the original's default).
const INTERVAL_DEFAULT: Duration = Duration::from_secs(15 * 60);

/// Between the polls of a hybrid instance that names none: Intuit advises one CDC a day.
const HYBRID_INTERVAL_DEFAULT: Duration = Duration::from_secs(24 * 60 * 60);

impl EventSettings {
    /// The resources that the element's own feeds look at: those without a question of their own.
    pub fn fed_resources(&self) -> Vec<String> {
        let is_fed = |name: &&String| !self.polled.iter().any(|polled| polled.name == **name);
        self.resources.iter().filter(is_fed).cloned().collect()
    }

    /// Reads the `event.*` keys. `known` are the element's resources; an empty list polls them all.
    pub fn read(config: &Configuration, known: &[&str]) -> Result<Self, ConfigurationError> {
        let vendor_type = vendor_type(config)?;
        let resources = resources::read(config, known)?;
        Ok(Self {
            enabled: config.boolean(keys::EVENTS_ENABLED, false)?,
            vendor_type,
            callback_url: config
                .text(keys::CALLBACK_URL)
                .filter(|url| *url != "false")
                .map(str::to_owned),
            signature_key: config.text(keys::SIGNATURE_KEY).map(Secret::new),
            asymmetric_signature: config
                .boolean(keys::ASYMMETRIC_SIGNATURE, config.text(keys::SIGNATURE_KEY).is_none())?,
            basic: config.text(keys::BASIC_USERNAME).map(|name| {
                let password = config.text(keys::BASIC_PASSWORD).unwrap_or_default();
                (name.to_owned(), Secret::new(password))
            }),
            headers: headers(config)?,
            poll_interval: poll_interval(config, vendor_type)?,
            resources: resources.all,
            polled: resources.polled,
            hydrate: config.boolean(keys::HYDRATE, true)?,
            history: history(config)?,
        })
    }
}

fn vendor_type(config: &Configuration) -> Result<VendorType, ConfigurationError> {
    let text = config.text(keys::VENDOR_TYPE).unwrap_or("polling").to_ascii_lowercase();
    let name = if text == "webhooks" { "webhook" } else { &text };
    VendorType::from_name(name).ok_or_else(|| {
        let problem = format!("`{text}` is not one of polling, webhook, webhooks, hybrid");
        ConfigurationError::new(keys::VENDOR_TYPE, problem)
    })
}

impl Configuration {
    /// The minutes that `key` names, when it names any.
    pub fn minutes(&self, key: &str) -> Result<Option<Duration>, ConfigurationError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let problem =
            || format!("`{text}` is not a number of minutes above 0, as in \"15\" or \"1\"");
        minutes(text).map(Some).ok_or_else(|| ConfigurationError::new(key, problem()))
    }
}

fn poll_interval(
    config: &Configuration,
    vendor_type: VendorType,
) -> Result<Duration, ConfigurationError> {
    let default = match vendor_type {
        VendorType::Hybrid => HYBRID_INTERVAL_DEFAULT,
        VendorType::Polling | VendorType::Webhook => INTERVAL_DEFAULT,
    };
    Ok(config.minutes(keys::REFRESH_INTERVAL)?.unwrap_or(default))
}

/// A positive decimal number of minutes, exact to the millisecond.
fn minutes(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let scaled = format!("{whole}{fraction}").parse::<u64>().ok()?;
    let millis = scaled.checked_mul(60_000)? / scale;
    (millis > 0).then_some(Duration::from_millis(millis))
}

fn history(config: &Configuration) -> Result<Option<Moment>, ConfigurationError> {
    let Some(text) = config.text(keys::POLLER_HISTORY) else { return Ok(None) };
    let problem = || format!("`{text}` is not a moment such as 2026-01-31T00:00:00Z");
    let moment = Moment::parse(text);
    moment.map(Some).ok_or_else(|| ConfigurationError::new(keys::POLLER_HISTORY, problem()))
}

/// Headers that a notification sets itself, or that belong to the connection.
const RESERVED_HEADERS: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "elements-webhook-id",
    "elements-webhook-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

fn headers(config: &Configuration) -> Result<Vec<(String, String)>, ConfigurationError> {
    let Some(text) = config.text(keys::CALLBACK_HEADERS) else {
        return Ok(Vec::new());
    };
    let error = |problem: String| ConfigurationError::new(keys::CALLBACK_HEADERS, problem);
    let pairs: Vec<(String, String)> = if text.starts_with('{') {
        serde_json::from_str::<BTreeMap<String, String>>(text)
            .map_err(|e| error(format!("not a JSON object of texts: {e}")))?
            .into_iter()
            .collect()
    } else {
        let pair = |line: &str| {
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| error(format!("`{line}` is not `Name: value`")))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        text.lines().filter(|line| !line.trim().is_empty()).map(pair).collect::<Result<_, _>>()?
    };
    for (name, value) in &pairs {
        if RESERVED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(error(format!("`{name}` is set by the gateway itself")));
        }
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) || !value.bytes().all(|b| b >= 0x20) {
            return Err(error(format!("`{name}` is not a header name with a printable value")));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests;
